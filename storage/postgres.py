"""PostgreSQL: a pool for writing, a pool for reading, one connection that listens."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, TypeVar

import asyncpg

from storage import ids
from storage.ports import Busy, Connection, Engine, StorageError
from storage.postgres_connection import ERRORS, PostgresConnection, portable
from storage.postgres_wakeups import PostgresWakeups
from storage.wakeups import Wakeup

if TYPE_CHECKING:
    Pool = asyncpg.Pool[asyncpg.Record]
    from storage.postgres_connection import Raw

T = TypeVar("T")

TURN_SECONDS = 30.0
STATEMENT_SECONDS = 60.0
CONNECT_SECONDS = 10.0
CACHED_STATEMENTS = 400
MIGRATION_LOCK = 0x636F6D6D
SETTINGS = {"application_name": "communotic", "timezone": "UTC", "jit": "off"}


class PostgresEngine:
    """One database on a server."""

    name: Engine = "postgres"

    def __init__(self, dsn: str, writers: "Pool", readers: "Pool") -> None:
        self._dsn = dsn
        self._writers = writers
        self._readers = readers
        self._inside = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._closed = False
        self._wakeups = PostgresWakeups(dsn, writers)

    @classmethod
    async def open(cls, dsn: str, *, pool_size: int) -> "PostgresEngine":
        """Connect, with at most `pool_size` connections for each pool. Raises `StorageError`."""
        writers = await _pool(dsn, pool_size, SETTINGS)
        try:
            read_only = {**SETTINGS, "default_transaction_read_only": "on"}
            readers = await _pool(dsn, pool_size, read_only)
            worker = await writers.fetchval("select nextval(to_regclass('worker_numbers'))")
        except BaseException:
            writers.terminate()
            raise
        if worker is not None:
            ids.take_worker(worker)
        return cls(dsn, writers, readers)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """A block that writes, at the level "read committed"."""
        async with self._taken(self._writers) as raw, _unit(raw, "begin") as unit:
            yield unit
        self._wakeups.after_commit(unit.channels)

    @asynccontextmanager
    async def reading(self, *, snapshot: bool) -> AsyncIterator[Connection]:
        """A block that reads; without `snapshot` each statement sees what is committed then."""
        async with self._taken(self._readers) as raw:
            if not snapshot:
                unit = PostgresConnection(raw)
                try:
                    yield unit
                finally:
                    unit.ended = True
                return
            async with _unit(raw, "begin isolation level repeatable read") as unit:
                yield unit

    @asynccontextmanager
    async def schema_change(self) -> AsyncIterator[Connection]:
        """A transaction under an advisory lock, so that two processes do not migrate at once."""
        async with self._patient() as raw, _unit(raw, "begin") as unit:
            await unit.execute(f"select pg_advisory_xact_lock({MIGRATION_LOCK})")
            yield unit

    async def write(self, operation: Callable[[Connection], Awaitable[T]]) -> T:
        """Run an operation in a transaction of its own: the server groups commits itself."""
        async with self.transaction() as connection:
            return await operation(connection)

    async def query(self, operation: Callable[[Connection], Awaitable[T]]) -> T:
        """Run a reading operation."""
        async with self.reading(snapshot=False) as connection:
            return await operation(connection)

    def listen(self, channel: str) -> Wakeup:
        """A wake-up, called by any process of this database."""
        return self._wakeups.listen(channel)

    async def notify(self, channel: str) -> None:
        """Wake every listener of `channel`, in every process."""
        self._wakeups.after_commit((channel,))

    async def analyze(self) -> None:
        """Fresh statistics for every table."""
        async with self._patient() as raw:
            await PostgresConnection(raw).execute("analyze")

    async def close(self) -> None:
        """Finish what was begun and close every connection."""
        self._closed = True
        await self._idle.wait()
        await self._wakeups.close()
        await self._readers.close()
        await self._writers.close()

    @asynccontextmanager
    async def _taken(self, pool: "Pool") -> AsyncIterator["Raw"]:
        """A connection of the pool. Raises `Busy` when there is none to be had."""
        if self._closed:
            raise StorageError("The database was closed.")
        self._inside += 1
        self._idle.clear()
        try:
            raw = await _acquire(pool)
            try:
                yield raw
            finally:
                await pool.release(raw)
        finally:
            self._inside -= 1
            if not self._inside:
                self._idle.set()

    @asynccontextmanager
    async def _patient(self) -> AsyncIterator["Raw"]:
        """A connection of its own for statements that may take minutes."""
        try:
            raw = await asyncpg.connect(
                self._dsn, timeout=CONNECT_SECONDS, server_settings=SETTINGS
            )
        except (*ERRORS, TimeoutError) as error:
            raise portable(error) from error
        try:
            yield raw
        finally:
            await raw.close()


async def _acquire(pool: "Pool") -> "asyncpg.pool.PoolConnectionProxy[asyncpg.Record]":
    try:
        return await pool.acquire(timeout=TURN_SECONDS)
    except ERRORS as error:
        raise Busy(f"No connection to PostgreSQL was free: {error}") from error


async def _pool(dsn: str, size: int, settings: dict[str, str]) -> "Pool":
    try:
        return await asyncpg.create_pool(
            dsn,
            min_size=1,
            max_size=size,
            statement_cache_size=CACHED_STATEMENTS,
            timeout=CONNECT_SECONDS,
            command_timeout=STATEMENT_SECONDS,
            server_settings=settings,
            init=_prepare,
            reset=_leave_clean,
        )
    except (*ERRORS, TimeoutError) as error:
        problem = portable(error)
        raise type(problem)(f"PostgreSQL cannot be reached: {error}") from error


@asynccontextmanager
async def _unit(raw: "Raw", begin: str) -> AsyncIterator[PostgresConnection]:
    """A transaction: committed at its end, undone when the block raises."""
    unit = PostgresConnection(raw)
    await unit.execute(begin)
    try:
        yield unit
        await unit.execute("commit")
    except BaseException:
        with suppress(*ERRORS):
            await raw.execute("rollback")
        raise
    finally:
        unit.ended = True


async def _prepare(raw: "asyncpg.Connection[asyncpg.Record]") -> None:
    """Sums of integers come as `numeric`; read them as integers again."""
    await raw.set_type_codec(
        "numeric", schema="pg_catalog", encoder=str, decoder=_number, format="text"
    )


async def _leave_clean(raw: "asyncpg.Connection[asyncpg.Record]") -> None:
    """Before the next one gets the connection.

    We change no session state, so the usual reset, a round trip each time, is not needed; a
    transaction can only be left open by a second cancellation during its rollback.
    """
    if raw.is_in_transaction():
        await raw.execute("rollback")


def _number(text: str) -> int | float:
    return float(text) if "." in text or "N" in text else int(text)
