"""Files of members-only entries: for members and their servers, kept by partners, bounded."""

from dataclasses import replace

import pytest

from objects.projects.mirror import prune_project_files
from outbox.acts.projects.belonging import leave
from outbox.acts.projects.entries import withdraw_entry
from outbox.context import ActRefused
from storage.project_files import ProjectFileRecord
from storage.records import ObjectRecord
from tests.attacks.project_place import PICTURE, upload
from tests.clients.media.uploads import picture
from tests.support.apps import app_of
from tests.support.fediverse import LocalNode, Network
from tests.support.projects import ProjectSpace, open_project
from tests.support.signed_in import signed_in


@pytest.fixture
async def space(network: Network) -> ProjectSpace:
    """Lea leads on alpha, Bruno is on beta."""
    found = await open_project(network, await network.node("alpha"), reach="project")
    await found.invite(await network.node("beta"), "bruno")
    return found


async def with_file(
    space: ProjectSpace, node: LocalNode, who: str, content: bytes = PICTURE
) -> ObjectRecord:
    """An entry with a file."""
    media = await upload(node, who, content)
    record = await space.write(node, who, "Avec une photo.", media_ids=(media.id,))
    await space.network.settle()
    return record


async def copies(node: LocalNode) -> list[ProjectFileRecord]:
    """The copies that a node knows of."""
    return await node.store.query(
        lambda tx: tx.project_files.all_of(
            ProjectFileRecord, "from project_files order by object_id, url"
        )
    )


async def attachments(node: LocalNode, who: str, record: ObjectRecord) -> list[dict[str, object]]:
    """The files of an entry as somebody's app gets them."""
    here = await node.object(record.url)
    assert here is not None
    status = await (await app_of(node, who)).get(f"/api/v1/statuses/{here.id}")
    found: list[dict[str, object]] = status["media_attachments"]
    return found


async def got(node: LocalNode, url: str) -> tuple[int, bytes]:
    """What somebody without session or token gets at an address of a node."""
    path = url.removeprefix(f"https://{node.host}")
    answer = await node.app.test_client().get(path, headers={"Host": node.host})
    return answer.status_code, await answer.get_data(as_text=False)


async def test_partners_keep_the_files_of_the_others(space: ProjectSpace) -> None:
    beta = space.network.nodes["beta.example"]
    record = await with_file(space, beta, "bruno")
    (copy,) = await copies(space.host)
    original = await beta.store.query(lambda tx: tx.apps.media_of([record.id]))
    content = beta.services.files.path(original[record.id][0].file).read_bytes()
    assert copy.state == "ready"
    assert space.host.services.files.path(copy.file).read_bytes() == content
    assert copy.file != original[record.id][0].file


async def test_members_read_on_while_the_author_s_server_is_away(space: ProjectSpace) -> None:
    beta = space.network.nodes["beta.example"]
    record = await with_file(space, beta, "bruno")
    space.network.wires.silent.add(beta.host)
    (file,) = await attachments(space.host, "lea", record)
    assert str(file["url"]).startswith("https://alpha.example/projects/files/")
    status, body = await got(space.host, str(file["url"]))
    assert status == 200
    assert body.startswith(b"\x89PNG")


async def test_apps_load_files_without_a_token_for_some_hours(space: ProjectSpace) -> None:
    record = await with_file(space, space.host, "lea")
    (file,) = await attachments(space.host, "lea", record)
    for name in ("url", "preview_url"):
        assert (await got(space.host, str(file[name])))[0] == 200, name
    again = await attachments(space.host, "lea", record)
    assert again[0]["url"] == file["url"]
    space.network.clock.pass_by(13 * 3_600)
    assert (await got(space.host, str(file["url"])))[0] == 404
    later = await attachments(space.host, "lea", record)
    assert (await got(space.host, str(later[0]["url"])))[0] == 200


async def test_a_file_is_fetched_again_until_it_is_there(space: ProjectSpace) -> None:
    beta, wires = space.network.nodes["beta.example"], space.network.wires
    media = await upload(beta, "bruno")
    await space.write(beta, "bruno", "Avec une photo.", media_ids=(media.id,))
    url = f"https://beta.example/projects/files/{media.id}/{media.file}"
    wires.refusals[url] = 503
    path = beta.services.files.path(media.file)
    hidden = path.rename(path.with_suffix(".away"))
    await space.network.settle()
    (copy,) = await copies(space.host)
    assert (copy.state, copy.attempts) == ("waiting", 1)
    (file,) = await attachments(space.host, "lea", await _only(space))
    assert file["url"] is None
    hidden.rename(path)
    await space.network.settle()
    assert (await copies(space.host))[0].state == "waiting"
    space.network.clock.pass_by(120)
    await space.network.settle()
    assert (await copies(space.host))[0].state == "ready"


async def _only(space: ProjectSpace) -> ObjectRecord:
    ((_, record),) = await space.entries(space.host, "lea")
    return record


async def test_copies_go_with_their_entry(space: ProjectSpace) -> None:
    beta = space.network.nodes["beta.example"]
    record = await with_file(space, beta, "bruno")
    (copy,) = await copies(space.host)
    await withdraw_entry(beta.outbox, await beta.person("bruno"), record)
    await space.network.settle()
    await space.host.services.housekeeping.run_once()
    assert await copies(space.host) == []
    assert not space.host.services.files.path(copy.file).exists()


async def test_copies_go_when_nobody_here_is_a_member_any_more(space: ProjectSpace) -> None:
    beta = space.network.nodes["beta.example"]
    await with_file(space, space.host, "lea")
    assert [copy.state for copy in await copies(beta)] == ["ready"]
    await leave(beta.outbox, await beta.person("bruno"), await space.group(beta))
    await space.network.settle()
    (kept,) = await copies(beta)
    await beta.services.housekeeping.run_once()
    assert [(copy.file, copy.size) for copy in await copies(beta)] == [("", 0)]
    assert not beta.services.files.path(kept.file).exists()


async def test_what_an_entry_shows_no_more_is_forgotten(space: ProjectSpace) -> None:
    beta = space.network.nodes["beta.example"]
    record = await with_file(space, beta, "bruno")
    app = await app_of(beta, "bruno")
    space.network.clock.pass_by(60)
    await app.put(f"/api/v1/statuses/{record.id}", form={"status": "Sans photo."})
    await space.network.settle()
    assert [copy.state for copy in await copies(space.host)] == ["gone"]
    assert await attachments(space.host, "lea", record) == []
    await space.host.services.housekeeping.run_once()
    assert await copies(space.host) == []


def with_room(node: LocalNode, room: int) -> None:
    """Give the projects of a node less room."""
    services = node.services
    object.__setattr__(services.outbox, "project_room", room)
    services.project_files_worker._room = room


async def test_members_attach_no_more_than_a_project_may_hold(space: ProjectSpace) -> None:
    node = space.host
    first = await with_file(space, node, "lea")
    size = (await node.store.query(lambda tx: tx.apps.media_of([first.id])))[first.id][0].size
    with_room(node, size + 10)
    media = await upload(node, "lea", picture("green", (900, 700)))
    with pytest.raises(ActRefused) as refused:
        await space.write(node, "lea", "Encore une.", media_ids=(media.id,))
    assert refused.value.status == 413
    assert "0.0 MB" in refused.value.detail
    free = await node.store.query(lambda tx: tx.ledger.media_by_ids([media.id]))
    assert free[media.id].object_id is None
    assert free[media.id].guarded == 0
    await space.write(node, "lea", "Sans photo.")


async def test_copies_stop_where_the_room_ends_and_members_are_told(space: ProjectSpace) -> None:
    beta = space.network.nodes["beta.example"]
    with_room(space.host, 100)
    record = await with_file(space, beta, "bruno")
    (copy,) = await copies(space.host)
    assert copy.state == "too-big"
    (file,) = await attachments(space.host, "lea", record)
    assert (file["type"], file["url"]) == ("unknown", None)
    here = await space.host.object(record.url)
    assert here is not None
    group, client = await space.group(space.host), await signed_in(space.host, "lea")
    page = await client.get(
        f"/projects/{group.id}/notes/{here.id}", headers={"Host": space.host.host}
    )
    assert "trop lourd pour être gardé sur ce site" in await page.get_data(as_text=True)


async def test_the_oldest_copies_make_room(space: ProjectSpace) -> None:
    beta, node = space.network.nodes["beta.example"], space.host
    await with_file(space, beta, "bruno")
    await with_file(space, beta, "bruno", picture("green", (900, 700)))
    old, new = await copies(node)
    assert await prune_project_files(node.store, node.services.files, new.size) == 1
    after = await copies(node)
    assert [copy.state for copy in after] == ["too-big", "ready"]
    assert not node.services.files.path(old.file).exists()
    assert after[1] == replace(new)


async def test_pages_show_members_the_copy(space: ProjectSpace) -> None:
    beta = space.network.nodes["beta.example"]
    record = await with_file(space, beta, "bruno")
    here = await space.host.object(record.url)
    assert here is not None
    (copy,) = await copies(space.host)
    client = await signed_in(space.host, "lea")
    group = await space.group(space.host)
    page = await client.get(
        f"/projects/{group.id}/notes/{here.id}", headers={"Host": space.host.host}
    )
    body = await page.get_data(as_text=True)
    assert page.status_code == 200
    assert f"/projects/files/{here.id}/{copy.file}" in body
    assert "beta.example/projects/files" not in body


async def test_new_entries_stand_at_home_in_members_apps(space: ProjectSpace) -> None:
    beta = space.network.nodes["beta.example"]
    await space.invite(space.host, "pia")
    record = await with_file(space, beta, "bruno")
    app = await app_of(space.host, "pia")
    home = await app.get("/api/v1/timelines/home")
    assert [status["uri"] for status in home] == [record.url]
    assert home[0]["reblog"] is None
