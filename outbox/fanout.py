"""The fan-out worker: turns the promise to deliver an activity into one row for each inbox."""

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence

from actors.identifiers import Identifiers
from actors.policy import DomainRules
from federation.addresses import host_of
from outbox.recipients import Recipients, expand
from storage.ids import new_id
from storage.ports import StorageError
from storage.records import ActivityRecord, DeliveryRecord, FanoutRecord
from storage.store import Store, Tx

log = logging.getLogger(__name__)

LEASE_MS = 5 * 60 * 1000
CHUNK = 2_000
"""Deliveries inserted in one transaction: the writer is never held for long."""
IDLE_SECONDS = 60.0


class FanoutWorker:
    """Expands audiences, oldest first, in order for each sender."""

    def __init__(
        self,
        store: Store,
        identifiers: Identifiers,
        rules: DomainRules,
        clock: Callable[[], float],
    ) -> None:
        self._store = store
        self._identifiers = identifiers
        self._rules = rules
        self._clock = clock

    async def run_forever(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set; sleeps until a publish wakes it or a retry is due."""
        wakeup = self._store.listen("fanout")
        while not stop.is_set():
            if not await self.run_once():
                await wakeup.wait(await self._pause())

    async def _pause(self) -> float:
        async with self._store.read() as tx:
            due = await tx.deliveries.next_fanout_due()
        if due is None:
            return IDLE_SECONDS
        return min(max(due / 1000 - self._clock(), 0.05), IDLE_SECONDS)

    async def run_once(self) -> int:
        """Expand the fan-outs that are due; gives how many there were."""
        now = int(self._clock() * 1000)
        async with self._store.read() as tx:
            due = await tx.deliveries.next_fanout_due()
        if due is None or due > now:
            return 0
        claimed = await self._store.write(
            lambda tx: tx.deliveries.claim_fanouts(now, now + LEASE_MS, 20)
        )
        for fanout in claimed:
            await self._expand_safely(fanout)
        return len(claimed)

    async def _expand_safely(self, fanout: FanoutRecord) -> None:
        try:
            await self._expand(fanout)
        except (StorageError, ValueError) as error:
            log.exception("fan-out %s of activity %s failed", fanout.id, fanout.activity_id)
            later = int(self._clock() * 1000) + 60_000 * min(fanout.attempts, 60)
            text = str(error)
            await self._store.write(lambda tx: tx.deliveries.retry_fanout(fanout.id, later, text))

    async def _expand(self, fanout: FanoutRecord) -> None:
        now = int(self._clock() * 1000)
        recipients = Recipients.load(fanout.recipients)
        async with self._store.read() as tx:
            activity = await tx.activities.by_id(fanout.activity_id)
            found = await expand(tx, recipients, fanout.actor_id, self._identifiers, now)
        known = _origin_host(activity)
        inboxes = [
            inbox for inbox in found if host_of(inbox) != known and await self._allowed(inbox)
        ]
        for chunk in _chunks(inboxes):
            await self._insert(fanout, activity, chunk, now)
        await self._store.write(lambda tx: _finish(tx, fanout))

    async def _allowed(self, inbox: str) -> bool:
        return await self._rules.severity(host_of(inbox)) != "suspend"

    async def _insert(
        self,
        fanout: FanoutRecord,
        activity: ActivityRecord | None,
        inboxes: Sequence[str],
        now: int,
    ) -> None:
        rows = [_delivery(fanout, inbox, now) for inbox in inboxes]

        async def operation(tx: Tx) -> None:
            await tx.deliveries.add_all(rows)
            if activity is not None and activity.object_id is not None:
                named = [(new_id(), inbox) for inbox in inboxes]
                await tx.deliveries.note_reached(activity.object_id, named)
            tx.notify_on_commit("delivery")

        await self._store.write(operation)


async def _finish(tx: Tx, fanout: FanoutRecord) -> None:
    await tx.deliveries.fanout_done(fanout.id)
    tx.notify_on_commit("delivery")


def _origin_host(activity: ActivityRecord | None) -> str | None:
    """The server that a forwarded activity came from, which does not need it back."""
    return host_of(activity.url) if activity is not None and not activity.local else None


def _delivery(fanout: FanoutRecord, inbox: str, now: int) -> DeliveryRecord:
    return DeliveryRecord(
        id=new_id(),
        activity_id=fanout.activity_id,
        actor_id=fanout.actor_id,
        inbox=inbox,
        host=host_of(inbox),
        state="waiting",
        attempts=0,
        due_at=now,
        lease_until=0,
        status=None,
        error="",
        created_at=now,
        done_at=None,
    )


def _chunks(inboxes: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(inboxes), CHUNK):
        yield inboxes[start : start + CHUNK]
