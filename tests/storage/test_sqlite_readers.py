"""Short readings share a thread; a long one holds nobody up."""

import asyncio
import threading

from storage.store import Store, Tx, open_store

LONG = """
    with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < 3000000)
    select count(*) from numbers
"""


async def thread_of(store: Store) -> str:
    async def operation(tx: Tx) -> str:
        await tx.connection.fetch_value("select 1")
        return threading.current_thread().name

    return await store.query(operation)


async def test_short_readings_side_by_side_use_one_thread(sqlite_store: Store) -> None:
    names = await asyncio.gather(*(thread_of(sqlite_store) for _ in range(20)))
    assert set(names) == {"database-reader-0"}


async def test_a_long_reading_holds_no_short_one_up(sqlite_store: Store) -> None:
    long = asyncio.create_task(sqlite_store.query(lambda tx: tx.connection.fetch_value(LONG)))
    await asyncio.sleep(0.05)
    assert await thread_of(sqlite_store) != "database-reader-0"
    assert not long.done()
    assert await long == 3_000_000
    assert await thread_of(sqlite_store) == "database-reader-0"


async def test_blocks_that_read_leave_the_shared_thread_free(sqlite_store: Store) -> None:
    async with sqlite_store.read() as one, sqlite_store.read() as other:
        assert await one.connection.fetch_value("select 1") == 1
        assert await other.connection.fetch_value("select 2") == 2
        assert await thread_of(sqlite_store) == "database-reader-0"


async def test_one_reader_does_everything_in_turn(sqlite_url: str) -> None:
    store = await open_store(sqlite_url, readers=1)
    assert await thread_of(store) == "database-reader-0"
    async with store.read() as tx:
        assert await tx.connection.fetch_value("select 1") == 1
    await store.analyze()
    await store.close()
