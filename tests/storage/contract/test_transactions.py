"""Transactions: all or nothing, one writer's view, no silent loss."""

# ruff: noqa: PT012 - the block of a transaction is what may raise

import asyncio

import pytest

from storage.ports import Conflict, StorageError
from storage.store import Store, Tx

ADD = "insert into books (id, title) values ($1, $2)"
COUNT = "select count(*) from books"


async def _count(store: Store) -> int:
    async with store.read() as tx:
        value: int = await tx.connection.fetch_value(COUNT)
    return value


async def test_a_block_is_kept_whole(library: Store) -> None:
    async with library.transaction() as tx:
        await tx.connection.execute(ADD, 1, "one")
        await tx.connection.execute(ADD, 2, "two")
    assert await _count(library) == 2


async def test_a_block_that_raises_leaves_nothing(library: Store) -> None:
    with pytest.raises(ZeroDivisionError):
        async with library.transaction() as tx:
            await tx.connection.execute(ADD, 1, "one")
            raise ZeroDivisionError
    assert await _count(library) == 0


async def test_a_block_that_is_cancelled_leaves_nothing_and_holds_up_nobody(library: Store) -> None:
    inside = asyncio.Event()

    async def block() -> None:
        async with library.transaction() as tx:
            await tx.connection.execute(ADD, 1, "one")
            inside.set()
            await asyncio.sleep(60)

    task = asyncio.create_task(block())
    await inside.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with library.transaction() as tx:
        await tx.connection.execute(ADD, 1, "another")
    assert await _count(library) == 1


async def test_cancelling_at_any_moment_never_breaks_the_next_transaction(library: Store) -> None:
    async def block(number: int) -> None:
        async with library.transaction() as tx:
            for part in range(5):
                await tx.connection.execute(ADD, number * 5 + part, f"{number}.{part}")

    for number in range(60):
        task = asyncio.create_task(block(number))
        for _ in range(number % 20):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
    async with library.transaction() as tx:
        await tx.connection.execute(ADD, 100_000, "last")
        rows = await tx.connection.fetch_all(
            "select id / 5 as block, count(*) as n from books group by 1"
        )
    assert {row["n"] for row in rows if row["block"] != 20_000} <= {5}
    assert (await _count(library)) % 5 == 1


async def test_nobody_sees_what_is_not_committed(library: Store) -> None:
    async with library.transaction() as tx:
        await tx.connection.execute(ADD, 1, "one")
        assert await tx.connection.fetch_value(COUNT) == 1
        assert await _count(library) == 0
    assert await _count(library) == 1


async def test_a_snapshot_sees_one_state(library: Store) -> None:
    async with library.read(snapshot=True) as tx:
        assert await tx.connection.fetch_value(COUNT) == 0
        async with library.transaction() as writing:
            await writing.connection.execute(ADD, 1, "one")
        assert await tx.connection.fetch_value(COUNT) == 0
    assert await _count(library) == 1


async def test_a_reading_cannot_write(library: Store) -> None:
    with pytest.raises(StorageError):
        async with library.read() as tx:
            await tx.connection.execute(ADD, 1, "one")

    async def query(tx: Tx) -> None:
        await tx.connection.execute(ADD, 1, "one")

    with pytest.raises(StorageError):
        await library.query(query)
    assert await _count(library) == 0


async def test_a_query_reads_what_was_committed(library: Store) -> None:
    async with library.transaction() as tx:
        await tx.connection.execute(ADD, 1, "one")

    async def titles(tx: Tx) -> list[str]:
        total = await tx.connection.fetch_value(COUNT)
        rows = await tx.connection.fetch_all("select title from books limit $1", total)
        return [row["title"] for row in rows]

    assert await library.query(titles) == ["one"]


async def test_more_readings_than_connections_wait_for_each_other(library: Store) -> None:
    async def read() -> int:
        async with library.read() as tx:
            await asyncio.sleep(0)
            value: int = await tx.connection.fetch_value(COUNT)
        return value

    assert await asyncio.gather(*[read() for _ in range(50)]) == [0] * 50


async def test_a_part_may_fail_alone(library: Store) -> None:
    async with library.transaction() as tx:
        await tx.connection.execute(ADD, 1, "one")
        with pytest.raises(Conflict):
            async with tx.connection.savepoint():
                await tx.connection.execute(ADD, 2, "two")
                await tx.connection.execute(ADD, 3, "one")
        async with tx.connection.savepoint():
            await tx.connection.execute(ADD, 4, "four")
            with pytest.raises(Conflict):
                async with tx.connection.savepoint():
                    await tx.connection.execute(ADD, 4, "inner")
    async with library.read() as tx:
        rows = await tx.connection.fetch_all("select id from books order by id")
    assert [row["id"] for row in rows] == [1, 4]


async def test_a_conflict_caught_without_a_savepoint_is_never_a_silent_loss(library: Store) -> None:
    with pytest.raises(StorageError, match="savepoint"):
        async with library.transaction() as tx:
            await tx.connection.execute(ADD, 1, "one")
            with pytest.raises(Conflict):
                await tx.connection.execute(ADD, 1, "again")
    with pytest.raises(StorageError, match="savepoint"):
        async with library.transaction() as tx:
            with pytest.raises(Conflict):
                await tx.connection.execute(ADD, 2, None)
            await tx.connection.execute(ADD, 3, "three")
    assert await _count(library) == 0


async def test_a_transaction_is_over_when_its_block_is(library: Store) -> None:
    async with library.transaction() as writing:
        pass
    async with library.read() as reading:
        pass
    kept: list[Tx] = [writing, reading]

    async def keep(tx: Tx) -> None:
        kept.append(tx)

    await library.write(keep)
    await library.query(keep)
    for tx in kept:
        with pytest.raises(StorageError, match="ended"):
            await tx.connection.fetch_value(COUNT)


async def test_transactions_of_two_processes_do_not_lose_each_others_work(
    library: Store, second: Store
) -> None:
    async with library.transaction() as tx:
        await tx.connection.execute("insert into shelves (id, name) values (1, '')")

    async def append(store: Store, letter: str) -> None:
        for _ in range(20):
            async with store.transaction() as tx:
                await tx.connection.execute("update shelves set name = name || $1", letter)

    await asyncio.gather(append(library, "a"), append(second, "b"))
    async with second.read() as tx:
        name = await tx.connection.fetch_value("select name from shelves")
    assert sorted(name) == ["a"] * 20 + ["b"] * 20
