"""A day of the inbox on either database."""

import asyncio
from typing import Any

import pytest

from inbox.processing import Processor
from storage.ports import Busy
from tests.support.factories import activity, create, note, undo
from tests.support.fediverse import LocalNode, Network

ALICE = "https://mastodon.example/users/alice"
BOB = "https://elsewhere.example/users/bob"
GRETA = "https://node.example/users/greta"


@pytest.fixture
async def stored(network: Network, database_url: str) -> LocalNode:
    """A node on either database."""
    return await network.open("node.example", "greta", database=database_url)


async def test_a_day_of_the_inbox(stored: LocalNode) -> None:
    node = stored
    alice, bob = node.wires.person(ALICE), node.wires.person(BOB)
    await node.befriend("greta", alice)
    notes = [
        note(alice, f"{number}", tag=[{"type": "Hashtag", "name": "#a"}]) for number in range(30)
    ]
    shared = note(bob)
    node.wires.serve(shared)
    share = activity(alice, "Announce", shared["id"])
    follow = activity(bob, "Follow", GRETA)
    edit = {**notes[0], "content": "<p>changé</p>", "updated": "2026-11-18T09:00:00Z"}
    for each in (
        *(create(alice, each) for each in notes),
        create(alice, note(alice, type="Recipe")),
        share,
        activity(alice, "Update", edit),
        activity(alice, "Delete", notes[1]["id"]),
        activity(alice, "Like", notes[2]["id"]),
        activity(alice, "Flag", [GRETA]),
        activity(alice, "Block", "https://node.example/users/nobody"),
    ):
        assert (await node.deliver(alice, each)).status_code == 202
    await node.work_inbox()  # the order is kept for each actor, not between them
    for each in (follow, activity(bob, "EmojiReact", notes[2]["id"]), undo(follow), follow):
        assert (await node.deliver(bob, each)).status_code == 202
    again = create(alice, notes[3])
    assert (await node.deliver(alice, again, to=node.inbox("greta"))).status_code == 202
    await node.work_inbox()
    home = await node.home("greta")
    kept = [each["id"] for each in notes if each is not notes[1]]
    assert home == [shared["id"], *reversed(kept)]
    edited = await node.object(notes[0]["id"])
    liked = await node.object(notes[2]["id"])
    assert edited is not None
    assert liked is not None
    assert "changé" in edited.content
    assert liked.likes_count == 2
    await node.receive(alice, undo(share))
    assert shared["id"] not in await node.home("greta")
    await node.receive(alice, activity(alice, "Delete", ALICE))
    assert await node.home("greta") == []
    assert await node.count("reports") == 1


async def test_two_workers_share_the_work_and_keep_the_order(stored: LocalNode) -> None:
    node = stored
    people = [node.wires.person(f"https://s{number}.example/users/a") for number in range(5)]
    sent: dict[str, list[str]] = {}
    for person in people:
        await node.befriend("greta", person)
        for number in range(20):
            each = note(person, f"{number}")
            sent.setdefault(person.url, []).append(each["id"])
            await node.deliver(person, create(person, each))
    worker = node.services.inbox_worker
    while sum(await asyncio.gather(worker.run_once(), worker.run_once())):
        pass
    home = await node.home("greta")
    assert len(home) == 100
    for urls in sent.values():
        assert [url for url in home if url in urls] == urls[::-1]


async def test_who_stood_in_another_s_way_is_worked_off_a_moment_later(
    stored: LocalNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    receive = Processor._receive_all
    refused: list[Busy] = []

    async def busy_once(self: Processor, *args: Any) -> Any:
        if not refused:
            refused.append(Busy("deadlock detected"))
            raise refused[0]
        return await receive(self, *args)

    monkeypatch.setattr(Processor, "_receive_all", busy_once)
    alice = stored.wires.person(ALICE)
    assert await stored.receive(alice, activity(alice, "Follow", GRETA)) == "done"
    assert len(refused) == 1
    assert await stored.count("follows") == 1
