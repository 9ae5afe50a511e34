"""A person leaves for good: tombstones here, and a `Delete` to everyone who knew them."""

from actors.administration import audit
from actors.local import delete_actor
from objects.incoming import bury
from outbox.builders import delete
from outbox.context import OutboxContext
from outbox.recipients import Recipients
from storage.records import ActivityRecord, ActorRecord
from storage.store import Tx

CHUNK = 100
"""Objects buried in one transaction: somebody may leave a hundred thousand behind."""


async def leave(context: OutboxContext, actor: ActorRecord, who: str) -> ActivityRecord:
    """Delete a local actor with everything they published; `who` is written to the audit log.

    The objects go first: whoever is interrupted can begin again, and nothing is left behind.
    """

    async def some(tx: Tx) -> int:
        return await _bury_some(tx, actor, context.now())

    async def farewell(tx: Tx) -> ActivityRecord:
        while await _bury_some(tx, actor, context.now()):
            pass  # what was published a moment ago
        told = await _tell(context, tx, actor)
        await delete_actor(tx, actor, context.now())
        await audit(tx, who, "member remove", actor.account, "", context.now())
        return told

    while await context.store.write(some):
        pass
    return await context.store.write(farewell)


async def _bury_some(tx: Tx, actor: ActorRecord, now: int) -> int:
    ids = await tx.objects.ids_of_actor(actor.id, CHUNK)
    for record in (await tx.objects.by_ids(ids)).values():
        await bury(tx, record, now)
    return len(ids)


async def _tell(context: OutboxContext, tx: Tx, actor: ActorRecord) -> ActivityRecord:
    """Publish the `Delete`, while it is still known who follows and who was written to."""
    inboxes = (
        *await tx.relationships.follower_inboxes(actor.id),
        *await tx.relationships.followed_inboxes(actor.id),
        *await tx.deliveries.reached_by(actor.id),
    )
    return await context.publisher.publish(
        tx,
        actor,
        delete.build_actor(actor.url),
        recipients=Recipients(inboxes=tuple(dict.fromkeys(inboxes))),
        visibility="public",
    )
