"""Bulk inserts of records."""

from collections.abc import Sequence
from typing import Any

from storage.records import columns, placeholders, values
from storage.store import Tx


async def insert_all(tx: Tx, table: str, records: Sequence[Any]) -> None:
    """Insert rows of one kind."""
    kind = type(records[0])
    statement = f"insert into {table} ({columns(kind)}) values ({placeholders(kind)})"  # noqa: S608
    await tx.connection.execute_many(statement, [values(record) for record in records])
