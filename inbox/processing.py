"""Working off the received activities of one actor, in order, several in one transaction."""

import asyncio
import itertools
import logging
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from actors.identifiers import Identifiers
from actors.policy import DomainRules
from federation.addresses import same_origin
from federation.documents import Document
from federation.errors import FederationError, Unreachable
from federation.verify import restore
from inbox import retry
from inbox.context import (
    Gathered,
    HandlerContext,
    Ignored,
    Incoming,
    Known,
    Outgoing,
    Violation,
)
from inbox.registry import Route, route_of
from inbox.sources import Crowded, Sources
from storage.ports import Busy, StorageError
from storage.records import ReceivedRecord
from storage.store import Store, Tx

log = logging.getLogger(__name__)

RUN: Final = 20
"""Activities of one actor in one transaction: the writer is never held for long."""
GATHER_SECONDS: Final = 60.0
GROUP_SECONDS: Final = 120.0
HEARD_SECONDS: Final = 300.0
"""So long a server that speaks but takes nothing is left alone before it is asked again."""
MAX_HEARD: Final = 1_000


@dataclass(frozen=True, slots=True)
class Later:
    """A row that must be tried again: why, after how many seconds (None: never again).

    `in_order`: the actor's later rows wait for it. `counted`: it was really tried.
    """

    row: ReceivedRecord
    reason: str
    wait: float | None
    in_order: bool = True
    counted: bool = True


@dataclass
class Job:
    """One row on its way: read, then gathered, then received; a note says why it has no effect."""

    row: ReceivedRecord
    activity: Document
    incoming: Incoming | None = None
    gathered: Gathered = field(default_factory=Gathered)
    note: str | None = None
    missing_parent: str | None = None

    @cached_property
    def route(self) -> Route:
        """The handler's line in the table."""
        return route_of(self.activity)


class Processor:
    """Gathers outside the transaction, receives inside, marks rows in the same one."""

    def __init__(
        self,
        store: Store,
        identifiers: Identifiers,
        sources: Sources,
        outgoing: Outgoing,
        rules: DomainRules,
        clock: Callable[[], float],
    ) -> None:
        self._store = store
        self._identifiers = identifiers
        self._sources = sources
        self._outgoing = outgoing
        self._rules = rules
        self._clock = clock
        self._heard: dict[str, float] = {}

    async def look_up(self, rows: Sequence[ReceivedRecord]) -> Known:
        """What many rows need, in one reading."""
        urls = {row.actor for row in rows} | {
            owner for row in rows if (owner := self._owner_url(row)) is not None
        }

        async def operation(tx: Tx) -> tuple[Known, set[str]]:
            actors = await tx.actors.by_urls(list(urls))
            followed = await tx.received.followed([actor.id for actor in actors.values()])
            return Known(actors, followed), await tx.hosts.closed()

        known, closed = await self._store.query(operation)
        if closed:
            await self._ask_who_speaks({row.host for row in rows} & closed)
        return known

    async def _ask_who_speaks(self, hosts: set[str]) -> None:
        """Try again to deliver to servers that were silent and now send: they are back."""
        now = self._clock()
        heard = [host for host in hosts if now - self._heard.get(host, 0.0) > HEARD_SECONDS]
        if not heard:
            return
        if len(self._heard) > MAX_HEARD:
            self._heard.clear()
        self._heard.update(dict.fromkeys(heard, now))

        async def operation(tx: Tx) -> None:
            await tx.hosts.ask_soon(sorted(heard), int(now * 1000))
            tx.notify_on_commit("delivery")

        await self._store.write(operation)

    def _owner_url(self, row: ReceivedRecord) -> str | None:
        return self._identifiers.owner_of_collection(row.inbox, "inbox") if row.inbox else None

    async def work_off(self, rows: Sequence[ReceivedRecord], known: Known) -> list[Job]:
        """Process the rows of one actor, in order; gives those that took effect.

        What has to wait goes back into the queue, and what stands behind it too.
        """
        done: list[Job] = []
        rest = deque(rows)
        until = time.monotonic() + GROUP_SECONDS
        while rest and time.monotonic() < until:
            run, later = await self._prepare(rest, known)
            received, failed = await self._receive(run)
            done += [job for job in run[:received] if job.note is None]
            for _ in range(received):
                rest.popleft()
            later = failed or later
            if later is not None:
                rest.popleft()
                await self._put_off(later)
                if later.in_order:
                    break
        if rest:
            untried = [row.id for row in rest]
            await self._store.write(lambda tx: tx.received.release(untried))
        return done

    async def _prepare(
        self, rows: Iterable[ReceivedRecord], known: Known
    ) -> tuple[list[Job], Later | None]:
        """The next rows that fit into one transaction, gathered; and one that has to wait.

        Only rows of quick handlers share one: others may need what the row before them did.
        """
        run: list[Job] = []
        for row in itertools.islice(rows, RUN):
            job = Job(row, self._read(row))
            if run and not (job.route.quick and run[-1].route.quick):
                break
            try:
                async with asyncio.timeout(GATHER_SECONDS):
                    await self._gather(job, known)
            except Exception as error:  # noqa: BLE001 - one bad row never stops the worker
                return run, self._later(row, error)
            run.append(job)
        return run, None

    def _read(self, row: ReceivedRecord) -> Document:
        return restore(row.body.encode(), row.actor, row.sender, row.how).document

    async def _gather(self, job: Job, known: Known) -> None:
        """Fetch what the handler needs; refusals that trying again cannot change are a note."""
        row = job.row
        try:
            if await self._rules.suspended(row.actor):
                raise Ignored("the actor's domain is suspended")
            sources = self._sources.with_budget()
            actor = await sources.actor(row.actor, known.actors.get(row.actor))
            if actor.state != "active":
                raise Ignored("the actor is gone")
            owner = known.actors.get(self._owner_url(row) or "")
            now = int(self._clock() * 1000)
            job.incoming = Incoming(row, job.activity, actor, owner, known, now)
            job.gathered = await job.route.gather(job.incoming, sources)
        except (Ignored, FederationError) as error:
            if isinstance(error, Unreachable) and error.passing:
                raise
            job.note = _note(row, error)

    async def _receive(self, run: Sequence[Job]) -> tuple[int, Later | None]:
        """Receive gathered rows in one transaction, up to one that fails; marks them done."""
        if not run:
            return 0, None
        try:
            try:
                return await self._store.write(lambda tx: self._receive_all(tx, run))
            except Busy:  # two that follow each other at once may each wait for the other's row
                await asyncio.sleep(retry.moment())
                return await self._store.write(lambda tx: self._receive_all(tx, run))
        except StorageError as error:
            return 0, self._later(run[0].row, error)

    async def _receive_all(self, tx: Tx, run: Sequence[Job]) -> tuple[int, Later | None]:
        outcomes: list[tuple[int, int, str]] = []
        failed = None
        for job in run:
            try:
                note = job.note if job.note is not None else await self._receive_one(tx, job)
            except StorageError:
                raise
            except Exception as error:  # noqa: BLE001 - one bad row never stops the worker
                failed = self._later(job.row, error)
                break
            outcomes.append((job.row.id, int(self._clock() * 1000), note[:500]))
        await tx.received.finish(outcomes)
        return len(outcomes), failed

    async def _receive_one(self, tx: Tx, job: Job) -> str:
        """Run a handler so that it takes effect wholly or not at all; gives the row's note."""
        assert job.incoming is not None
        context = HandlerContext(tx, self._identifiers, job.incoming, job.gathered, self._outgoing)
        try:
            async with tx.connection.savepoint():
                note = await job.route.receive(context)
        except Ignored as error:
            job.note = _note(job.row, error)
            return job.note
        job.missing_parent = context.missing_parent
        return note

    def _later(self, row: ReceivedRecord, error: Exception) -> Later:
        if isinstance(error, Crowded):
            return Later(row, f"busy fetching from {error}", retry.crowded_delay(), counted=False)
        if isinstance(error, Unreachable):
            own = same_origin(error.url, row.actor) and row.attempts <= retry.IN_ORDER_TRIES
            return Later(row, str(error), retry.delay(row.attempts, error.retry_after), own)
        if isinstance(error, Busy | TimeoutError):
            return Later(row, repr(error), retry.crowded_delay())
        log.error("activity %s of %s failed", row.activity_url, row.actor, exc_info=error)
        patient = row.attempts <= retry.IN_ORDER_TRIES
        return Later(row, f"{type(error).__name__}: {error}", retry.delay(row.attempts), patient)

    async def _put_off(self, later: Later) -> None:
        """Back into the queue, aside, or parked for a person to look at."""
        await self._store.write(lambda tx: self._put_off_in(tx, later))

    async def _put_off_in(self, tx: Tx, later: Later) -> None:
        row, now = later.row, int(self._clock() * 1000)
        reason = later.reason[:500]
        if later.wait is None:
            log.warning("activity %s parked: %s", row.activity_url, reason)
            await tx.received.park(row.id, now, reason)
            return
        due = now + int(later.wait * 1000)
        if later.in_order and row.state == "waiting":
            await tx.received.postpone(row, due, reason)
        else:
            await tx.received.set_aside(row.id, due, reason)
        if not later.counted:
            await tx.received.release([row.id])


def _note(row: ReceivedRecord, error: Exception) -> str:
    """Why a row had no effect; broken rules are logged, once, for the administrator."""
    if isinstance(error, Violation):
        log.warning("refused %s by %s: %s", row.activity_url, row.actor, error)
        return f"refused: {error}"
    log.debug("ignored %s by %s: %s", row.activity_url, row.actor, error)
    return f"ignored: {error}"
