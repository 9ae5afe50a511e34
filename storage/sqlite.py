"""SQLite: one guarded writer, a few readers, each on its own thread."""

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from storage.ports import Busy, Connection, Engine, StorageError
from storage.sqlite_connection import FarConnection, NearConnection, run_near
from storage.sqlite_readers import Readers
from storage.sqlite_statements import RawStatements, Synchronous, open_raw
from storage.sqlite_thread import DatabaseThread
from storage.sqlite_writer import GroupCommit
from storage.wakeups import Wakeup, Wakeups

T = TypeVar("T")
log = logging.getLogger(__name__)
TURN_SECONDS = 30.0
WATCH_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Seat:
    """A connection and the thread that it lives on."""

    thread: DatabaseThread
    statements: RawStatements


async def _take_seat(name: str, path: Path, synchronous: Synchronous, *, read_only: bool) -> Seat:
    thread = DatabaseThread(name)
    try:
        raw = await thread.call(partial(open_raw, path, synchronous, read_only=read_only))
    except BaseException:
        await thread.close()
        raise
    return Seat(thread, RawStatements(raw))


class SqliteEngine:
    """One database file, open."""

    name: Engine = "sqlite"

    def __init__(self, writer: Seat, readers: Sequence[Seat]) -> None:
        self._loop = asyncio.get_running_loop()
        self._writer = writer
        self._readers = Readers(readers, lambda seat: seat.thread.since)
        self._turn = asyncio.Lock()
        self._owner: asyncio.Task[object] | None = None
        self._wakeups = Wakeups()
        self._watch: asyncio.Task[None] | None = None
        self._group = GroupCommit(writer.thread, writer.statements, self._turn, self._after_commit)

    @classmethod
    async def open(cls, path: Path, *, readers: int, synchronous: Synchronous) -> "SqliteEngine":
        """Open a file, creating it when it is missing. Raises `StorageError`."""
        seats = [await _take_seat("database-writer", path, synchronous, read_only=False)]
        try:
            for number in range(readers):
                name = f"database-reader-{number}"
                seats.append(await _take_seat(name, path, synchronous, read_only=True))
        except BaseException:
            await _leave(seats)
            raise
        return cls(seats[0], seats[1:])

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """A block that writes; no other writer of this process runs meanwhile."""
        async with self._my_turn():
            unit = FarConnection(self._writer.statements, self._writer.thread, "begin immediate")
            try:
                yield unit
                await unit.commit(lambda: self._after_commit(unit.channels))
            except BaseException:
                unit.abandon()
                raise

    @asynccontextmanager
    async def reading(self, *, snapshot: bool) -> AsyncIterator[Connection]:  # noqa: ARG002
        """A block that reads; it always sees one state, which costs nothing here."""
        seat = await self._reader()
        unit = FarConnection(seat.statements, seat.thread, "begin")
        try:
            yield unit
        finally:
            unit.abandon()
            self._readers.give_back(seat)

    @asynccontextmanager
    async def schema_change(self) -> AsyncIterator[Connection]:
        """A transaction without foreign keys (tables may be rebuilt), which are checked after."""
        thread, raw = self._writer.thread, self._writer.statements.raw
        async with self._my_turn():
            unit = FarConnection(self._writer.statements, thread, "begin immediate")
            try:
                await thread.call(lambda: raw.execute("pragma foreign_keys = off"))
                yield unit
                if await unit.fetch_all("pragma foreign_key_check"):
                    raise StorageError("The change would leave rows that refer to nothing.")
                await unit.commit(lambda: None)
            except BaseException:
                unit.abandon()
                raise
            finally:
                thread.post(lambda: raw.execute("pragma foreign_keys = on"))

    async def write(self, operation: Callable[[Connection], Awaitable[T]]) -> T:
        """Run a small operation on the writer's thread, in one commit with its neighbours."""
        self._refuse_nesting()
        return await self._group.write(operation)

    async def query(self, operation: Callable[[Connection], Awaitable[T]]) -> T:
        """Run a reading operation in one go on a reader's thread, on one state."""
        shared = self._readers.shared()
        if shared is not None:
            return await shared.thread.call(partial(_query, shared.statements, operation))
        seat = await self._reader()
        try:
            return await seat.thread.call(partial(_query, seat.statements, operation))
        finally:
            self._readers.give_back(seat)

    def listen(self, channel: str) -> Wakeup:
        """A wake-up; commits of other processes (the command line) wake it too."""
        if self._watch is None:
            self._watch = self._loop.create_task(self._watch_others(), name="database-watch")
        return self._wakeups.listen(channel)

    async def notify(self, channel: str) -> None:
        """Wake every listener of `channel`."""
        self._wakeups.call((channel,))

    async def analyze(self) -> None:
        """Fresh statistics for every table, one table at a time so that writers get between.

        `pragma optimize` is avoided on purpose: on a large database its samples make partial
        indexes look useless.
        """
        async with self.reading(snapshot=True) as unit:
            tables = await unit.fetch_all(
                "select name from sqlite_schema where type = 'table' and name not like 'sqlite_%'"
            )
        for table in tables:
            async with self.transaction() as unit:
                await unit.execute(f'analyze "{table["name"]}"')
        await self._reload_statistics()

    async def _reload_statistics(self) -> None:
        held: list[Seat] = []
        try:
            while len(held) < max(len(self._readers.seats) - 1, 1):
                held.append(await self._reader())
            async with self._my_turn():
                for seat in self._readers.seats:
                    await seat.thread.call(partial(_reload_statistics, seat.statements.raw))
        finally:
            for seat in held:
                self._readers.give_back(seat)

    async def close(self) -> None:
        """Finish what is waiting, then close the file."""
        if self._watch is not None:
            self._watch.cancel()
        await self._group.finish()
        async with self._turn:
            await _leave([*self._readers.seats, self._writer])

    @asynccontextmanager
    async def _my_turn(self) -> AsyncIterator[None]:
        self._refuse_nesting()
        await _at_most(self._turn.acquire(), "the one that writes")
        self._owner = asyncio.current_task()
        try:
            yield
        finally:
            self._owner = None
            self._turn.release()

    async def _reader(self) -> Seat:
        return await _at_most(self._readers.alone(), "one that reads")

    def _refuse_nesting(self) -> None:
        if self._owner is not None and self._owner is asyncio.current_task():
            raise StorageError("A task inside a transaction waits for itself to write.")

    def _after_commit(self, channels: Sequence[str]) -> None:
        """Called on the writer's thread."""
        if channels:
            self._loop.call_soon_threadsafe(self._wakeups.call, frozenset(channels))

    async def _watch_others(self) -> None:
        raw = self._writer.statements.raw
        seen = None
        while True:
            version = await self._writer.thread.call(partial(_data_version, raw))
            if version is None or (seen is not None and version != seen):
                self._wakeups.call_everyone()
            seen = version
            await asyncio.sleep(WATCH_SECONDS)


def _data_version(raw: sqlite3.Connection) -> int | None:
    """A number that changes when another connection commits, or None when it cannot be had."""
    try:
        version: int = raw.execute("pragma data_version").fetchone()[0]
    except sqlite3.Error as error:
        log.warning("Commits of other processes cannot be noticed now: %s", error)
        return None
    return version


async def _at_most(waiting: Awaitable[T], what: str) -> T:
    try:
        async with asyncio.timeout(TURN_SECONDS):
            return await waiting
    except TimeoutError as error:
        raise Busy(f"No connection, {what}, was free within {TURN_SECONDS:.0f} s.") from error


async def _leave(seats: Sequence[Seat]) -> None:
    for seat in seats:
        seat.thread.post(seat.statements.raw.close)
        await seat.thread.close()


def _query(statements: RawStatements, operation: Callable[[Connection], Awaitable[T]]) -> T:
    """Run a reading operation, on the reader's thread."""
    statements.raw.execute("begin")
    try:
        return run_near(operation, NearConnection(statements))
    finally:
        statements.raw.rollback()


def _reload_statistics(raw: sqlite3.Connection) -> None:
    """A connection does not notice by itself what another one's `analyze` found."""
    raw.execute("pragma query_only = off")
    try:
        raw.execute("analyze sqlite_schema")
    finally:
        raw.execute("pragma query_only = on")
