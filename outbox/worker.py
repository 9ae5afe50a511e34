"""The delivery worker: many hosts at once, few requests for each, a dead host costs nothing."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from outbox.deliver import Deliverer
from outbox.hosts import Circuits
from outbox.retry import GIVE_UP_AFTER, Outcome, judge, row_delay
from storage.ids import new_id
from storage.records import DeliveryRecord
from storage.store import Store, Tx

log = logging.getLogger(__name__)

LEASE_MS = 5 * 60 * 1000
IDLE_SECONDS = 30.0
GATHER_SECONDS = 0.004
"""How long finished deliveries wait for others, so that one transaction records many."""


@dataclass(frozen=True, slots=True)
class Tried:
    """A delivery and how its try ended; `began` in milliseconds."""

    delivery: DeliveryRecord
    outcome: Outcome
    began: int


class DeliveryWorker:
    """Claims due deliveries, sends them side by side, records how they ended."""

    def __init__(
        self,
        store: Store,
        deliverer: Deliverer,
        circuits: Circuits,
        clock: Callable[[], float],
        *,
        concurrency: int,
        host_concurrency: int,
    ) -> None:
        self._store = store
        self._deliverer = deliverer
        self._circuits = circuits
        self._clock = clock
        self._concurrency = concurrency
        self._host_concurrency = host_concurrency
        self._in_flight: set[asyncio.Task[None]] = set()
        self._per_host: Counter[str] = Counter()
        self._slots: dict[str, asyncio.Semaphore] = {}
        self._tried: list[Tried] = []
        self._progress = asyncio.Event()

    async def run_forever(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set, then let what is under way finish and record it."""
        wakeup = self._store.listen("delivery")
        while not stop.is_set():
            claimed = await self._cycle()
            if self._in_flight:
                await self._wait_for_progress(claimed)
            else:
                await wakeup.wait(await self._pause())
        await self._drain()

    async def run_once(self) -> int:
        """Send everything that is due now and record it; gives how many were tried."""
        total = 0
        while claimed := await self._cycle():
            total += claimed
            await self._drain()
        return total

    async def _drain(self) -> None:
        if self._in_flight:
            await asyncio.wait(self._in_flight)
        tried = self._take()
        await self._store.write(lambda tx: self._record(tx, tried))

    async def _wait_for_progress(self, claimed: int) -> None:
        """Until something ended; a new publish is noticed within the timeout."""
        try:
            await asyncio.wait_for(self._progress.wait(), 0.05 if claimed else 0.2)
        except TimeoutError:
            return
        if len(self._in_flight) > self._concurrency // 4:
            await asyncio.sleep(GATHER_SECONDS)

    async def _pause(self) -> float:
        """Seconds until something becomes due."""
        async with self._store.read() as tx:
            times = [await tx.deliveries.next_due(), await tx.hosts.next_due()]
        due = min((time for time in times if time is not None), default=None)
        if due is None:
            return IDLE_SECONDS
        return min(max(due / 1000 - self._clock(), 0.05), IDLE_SECONDS)

    async def _cycle(self) -> int:
        """Record what ended, probe closed hosts, claim and start what is due."""
        self._progress.clear()
        tried = self._take()
        room = self._concurrency * 2 - len(self._in_flight)
        if not tried and not await self._anything_due():
            return 0
        busy = [host for host, count in self._per_host.items() if count >= self._busy_at]
        now = int(self._clock() * 1000)

        async def operation(tx: Tx) -> list[DeliveryRecord]:
            await self._record(tx, tried)
            await self._circuits.probe(tx)
            if room <= 0:
                return []
            return await tx.deliveries.claim(now, now + LEASE_MS, room, busy)

        claimed = await self._store.write(operation)
        for delivery in claimed:
            self._start(delivery)
        return len(claimed)

    @property
    def _busy_at(self) -> int:
        return self._host_concurrency * 4

    async def _anything_due(self) -> bool:
        now = self._clock() * 1000
        async with self._store.read() as tx:
            times = [await tx.deliveries.next_due(), await tx.hosts.next_due()]
        return any(time is not None and time <= now for time in times)

    def _take(self) -> list[Tried]:
        taken, self._tried = self._tried, []
        return taken

    def _start(self, delivery: DeliveryRecord) -> None:
        self._per_host[delivery.host] += 1
        task = asyncio.create_task(self._try(delivery))
        self._in_flight.add(task)
        task.add_done_callback(self._in_flight.discard)

    async def _try(self, delivery: DeliveryRecord) -> None:
        slot = self._slots.setdefault(delivery.host, asyncio.Semaphore(self._host_concurrency))
        async with slot:
            began = int(self._clock() * 1000)
            try:
                outcome = await self._deliverer.send(delivery)
            except Exception as error:
                log.exception("delivery %s to %s broke", delivery.id, delivery.inbox)
                outcome = Outcome(status=500, error=f"internal: {type(error).__name__}")
        self._tried.append(Tried(delivery, outcome, began))
        self._per_host[delivery.host] -= 1
        if self._per_host[delivery.host] <= 0:
            del self._per_host[delivery.host]
            self._slots.pop(delivery.host, None)
        self._progress.set()

    async def _record(self, tx: Tx, tried: list[Tried]) -> None:
        """Write down how the tries ended; the common case is one statement for all."""
        now = int(self._clock() * 1000)
        final: list[tuple[int, str, int | None, str, int]] = []
        answered: set[str] = set()
        for one in tried:
            verdict = judge(one.outcome)
            if verdict != "host-later":
                answered.add(one.delivery.host)
            if verdict == "done":
                final.append((one.delivery.id, "done", one.outcome.status, "", now))
            else:
                await self._record_failure(tx, one, verdict, now)
        if final:
            await tx.deliveries.finish(final)
        for host in await tx.hosts.troubled(sorted(answered)):
            await self._circuits.answered(tx, host)

    async def _record_failure(self, tx: Tx, one: Tried, verdict: str, now: int) -> None:
        delivery, outcome = one.delivery, one.outcome
        log.info("delivery to %s: %s %s", delivery.inbox, outcome.status, outcome.error[:120])
        if verdict == "retired":
            await tx.deliveries.retire(new_id(), delivery.inbox, now)
            reason = f"HTTP {outcome.status}: the inbox is gone"
            await tx.deliveries.cancel_inbox(delivery.inbox, now, reason)
            return
        expired = now - delivery.created_at > GIVE_UP_AFTER * 1000
        if verdict == "host-later" and not expired:
            await tx.deliveries.set_aside(delivery.id, outcome.status, outcome.error)
            await self._circuits.failed(tx, delivery.host, outcome, one.began)
            return
        delay = row_delay(delivery.attempts) if verdict == "later" and not expired else None
        if delay is not None:
            due = now + int(delay * 1000)
            await tx.deliveries.postpone(delivery, due, outcome.status, outcome.error)
            return
        failed = (delivery.id, "failed", outcome.status, outcome.error, now)
        await tx.deliveries.finish([failed])
