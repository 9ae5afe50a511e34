"""Group commit: small writing operations that wait at the same moment share one commit.

A commit costs a wait for the disk (`fsync`), an operation some microseconds. While one group is
being committed the next one gathers, so the busier the node, the larger the groups.
"""

import asyncio
import sqlite3
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextvars import Context, copy_context
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar, cast

from storage.ports import Connection
from storage.sqlite_connection import NearConnection, run_near
from storage.sqlite_statements import ERRORS, RawStatements, portable
from storage.sqlite_thread import DatabaseThread

T = TypeVar("T")
MAX_OPERATIONS = 200
MAX_SECONDS = 0.005


@dataclass(slots=True, eq=False)
class Job:
    """An operation that waits for its turn, and what became of it."""

    operation: Callable[[Connection], Awaitable[Any]]
    future: asyncio.Future[Any]
    context: Context = field(default_factory=copy_context)
    tried: bool = False
    result: Any = None
    error: BaseException | None = None
    channels: Sequence[str] = ()


class GroupCommit:
    """Feeds waiting operations to the writer, a group at a time, in turn with transactions."""

    def __init__(
        self,
        thread: DatabaseThread,
        statements: RawStatements,
        turn: asyncio.Lock,
        after_commit: Callable[[Sequence[str]], None],
    ) -> None:
        self._thread = thread
        self._statements = statements
        self._turn = turn
        self._after_commit = after_commit
        self._waiting: deque[Job] = deque()
        self._runner: asyncio.Task[None] | None = None

    async def write(self, operation: Callable[[Connection], Awaitable[T]]) -> T:
        """Run one operation; returns once it is on disk.

        A caller that is cancelled does not know whether its operation was done.
        """
        loop = asyncio.get_running_loop()
        job = Job(operation, loop.create_future())
        self._waiting.append(job)
        if self._runner is None or self._runner.done():
            self._runner = loop.create_task(self._run(), name="group-commit")
        return cast(T, await job.future)

    async def finish(self) -> None:
        """Wait until nothing is waiting."""
        # A runner that was cancelled before its first step never says that it is gone.
        while self._runner is not None and not self._runner.done():
            await asyncio.wait([self._runner])

    async def _run(self) -> None:
        group: list[Job] = []
        try:
            while self._waiting:
                async with self._turn:
                    size = min(MAX_OPERATIONS, len(self._waiting))
                    group = [self._waiting.popleft() for _ in range(size)]
                    await self._thread.call(
                        partial(run_group, self._statements, group, self._after_commit)
                    )
                self._settle(group)
        except asyncio.CancelledError:  # the loop is ending
            for job in (*group, *self._waiting):
                job.future.cancel()
            raise
        except Exception as error:  # noqa: BLE001 - whatever it was, nobody may wait for ever
            for job in (*group, *self._waiting):
                job.error = portable(error)
                _answer(job)
        finally:
            self._waiting.clear()
            self._runner = None

    def _settle(self, group: Sequence[Job]) -> None:
        self._waiting.extendleft(job for job in reversed(group) if not job.tried)
        for job in group:
            if job.tried:
                _answer(job)


def _answer(job: Job) -> None:
    if job.future.done():
        return
    if job.error is None:
        job.future.set_result(job.result)
    else:
        job.future.set_exception(job.error)


def run_group(
    statements: RawStatements, group: Sequence[Job], after_commit: Callable[[Sequence[str]], None]
) -> None:
    """Run operations in one transaction, on the database thread; fills in the jobs.

    After `MAX_SECONDS` the rest of the group is left for the next one.
    """
    raw = statements.raw
    try:
        raw.execute("begin immediate")
    except ERRORS as error:
        _lose(group, error)
        return
    try:
        _commit(raw, _run_jobs(statements, group), after_commit)
    finally:
        raw.rollback()  # nothing to do, unless something unforeseen was raised


def _run_jobs(statements: RawStatements, group: Sequence[Job]) -> list[Job]:
    until = time.monotonic() + MAX_SECONDS
    done: list[Job] = []
    alone = len(group) == 1
    for job in group:
        if done and time.monotonic() > until:
            break
        job.tried = True
        if job.future.cancelled():
            continue
        done.append(job)
        _run_job(job, statements, alone=alone)
        if job.error is not None and not statements.raw.in_transaction:
            break
    return done


def _run_job(job: Job, statements: RawStatements, *, alone: bool) -> None:
    raw = statements.raw
    unit = NearConnection(statements)
    try:
        if not alone:
            raw.execute("savepoint operation")
        job.result = job.context.run(run_near, job.operation, unit)
        if not alone:
            raw.execute("release savepoint operation")
        job.channels = unit.channels
    except BaseException as error:  # noqa: BLE001 - it is raised in the waiting task
        job.error = portable(error) if isinstance(error, sqlite3.Error) else error
        if raw.in_transaction and not alone:
            raw.execute("rollback to savepoint operation")
            raw.execute("release savepoint operation")


def _commit(
    raw: sqlite3.Connection, done: Sequence[Job], after_commit: Callable[[Sequence[str]], None]
) -> None:
    kept = [job for job in done if job.error is None]
    try:
        if not kept:
            raw.rollback()
            return
        if not raw.in_transaction:
            raise sqlite3.OperationalError("the transaction was rolled back by the database")
        raw.commit()
    except ERRORS as error:
        raw.rollback()
        _lose(kept, error)
        return
    after_commit([channel for job in kept for channel in job.channels])


def _lose(jobs: Sequence[Job], error: Exception) -> None:
    for job in jobs:
        job.tried = True
        job.error = portable(error)
        job.error.__cause__ = error
