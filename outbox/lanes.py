"""Deliveries under way: few at once for each host, one at a time between sender and inbox."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from outbox.results import Tried
from outbox.retry import Outcome, judge
from storage.records import DeliveryRecord

log = logging.getLogger(__name__)

LAST_MOMENT_MS = 60 * 1000
"""With less than this left of its lease a delivery is given back rather than begun."""

QUEUE = 4
"""How many times what runs side by side for a host is kept at hand for it."""

Way = tuple[int, str]
"""A sender and an inbox: between the two, order is kept."""


class Sender(Protocol):
    """Whoever tries one delivery."""

    async def send(self, delivery: DeliveryRecord) -> Outcome:
        """Try once."""
        ...


@dataclass(frozen=True, slots=True)
class Room:
    """How many deliveries are under way for each host, and how many may be."""

    taken: Counter[str]
    most: int

    @property
    def busy_hosts(self) -> list[str]:
        """Hosts that have enough under way."""
        return [host for host, count in self.taken.items() if count >= self.most]

    def admit(
        self, claimed: Iterable[DeliveryRecord]
    ) -> tuple[list[DeliveryRecord], list[DeliveryRecord]]:
        """What there is room for, and what is too much for its host."""
        count = Counter(self.taken)
        fitting: list[DeliveryRecord] = []
        surplus: list[DeliveryRecord] = []
        for delivery in claimed:
            (fitting if count[delivery.host] < self.most else surplus).append(delivery)
            count[delivery.host] += 1
        return fitting, surplus


class Lanes:
    """Runs deliveries side by side and collects how they ended; `progress` is set at each end."""

    def __init__(self, sender: Sender, clock: Callable[[], float], host_concurrency: int) -> None:
        self._sender = sender
        self._clock = clock
        self._host_concurrency = host_concurrency
        self._tasks: set[asyncio.Task[None]] = set()
        self._per_host: Counter[str] = Counter()
        self._slots: dict[str, asyncio.Semaphore] = {}
        self._ways: dict[Way, asyncio.Task[None]] = {}
        self._away: set[str] = set()
        self._tried: list[Tried] = []
        self.progress = asyncio.Event()

    def __len__(self) -> int:
        """How many are under way."""
        return len(self._tasks)

    def room(self) -> "Room":
        """How much more each host can take now."""
        return Room(Counter(self._per_host), self._host_concurrency * QUEUE)

    def start(self, delivery: DeliveryRecord) -> None:
        """Begin a delivery as soon as its host has room and its way is free."""
        self._per_host[delivery.host] += 1
        way = (delivery.actor_id, delivery.inbox)
        task = asyncio.create_task(self._run(delivery, self._ways.get(way)))
        self._ways[way] = task
        self._tasks.add(task)
        task.add_done_callback(lambda done: self._landed(way, done))

    def take(self) -> list[Tried]:
        """What ended since the last time."""
        taken, self._tried = self._tried, []
        return taken

    def put_back(self, tried: list[Tried]) -> None:
        """Keep what could not be recorded for the next time."""
        self._tried = tried + self._tried

    async def drain(self) -> None:
        """Wait until nothing is under way."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    def _landed(self, way: Way, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if self._ways.get(way) is task:
            del self._ways[way]

    async def _run(self, delivery: DeliveryRecord, before: asyncio.Task[None] | None) -> None:
        # What was sent before may have been undone and be no row any more, but still be on its
        # way: the Undo must not overtake it.
        if before is not None and not before.done():
            await asyncio.wait({before})
        host = delivery.host
        slot = self._slots.setdefault(host, asyncio.Semaphore(self._host_concurrency))
        async with slot:
            began = int(self._clock() * 1000)
            outcome = await self._try(delivery, began)
        self._tried.append(Tried(delivery, outcome, began))
        self._per_host[host] -= 1
        if self._per_host[host] <= 0:
            del self._per_host[host]
            self._slots.pop(host, None)
            self._away.discard(host)
        self.progress.set()

    async def _try(self, delivery: DeliveryRecord, began: int) -> Outcome | None:
        """The outcome; None when it was not begun: the host is away, or the lease nearly over."""
        late = delivery.lease_until - began < LAST_MOMENT_MS
        if late or delivery.host in self._away:
            return None
        try:
            outcome = await self._sender.send(delivery)
        except Exception as error:
            log.exception("delivery %s to %s broke", delivery.id, delivery.inbox)
            return Outcome(None, f"internal: {type(error).__name__}", ours="later")
        if judge(outcome) == "host-later":
            self._away.add(delivery.host)
        elif outcome.answered:
            self._away.discard(delivery.host)
        return outcome
