"""A member leaves for good: what stays is the address, here and elsewhere."""

import pytest

from actors.administration import COMMAND_LINE, NotPossible, set_role
from federation.vocabulary import ACTIVITY_JSON, PUBLIC
from outbox.acts.follow import ask
from outbox.acts.leave import CHUNK, leave
from tests.support.fediverse import LocalNode, Network

PAUL = "https://greta.example/users/paul"
LYCEE = "https://lycee.example/users/lycee"


@pytest.fixture
async def greta(network: Network) -> LocalNode:
    """A training organisation with a member, paul."""
    node = await network.node("greta")
    await node.person("paul")
    return node


@pytest.fixture
async def lycee(network: Network, greta: LocalNode) -> LocalNode:
    """A school that follows paul."""
    node = await network.node("lycee")
    await node.ask_to_follow("lycee", "paul@greta.example")
    await network.settle()
    return node


async def departs(node: LocalNode) -> str:
    """Paul leaves; gives the address of the `Delete`."""
    return (await leave(node.outbox, await node.person("paul"), COMMAND_LINE)).url


async def fetched(node: LocalNode, url: str, accept: str = ACTIVITY_JSON) -> tuple[int, str]:
    """Status and type of what a stranger gets."""
    client = node.app.test_client()
    answer = await client.get(url.partition(node.host)[2], headers={"Accept": accept})
    body = await answer.get_json(force=True) if "json" in (answer.content_type or "") else {}
    return answer.status_code, str(body.get("type", ""))


async def test_everything_of_a_member_becomes_a_tombstone_here_and_elsewhere(
    network: Network, greta: LocalNode, lycee: LocalNode
) -> None:
    urls = [
        await greta.write("paul", f"{visibility} n° {number}", visibility=visibility)
        for visibility in ("public", "unlisted", "followers")
        for number in range(2)
    ]
    reply = await lycee.write("lycee", "@paul@greta.example merci", reply_to=urls[0])
    await network.settle()
    told = await departs(greta)
    await network.settle()
    farewells = [
        sent.url
        for sent in network.wires.log
        if sent.method == "POST" and sent.json["type"] == "Delete" and sent.json["object"] == PAUL
    ]
    assert farewells == ["https://lycee.example/inbox"], "one for each server"
    assert await fetched(greta, PAUL) == (410, "Tombstone")
    assert await fetched(greta, PAUL, "text/html") == (410, "")
    assert [await fetched(greta, url) for url in urls[:4]] == [(410, "Tombstone")] * 4
    assert [await fetched(greta, url) for url in urls[4:]] == [(404, "about:blank")] * 2
    pages = [(await fetched(greta, url, "text/html"))[0] for url in urls]
    assert pages == [410] * 4 + [404] * 2, "a page tells no more than a document"
    for node in (greta, lycee):
        for url in urls:
            stored = await node.object(url)
            assert stored is not None
            assert stored.deleted_at is not None
            assert stored.content == ""
    assert await lycee.home("lycee") == [reply]
    gone = await lycee.actor(PAUL)
    assert gone is not None
    assert (gone.state, gone.name) == ("gone", "")
    assert await lycee.follow(LYCEE, PAUL) is None
    status, _ = await fetched(greta, f"{PAUL}/outbox")
    assert status == 410
    status, _ = await fetched(greta, "https://greta.example/.well-known/webfinger?resource=" + PAUL)
    assert status == 410
    assert await fetched(greta, told) == (200, "Delete")


async def test_the_farewell_reaches_a_server_that_was_only_followed(
    network: Network, greta: LocalNode
) -> None:
    lycee = await network.node("lycee")
    await greta.ask_to_follow("paul", "lycee@lycee.example")
    await network.settle()
    assert await lycee.follow(PAUL, LYCEE) is not None
    await departs(greta)
    await network.settle()
    gone = await lycee.actor(PAUL)
    assert gone is not None
    assert gone.state == "gone"
    assert await lycee.follow(PAUL, LYCEE) is None


async def test_a_farewell_waits_for_a_server_that_is_away_and_is_signed_then(
    network: Network, greta: LocalNode, lycee: LocalNode
) -> None:
    url = await greta.write("paul", "avant de partir")
    await network.settle()
    network.wires.silent.add("lycee.example")
    await departs(greta)
    await network.settle()
    await greta.services.housekeeping.run_once()
    network.wires.silent.clear()
    network.clock.pass_by(24 * 3_600)
    await network.settle()
    stored = await lycee.object(url)
    assert stored is not None
    assert stored.deleted_at is not None
    paul = await greta.person("paul")
    await greta.services.housekeeping.run_once()
    async with greta.store.read() as tx:
        assert await tx.actors.keys(paul.id) == [], "nobody needs the keys any more"


async def test_an_interrupted_departure_shows_nothing_and_is_finished_by_housekeeping(
    network: Network, greta: LocalNode, lycee: LocalNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(CHUNK + 1):
        await greta.write("paul", f"n° {number} #adieu")
        if number % 25 == 0:
            await network.settle()
    paul = await greta.person("paul")
    write, calls = greta.store.write, []

    async def cut_short(operation: object) -> object:
        calls.append(operation)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return await write(operation)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(type(greta.store), "write", lambda _, operation: cut_short(operation))
        with pytest.raises(KeyboardInterrupt):
            await leave(greta.outbox, paul, COMMAND_LINE)
    async with greta.store.read() as tx:
        assert len(await tx.objects.ids_of_actor(paul.id)) == CHUNK + 1
        assert await tx.objects.local_public() == []
        assert await tx.objects.tagged("adieu") == []
        assert await tx.objects.count_tagged("adieu") == 0
    for path in ("/", "/tags/adieu"):
        page = await greta.app.test_client().get(path, headers={"Accept": "text/html"})
        assert page.status_code == 200
        assert "n°" not in await page.get_data(as_text=True)
    assert (await greta.services.housekeeping.run_once())["departures"] == CHUNK + 1
    async with greta.store.read() as tx:
        assert await tx.objects.ids_of_actor(paul.id) == []
        gone_here = await tx.actors.by_id(paul.id)
    assert gone_here is not None
    assert gone_here.posts_count == 0
    await network.settle()
    gone = await lycee.actor(PAUL)
    assert gone is not None
    assert gone.state == "gone"


async def test_a_letter_that_had_not_left_yet_is_followed_by_the_farewell(
    network: Network, greta: LocalNode
) -> None:
    lycee = await network.node("lycee")
    await lycee.services.remote.resolve("paul@greta.example")
    url = await greta.write("paul", "@lycee@lycee.example entre nous", visibility="direct")
    await departs(greta)
    await network.settle()
    stored = await lycee.object(url)
    assert stored is not None
    assert stored.deleted_at is not None
    gone = await lycee.actor(PAUL)
    assert gone is not None
    assert gone.state == "gone"


async def test_likes_and_shares_of_who_has_left_are_taken_back(
    network: Network, greta: LocalNode, lycee: LocalNode
) -> None:
    url = await greta.write("greta", "À partager")
    for kind in ("Like", "Announce"):
        await greta.act("paul", {"type": kind, "object": url, "to": [PUBLIC]})
    await network.settle()
    assert url in await lycee.home("lycee")
    await departs(greta)
    liked = await greta.object(url)
    assert liked is not None
    assert (liked.likes_count, liked.shares_count) == (0, 0)


async def test_the_last_administrator_does_not_leave(greta: LocalNode) -> None:
    paul = await greta.person("paul")
    async with greta.store.transaction() as tx:
        await set_role(tx, COMMAND_LINE, paul, "admin", "", 1)
        await set_role(tx, COMMAND_LINE, greta.people["greta"], "member", "", 1)
    with pytest.raises(NotPossible, match="last administrator"):
        await leave(greta.outbox, paul, COMMAND_LINE)
    with pytest.raises(NotPossible, match="organisation"):
        await leave(greta.outbox, greta.people["greta"], COMMAND_LINE)
    async with greta.store.read() as tx:
        assert [entry.action for entry in await tx.ledger.audited()] == [
            "role member",
            "role admin",
            "create",
        ]


async def test_nobody_can_follow_who_has_left(network: Network, greta: LocalNode) -> None:
    paul = await greta.person("paul")
    await departs(greta)
    lycee = await network.node("lycee")
    await lycee.person("marie")
    with pytest.raises(Exception, match=r"410|404"):
        await lycee.ask_to_follow("marie", PAUL)
    marie = await greta.person("marie")
    await ask(greta.outbox, marie, paul)
    await network.settle()
    found = await greta.follow(marie.url, PAUL)
    assert found is None or found.state == "pending"
