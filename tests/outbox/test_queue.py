"""The queues on both databases: leases, order, several workers at once."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from outbox.hosts import EXPIRED, Circuits, give_up_old
from outbox.retry import GIVE_UP_AFTER, Outcome
from storage.ids import new_id
from storage.records import ActivityRecord, DeliveryRecord, FanoutRecord, HostRecord
from storage.store import Store, Tx, open_store
from tests.storage.actors_made_up import actor

NOW = 1_795_000_000_000
LEASE = NOW + 300_000
SENDER = 1


@pytest.fixture
async def queue(store: Store) -> Store:
    """A database with one sender."""
    await store.write(lambda tx: tx.actors.add(replace(actor("greta"), id=SENDER)))
    return store


@pytest.fixture
async def other(queue: Store, database_url: str) -> AsyncIterator[Store]:
    """The same database, as another process has it."""
    opened = await open_store(database_url)
    yield opened
    await opened.close()


async def activity(store: Store, number: int | None = None) -> int:
    """An activity to deliver."""
    chosen = number or new_id()
    url = f"https://node.example/activities/{chosen}"
    record = ActivityRecord(chosen, url, "Create", SENDER, 1, "public", "https://o/1", 7, "{}", NOW)
    await store.write(lambda tx: tx.activities.add(record))
    return chosen


def delivery(activity_id: int, inbox: str, **values: int | str) -> DeliveryRecord:
    """A delivery that is due; `values` replace what `add_all` takes."""
    host = inbox.split("/")[2]
    at = int(values.get("at", NOW))
    return DeliveryRecord(
        new_id(), activity_id, SENDER, inbox, host, "waiting", 0, at, 0, None, "", at, None
    )


async def enqueue(store: Store, *inboxes: str, at: int = NOW) -> list[int]:
    """One activity for these inboxes; the ids of the deliveries."""
    number = await activity(store)
    rows = [delivery(number, inbox, at=at) for inbox in inboxes]
    await store.write(lambda tx: tx.deliveries.add_all(rows))
    return [row.id for row in rows]


async def claim(store: Store, now: int = NOW, busy: tuple[str, ...] = ()) -> list[int]:
    """What a worker gets."""
    rows = await store.write(lambda tx: tx.deliveries.claim(now, now + 300_000, 50, list(busy)))
    return [row.id for row in rows]


async def states(store: Store) -> list[str]:
    """The states of all deliveries, oldest first."""
    rows = await store.query(lambda tx: tx.deliveries.listed())
    return [row.state for row in rows][::-1]


async def test_several_workers_never_get_the_same_row(queue: Store, other: Store) -> None:
    inboxes = [f"https://h{number}.example/inbox" for number in range(120)]
    ids = await enqueue(queue, *inboxes)
    workers = [queue, other] * 4
    found = await asyncio.gather(*(claim(worker) for worker in workers))
    claimed = [number for one in found for number in one]
    assert len(claimed) == len(set(claimed))
    while rest := await claim(queue):
        claimed += rest
    assert sorted(claimed) == sorted(ids)


async def test_between_a_sender_and_an_inbox_one_goes_at_a_time(queue: Store, other: Store) -> None:
    inbox = "https://far.example/inbox"
    first, second = [(await enqueue(queue, inbox))[0] for _ in range(2)]
    found = await asyncio.gather(claim(queue), claim(other))
    assert sorted(found) == [[], [first]]
    await queue.write(lambda tx: tx.deliveries.finish([(first, "done", 202, "", NOW)]))
    assert await claim(other) == [second]


async def test_what_a_dead_worker_had_is_claimed_when_its_lease_is_over(queue: Store) -> None:
    ids = await enqueue(queue, "https://far.example/inbox")
    assert await claim(queue) == ids
    assert await claim(queue, LEASE - 1) == []
    assert await claim(queue, LEASE) == ids


async def test_nothing_is_due_while_another_worker_has_it(queue: Store) -> None:
    await enqueue(queue, "https://far.example/inbox")
    assert await queue.query(lambda tx: tx.deliveries.next_due(NOW)) == NOW
    await claim(queue)
    assert await queue.query(lambda tx: tx.deliveries.next_due(NOW)) is None
    assert await queue.query(lambda tx: tx.deliveries.next_due(LEASE)) == NOW


async def test_a_busy_host_is_passed_over(queue: Store) -> None:
    one, other = await enqueue(queue, "https://a.example/inbox", "https://b.example/inbox")
    assert await claim(queue, busy=("a.example",)) == [other]
    assert await claim(queue) == [one]


async def test_what_is_given_back_counts_as_untried(queue: Store) -> None:
    ids = await enqueue(queue, "https://a.example/inbox")
    await claim(queue)
    await queue.write(lambda tx: tx.deliveries.give_back(ids))
    (row,) = await queue.query(lambda tx: tx.deliveries.listed())
    assert (row.state, row.lease_until, row.attempts, row.due_at) == ("waiting", 0, 0, NOW)


async def test_what_is_given_back_behind_a_closed_host_is_held(queue: Store) -> None:
    ids = await enqueue(queue, "https://a.example/inbox")
    await claim(queue)
    await close(queue, "a.example")
    assert await states(queue) == ["waiting"]  # somebody has it
    await queue.write(lambda tx: tx.deliveries.give_back(ids))
    assert await states(queue) == ["held"]


async def close(store: Store, host: str) -> HostRecord:
    """A failure closes the circuit of a host."""
    circuits = Circuits(lambda: NOW / 1000)
    return await store.write(lambda tx: circuits.failed(tx, host, Outcome(None, "away"), NOW))


async def test_tries_that_fail_side_by_side_close_a_host_once(queue: Store) -> None:
    clock = [NOW / 1000]
    circuits = Circuits(lambda: clock[0])

    async def fail(began: int, retry_after: float | None = None) -> HostRecord:
        outcome = Outcome(503, "", retry_after)
        return await queue.write(lambda tx: circuits.failed(tx, "a.example", outcome, began))

    first = await fail(NOW - 10_000)
    same = await fail(NOW - 9_000)
    assert (first.failures, same.failures) == (1, 1)
    assert same.due_at == first.due_at
    longest = await fail(NOW - 8_000, 7200)
    assert (longest.failures, longest.due_at) == (1, NOW + 7_200_000)
    clock[0] += 1
    assert (await fail(NOW + 500)).failures == 2


async def test_new_deliveries_for_a_closed_host_are_held_at_once(queue: Store) -> None:
    await close(queue, "a.example")
    await enqueue(queue, "https://a.example/inbox", "https://b.example/inbox")
    assert await states(queue) == ["held", "waiting"]


async def test_a_probe_lets_the_oldest_try_and_only_that(queue: Store) -> None:
    first, _ = [(await enqueue(queue, f"https://a.example/{n}"))[0] for n in range(2)]
    due = (await close(queue, "a.example")).due_at
    circuits = Circuits(lambda: due / 1000)
    assert await queue.write(circuits.probe) == 1
    assert await queue.write(circuits.probe) == 0  # it is under way
    assert await claim(queue, due) == [first]
    assert await claim(queue, due) == []


async def test_an_open_host_lets_everything_go_but_what_was_told_to_wait(queue: Store) -> None:
    one, other = await enqueue(queue, "https://a.example/1", "https://a.example/2")
    await close(queue, "a.example")
    await queue.write(lambda tx: tx.deliveries.set_aside(one, NOW + 60_000, 429, "slowly"))
    circuits = Circuits(lambda: NOW / 1000)
    await queue.write(lambda tx: circuits.answered(tx, "a.example"))
    assert await claim(queue) == [other]
    assert await claim(queue, NOW + 60_000) == [one]


async def test_what_is_held_for_an_open_host_is_let_go(queue: Store) -> None:
    await enqueue(queue, "https://a.example/inbox", "https://b.example/inbox")
    for host in ("a.example", "b.example"):
        await close(queue, host)
    await queue.write(lambda tx: tx.hosts.open("a.example", NOW))
    assert await queue.query(lambda tx: tx.deliveries.stranded()) == ["a.example"]
    circuits = Circuits(lambda: NOW / 1000)
    assert await queue.write(circuits.release_stranded) == 1
    assert await states(queue) == ["waiting", "held"]
    assert await queue.query(lambda tx: tx.deliveries.stranded()) == []


async def test_behind_something_put_off_what_is_new_waits_too(queue: Store) -> None:
    inbox = "https://far.example/inbox"
    await enqueue(queue, inbox)
    (row,) = await queue.write(lambda tx: tx.deliveries.claim(NOW, LEASE, 5, []))
    await queue.write(lambda tx: tx.deliveries.postpone(row, NOW + 90_000, 500, "no"))
    await enqueue(queue, inbox)
    assert await queue.query(lambda tx: tx.deliveries.next_due(NOW)) == NOW + 90_000


async def test_what_is_old_and_held_is_given_up_a_few_at_a_time(
    queue: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("outbox.hosts.EXPIRED_AT_ONCE", 2)
    old = NOW - int(GIVE_UP_AFTER * 1000) - 1
    await enqueue(queue, *(f"https://a.example/{n}" for n in range(5)), at=old)
    await enqueue(queue, "https://a.example/young")
    await close(queue, "a.example")
    assert await give_up_old(queue, NOW) == 5
    rows = await queue.query(lambda tx: tx.deliveries.listed(state="failed"))
    assert {row.error for row in rows} == {EXPIRED}
    assert await states(queue) == ["failed"] * 5 + ["held"]


async def promise(store: Store, sender: int = SENDER, due: int = NOW) -> int:
    """A fan-out; its id."""
    number = await activity(store)
    row = FanoutRecord(new_id(), number, sender, "{}", "waiting", 0, due, 0, "", NOW)
    await store.write(lambda tx: tx.deliveries.add_fanout(row))
    return row.id


async def claim_fanouts(store: Store, now: int = NOW) -> list[int]:
    """The fan-outs that a worker gets."""
    rows = await store.write(lambda tx: tx.deliveries.claim_fanouts(now, now + 300_000, 20))
    return [row.id for row in rows]


async def test_fan_outs_of_one_sender_keep_their_order(queue: Store, other: Store) -> None:
    await queue.write(lambda tx: tx.actors.add(replace(actor("paul"), id=2)))
    first, second = [await promise(queue) for _ in range(2)]
    foreign = await promise(queue, sender=2)
    found = await asyncio.gather(claim_fanouts(queue), claim_fanouts(other))
    assert sorted(number for one in found for number in one) == [first, foreign]
    await queue.write(lambda tx: tx.deliveries.retry_fanout(first, NOW + 60_000, "broken"))
    assert await claim_fanouts(queue) == []
    assert await claim_fanouts(queue, NOW + 60_000) == [first]
    await queue.write(lambda tx: tx.deliveries.fanout_done(first))
    assert await claim_fanouts(queue) == [second]


async def test_a_repeated_fan_out_doubles_nothing(queue: Store) -> None:
    number = await activity(queue)
    rows = [delivery(number, f"https://{host}.example/inbox") for host in "abc"]
    await queue.write(lambda tx: tx.deliveries.add_all(rows[:2]))
    await queue.write(lambda tx: tx.deliveries.add_all([delivery(number, r.inbox) for r in rows]))
    assert len(await states(queue)) == 3


async def test_what_an_object_said_is_cancelled_with_it(queue: Store) -> None:
    await queue.write(_object)
    await enqueue(queue, "https://a.example/inbox")
    under_way = await enqueue(queue, "https://b.example/inbox")
    await queue.write(lambda tx: tx.deliveries.claim(NOW, LEASE, 5, ["a.example"]))
    await promise(queue)
    await queue.write(lambda tx: tx.deliveries.cancel_about(7, NOW, "deleted"))
    assert await states(queue) == ["cancelled", "waiting"]
    assert await claim_fanouts(queue) == []
    log = await queue.query(lambda tx: tx.deliveries.of_object(7))
    assert [row.state for row in log] == ["cancelled", "waiting"]
    assert log[1].id == under_way[0]


async def _object(tx: Tx) -> None:
    await tx.connection.execute(
        "insert into objects (id, url, type, actor_id, local, visibility, document, "
        "published_at, created_at) values (7, 'https://o/1', 'Note', 1, 1, 'public', '{}', 1, 1)"
    )
