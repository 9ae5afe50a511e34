"""The fan-out worker: turns the promise to deliver an activity into one row for each inbox."""

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from actors.identifiers import Identifiers
from actors.policy import DomainRules
from actors.rush import Rush
from federation.addresses import host_of
from federation.errors import FederationError
from outbox.acts.projects.past import announce_past
from outbox.publish import Publisher
from outbox.recipients import Recipients, expand
from storage.ids import new_id
from storage.ports import StorageError
from storage.records import ActivityRecord, DeliveryRecord, FanoutRecord
from storage.store import Store, Tx
from storage.wakeups import seconds_until, whenever

log = logging.getLogger(__name__)

LEASE_MS = 5 * 60 * 1000
CHUNK = 2_000
"""Deliveries inserted in one transaction: the writer is never held for long."""
HISTORY_CHUNK = 500
"""Activities of a project's past promised to a newcomer's server in one transaction."""
CLAIM = 20
IDLE_SECONDS = 60.0
BEHIND_SECONDS = 0.5
"""How long to wait when what is due stands behind what another worker expands."""


class FanoutWorker:
    """Expands audiences, oldest first, in order for each sender."""

    def __init__(
        self,
        store: Store,
        identifiers: Identifiers,
        rules: DomainRules,
        clock: Callable[[], float],
        publisher: Publisher,
        rush: Rush | None = None,
    ) -> None:
        self._publisher = publisher
        self._rush = rush
        self._store = store
        self._identifiers = identifiers
        self._rules = rules
        self._clock = clock

    async def run_forever(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set; sleeps until a publish wakes it or a retry is due."""
        wakeup = self._store.listen("fanout")
        await whenever(wakeup, stop, self.run_once, self._pause)

    async def _pause(self) -> float:
        due = await self._next_due()
        now = int(self._clock() * 1000)
        return seconds_until(due, now, at_most=IDLE_SECONDS, least=BEHIND_SECONDS)

    async def _next_due(self) -> int | None:
        now = int(self._clock() * 1000)
        return await self._store.query(lambda tx: tx.deliveries.next_fanout_due(now))

    async def run_once(self) -> int:
        """Expand the fan-outs that are due, oldest first; gives how many there were."""
        total = 0
        while claimed := await self._claim():
            for fanout in claimed:
                await self._expand_safely(fanout)
            total += len(claimed)
        return total

    async def _claim(self) -> list[FanoutRecord]:
        """The next of each sender; without a write when nothing is due."""
        now = int(self._clock() * 1000)
        due = await self._next_due()
        if due is None or due > now:
            return []
        if self._rush is not None:
            await self._rush.give_way(due)
            now = int(self._clock() * 1000)
        return await self._store.write(
            lambda tx: tx.deliveries.claim_fanouts(now, now + LEASE_MS, CLAIM)
        )

    async def _expand_safely(self, fanout: FanoutRecord) -> None:
        try:
            await self._expand(fanout)
        except (StorageError, FederationError, ValueError) as error:
            log.exception("fan-out %s of activity %s failed", fanout.id, fanout.activity_id)
            later = int(self._clock() * 1000) + 60_000 * min(fanout.attempts, 60)
            text = str(error)
            await self._store.write(lambda tx: tx.deliveries.retry_fanout(fanout.id, later, text))

    async def _expand(self, fanout: FanoutRecord) -> None:
        now = int(self._clock() * 1000)
        recipients = Recipients.load(fanout.recipients)
        async with self._store.read() as tx:
            activity = await tx.activities.by_id(fanout.activity_id)
            if activity is None:
                return  # undone meanwhile; the fan-out went with it
            found = await expand(
                tx,
                recipients,
                fanout.actor_id,
                self._identifiers,
                now,
                visibility="project" if recipients.history_of else activity.visibility,
                ends=activity.type == "Delete",
            )
        known = _origin_host(activity)
        inboxes = [
            inbox
            for inbox in found
            if host_of(inbox) != known and not await self._rules.suspended(inbox)
        ]
        if recipients.history_of is not None:
            await self._tell_history(fanout, recipients.history_of, inboxes, now)
            return
        *chunks, last = list(_chunks(inboxes)) or [[]]
        for chunk in chunks:
            await self._store.write(partial(_insert, fanout, activity, chunk, now))
        await self._store.write(partial(_finish, fanout, activity, last, now))

    async def _tell_history(
        self, fanout: FanoutRecord, project_id: int, inboxes: Sequence[str], now: int
    ) -> None:
        """Everything that a project passed on, in order; after a crash, once more from the start.

        What is promised already, or was sent, is not sent again. What came with it from another
        server is announced first.
        """
        await announce_past(self._store, self._publisher, project_id)
        said = await self._store.query(lambda tx: tx.project_entries.passed_on(project_id))
        for inbox in inboxes:
            for start in range(0, len(said), HISTORY_CHUNK):
                part = said[start : start + HISTORY_CHUNK]
                await self._store.write(partial(_insert_history, fanout, inbox, part, now))
        await self._store.write(lambda tx: tx.deliveries.fanout_done(fanout.id))


async def _insert(
    fanout: FanoutRecord, activity: ActivityRecord, inboxes: Sequence[str], now: int, tx: Tx
) -> None:
    await tx.deliveries.add_all([_delivery(fanout, inbox, now) for inbox in inboxes])
    if activity.object_id is not None:
        named = [(new_id(), inbox) for inbox in inboxes]
        await tx.deliveries.note_reached(activity.object_id, named)
    tx.notify_on_commit("delivery")


async def _insert_history(
    fanout: FanoutRecord, inbox: str, said: Sequence[tuple[int, int]], now: int, tx: Tx
) -> None:
    """Deliveries of activities, each given with its object, to one inbox."""
    await tx.deliveries.add_series([_delivery(fanout, inbox, now, number) for number, _ in said])
    await tx.deliveries.note_history(new_id(), inbox, [object_id for _, object_id in said])
    tx.notify_on_commit("delivery")


async def _finish(
    fanout: FanoutRecord, activity: ActivityRecord, inboxes: Sequence[str], now: int, tx: Tx
) -> None:
    """The last deliveries, and the end of the promise: it is theirs now."""
    if inboxes:
        await _insert(fanout, activity, inboxes, now, tx)
    await tx.deliveries.fanout_done(fanout.id)


def _origin_host(activity: ActivityRecord) -> str | None:
    """The server that a forwarded activity came from, which does not need it back."""
    return None if activity.local else host_of(activity.url)


def _delivery(
    fanout: FanoutRecord, inbox: str, now: int, activity_id: int | None = None
) -> DeliveryRecord:
    return DeliveryRecord(
        id=new_id(),
        activity_id=activity_id or fanout.activity_id,
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
