"""The inbox worker: claims what came in, in order for each actor, many actors side by side."""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from itertools import groupby
from typing import Any, Final

from actors.identifiers import Identifiers
from actors.policy import DomainRules
from actors.remote import RemoteActors
from actors.rush import DELIVERIES, Rush
from federation.fetch import Fetcher
from federation.verify import Verifier
from inbox.context import Known, Outgoing
from inbox.processing import Job, Processor
from inbox.sources import Lanes, Sources
from inbox.synchronisation import Synchroniser
from inbox.threads import pull_ancestors
from storage.ports import StorageError
from storage.records import ReceivedRecord
from storage.store import Store, Tx

log = logging.getLogger(__name__)

LEASE_MS: Final = 5 * 60 * 1000
CLAIM: Final = 200
CLAIM_ASIDE: Final = 20
MAX_GROUPS: Final = 256
"""Actors worked for at once; more than can wait for the network, so that others get through."""
MAX_FOLLOW_UPS: Final = 64
IDLE_SECONDS: Final = 30.0
PRUNE_SECONDS: Final = 3600.0
PRUNE_ROWS: Final = 5_000


class InboxWorker:
    """Turns received rows into effects: each at least once, and once only in its effect."""

    def __init__(
        self,
        *,
        store: Store,
        identifiers: Identifiers,
        remote: RemoteActors,
        fetcher: Fetcher,
        verifier: Verifier,
        outgoing: Outgoing,
        clock: Callable[[], float],
        rules: DomainRules | None = None,
        thread_depth: int = 20,
        remember_days: int = 14,
        writing: Rush | None = None,
    ) -> None:
        self._store = store
        self._sources = Sources(store, identifiers, remote, fetcher, Lanes(), verifier, clock)
        self._processor = Processor(
            store, identifiers, self._sources, outgoing, rules or DomainRules(store, clock), clock
        )
        self._synchroniser = Synchroniser(outgoing, clock)
        self._clock = clock
        self._thread_depth = thread_depth
        self._remember_ms = max(remember_days, 1) * 24 * 3600 * 1000
        self._groups: set[asyncio.Task[None]] = set()
        self._follow_ups: set[asyncio.Task[None]] = set()
        self._pruned_at = 0.0
        self.rush = Rush(clock, DELIVERIES)
        self._writing = writing

    async def run_once(self) -> int:
        """Claim what is due, work it off to its end, follow-ups included; gives how many rows."""
        rows = await self._claim()
        if rows:
            await self._start(rows)
        await self._settle()
        return len(rows)

    async def run_forever(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set, then let what is under way come to its end."""
        wakeup = self._store.listen("received")
        if self._store.engine == "sqlite":  # one process: nobody else can hold a lease
            await self._store.write(lambda tx: tx.received.release_leases())
        while not stop.is_set():
            try:
                await self._prune_sometimes()
                rows = await self._claim() if len(self._groups) < MAX_GROUPS else []
                if rows:
                    await self._start(rows)
                else:
                    await self._wait(wakeup.wait(await self._pause()), stop)
            except StorageError:
                log.exception("the inbox worker lost the database; trying again")
                await asyncio.sleep(1.0)
        await self._settle()

    async def _wait(self, wakeup: Coroutine[Any, Any, bool], stop: asyncio.Event) -> None:
        """Until something comes in, a group ends, or the worker is to stop."""
        waits = {asyncio.ensure_future(wakeup), asyncio.ensure_future(stop.wait())}
        await asyncio.wait({*waits, *self._groups}, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()
        await asyncio.gather(*waits, return_exceptions=True)

    async def _claim(self) -> list[ReceivedRecord]:
        """The next rows; without a write when nothing is due."""
        now = int(self._clock() * 1000)
        due = await self._store.query(lambda tx: tx.received.next_due())
        if due is None or due > now:
            return []
        await self.rush.give_way(due)
        if self._writing is not None:
            await self._writing.give_way(due)
        now = int(self._clock() * 1000)

        async def operation(tx: Tx) -> list[ReceivedRecord]:
            rows = await tx.received.claim(now, now + LEASE_MS, CLAIM)
            return rows + await tx.received.claim_aside(now, now + LEASE_MS, CLAIM_ASIDE)

        return await self._store.write(operation)

    async def _start(self, rows: Sequence[ReceivedRecord]) -> None:
        """A task for the rows of each actor; rows that were set aside stand for themselves."""
        known = await self._processor.look_up(rows)
        aside = [[row] for row in rows if row.state == "aside"]
        waiting = sorted((row for row in rows if row.state != "aside"), key=_by_actor)
        groups = [list(group) for _, group in groupby(waiting, key=lambda row: row.actor)]
        for group in groups + aside:
            task = asyncio.create_task(self._work(group, known))
            self._groups.add(task)
            task.add_done_callback(self._groups.discard)

    async def _work(self, group: list[ReceivedRecord], known: Known) -> None:
        try:
            for job in await self._processor.work_off(group, known):
                self._follow_up(job)
        except StorageError:
            log.exception("activities of %s stay leased for a while", group[0].actor)

    def _follow_up(self, job: Job) -> None:
        """Start what comes after an effect and may fail or be left out under load."""
        if job.incoming is None:
            return
        if job.missing_parent is not None and self._thread_depth:
            parent = job.missing_parent
            self._begin(pull_ancestors(parent, self._sources, self._thread_depth))
        if job.row.synchronisation:
            actor = job.incoming.actor
            claimed = self._synchroniser.due(actor, job.row.synchronisation)
            if claimed is not None:
                sources = self._sources.with_budget()
                self._begin(self._synchroniser.synchronise(actor, claimed, sources))

    def _begin(self, work: Coroutine[Any, Any, object]) -> None:
        if len(self._follow_ups) >= MAX_FOLLOW_UPS:
            work.close()
            return
        task = asyncio.create_task(_quietly(work))
        self._follow_ups.add(task)
        task.add_done_callback(self._follow_ups.discard)

    async def _settle(self) -> None:
        while self._groups or self._follow_ups:
            await asyncio.wait({*self._groups, *self._follow_ups})

    async def _pause(self) -> float:
        """Seconds until the next row is due, at most half a minute."""
        due = await self._store.query(lambda tx: tx.received.next_due())
        if due is None:
            return IDLE_SECONDS
        return min(max(due / 1000 - self._clock(), 0.05), IDLE_SECONDS)

    async def _prune_sometimes(self) -> None:
        if self._clock() - self._pruned_at >= PRUNE_SECONDS:
            self._pruned_at = self._clock()
            await self.prune()

    async def prune(self) -> int:
        """Forget processed rows whose time is over, a few thousand at a time; gives how many."""
        before, total = int(self._clock() * 1000) - self._remember_ms, 0
        while True:
            gone = await self._store.write(lambda tx: tx.received.prune(before, PRUNE_ROWS))
            total += gone
            if gone < PRUNE_ROWS:
                return total


def _by_actor(row: ReceivedRecord) -> tuple[str, int]:
    return row.actor, row.id


async def _quietly(work: Coroutine[Any, Any, object]) -> None:
    try:
        await work
    except Exception:
        log.exception("something that follows an activity failed")
