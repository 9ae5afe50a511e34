"""A transaction on PostgreSQL, and what its errors mean to a caller."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import asyncpg

from storage.ports import Busy, Conflict, Engine, Row, StorageError, Value
from storage.unit import Unit

if TYPE_CHECKING:
    Raw = asyncpg.Connection[asyncpg.Record] | asyncpg.pool.PoolConnectionProxy[asyncpg.Record]

T = TypeVar("T")

ERRORS = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)
ARGUMENT_ERRORS = (OverflowError, UnicodeEncodeError)
PASSING = (
    asyncpg.TransactionRollbackError,
    asyncpg.LockNotAvailableError,
    asyncpg.QueryCanceledError,
    asyncpg.PostgresConnectionError,
    # A full disk, no memory, too many connections.
    asyncpg.InsufficientResourcesError,
    asyncpg.PostgresIOError,
    asyncpg.OperatorInterventionError,
    asyncpg.InvalidCachedStatementError,
    OSError,
)


def portable(error: Exception) -> StorageError:
    """The port's error for an error of asyncpg."""
    if isinstance(error, asyncpg.IntegrityConstraintViolationError):
        return Conflict(str(error))
    if isinstance(error, PASSING) or _lost(error):
        return Busy(str(error) or type(error).__name__)
    return StorageError(str(error))


def _lost(error: Exception) -> bool:
    """Whether the client noticed that the connection is gone before it asked the server."""
    return isinstance(error, asyncpg.InterfaceError) and "closed" in str(error)


class PostgresConnection(Unit):
    """One connection of the pool, for the time of one transaction."""

    engine: Engine = "postgres"

    def __init__(self, raw: "Raw") -> None:
        super().__init__()
        self._raw = raw

    async def fetch_all(self, sql: str, *args: Value) -> Sequence[Row]:
        """Every row of the answer (of `returning` too)."""
        return await self._do(self._raw.fetch, sql, *args)

    async def fetch_one(self, sql: str, *args: Value) -> Row | None:
        """The first row, or None."""
        return await self._do(self._raw.fetchrow, sql, *args)

    async def fetch_value(self, sql: str, *args: Value) -> Any:
        """The first column of the first row, or None when there is no row."""
        return await self._do(self._raw.fetchval, sql, *args)

    async def execute(self, sql: str, *args: Value) -> int:
        """Run one statement; the number of rows inserted, changed or deleted."""
        status = await self._do(self._raw.execute, sql, *args)
        words = status.split()
        return int(words[-1]) if words[0] in {"INSERT", "UPDATE", "DELETE"} else 0

    async def execute_many(self, sql: str, rows: Iterable[Sequence[Value]]) -> None:
        """Run one statement for each row of arguments."""
        await self._do(self._raw.executemany, sql, rows)

    async def _do(self, ask: Callable[..., Awaitable[T]], sql: str, *args: Any) -> T:
        self.check()
        try:
            return await ask(sql, *args)
        except (*ERRORS, *ARGUMENT_ERRORS) as error:
            self.failure = portable(error)
            raise self.failure from error
        except asyncio.CancelledError:
            self.failure = StorageError("A statement was cancelled.")
            raise
