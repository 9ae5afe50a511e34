"""Publishing what apps wrote: once for each key, at once or when its time has come."""

import asyncio
import logging
from typing import Final

import msgspec

from clients.context import ClientContext
from clients.statuses.composing import Composed, compose
from clients.statuses.parameters import StatusParameters
from federation.errors import FederationError, Refused
from outbox.acts.create import post
from outbox.context import ActRefused, Also
from storage.ports import Busy
from storage.records import ActorRecord, ObjectRecord
from storage.scheduled import ScheduledRecord
from storage.store import Tx
from storage.wakeups import seconds_until, whenever

log = logging.getLogger(__name__)

CHANNEL: Final = "scheduled"
KEY_MS: Final = 3_600_000
"""How long a request with the same key is the same request."""
MAX_KEY: Final = 200
IDLE_SECONDS: Final = 60.0
MAX_REASON: Final = 500


class Repeated(Exception):
    """A request whose key another one had: what that one made."""

    def __init__(self, result_id: int) -> None:
        super().__init__(f"made already: {result_id}")
        self.result_id = result_id


class Taken(Exception):
    """Somebody else published, moved or removed a post for later."""


async def take_key(tx: Tx, actor_id: int, key: str, result_id: int, now: int) -> None:
    """Note in the same transaction what a request makes; raises `Repeated`."""
    if not key or await tx.statuses.take_key(actor_id, key, result_id, now, now - KEY_MS):
        return
    earlier = await tx.statuses.keyed(actor_id, key, now - KEY_MS)
    raise Repeated(earlier or result_id)


def noting(context: ClientContext, author: ActorRecord, key: str, app_id: int | None) -> Also:
    """What is noted with a new post: the key of the request, and the app."""

    async def also(tx: Tx, record: ObjectRecord) -> None:
        await take_key(tx, author.id, key, record.id, context.now())
        if app_id is not None:
            await tx.statuses.note_app(record.id, app_id)

    return also


class ScheduledPosts:
    """Publishes what members scheduled: each exactly once, whatever happens meanwhile."""

    def __init__(self, context: ClientContext) -> None:
        self._context = context

    async def run_forever(self, stop: asyncio.Event) -> None:
        """Publish what is due until `stop` is set."""
        wakeup = self._context.store.listen(CHANNEL)
        await whenever(wakeup, stop, self.run_once, self._pause)

    async def run_once(self) -> int:
        """Publish what is due now; gives how many posts that were."""
        now = self._context.now()
        due = await self._context.store.query(lambda tx: tx.scheduled.due(now))
        for record in due:
            await self._publish(record)
        return len(due)

    async def _pause(self) -> float:
        at = await self._context.store.query(lambda tx: tx.scheduled.next_at())
        return seconds_until(at, self._context.now(), at_most=IDLE_SECONDS)

    async def _publish(self, record: ScheduledRecord) -> None:
        try:
            await self._try(record)
        except Taken:
            return
        except Busy:
            raise
        except (ActRefused, FederationError, Refused) as error:
            reason = str(error)[:MAX_REASON]
            await self._context.store.write(lambda tx: tx.scheduled.fail(record.id, reason))
        except Exception as error:
            log.exception("the scheduled post %s cannot be published", record.id)
            reason = type(error).__name__
            await self._context.store.write(lambda tx: tx.scheduled.fail(record.id, reason))

    async def _try(self, record: ScheduledRecord) -> None:
        """Publish a post and take it out of the list in one transaction."""
        context = self._context
        sent = msgspec.json.decode(record.parameters, type=StatusParameters)

        async def prepare(tx: Tx) -> tuple[ActorRecord, Composed]:
            author = await tx.actors.by_id(record.actor_id)
            member = await tx.members.by_actor(record.actor_id)
            closed = member is None or member.disabled_at is not None
            if author is None or author.state != "active" or closed:
                raise Refused(403, "closed", "The account is closed.")
            return author, await compose(tx, context, author, sent, scheduled_id=record.id)

        author, composed = await context.store.query(prepare)
        note = noting(context, author, "", record.app_id)

        async def take(tx: Tx, published: ObjectRecord) -> None:
            if not await tx.scheduled.take(record.id, context.now()):
                raise Taken
            await note(tx, published)

        await post(context.outbox, author, composed.draft, also=take)
