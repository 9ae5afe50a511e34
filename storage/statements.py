"""The base of every table family: a connection and the few queries that all of them share."""

from typing import Any, TypeVar

from storage.ports import Connection, Value
from storage.records import columns, placeholders, values

Record = TypeVar("Record")


class Statements:
    """Statements of one table family, bound to one transaction."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    async def all_of(self, record: type[Record], rest: str, *args: Value) -> list[Record]:
        """`select <columns of record> <rest>` as records."""
        rows = await self.connection.fetch_all(f"select {columns(record)} {rest}", *args)
        return [record(*row) for row in rows]

    async def one_of(self, record: type[Record], rest: str, *args: Value) -> Record | None:
        """The first record of `select <columns> <rest>`, or None."""
        row = await self.connection.fetch_one(f"select {columns(record)} {rest}", *args)
        return None if row is None else record(*row)

    async def insert(self, table: str, record: Any, *, rest: str = "") -> int:
        """Insert a record; `rest` may hold an `on conflict` clause. Gives the rows inserted."""
        kind = type(record)
        statement = f"insert into {table} ({columns(kind)}) values ({placeholders(kind)}) {rest}"
        return await self.connection.execute(statement, *values(record))
