"""The queue: order for each actor, retries, what is put aside, what is parked, and crashes."""

import asyncio
from typing import Any

import pytest

from inbox import retry
from inbox.handlers import create as create_handler
from inbox.registry import ROUTES
from objects.timelines import show_activity
from storage.store import Tx
from tests.support.factories import Json, activity, create, note, undo
from tests.support.fediverse import LocalNode, Network
from tests.support.signing import Remote

ALICE = "https://mastodon.example/users/alice"
BOB = "https://elsewhere.example/users/bob"
GRETA = "https://node.example/users/greta"


@pytest.fixture
async def alice(node: LocalNode) -> Remote:
    """Somebody whom greta follows."""
    person = node.wires.person(ALICE)
    await node.befriend("greta", person)
    return person


@pytest.fixture
def bob(node: LocalNode) -> Remote:
    """Somebody on another server."""
    return node.wires.person(BOB)


async def accepted(node: LocalNode, sender: Remote, *activities: Json) -> None:
    """Deliver some activities, which wait then."""
    for each in activities:
        assert (await node.deliver(sender, each)).status_code == 202


async def state(node: LocalNode, each: Json) -> str:
    """The state of a row."""
    row = await node.row(each["id"])
    assert row is not None
    return row.state


async def processed(node: LocalNode, each: Json) -> None:
    """Wait for a worker that runs by itself."""
    for _ in range(1_000):
        if await state(node, each) == "done":
            return
        await asyncio.sleep(0.01)
    raise AssertionError("the worker sleeps")


async def test_nothing_happens_before_the_worker_runs(node: LocalNode, alice: Remote) -> None:
    hello = create(alice, note(alice))
    await accepted(node, alice, hello)
    assert await node.home("greta") == []
    assert await state(node, hello) == "waiting"
    assert await node.work_inbox() == 1
    assert len(await node.home("greta")) == 1


async def test_activities_of_one_actor_take_effect_in_order(node: LocalNode, alice: Remote) -> None:
    notes = [note(alice, f"{number}") for number in range(60)]
    for each in notes:
        await accepted(node, alice, create(alice, each), activity(alice, "Delete", each["id"]))
    last = note(alice, "la dernière")
    await accepted(node, alice, create(alice, last))
    await node.work_inbox()
    assert await node.home("greta") == [last["id"]]


async def test_a_follow_and_what_follows_it_fit_into_one_batch(
    node: LocalNode, bob: Remote
) -> None:
    """The Accept of our Follow and the first posts come together: none is lost."""
    await node.ask_to_follow("greta", BOB)
    follow = await node.follow(GRETA, BOB)
    assert follow is not None
    notes = [note(bob, f"{number}") for number in range(3)]
    await accepted(
        node, bob, activity(bob, "Accept", follow.url), *(create(bob, each) for each in notes)
    )
    await node.work_inbox()
    assert await node.home("greta") == [each["id"] for each in reversed(notes)]


async def test_what_cannot_be_fetched_now_is_tried_again(
    node: LocalNode, alice: Remote, bob: Remote
) -> None:
    hello = note(bob)
    node.wires.serve(hello)
    share = activity(alice, "Announce", hello["id"])
    node.wires.silent.add("elsewhere.example")
    await accepted(node, alice, share)
    await node.work_inbox()
    assert await state(node, share) == "aside"
    node.wires.silent.clear()
    await node.work_inbox()
    assert await node.home("greta") == [], "not before its time"
    node.clock.pass_by(retry.DELAYS[0] * 2)
    await node.work_inbox()
    assert await state(node, share) == "done"
    assert await node.home("greta") == [hello["id"]]


async def test_waiting_for_a_third_server_holds_nobody_up(
    node: LocalNode, alice: Remote, bob: Remote
) -> None:
    node.wires.silent.add("elsewhere.example")
    hello = note(alice)
    share = activity(alice, "Announce", f"{BOB}/notes/1")
    await accepted(node, alice, share, create(alice, hello))
    await node.work_inbox()
    assert await node.home("greta") == [hello["id"]]
    assert await state(node, share) == "aside"


async def test_waiting_for_the_actor_s_own_server_keeps_the_order(
    node: LocalNode, alice: Remote
) -> None:
    first, second = note(alice, "un"), note(alice, "deux")
    node.wires.serve(first)
    by_address, whole = create(alice, first["id"]), create(alice, second)
    await accepted(node, alice, by_address, whole)
    node.wires.silent.add("mastodon.example")
    await node.work_inbox()
    assert (await state(node, by_address), await state(node, whole)) == ("waiting", "waiting")
    node.wires.silent.clear()
    node.clock.pass_by(retry.DELAYS[0] * 2)
    await node.work_inbox()
    assert await node.home("greta") == [second["id"], first["id"]]


async def test_what_never_works_is_parked_with_its_reason_and_can_be_retried(
    node: LocalNode, alice: Remote, bob: Remote
) -> None:
    hello = note(bob)
    node.wires.serve(hello)
    share = activity(alice, "Announce", hello["id"])
    node.wires.silent.add("elsewhere.example")
    await accepted(node, alice, share)
    for wait in (*retry.DELAYS, 0.0):
        await node.work_inbox()
        node.clock.pass_by(wait * 2)
    parked = await node.store.query(lambda tx: tx.received.failed())
    assert [row.activity_url for row in parked] == [share["id"]]
    assert "elsewhere.example" in parked[0].error
    node.wires.silent.clear()
    node.clock.pass_by(600)
    await node.store.write(lambda tx: tx.received.retry_failed(node.clock.ms))
    await node.work_inbox()
    assert await node.home("greta") == [hello["id"]]


async def test_what_was_undone_while_it_waited_never_takes_effect(
    node: LocalNode, alice: Remote, bob: Remote
) -> None:
    hello = note(bob)
    node.wires.serve(hello)
    share = activity(alice, "Announce", hello["id"])
    node.wires.silent.add("elsewhere.example")
    await accepted(node, alice, share, undo(share))
    await node.work_inbox()
    node.wires.silent.clear()
    node.clock.pass_by(retry.DELAYS[0] * 2)
    await node.work_inbox()
    assert await node.home("greta") == []
    assert await node.count("shares") == 0


async def test_an_effect_and_its_mark_are_one(
    node: LocalNode, alice: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A handler that falls in the middle leaves nothing behind, and is tried again."""
    hello = create(alice, note(alice))
    await accepted(node, alice, hello)

    async def falls(*_: Any, **__: Any) -> None:
        raise RuntimeError("the power went out")

    with monkeypatch.context() as patch:
        patch.setattr(create_handler, "show_activity", falls)
        await node.work_inbox()
    assert await node.count("objects") == 0
    assert await node.count("activities") == 0
    row = await node.row(hello["id"])
    assert row is not None
    assert (row.state, row.error) == ("waiting", "RuntimeError: the power went out")
    node.clock.pass_by(retry.DELAYS[0] * 2)
    await node.work_inbox()
    assert len(await node.home("greta")) == 1


async def test_one_that_falls_takes_nobody_along(
    node: LocalNode, alice: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = [create(alice, note(alice, f"{number}")) for number in range(3)]
    bad = create(alice, note(alice, "mauvais"))
    await accepted(node, alice, *good[:2], bad, good[2])

    async def picky(tx: Tx, number: int, actor: Any, record: Any, **rest: Any) -> None:
        if "mauvais" in record.content:
            raise RuntimeError("a bug")
        await show_activity(tx, number, actor, record, **rest)

    monkeypatch.setattr(create_handler, "show_activity", picky)
    await node.work_inbox()
    assert len(await node.home("greta")) == 2, "what came before took effect"
    for wait in (*retry.DELAYS, 0.0):
        node.clock.pass_by(wait * 2)
        await node.work_inbox()
    assert len(await node.home("greta")) == 3
    assert await state(node, bad) == "failed"


async def test_a_worker_that_died_with_rows_in_hand_loses_nothing(
    node: LocalNode, alice: Remote
) -> None:
    hello = create(alice, note(alice))
    await accepted(node, alice, hello)
    now = node.clock.ms
    claimed = await node.store.write(lambda tx: tx.received.claim(now, now + 60_000, 10))
    assert len(claimed) == 1
    assert await node.work_inbox() == 0, "another worker has it"
    node.clock.pass_by(61)
    assert await node.work_inbox() == 1
    assert len(await node.home("greta")) == 1


async def test_rows_behind_a_leased_one_of_the_same_actor_wait(
    node: LocalNode, alice: Remote
) -> None:
    hello = note(alice)
    await accepted(node, alice, create(alice, hello))
    now = node.clock.ms
    await node.store.write(lambda tx: tx.received.claim(now, now + 60_000, 10))
    await accepted(node, alice, activity(alice, "Delete", hello["id"]))
    assert await node.store.write(lambda tx: tx.received.claim(now, now + 60_000, 10)) == []


async def test_the_worker_sleeps_until_something_comes(node: LocalNode, alice: Remote) -> None:
    stop = asyncio.Event()
    worker = asyncio.create_task(node.services.inbox_worker.run_forever(stop))
    await asyncio.sleep(0.05)
    hello = create(alice, note(alice))
    await accepted(node, alice, hello)
    await processed(node, hello)
    stop.set()
    async with asyncio.timeout(10):
        await worker
    assert len(await node.home("greta")) == 1


async def test_what_waits_from_before_a_start_is_processed(
    network: Network, node: LocalNode, alice: Remote
) -> None:
    hello = create(alice, note(alice))
    await accepted(node, alice, hello)
    now = node.clock.ms
    await node.store.write(lambda tx: tx.received.claim(now, now + 10**9, 10))
    stop = asyncio.Event()
    worker = asyncio.create_task(node.services.inbox_worker.run_forever(stop))
    await processed(node, hello)
    stop.set()
    await worker


async def test_processed_rows_are_forgotten_after_their_time(
    node: LocalNode, alice: Remote
) -> None:
    await accepted(node, alice, create(alice, note(alice)))
    await node.work_inbox()
    assert await node.services.inbox_worker.prune() == 0
    node.clock.pass_by(15 * 24 * 3600)
    await accepted(node, alice, create(alice, note(alice)))
    assert await node.services.inbox_worker.prune() == 1
    assert await node.count("received") == 1


async def test_a_processed_row_keeps_no_body(node: LocalNode, alice: Remote) -> None:
    hello = create(alice, note(alice))
    await accepted(node, alice, hello)
    await node.work_inbox()
    row = await node.row(hello["id"])
    assert row is not None
    assert row.body == ""


@pytest.mark.parametrize("kind", ["View", "Listen", "Read", "Dance", "as:Travel"])
async def test_what_has_no_meaning_here_is_noted_and_done(
    node: LocalNode, alice: Remote, kind: str
) -> None:
    outcome = await node.receive(alice, activity(alice, kind, GRETA))
    assert outcome.startswith("ignored: ")
    assert outcome.endswith("has no effect here")


async def test_a_type_in_a_list_or_with_a_prefix_is_understood(
    node: LocalNode, alice: Remote
) -> None:
    hello = {**create(alice, note(alice)), "type": ["Dance", "as:Create"]}
    assert await node.receive(alice, hello) == "done"


def test_every_pair_of_types_has_one_route() -> None:
    pairs = [(route.activity, route.object) for route in ROUTES]
    assert len(pairs) == len(set(pairs))


def test_waits_grow_and_end() -> None:
    waits = [retry.delay(attempt) for attempt in range(1, len(retry.DELAYS) + 2)]
    assert waits[-1] is None
    known = [wait for wait in waits if wait is not None]
    assert known == sorted(known)
    assert (retry.delay(1, 10_000.0) or 0) > 7_000, "what the other server asks for counts"
