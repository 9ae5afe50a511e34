"""What was acknowledged survives `kill -9` of the process that wrote it."""

import asyncio
import random
import sys
from pathlib import Path

import pytest

from storage.store import Store, open_store

WRITER = "tests.storage.contract.acknowledging_writer"
ROOT = Path(__file__).parents[3]
ROUNDS = 6


async def _acknowledged_until_killed(url: str, round_: int, lines: int) -> set[int]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", WRITER, url, str(round_), stdout=asyncio.subprocess.PIPE, cwd=ROOT
    )
    assert process.stdout is not None
    seen = [await process.stdout.readline() for _ in range(lines)]
    process.kill()
    rest = (await process.stdout.read()).splitlines(keepends=True)
    await process.wait()
    return {int(line) for line in (*seen, *rest) if line.endswith(b"\n")}


async def _check(store: Store) -> set[int]:
    async with store.transaction() as tx:
        if store.engine == "sqlite":
            assert await tx.connection.fetch_value("pragma integrity_check") == "ok"
        books = await tx.connection.fetch_all("select id from books")
        pages = await tx.connection.fetch_all("select id from shelves")
        await tx.connection.execute("update books set pages = 1")
    assert {row["id"] for row in books} == {row["id"] for row in pages}
    return {row["id"] for row in books}


@pytest.mark.parametrize("kind", ["write", "transaction"])
async def test_nothing_acknowledged_is_lost(library: Store, database_url: str, kind: str) -> None:
    await library.close()
    chance = random.Random(kind)
    acknowledged: set[int] = set()
    for round_ in range(ROUNDS):
        number = round_ * 2 + (kind == "transaction")
        lines = chance.randrange(1, 400)
        acknowledged |= await _acknowledged_until_killed(database_url, number, lines)
        store = await open_store(database_url)
        kept = await _check(store)
        await store.close()
        assert acknowledged <= kept
    assert len(acknowledged) > ROUNDS
