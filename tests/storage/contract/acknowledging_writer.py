"""Writes until it is killed, and prints each id once the store says that it is kept.

Arguments: the database's URL, the number of the round; odd rounds use `transaction`.
"""

import asyncio
import os
import sys

from storage.store import Store, Tx, open_store


async def _both(tx: Tx, number: int) -> int:
    await tx.connection.execute("insert into shelves (id, name) values ($1, '')", number)
    await tx.connection.execute(
        "insert into books (id, title, shelf_id) values ($1, $2, $1)", number, str(number)
    )
    return number


async def _write(store: Store, number: int) -> int:
    return await store.write(lambda tx: _both(tx, number))


async def _transact(store: Store, number: int) -> int:
    async with store.transaction() as tx:
        return await _both(tx, number)


async def _worker(store: Store, start: int, round_: int) -> None:
    one = _transact if round_ % 2 else _write
    number = start
    while True:
        done = await one(store, number)
        os.write(1, b"%d\n" % done)
        number += 1


async def main(url: str, round_: int) -> None:
    """Write with many tasks at once."""
    store = await open_store(url)
    starts = [(round_ * 100 + worker) * 1_000_000 for worker in range(16)]
    await asyncio.gather(*[_worker(store, start, round_) for start in starts])


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
