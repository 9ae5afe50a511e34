"""The queue of received activities: order, leases, and what lets others pass."""

import asyncio

from storage.ids import new_id
from storage.records import ReceivedRecord
from storage.store import Store

ALICE = "https://remote.example/users/alice"
BOB = "https://remote.example/users/bob"
NOW = 1_795_000_000_000


def row(actor: str = ALICE, *, due_at: int = NOW, url: str = "") -> ReceivedRecord:
    """An activity that waits."""
    number = new_id()
    return ReceivedRecord(
        id=number,
        activity_url=url or f"{actor}/activities/{number}",
        inbox="https://node.example/inbox",
        type="Create",
        actor=actor,
        sender=actor,
        host="remote.example",
        how="http",
        body="{}",
        state="waiting",
        attempts=0,
        due_at=due_at,
        lease_until=0,
        error="",
        received_at=NOW,
        done_at=None,
        synchronisation='digest="1"',
    )


async def keep(store: Store, *rows: ReceivedRecord) -> None:
    """Store some rows."""
    for each in rows:
        assert await store.write(lambda tx, each=each: tx.received.add(each))  # type: ignore[misc]


async def claim(store: Store, now: int = NOW, limit: int = 10) -> list[int]:
    """Lease rows for a minute; their ids."""
    rows = await store.write(lambda tx: tx.received.claim(now, now + 60_000, limit))
    return [each.id for each in rows]


async def test_a_row_comes_back_as_it_was_stored(store: Store) -> None:
    first = row()
    await keep(store, first)
    assert await store.query(lambda tx: tx.received.by_id(first.id)) == first


async def test_an_activity_is_kept_once_for_each_inbox(store: Store) -> None:
    await keep(store, row(url="https://remote.example/1"))
    again = row(url="https://remote.example/1")
    assert not await store.write(lambda tx: tx.received.add(again))


async def test_rows_are_claimed_in_order_and_once(store: Store) -> None:
    rows = [row(), row(BOB), row()]
    await keep(store, *rows)
    assert await claim(store) == [each.id for each in rows]
    assert await claim(store) == []


async def test_a_short_claim_takes_the_first_of_an_actor(store: Store) -> None:
    rows = [row(), row(), row()]
    await keep(store, *rows)
    assert await claim(store, limit=2) == [rows[0].id, rows[1].id]
    assert await claim(store, limit=2) == [], "the third waits for those in hand"


async def test_a_row_never_overtakes_an_earlier_one_that_waits(store: Store) -> None:
    first, second, other = row(due_at=NOW + 5_000), row(), row(BOB)
    await keep(store, first, second, other)
    assert await claim(store) == [other.id]
    # Due at last, but later than the second: the second still comes after it.
    assert await claim(store, NOW + 5_000, limit=1) == [first.id]


async def test_postponing_a_row_postpones_what_stands_behind_it(store: Store) -> None:
    first, second, other = row(), row(), row(BOB)
    await keep(store, first, second, other)
    await claim(store)
    await store.write(lambda tx: tx.received.release([second.id]))
    await store.write(lambda tx: tx.received.postpone(first, NOW + 9_000, "silent"))
    assert await claim(store, NOW + 8_000) == []
    assert await claim(store, NOW + 9_000) == [first.id, second.id]


async def test_a_row_set_aside_lets_the_next_one_pass(store: Store) -> None:
    first, second = row(), row()
    await keep(store, first, second)
    await claim(store, limit=1)
    await store.write(lambda tx: tx.received.set_aside(first.id, NOW + 9_000, "silent"))
    assert await claim(store) == [second.id]
    aside = await store.write(lambda tx: tx.received.claim_aside(NOW + 9_000, NOW + 10_000, 10))
    assert [each.id for each in aside] == [first.id]
    assert await store.query(lambda tx: tx.received.next_due()) == NOW


async def test_a_lease_that_ran_out_is_free_again(store: Store) -> None:
    first = row()
    await keep(store, first)
    await claim(store)
    assert await claim(store, NOW + 59_000) == []
    assert await claim(store, NOW + 60_000) == [first.id]


async def test_claims_side_by_side_share_no_row_and_split_no_actor(store: Store) -> None:
    rows = [row(f"https://remote.example/users/{number % 7}") for number in range(70)]
    await keep(store, *rows)
    claims = await asyncio.gather(*(claim(store, limit=20) for _ in range(4)))
    taken = [number for each in claims for number in each]
    assert len(taken) == len(set(taken))
    actors = {each.id: each.actor for each in rows}
    seen: dict[str, int] = {}
    for position, each in enumerate(claims):
        for number in each:
            assert seen.setdefault(actors[number], position) == position


async def test_finished_rows_are_pruned_a_few_at_a_time(store: Store) -> None:
    rows = [row() for _ in range(5)]
    await keep(store, *rows)
    await store.write(lambda tx: tx.received.finish([(each.id, NOW, "") for each in rows[:4]]))
    assert await store.write(lambda tx: tx.received.prune(NOW)) == 0
    assert await store.write(lambda tx: tx.received.prune(NOW + 1, 3)) == 3
    assert await store.write(lambda tx: tx.received.prune(NOW + 1, 3)) == 1
    assert await store.query(lambda tx: tx.received.counts()) == {"waiting": 1}


async def test_only_the_actor_s_own_waiting_activity_is_cancelled(store: Store) -> None:
    first = row(url="https://remote.example/1")
    await keep(store, first)
    for actor, expected in ((BOB, 0), (ALICE, 1), (ALICE, 0)):
        cancelled = await store.write(
            lambda tx, actor=actor: tx.received.cancel(  # type: ignore[misc]
                "https://remote.example/1", actor, NOW, "undone"
            )
        )
        assert cancelled == expected
