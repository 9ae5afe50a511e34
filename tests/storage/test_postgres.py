"""What is particular to PostgreSQL."""

import asyncio

import pytest

from storage import ids
from storage.ports import Busy
from storage.store import Store, Tx, open_store
from tests.storage.conftest import SHELF, add_tables
from tests.support.databases import PostgresServer

COUNT = "select count(*) from books"


@pytest.fixture
async def shop(postgres_store: Store) -> Store:
    """A PostgreSQL store that has `shelves` and `books`."""
    await add_tables(postgres_store, SHELF)
    return postgres_store


async def _retrying(store: Store, number: int) -> int:
    async def operation(tx: Tx) -> int:
        await tx.connection.execute(
            "insert into books (id, title) values ($1, $2) on conflict do nothing",
            number,
            str(number),
        )
        return number

    while True:
        try:
            return await store.write(operation)
        except Busy:
            await asyncio.sleep(0.05)


async def test_a_restart_of_the_server_is_survived(
    shop: Store, postgres_server: PostgresServer
) -> None:
    wakeup = shop.listen("books")
    busy = True
    kept: list[int] = []

    async def keep_writing(start: int) -> None:
        number = start
        while busy:
            kept.append(await _retrying(shop, number))
            number += 1

    writers = [asyncio.create_task(keep_writing(start * 1_000_000)) for start in range(8)]
    await _grown_to(kept, 50)
    await asyncio.to_thread(postgres_server.restart)
    await _grown_to(kept, len(kept) + 50)
    busy = False
    await asyncio.gather(*writers)
    async with shop.read() as tx:
        rows = await tx.connection.fetch_all("select id from books")
    assert set(kept) <= {row["id"] for row in rows}
    await _until_heard(shop, wakeup_channel="books")
    assert await wakeup.wait(30)


async def _grown_to(kept: list[int], size: int) -> None:
    while len(kept) < size:  # noqa: ASYNC110 - eight writers fill it
        await asyncio.sleep(0.01)


async def _until_heard(store: Store, wakeup_channel: str) -> None:
    other = store.listen(wakeup_channel)
    while not await other.wait(0.1):
        await store.notify(wakeup_channel)


async def test_a_listener_hears_again_after_its_connection_was_lost(
    postgres_server: PostgresServer, postgres_url: str
) -> None:
    listening, speaking = await open_store(postgres_url), await open_store(postgres_url)
    wakeup = listening.listen("inbox")
    assert await wakeup.wait(30), "everyone is woken once listening begins"
    await postgres_server.run(
        "select pg_terminate_backend(pid) from pg_stat_activity where query ilike 'listen %'"
    )
    assert await wakeup.wait(30), "everyone is woken once listening begins again"
    await speaking.notify("inbox")
    assert await wakeup.wait(30)
    await listening.close()
    await speaking.close()


async def test_a_deadlock_is_busy_for_one_and_nothing_for_the_other(shop: Store) -> None:
    async with shop.transaction() as tx:
        await tx.connection.execute("insert into shelves (id, name) values (1, ''), (2, '')")
    both_hold = asyncio.Barrier(2)

    async def lock(first: int, then: int) -> None:
        async with shop.transaction() as tx:
            change = "update shelves set name = name || 'x' where id = $1"
            await tx.connection.execute(change, first)
            await both_hold.wait()
            await tx.connection.execute(change, then)

    results = await asyncio.gather(lock(1, 2), lock(2, 1), return_exceptions=True)
    assert sorted(type(result).__name__ for result in results) == ["Busy", "NoneType"]


async def test_workers_claim_different_rows_at_once(shop: Store) -> None:
    async with shop.transaction() as tx:
        await tx.connection.execute_many(
            "insert into books (id, title) values ($1, $2)", [(n, str(n)) for n in range(10)]
        )
    both_hold = asyncio.Barrier(2)

    async def claim() -> set[int]:
        async with shop.transaction() as tx:
            rows = await tx.connection.fetch_all(
                "update books set pages = 1 where id in (select id from books where pages is null "
                "order by id limit 5 for update skip locked) returning id"
            )
            await both_hold.wait()
            return {row["id"] for row in rows}

    first, second = await asyncio.gather(claim(), claim())
    assert first | second == set(range(10))
    assert not first & second


async def test_each_process_gets_worker_bits_of_its_own(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[int] = []
    monkeypatch.setattr(ids, "take_worker", taken.append)
    for _ in range(3):
        await (await open_store(postgres_url)).close()
    assert len(set(taken)) == 3


async def test_a_server_that_is_not_there_is_busy_and_named(postgres_url: str) -> None:
    nowhere = "postgresql://postgres@/postgres?host=/nowhere"
    with pytest.raises(Busy, match="PostgreSQL cannot be reached"):
        await open_store(nowhere)


async def test_a_connection_cancelled_twice_is_clean_for_the_next_one(shop: Store) -> None:
    inside = asyncio.Event()

    async def block() -> None:
        async with shop.transaction() as tx:
            await tx.connection.execute("insert into shelves (id, name) values (1, '')")
            inside.set()
            await tx.connection.execute("select pg_sleep(30)")

    for _ in range(8):
        task = asyncio.create_task(block())
        await inside.wait()
        inside.clear()
        task.cancel()
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
    for _ in range(10):
        async with shop.transaction() as tx:
            assert await tx.connection.fetch_value("select count(*) from shelves") == 0
    async with shop.read() as tx:
        assert await tx.connection.fetch_value(COUNT) == 0
