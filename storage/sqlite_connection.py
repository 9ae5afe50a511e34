"""The two kinds of transaction on SQLite: near the database thread, and far from it."""

import asyncio
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import partial
from typing import Any, TypeVar

from storage.ports import Connection, Engine, Row, StorageError, Value
from storage.sqlite_statements import ERRORS, RawStatements, portable
from storage.sqlite_thread import DatabaseThread
from storage.unit import Unit

T = TypeVar("T")


class SqliteConnection(Unit, ABC):
    """A transaction on SQLite; the two kinds differ in the way to the thread."""

    engine: Engine = "sqlite"

    def __init__(self, statements: RawStatements) -> None:
        super().__init__()
        self._statements = statements

    async def fetch_all(self, sql: str, *args: Value) -> Sequence[Row]:
        """Every row of the answer (of `returning` too)."""
        return await self._do(self._statements.fetch_all, sql, args)

    async def fetch_one(self, sql: str, *args: Value) -> Row | None:
        """The first row, or None."""
        return await self._do(self._statements.fetch_one, sql, args)

    async def fetch_value(self, sql: str, *args: Value) -> Any:
        """The first column of the first row, or None when there is no row."""
        row = await self._do(self._statements.fetch_one, sql, args)
        return None if row is None else row[0]

    async def execute(self, sql: str, *args: Value) -> int:
        """Run one statement; the number of rows inserted, changed or deleted."""
        return await self._do(self._statements.execute, sql, args)

    async def execute_many(self, sql: str, rows: Iterable[Sequence[Value]]) -> None:
        """Run one statement for each row of arguments."""
        await self._do(self._statements.execute_many, sql, tuple(rows))

    @abstractmethod
    async def _do(self, run: Callable[[str, Any], T], sql: str, args: Any) -> T:
        """Call `run(sql, args)` where the database is."""


class NearConnection(SqliteConnection):
    """For an operation that runs on the database thread: a statement is a plain call."""

    async def _do(self, run: Callable[[str, Any], T], sql: str, args: Any) -> T:
        self.check()
        try:
            return run(sql, args)
        except ERRORS as error:
            self.failure = portable(error)
            raise self.failure from error


class FarConnection(SqliteConnection):
    """For a block on the event loop: each statement travels, and the first one begins."""

    def __init__(self, statements: RawStatements, thread: DatabaseThread, begin: str) -> None:
        super().__init__(statements)
        self._thread = thread
        self._begin = begin
        self._begun = False

    async def _do(self, run: Callable[[str, Any], T], sql: str, args: Any) -> T:
        self.check()
        first, self._begun = not self._begun, True
        try:
            return await self._thread.call(partial(self._run, first, run, sql, args))
        except ERRORS as error:
            self.failure = portable(error)
            raise self.failure from error
        except asyncio.CancelledError:
            self.failure = StorageError("A statement was cancelled.")
            raise

    async def commit(self, after: Callable[[], object]) -> None:
        """Make it last and call `after` on the thread; when that fails, undo everything."""
        self.check()
        self.ended = True
        if not self._begun:
            after()
            return
        try:
            await self._thread.call(partial(self._commit, after))
        except ERRORS as error:
            raise portable(error) from error

    def abandon(self) -> None:
        """Undo everything (or end a reading), before whatever is asked of the thread next."""
        self.ended = True
        if self._begun:
            self._thread.post(self._statements.raw.rollback)

    def _run(self, first: bool, run: Callable[[str, Any], T], sql: str, args: Any) -> T:
        if first:
            self._statements.raw.execute(self._begin)
        elif not self._statements.raw.in_transaction:
            raise sqlite3.OperationalError("the transaction was rolled back by the database")
        return run(sql, args)

    def _commit(self, after: Callable[[], object]) -> None:
        raw = self._statements.raw
        if not raw.in_transaction:
            raise sqlite3.OperationalError("the transaction was rolled back by the database")
        try:
            raw.commit()
        except BaseException:
            raw.rollback()
            raise
        after()


async def _in_one_go(operation: Callable[[Connection], Awaitable[T]], unit: NearConnection) -> T:
    result = await operation(unit)
    unit.check()
    return result


def run_near(operation: Callable[[Connection], Awaitable[T]], unit: NearConnection) -> T:
    """Run a whole operation here and now, on the database thread.

    Its statements never wait, so neither may it: it raises `StorageError` when the operation
    awaits anything but its transaction.
    """
    coroutine = _in_one_go(operation, unit)
    try:
        coroutine.send(None)
    except StopIteration as stop:
        result: T = stop.value
        return result
    except RuntimeError as error:
        if "no running event loop" not in str(error):
            raise
        raise StorageError(WAITED) from error
    finally:
        coroutine.close()
        unit.ended = True
    raise StorageError(WAITED)


WAITED = (
    "An operation given to write() or query() runs on the database's own thread and may await "
    "nothing but its transaction; do the rest before or after, or use `async with "
    "store.transaction()`."
)
