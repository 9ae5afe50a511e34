"""Rule 10 for members-only entries: nothing counts, names or lists them to others."""

from functools import partial

import orjson
import pytest

from federation.vocabulary import ACTIVITY_JSON
from objects.archive.writing import ArchiveSources, archive
from objects.search.posts import index_some
from outbox.acts.projects.entries import change_entry, withdraw_entry
from outbox.acts.react import find_useful, take_back
from storage.records import ActivityRecord
from storage.store import Tx
from tests.attacks.project_place import (
    TAG,
    WORD,
    Place,
    build_place,
    tell_secrets,
)
from tests.projects.test_collections import fetched
from tests.support.apps import App, app_of
from tests.support.fediverse import LocalNode, Network
from tests.support.projects import open_project
from tests.support.signed_in import signed_in


@pytest.fixture
async def place(network: Network) -> Place:
    """A project that shows itself, with notes that are for its members alone."""
    found = await build_place(network, "public")
    await tell_secrets(found)
    return found


def counted(names: tuple[str, ...]) -> list[str]:
    """Addresses that give a number of posts."""
    of_people = [
        f"/users/{name}{rest}"
        for name in names
        for rest in ("", "/outbox", "/outbox?page=true", "/featured", "/featuredTags", "/journal")
    ]
    tags = [f"/tags/{TAG}", f"/tags/{TAG}?page=true", f"/api/v1/tags/{TAG}"]
    lists = ["/", "/sitemap.xml", "/nodeinfo/2.0", "/nodeinfo/2.1", "/graph.nt", "/experiences"]
    api = [
        "/api/v1/trends/tags", "/api/v1/trends/statuses", "/api/v1/trends/links",
        "/api/v1/instance", "/api/v2/instance", "/api/v1/instance/activity",
        "/api/v1/timelines/public", f"/api/v1/timelines/tag/{TAG}", "/api/v1/directory",
        *(f"/api/v1/accounts/lookup?acct={name}" for name in names),
    ]  # fmt: skip
    return [*of_people, *tags, *lists, *api]


@pytest.mark.parametrize("where", ["alpha", "beta"])
async def test_no_number_grows(network: Network, where: str) -> None:
    place = await build_place(network, "public")
    node: LocalNode = getattr(place, where)
    names = ("lea", "projet", "paul") if where == "alpha" else ("bruno", "boris")

    async def numbers() -> dict[tuple[str, str], tuple[int, bytes]]:
        return {
            (path, accept): await place.ask(node, path, accept)
            for path in counted(names)
            for accept in (ACTIVITY_JSON, "text/html")
        }

    before = await numbers()
    await tell_secrets(place, parting=False)
    after = await numbers()
    assert [key for key in before if before[key] != after[key]] == []


async def test_a_public_entry_does_not_count_the_members_answers(place: Place) -> None:
    space, beta = place.space, place.beta
    parent = await space.write(beta, "bruno", "Pour tous.", reach="public")
    await place.network.settle()
    await space.write(
        place.alpha, "lea", f"{WORD} entre nous", "comment", reach="project", in_reply_to=parent.url
    )
    await place.network.settle()
    for node in (place.alpha, beta):
        record = await node.object(parent.url)
        assert record is not None
        assert record.replies_count == 0
    answer = await place.fetched(place.delta, parent.url)
    assert isinstance(answer, dict)
    assert "items" not in str(answer.get("replies")) or WORD not in str(answer)
    for rest in ("/replies", "/context"):
        status, body = await place.ask(beta, f"/objects/{parent.id}{rest}", ACTIVITY_JSON)
        assert status == 200
        expected = 1 if rest == "/context" else 0
        assert orjson.loads(body)["totalItems"] == expected


async def test_numbers_of_public_entries_do_not_tell_how_many_are_hidden(network: Network) -> None:
    alpha, delta = await network.node("alpha"), await network.node("delta")
    spaces = [
        await open_project(network, alpha, username=name, reach="public")
        for name in ("discret", "ouvert")
    ]
    for hidden in (True, False):
        for space in spaces:
            await space.write(alpha, "lea", "Pour tous.")
        await network.settle()
        network.clock.pass_by(60)
        for number in range(4 * hidden):
            await spaces[0].write(alpha, "lea", f"Caché {number}.", reach="project")
        await network.settle()
        network.clock.pass_by(60)
    journals = [await fetched(alpha, f"{one.url}/journal?after=0", delta) for one in spaces]
    seen = [[item["cmt:position"] for item in page["orderedItems"]] for page in journals]
    assert len(seen[0]) == 2
    assert seen[0] == seen[1]


async def test_no_hashtag_of_theirs_is_shown_followed_or_suggested(place: Place) -> None:
    for node, name in ((place.alpha, "paul"), (place.beta, "boris")):
        app = await app_of(node, name)
        found = await app.get("/api/v2/search", query={"q": TAG, "type": "hashtags"})
        assert found["hashtags"] == []
        tag = await app.get(f"/api/v1/tags/{TAG}")
        assert [day["uses"] for day in tag["history"] if day["uses"] != "0"] == []
        assert await app.get(f"/api/v1/timelines/tag/{TAG}") == []
        for path in ("/api/v1/featured_tags/suggestions", "/api/v1/trends/tags"):
            assert TAG not in str(await app.get(path))
    author = await app_of(place.beta, "bruno")
    listed = await (await app_of(place.beta, "boris")).get(
        f"/api/v1/accounts/{author.id}/featured_tags"
    )
    assert listed == []


async def search(app: App) -> list[str]:
    """The addresses of the posts that somebody finds."""
    found = await app.get("/api/v2/search", query={"q": WORD, "type": "statuses", "limit": 40})
    return [status["uri"] for status in found["statuses"]]


async def test_members_find_them_and_nobody_else_does(place: Place) -> None:
    for node in place.network.nodes.values():
        while await index_some(node.store):
            pass
    theirs = place.secrets["bruno"].url
    assert theirs in await search(await app_of(place.alpha, "lea"))
    assert theirs in await search(await app_of(place.beta, "bruno"))
    for node, name in (
        (place.alpha, "paul"), (place.alpha, "zoe"), (place.alpha, "adele"),
        (place.beta, "boris"), (place.gamma, "chloe"), (place.delta, "dan"),
    ):  # fmt: skip
        assert await search(await app_of(node, name)) == [], name


async def test_a_search_for_its_address_finds_nothing(place: Place) -> None:
    url = place.secrets["bruno"].url
    for node, name in ((place.alpha, "paul"), (place.beta, "boris"), (place.delta, "dan")):
        app = await app_of(node, name)
        found = await app.get("/api/v2/search", query={"q": url, "resolve": "true"})
        assert found["statuses"] == [], name
        client = await signed_in(node, name)
        for path in ("/authorize_interaction?uri=", "/oembed?url=", "/follow?uri="):
            _, body = await place.ask(node, path + url, "*/*", client)
            assert WORD.encode() not in body


async def test_webfinger_knows_no_entry(place: Place) -> None:
    for node, name in ((place.beta, "bruno"), (place.alpha, "lea")):
        record = place.secrets[name]
        for resource in (record.url, f"{record.url}/context"):
            path = f"/.well-known/webfinger?resource={resource}"
            status, body = await place.ask(node, path, "*/*")
            other, _ = await place.ask(
                node, path.replace(str(record.id), str(record.id + 1)), "*/*"
            )
            assert status == other == 404
            assert WORD.encode() not in body


async def _about(tx: Tx, number: int) -> list[ActivityRecord]:
    return await tx.activities.about(number)


async def activities(node: LocalNode, place: Place) -> list[ActivityRecord]:
    """Everything done on a node with the secrets."""
    found: list[ActivityRecord] = []
    for name in place.secrets:
        record = await place.here(node, name)
        if record is not None:
            found += await node.store.query(partial(_about, number=record.id))
    return [one for one in found if one.local]


async def test_its_activities_are_for_members_and_their_servers(place: Place) -> None:
    bruno, beta = await place.beta.person("bruno"), place.beta
    record = place.secrets["bruno"]
    lea = await place.alpha.person("lea")
    seen = await place.here(place.alpha)
    assert seen is not None
    await find_useful(place.alpha.outbox, lea, seen)
    undone = await take_back(place.alpha.outbox, "likes", lea, seen)
    assert undone is not None
    place.network.clock.pass_by(60)
    await change_entry(beta.outbox, bruno, record, text=f"{WORD} encore")
    await place.network.settle()
    current = await beta.object(place.secrets["later"].url)
    assert current is not None
    await withdraw_entry(beta.outbox, bruno, current)
    await place.network.settle()
    kinds = set()
    for node in (place.alpha, beta):
        boris = await app_of(beta, "boris") if node is beta else await app_of(node, "paul")
        for one in [*await activities(node, place), *([undone] if node is place.alpha else [])]:
            kinds.add(one.type)
            path = one.url.removeprefix(f"https://{node.host}")
            for token in ("", boris.token):
                status, body = await place.ask(node, path, ACTIVITY_JSON, None, token)
                assert status in (404, 410), (one.type, one.url, status)
                assert WORD.encode() not in body
            for outsider in (place.delta, place.gamma):
                assert await place.fetched(outsider, one.url) in (404, 410), one.type
    assert kinds >= {"Create", "Update", "Delete", "Announce", "Undo"}
    created = next(one for one in await activities(beta, place) if one.type == "Create")
    assert isinstance(await place.fetched(place.alpha, created.url), dict)


async def test_signed_fetches_of_an_entry(place: Place) -> None:
    record = place.secrets["bruno"]
    for part in ("", "/likes", "/shares", "/replies", "/context"):
        for outsider in (place.delta, place.gamma):
            assert await place.fetched(outsider, record.url + part) == 404, part
    inside = await place.fetched(place.alpha, record.url)
    assert isinstance(inside, dict)
    assert WORD in inside["name"]


async def test_a_server_is_let_in_by_its_node_and_not_by_anybody_who_lives_there(
    place: Place,
) -> None:
    record = place.secrets["lea"]
    boris = await place.beta.person("boris")
    for signer, expected in ((boris, 404), (await place.beta.person("bruno"), 200)):
        assert await place.fetched_as(place.beta, signer, record.url) == expected


async def test_nothing_of_it_is_sent_to_servers_without_members(place: Place) -> None:
    for sent in place.network.wires.log:
        if f"https://{place.delta.host}/" in sent.url:
            assert WORD.encode() not in sent.body, sent.url
            assert TAG.encode() not in sent.body, sent.url
    later = place.secrets["later"]
    assert await place.gamma.object(later.url) is None
    assert await place.delta.object(place.secrets["bruno"].url) is None
    for table in ("objects", "activities", "received"):
        assert not await holds(place.delta, table)


async def holds(node: LocalNode, table: str) -> bool:
    """Whether a word of the secrets stands anywhere in a table."""
    rows = await node.store.query(lambda tx: tx.connection.fetch_all(f"select * from {table}"))
    return any(WORD in str(tuple(row)) for row in rows)


async def test_nobody_who_does_not_belong_is_told(place: Place) -> None:
    for node, name in (
        (place.alpha, "paul"), (place.alpha, "adele"), (place.alpha, "zoe"),
        (place.beta, "boris"), (place.delta, "dan"),
    ):  # fmt: skip
        person = await node.person(name)
        kinds = await node.notified(name)
        assert not {"mention", "reply", "quote", "status", "reblog"} & set(kinds), (name, kinds)
        secret = {record.url for record in place.secrets.values()}
        assert not secret & set(await node.home(name)), name
        assert not await node.store.query(partial(_told_of_posts, owner_id=person.id)), name


async def _told_of_posts(tx: Tx, owner_id: int) -> int:
    found = await tx.connection.fetch_value(
        "select count(*) from notifications where owner_id = $1 and object_id is not null", owner_id
    )
    return int(found)


async def test_archives_of_others_are_without_it(place: Place) -> None:
    for node, name in (
        (place.alpha, "paul"), (place.beta, "boris"), (place.gamma, "chloe"), (place.delta, "dan"),
    ):  # fmt: skip
        assert WORD.encode() not in await whole_archive(node, name), name
    assert WORD.encode() in await whole_archive(place.beta, "bruno")


async def whole_archive(node: LocalNode, name: str) -> bytes:
    """The archive of a member."""
    services = node.services
    sources = ArchiveSources(node.store, services.identifiers, services.files, "1.0")
    parts = [part async for part in archive(sources, await node.person(name), node.clock.ms)]
    return b"".join(parts)
