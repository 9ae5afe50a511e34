"""Telling others how a poll of ours stands: after votes, and once it has ended."""

import asyncio
import logging
from typing import Final

import orjson

from objects.polls import question_document
from outbox.acts.change import everyone
from outbox.builders import update
from outbox.context import OutboxContext
from storage.store import Tx
from storage.wakeups import every

log = logging.getLogger(__name__)

EVERY_SECONDS: Final = 120.0
"""Votes that come close together are told together."""


class PollResults:
    """Publishes an `Update` of each Question whose counts changed, every two minutes."""

    def __init__(self, context: OutboxContext) -> None:
        self._context = context

    async def run_forever(self, stop: asyncio.Event) -> None:
        """Tell until `stop` is set."""
        await every(EVERY_SECONDS, stop, self.run_once)

    async def run_once(self) -> int:
        """Tell what is to be told now; gives how many polls."""
        now = self._context.now()
        found = await self._context.store.query(lambda tx: tx.objects.untold(now))
        for object_id in found:
            await self._tell(object_id, now)
        return len(found)

    async def _tell(self, object_id: int, now: int) -> None:
        async def operation(tx: Tx) -> None:
            record, poll = await tx.objects.by_id(object_id), await tx.objects.poll(object_id)
            author = await tx.actors.by_id(record.actor_id) if record else None
            await tx.objects.told(object_id, now)
            if record is None or poll is None or author is None or record.deleted_at is not None:
                return
            document = question_document(orjson.loads(record.document), poll, now)
            await self._context.publisher.publish(
                tx,
                author,
                update.build(document, document.get("to", []), document.get("cc", [])),
                recipients=await everyone(tx, author, record, concerned=False),
                object_id=record.id,
                visibility=record.visibility,
            )

        await self._context.store.write(operation)
