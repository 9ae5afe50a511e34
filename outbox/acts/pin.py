"""Showing an object at the top of one's profile (the `featured` collection)."""

from federation.vocabulary import PUBLIC
from objects import reactions
from outbox.builders import add, remove
from outbox.context import ActRefused, OutboxContext
from outbox.recipients import Recipients
from storage.records import ActivityRecord, ActorRecord, ObjectRecord
from storage.store import Tx

MAX_PINS = 5


async def pin(
    context: OutboxContext, actor: ActorRecord, record: ObjectRecord
) -> ActivityRecord | None:
    """Pin an own public object; None when it was pinned.

    Raises `ActRefused` for others' objects, for private ones and past five pins.
    """
    if record.actor_id != actor.id or record.visibility not in ("public", "unlisted"):
        raise ActRefused(422, "not-yours", "Only one's own public objects can be featured.")

    async def operation(tx: Tx) -> ActivityRecord | None:
        pinned = await tx.activities.featured(actor.id)
        if any(other.id == record.id for other in pinned):
            return None
        if len(pinned) >= MAX_PINS:
            raise ActRefused(422, "too-many", f"At most {MAX_PINS} objects can be featured.")
        if not await reactions.pin(tx, actor, record, context.now()):
            return None
        document = add.build(record.url, actor.featured_url, [PUBLIC], [actor.followers_url])
        return await _tell(context, tx, actor, document)

    return await context.store.write(operation)


async def unpin(
    context: OutboxContext, actor: ActorRecord, record: ObjectRecord
) -> ActivityRecord | None:
    """Take a pin away; None when there was none."""

    async def operation(tx: Tx) -> ActivityRecord | None:
        if not await reactions.unpin(tx, actor, record):
            return None
        document = remove.build(record.url, actor.featured_url, [PUBLIC], [actor.followers_url])
        return await _tell(context, tx, actor, document)

    return await context.store.write(operation)


async def _tell(
    context: OutboxContext, tx: Tx, actor: ActorRecord, document: dict[str, object]
) -> ActivityRecord:
    return await context.publisher.publish(
        tx,
        actor,
        document,
        recipients=Recipients(followers_of=actor.id),
        visibility="public",
    )
