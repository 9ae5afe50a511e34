"""Files of members-only entries: whoever does not belong gets what is not there, 404."""

import pytest

from actors.auth import issue_token
from objects.media import store_upload
from outbox.acts.projects.entries import withdraw_entry
from storage.records import MediaRecord, ObjectRecord
from tests.attacks.project_place import (
    LIMITS,
    PICTURE,
    READERS,
    Place,
    build_place,
    part_from_chloe,
    reader,
    upload,
)
from tests.support.fediverse import LocalNode, Network


@pytest.fixture
async def place(network: Network) -> Place:
    """Bruno's note with a file is on every member's server; then Chloe has to go."""
    found = await build_place(network, "public")
    found.media = await upload(found.beta, "bruno")
    found.secrets["bruno"] = await found.space.write(
        found.beta, "bruno", "Une photo.", reach="project", media_ids=(found.media.id,)
    )
    await network.settle()
    await part_from_chloe(found)
    return found


async def now(place: Place) -> MediaRecord:
    """The upload as it is."""
    assert place.media is not None
    number = place.media.id
    found = await place.beta.store.query(lambda tx: tx.ledger.media_by_ids([number]))
    return found[number]


async def addresses(place: Place, node: LocalNode) -> list[str]:
    """Every path under which a node might give the file, the picture's other forms too."""
    media = await now(place)
    assert media.preview
    assert media.avif or media.webp
    if node is place.beta:
        checked = [f"/projects/files/{media.id}/{file}" for file in media.files]
        return [*checked, *(f"/media/{file}" for file in media.files)]
    here = await place.here(node)
    if here is None:
        return [f"/projects/files/{media.id}/{media.file}"]
    copies = await node.store.query(lambda tx: tx.project_files.of_object(here.id))
    assert [copy.state for copy in copies] == ["ready"]
    files = [copy.file for copy in copies]
    return [*(f"/projects/files/{here.id}/{file}" for file in files),
            *(f"/media/{file}" for file in (*files, *media.files))]  # fmt: skip


@pytest.mark.parametrize("who", READERS)
async def test_nobody_who_does_not_belong_gets_it(place: Place, who: str) -> None:
    asking = await reader(place, who)
    for path in await addresses(place, asking.node):
        for client, token in ((asking.session, ""), (None, asking.token)):
            status, body = await place.ask(asking.node, path, "*/*", client, token)
            assert status == 404, path
            assert b"PNG" not in body[:16]


async def test_members_get_every_form_of_it_for_themselves_alone(place: Place) -> None:
    media = await now(place)
    who = await place.beta.person("bruno")
    async with place.beta.store.transaction() as tx:
        token = await issue_token(tx, who.id, "read", "test", place.beta.clock.ms)
    for file in media.files:
        answer = await place.beta.app.test_client().get(
            f"/projects/files/{media.id}/{file}",
            headers={"Host": place.beta.host, "Authorization": f"Bearer {token}"},
        )
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"].startswith("private")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"


async def test_a_server_gets_it_while_a_member_lives_there(place: Place) -> None:
    media = await now(place)
    url = f"https://{place.beta.host}/projects/files/{media.id}/{media.file}"
    assert isinstance(await place.file(place.alpha, url), bytes)
    for outsider in (place.delta, place.gamma):
        assert await place.file(outsider, url) == 404
    for node, name in ((place.beta, "boris"), (place.alpha, "paul"), (place.gamma, "chloe")):
        assert await place.fetched_as(node, await node.person(name), url) == 404, name
    assert await place.fetched_as(place.alpha, await place.alpha.person("lea"), url) == 200


async def test_the_entry_names_no_address_that_is_open(place: Place) -> None:
    document = place.secrets["bruno"].document
    media = await now(place)
    assert f"/projects/files/{media.id}/{media.file}" in document
    assert "/media/" not in document


async def test_equal_bytes_that_somebody_shows_to_all_open_nothing(place: Place) -> None:
    media, beta = await now(place), place.beta
    boris = await beta.person("boris")
    public = await store_upload(beta.store, beta.services.files, LIMITS, boris, PICTURE, "", 1)
    assert public.file == media.file
    await beta.write("boris", "Pour tous.", media_ids=(public.id,))
    status, _ = await place.ask(beta, f"/media/{public.file}", "*/*")
    assert status == 200
    for number in (media.id, public.id):
        for client in (None, (await reader(place, "colleague of the author")).session):
            path = f"/projects/files/{number}/{media.file}"
            assert (await place.ask(beta, path, "*/*", client))[0] == 404


async def test_equal_bytes_that_were_shown_before_are_not_closed(network: Network) -> None:
    place = await build_place(network, "public")
    beta = place.beta
    await beta.person("boris")
    first = await upload(beta, "boris")
    await beta.write("boris", "Pour tous.", media_ids=(first.id,))
    second = await upload(beta, "bruno")
    await place.space.write(beta, "bruno", "Secret.", reach="project", media_ids=(second.id,))
    assert (await place.ask(beta, f"/media/{first.file}", "*/*"))[0] == 200


async def test_leaves_are_for_one_file_and_not_to_be_made_up(place: Place) -> None:
    media, beta = await now(place), place.beta
    leave = beta.services.leaves.leave(media.id, media.file)
    good = f"/projects/files/{media.id}/{leave}/{media.file}"
    assert (await place.ask(beta, good, "*/*"))[0] == 200
    until, _, seal = leave.partition("-")
    wrong = [
        f"/projects/files/{media.id}/{leave}/{media.preview}",
        f"/projects/files/{media.id + 1}/{leave}/{media.file}",
        f"/projects/files/{media.id}/{int(until, 16) + 3_600:x}-{seal}/{media.file}",
        f"/projects/files/{media.id}/{until}-{'0' * 32}/{media.file}",
        f"/projects/files/{media.id}/{leave}0/{media.file}",
    ]
    for path in wrong:
        assert (await place.ask(beta, path, "*/*"))[0] == 404, path


async def test_a_leave_ends_with_the_entry(place: Place) -> None:
    media, beta = await now(place), place.beta
    leave = beta.services.leaves.leave(media.id, media.file)
    path = f"/projects/files/{media.id}/{leave}/{media.file}"
    record: ObjectRecord = place.secrets["bruno"]
    await withdraw_entry(beta.outbox, await beta.person("bruno"), record)
    assert (await place.ask(beta, path, "*/*"))[0] == 404


async def test_files_that_clients_attach_are_kept_as_well(place: Place) -> None:
    beta, url = place.beta, place.space.url
    media = await upload(beta, "bruno")
    address = f"https://{beta.host}/media/{media.file}"
    note = {
        "type": "Note", "content": "Par mon client.", "audience": url,
        "to": ["cmt:Project", f"{url}/members"], "cc": [url],
        "attachment": [{"type": "Document", "mediaType": "image/png", "url": address}],
    }  # fmt: skip
    sent = await beta.act("bruno", note)
    await place.network.settle()
    record = await beta.object(sent.object_url)
    assert record is not None
    assert record.visibility == "project"
    assert f"/projects/files/{media.id}/{media.file}" in record.document
    assert (await place.ask(beta, f"/media/{media.file}", "*/*"))[0] == 404


async def test_what_comes_is_checked_like_an_upload(network: Network) -> None:
    place = await build_place(network, "public")
    media = await upload(place.beta, "bruno")
    path = place.beta.services.files.path(media.file)
    path.write_bytes(b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>")
    await place.space.write(place.beta, "bruno", "Hop.", reach="project", media_ids=(media.id,))
    await network.settle()
    rows = await place.alpha.store.query(
        lambda tx: tx.connection.fetch_all("select state, file, error from project_files")
    )
    assert [(row[0], row[1]) for row in rows] == [("failed", "")]
    assert "unsupported-media" in rows[0][2]
