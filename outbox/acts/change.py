"""Editing and deleting what was published, so that it reaches everyone who got it."""

from dataclasses import replace
from typing import Any

import orjson

from federation.documents import Document
from federation.vocabulary import PUBLIC
from objects.incoming import bury
from outbox.acts.create import audience
from outbox.builders import delete, update
from outbox.context import ActRefused, OutboxContext
from outbox.own_objects import attach_uploads, own_object
from outbox.publish import PUBLIC_VISIBILITIES
from outbox.recipients import Recipients
from storage.ids import new_id
from storage.records import ActivityRecord, ActorRecord, ObjectRecord
from storage.store import Tx


async def edit(
    context: OutboxContext, author: ActorRecord, before: ObjectRecord, document: dict[str, Any]
) -> ActivityRecord:
    """Replace an own object by `document` (same id), keep the earlier version, publish.

    Raises `ActRefused` for what is not one's own or was deleted. The visibility stays.
    """
    must_own(author, before)
    parsed = own_object(document, author, before.id, context.now())
    changed = replace(
        parsed,
        record=replace(parsed.record, visibility=before.visibility, edited_at=context.now()),
    )

    async def operation(tx: Tx) -> ActivityRecord:
        must_own(author, await tx.objects.by_id(before.id))
        await tx.objects.edit(changed.record, new_id())
        await tx.objects.set_tags(before.id, list(changed.tags))
        await attach_uploads(tx, context.identifiers, author, changed)
        named = list(dict.fromkeys((*changed.addressed, *changed.mentions)))
        await tx.objects.address(before.id, named, list(changed.mentions))
        # Whoever answered or liked what is private without having got it must not get it now.
        public = before.visibility in PUBLIC_VISIBILITIES
        recipients = await everyone(tx, author, before, concerned=public)
        return await context.publisher.publish(
            tx,
            author,
            update.build(document, document.get("to", []), document.get("cc", [])),
            recipients=recipients,
            object_id=before.id,
            visibility=before.visibility,
        )

    return await context.store.write(operation)


async def withdraw(
    context: OutboxContext, author: ActorRecord, record: ObjectRecord
) -> ActivityRecord:
    """Delete an own object: a tombstone here, a `Delete` to everyone who got it.

    Raises `ActRefused` for what is not one's own or was deleted already.
    """
    must_own(author, record)
    stored = Document(orjson.loads(record.document))

    async def operation(tx: Tx) -> ActivityRecord:
        must_own(author, await tx.objects.by_id(record.id))
        recipients = await everyone(tx, author, record, concerned=True)
        await tx.deliveries.cancel_about(record.id, context.now(), "deleted before it was sent")
        await bury(tx, record, context.now())
        to, cc = list(stored.ids("to")), list(stored.ids("cc"))
        return await context.publisher.publish(
            tx,
            author,
            delete.build_object(record.url, record.type, to, cc),
            recipients=recipients,
            object_id=record.id,
            visibility=record.visibility,
        )

    return await context.store.write(operation)


async def tell_profile(
    context: OutboxContext, tx: Tx, actor: ActorRecord, document: dict[str, Any]
) -> ActivityRecord:
    """Publish an actor's changed profile to those who follow."""
    return await context.publisher.publish(
        tx,
        actor,
        update.build(document, [PUBLIC], [actor.followers_url]),
        recipients=Recipients(followers_of=actor.id),
        visibility="public",
    )


async def everyone(
    tx: Tx, author: ActorRecord, record: ObjectRecord, *, concerned: bool
) -> Recipients:
    """The original audience, and every inbox that got something about the object since.

    With `concerned` everybody who answered, liked or shared it too.
    """
    ids = await tx.objects.audience(record.id)
    named = await tx.actors.by_ids(list(ids))
    base = audience(author, record, {actor.url: actor for actor in named.values()})
    others = await tx.objects.concerned(record.id) if concerned else []
    actors = tuple(sorted({*base.actors, *others} - {author.id}))
    return replace(base, actors=actors, reached_object=record.id)


def must_own(author: ActorRecord, record: ObjectRecord | None) -> None:
    """Raise `ActRefused`: 403 for what is somebody else's, 410 for what was deleted."""
    if record is None or record.actor_id != author.id:
        raise ActRefused(403, "not-yours", "Only the author can change or delete this object.")
    if record.deleted_at is not None:
        raise ActRefused(410, "gone", "This object was deleted.")
