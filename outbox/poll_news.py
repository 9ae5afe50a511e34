"""Polls that ended, for those here who wait for it; the counts of polls of other servers."""

import asyncio
import logging
from typing import Final

from federation.errors import FederationError
from outbox.context import OutboxContext
from storage.ids import new_id
from storage.records import NotificationRecord
from storage.store import Tx
from storage.wakeups import seconds_until, whenever

log = logging.getLogger(__name__)

CHANNEL: Final = "polls"
KIND: Final = "poll"
IDLE_SECONDS: Final = 60.0
FETCH_SECONDS: Final = 20.0


class PollNews:
    """Tells members that a poll of theirs, or one in which they voted, has ended."""

    def __init__(self, context: OutboxContext) -> None:
        self._context = context

    async def run_forever(self, stop: asyncio.Event) -> None:
        """Look when the next poll ends, or when somebody reads one, until `stop` is set."""
        wakeup = self._context.store.listen(CHANNEL)
        await whenever(wakeup, stop, self.run_once, self._pause)

    async def run_once(self) -> int:
        """Tell of what has ended and fetch what was asked for; gives how many polls."""
        now, store = self._context.now(), self._context.store
        ended = await store.query(lambda tx: tx.objects.ended(now))
        for object_id in ended:
            await self._tell(object_id, now)
        asked = await store.query(lambda tx: tx.objects.counts_asked())
        await asyncio.gather(*(self._fetch(object_id) for object_id in asked))
        return len(ended) + len(asked)

    async def _pause(self) -> float:
        at = await self._context.store.query(lambda tx: tx.objects.next_end())
        return seconds_until(at, self._context.now(), at_most=IDLE_SECONDS)

    async def _tell(self, object_id: int, now: int) -> None:
        async def operation(tx: Tx) -> None:
            record = await tx.objects.by_id(object_id)
            if not await tx.objects.end(object_id) or record is None or record.deleted_at:
                return
            concerned = set(await tx.objects.local_voters(object_id))
            if record.local:
                concerned.add(record.actor_id)
            else:
                await tx.objects.ask_counts(object_id, now)
            for owner_id in sorted(concerned):
                await tx.activities.notify(
                    NotificationRecord(
                        new_id(), owner_id, KIND, record.actor_id, object_id, now, None
                    )
                )

        await self._context.store.write(operation)

    async def _fetch(self, object_id: int) -> None:
        """Have the counts as they are now; a server that is silent is asked another time."""
        store, now = self._context.store, self._context.now()
        if not await store.write(lambda tx: tx.objects.take_counts(object_id, now)):
            return
        record = await store.query(lambda tx: tx.objects.by_id(object_id))
        if record is None or record.local or record.deleted_at is not None:
            return
        try:
            async with asyncio.timeout(FETCH_SECONDS):
                await self._context.objects.renew(record)
        except (FederationError, TimeoutError) as error:
            log.info("the counts of %s are not to be had: %s", record.url, error)
