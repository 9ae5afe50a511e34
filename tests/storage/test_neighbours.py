"""Other processes that open and close the same database file."""

import subprocess
import sys
from pathlib import Path

from storage.store import open_store

VISIT = """
import asyncio, sys
from storage.store import open_store

async def visit():
    store = await open_store(sys.argv[1])
    async with store.transaction() as tx:
        await tx.ledger.set_fact("visitor", "was here")
    await store.close()

asyncio.run(visit())
"""


async def test_a_process_that_ends_leaves_the_write_ahead_log_to_those_who_stay(
    tmp_path: Path,
) -> None:
    url = f"sqlite:///{tmp_path / 'node.db'}"
    store = await open_store(url)
    async with store.transaction() as tx:
        await tx.connection.execute("create table facts (name text primary key, value text)")
    log = tmp_path / "node.db-wal"
    before = log.stat().st_ino

    subprocess.run([sys.executable, "-c", VISIT, url], check=True)  # noqa: ASYNC221

    async with store.transaction() as tx:
        await tx.ledger.set_fact("host", "still here")
    assert log.stat().st_ino == before
    again = await open_store(url)
    facts = await again.query(lambda tx: tx.connection.fetch_all("select name from facts"))
    assert {row["name"] for row in facts} == {"visitor", "host"}
    await again.close()
    await store.close()
