"""What ends by itself in the projects of this node: votes on proposals, calls."""

import asyncio
import logging
from dataclasses import replace
from typing import Final

from federation.errors import Refused
from objects.projects.store import entry_in
from outbox.acts.projects.decisions import conclude
from outbox.acts.projects.entries import renew
from outbox.context import ActRefused, OutboxContext
from storage.records import ActorRecord, ObjectRecord
from storage.store import Tx
from storage.wakeups import every

log = logging.getLogger(__name__)

EVERY_SECONDS: Final = 60.0


class Deadlines:
    """Says how a vote ended and that a call is over, each once, soon after it is so."""

    def __init__(self, context: OutboxContext) -> None:
        self._context = context

    async def run_forever(self, stop: asyncio.Event) -> None:
        """Look every minute until `stop` is set."""
        await every(EVERY_SECONDS, stop, self.run_once)

    async def run_once(self) -> int:
        """End what is over; gives how many ends were told."""
        now, store = self._context.now(), self._context.store
        votes = await store.query(lambda tx: tx.project_dates.due("decision", "proposed", now))
        calls = await store.query(lambda tx: tx.project_dates.due("call", "open", now))
        told = 0
        for object_id, end in (*((v, conclude) for v in votes), *((c, expire) for c in calls)):
            try:
                told += await end(self._context, object_id) is not None
            except (ActRefused, Refused) as refused:
                log.warning("the end of %s is not told: %s", object_id, refused)
        return told


async def expire(context: OutboxContext, object_id: int) -> object | None:
    """Say that a call of a project of this node is over; None when that is said already."""

    async def look(tx: Tx) -> tuple[ObjectRecord, ActorRecord] | None:
        record, row = await tx.objects.by_id(object_id), await tx.project_entries.by_id(object_id)
        if record is None or row is None or record.deleted_at is not None or row.state != "open":
            return None
        group = await tx.actors.by_id(row.project_id)
        return (record, group) if group is not None and group.id == record.actor_id else None

    found = await context.store.query(look)
    if found is None:
        return None
    record, group = found
    entry = replace(entry_in(record), state="expired")
    return await renew(context, group, group, record, entry=entry)
