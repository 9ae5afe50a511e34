"""The delivery worker: many hosts at once, few requests for each, a dead host costs nothing."""

import asyncio
from collections.abc import Callable

from actors.rush import Rush
from outbox.hosts import Circuits
from outbox.lanes import Lanes, Sender
from outbox.results import record_tries
from storage.records import DeliveryRecord
from storage.store import Store, Tx
from storage.wakeups import rest, seconds_until

LEASE_MS = 5 * 60 * 1000
IDLE_SECONDS = 30.0
BEHIND_SECONDS = 0.5
"""How long to wait when what is due stands behind something that another worker sends."""
SWEEP_SECONDS = 60.0
GATHER_SECONDS = 0.004
"""How long finished deliveries wait for others, so that one transaction records many."""


class DeliveryWorker:
    """Claims due deliveries, sends them side by side, records how they ended."""

    def __init__(
        self,
        store: Store,
        sender: Sender,
        circuits: Circuits,
        clock: Callable[[], float],
        *,
        concurrency: int,
        host_concurrency: int,
        rush: Rush | None = None,
    ) -> None:
        self._store = store
        self._circuits = circuits
        self._clock = clock
        self._concurrency = concurrency
        self._rush = rush
        self._lanes = Lanes(sender, clock, host_concurrency)
        self._swept_at = 0.0

    async def run_forever(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set, then let what is under way finish and record it."""
        wakeup = self._store.listen("delivery")
        while not stop.is_set():
            claimed = await self._cycle()
            if self._lanes:
                await self._wait_for_progress(claimed)
            else:
                await rest(wakeup, stop, await self._pause())
        await self._drain()

    async def run_once(self) -> int:
        """Send everything that is due now and record it; gives how many were tried."""
        total = 0
        while claimed := await self._cycle():
            total += claimed
            await self._drain()
        return total

    async def _drain(self) -> None:
        await self._lanes.drain()
        await self._record_and_claim(0)

    async def _wait_for_progress(self, claimed: int) -> None:
        """Until something ended; a new publish is noticed within the timeout."""
        try:
            await asyncio.wait_for(self._lanes.progress.wait(), 0.05 if claimed else 0.2)
        except TimeoutError:
            return
        if len(self._lanes) > self._concurrency // 4:
            await asyncio.sleep(GATHER_SECONDS)

    async def _pause(self) -> float:
        """Seconds until something becomes due."""
        due = await self._next_due()
        now = int(self._clock() * 1000)
        return seconds_until(due, now, at_most=IDLE_SECONDS, least=BEHIND_SECONDS)

    async def _next_due(self) -> int | None:
        """When a delivery or a closed host is due next, in milliseconds."""
        now = int(self._clock() * 1000)
        async with self._store.read() as tx:
            times = [await tx.deliveries.next_due(now), await tx.hosts.next_due()]
        return min((time for time in times if time is not None), default=None)

    async def _cycle(self) -> int:
        """Record what ended, probe closed hosts, claim and start what is due."""
        self._lanes.progress.clear()
        await self._sweep()
        due = await self._next_due()
        nothing_due = due is None or due > self._clock() * 1000
        if due is not None and not nothing_due and self._rush is not None:
            await self._rush.give_way(due)
        room = 0 if nothing_due else self._concurrency * 2 - len(self._lanes)
        claimed = await self._record_and_claim(room)
        for delivery in claimed:
            self._lanes.start(delivery)
        return len(claimed)

    async def _record_and_claim(self, room: int) -> list[DeliveryRecord]:
        """One transaction for what ended and for what is next; none when there is neither."""
        tried = self._lanes.take()
        if not tried and room <= 0:
            return []
        now = int(self._clock() * 1000)
        hosts = self._lanes.room()  # copied: the operation may run on the database's thread

        async def operation(tx: Tx) -> list[DeliveryRecord]:
            await record_tries(tx, tried, self._circuits, now)
            if room <= 0:
                return []
            await self._circuits.probe(tx)
            claimed = await tx.deliveries.claim(now, now + LEASE_MS, room, hosts.busy_hosts)
            fitting, surplus = hosts.admit(claimed)
            if surplus:
                await tx.deliveries.give_back([delivery.id for delivery in surplus])
            return fitting

        try:
            return await self._store.write(operation)
        except BaseException:
            self._lanes.put_back(tried)
            raise

    async def _sweep(self) -> None:
        """Now and then, look for what nobody would look for."""
        if self._clock() - self._swept_at < SWEEP_SECONDS:
            return
        self._swept_at = self._clock()
        if await self._store.query(lambda tx: tx.deliveries.stranded()):
            await self._store.write(self._circuits.release_stranded)
