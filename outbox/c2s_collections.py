"""A client's `Add` and `Remove`: what is featured, and collections of its own."""

import orjson

from federation.documents import Document
from objects.documents import COLLECTIONS
from objects.reading import web_address
from outbox.acts import pin
from outbox.builders import add, remove
from outbox.c2s_reading import object_url, own
from outbox.context import ActRefused, OutboxContext
from outbox.recipients import Recipients
from storage.ids import new_id
from storage.records import ActivityRecord, ActorRecord, ObjectRecord
from storage.store import Tx

MAX_ITEMS = 1_000


async def add_or_remove(
    context: OutboxContext, actor: ActorRecord, posted: Document
) -> ActivityRecord:
    """Change a collection of the actor; what changes nothing gives the activity of before.

    Raises `ActRefused`: 404 for others' collections, 409 for what was never so, 422.
    """
    target, item = posted.first_id("target"), object_url(posted)
    if target is None:
        raise ActRefused(422, "no-target", f"{posted.type} needs a collection as its target.")
    if target == actor.featured_url:
        return await _feature(context, actor, posted, item)
    collection = await own(context, actor, target)
    if collection.type not in COLLECTIONS:
        raise ActRefused(422, "no-collection", "The target is not a collection.")
    if web_address(item) is None:
        raise ActRefused(422, "no-address", "A collection holds web addresses.")
    return await context.store.write(
        lambda tx: _change(context, tx, actor, collection, item, adding=posted.type == "Add")
    )


async def _feature(
    context: OutboxContext, actor: ActorRecord, posted: Document, item: str
) -> ActivityRecord:
    record = await own(context, actor, item)
    told = await (pin.pin if posted.type == "Add" else pin.unpin)(context, actor, record)
    if told is not None:
        return told
    return await context.store.query(lambda tx: _before(tx, actor, posted.type, item))


async def _change(
    context: OutboxContext,
    tx: Tx,
    actor: ActorRecord,
    collection: ObjectRecord,
    item: str,
    *,
    adding: bool,
) -> ActivityRecord:
    if adding and len(await tx.objects.items(collection.id)) >= MAX_ITEMS:
        raise ActRefused(422, "full", f"A collection holds at most {MAX_ITEMS} items.")
    if adding:
        changed = await tx.objects.add_item(collection.id, new_id(), item)
    else:
        changed = await tx.objects.remove_item(collection.id, item)
    if not changed:
        return await _before(tx, actor, "Add" if adding else "Remove", item)
    shown = Document(orjson.loads(collection.document))
    to, cc = list(shown.ids("to")), list(shown.ids("cc"))
    return await context.publisher.publish(
        tx,
        actor,
        (add if adding else remove).build(item, collection.url, to, cc),
        recipients=Recipients(reached_object=collection.id),
        object_id=collection.id,
        visibility=collection.visibility,
    )


async def _before(tx: Tx, actor: ActorRecord, kind: str, item: str) -> ActivityRecord:
    known = await tx.activities.latest(actor.id, kind, item)
    if known is None:
        raise ActRefused(409, "no-change", "The collection is as asked already.")
    return known
