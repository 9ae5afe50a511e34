"""Editing and deleting what was published, so that it reaches everyone who got it."""

from dataclasses import replace
from typing import Any

import orjson

from federation.documents import Document
from federation.vocabulary import PUBLIC
from objects.cards.keep import keep_card, renew_target
from objects.emojis import with_emojis
from objects.events.store import renew_event
from objects.experiences.fields import Experience
from objects.experiences.store import keep_edit
from objects.incoming import IncomingObject, bury
from objects.projects.store import renew_entry
from objects.quotes import carried, tell_quoters
from objects.reactions import tell_sharers
from objects.visibility import RESTRICTED
from outbox.acts.create import audience
from outbox.builders import create, delete, update
from outbox.context import ActRefused, Also, OutboxContext
from outbox.own_objects import attach_uploads, own_object
from outbox.publish import PUBLIC_VISIBILITIES
from outbox.recipients import Recipients
from outbox.restricted import is_wider
from storage.ids import new_id
from storage.records import ActivityRecord, ActorRecord, ObjectRecord
from storage.store import Tx


async def edit(
    context: OutboxContext,
    author: ActorRecord,
    before: ObjectRecord,
    document: dict[str, Any],
    *,
    experience: Experience | None = None,
    editor_id: int | None = None,
    also: Also | None = None,
) -> ActivityRecord:
    """Replace an own object by `document` (same id), keep the earlier version, publish.

    `experience` lends what stays here alone, `editor_id` made this version when that was not the
    author, `also` runs in the same transaction. Raises `ActRefused` for what is not one's own or
    was deleted. The visibility stays, unless it grows from one of restricted reach; so does what
    is quoted.
    """
    document = await with_emojis(context.store, context.identifiers, document)

    async def operation(tx: Tx) -> ActivityRecord:
        return await edit_within(
            tx,
            context,
            author,
            before,
            document,
            experience=experience,
            editor_id=editor_id,
            also=also,
        )

    return await context.store.write(operation)


async def edit_within(
    tx: Tx,
    context: OutboxContext,
    author: ActorRecord,
    before: ObjectRecord,
    document: dict[str, Any],
    *,
    experience: Experience | None = None,
    editor_id: int | None = None,
    also: Also | None = None,
) -> ActivityRecord:
    """`edit` as part of a transaction; the emojis of `document` are there already."""
    must_own(author, await tx.objects.by_id(before.id))
    document = carried(orjson.loads(before.document), document)
    parsed = own_object(document, author, before.id, context.now())
    visibility = before.visibility
    if visibility in RESTRICTED and is_wider(parsed.record.visibility, visibility):
        visibility = parsed.record.visibility
    row = replace(parsed.record, visibility=visibility, edited_at=context.now())
    changed = replace(parsed, record=row, experience=_with_consent(parsed, experience))
    await tx.objects.edit(row, new_id())
    await renew_entry(tx, row, context.now())
    await renew_event(tx, row, context.now())
    await keep_edit(tx, before, row, changed.experience, author.url, editor_id=editor_id)
    await tx.objects.set_tags(before.id, list(changed.tags))
    await attach_uploads(tx, context.identifiers, author, changed)
    named = list(dict.fromkeys((*changed.addressed, *changed.mentions)))
    await tx.objects.address(before.id, named, list(changed.mentions))
    activity = await _publish_change(context, tx, author, before, row, document)
    await keep_card(tx, row, context.now(), edited=True)
    await renew_target(tx, row, context.now())
    await tell_quoters(tx, row, context.now())
    await tell_sharers(tx, row, context.now())
    await tx.streams.edited(row.id)
    if also is not None:
        await also(tx, row)
    return activity


def _with_consent(parsed: IncomingObject, experience: Experience | None) -> Experience | None:
    if parsed.experience is None or experience is None:
        return parsed.experience
    return replace(parsed.experience, consent=experience.consent)


async def _publish_change(
    context: OutboxContext,
    tx: Tx,
    author: ActorRecord,
    before: ObjectRecord,
    row: ObjectRecord,
    document: dict[str, Any],
) -> ActivityRecord:
    """An `Update` to whoever has the object; a `Create` to those who may see it only now."""
    # Whoever answered or liked what is private without having got it must not get it now.
    public = before.visibility in PUBLIC_VISIBILITIES
    recipients = await everyone(tx, author, row, concerned=public)
    wider = row.visibility != before.visibility
    activity: ActivityRecord | None = None
    if before.visibility != "organisation" or not wider:
        activity = await context.publisher.publish(
            tx,
            author,
            update.build(document, document.get("to", []), document.get("cc", [])),
            recipients=recipients,
            object_id=before.id,
            visibility=row.visibility,
        )
    if wider or activity is None:
        await tx.activities.unshow(before.id)
        activity = await context.publisher.publish(
            tx,
            author,
            create.build(document),
            recipients=replace(recipients, reached_object=None),
            object_id=before.id,
            visibility=row.visibility,
        )
    return activity


async def withdraw(
    context: OutboxContext,
    author: ActorRecord,
    record: ObjectRecord,
    *,
    also: Also | None = None,
) -> ActivityRecord:
    """Delete an own object: a tombstone here, a `Delete` to everyone who got it.

    `also` runs in the same transaction. Raises `ActRefused` for what is not one's own or was
    deleted already.
    """
    must_own(author, record)
    stored = Document(orjson.loads(record.document))

    async def operation(tx: Tx) -> ActivityRecord:
        must_own(author, await tx.objects.by_id(record.id))
        recipients = await everyone(tx, author, record, concerned=True)
        await tx.deliveries.cancel_about(record.id, context.now(), "deleted before it was sent")
        await bury(tx, record, context.now())
        if also is not None:
            await also(tx, record)
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
    context: OutboxContext,
    tx: Tx,
    actor: ActorRecord,
    document: dict[str, Any],
    *,
    members_of: int | None = None,
    also: tuple[int, ...] = (),
) -> ActivityRecord:
    """Publish an actor's changed profile to those who follow, and to members of that project.

    `also`: single actors besides.
    """
    return await context.publisher.publish(
        tx,
        actor,
        update.build(document, [PUBLIC], [actor.followers_url]),
        recipients=Recipients(followers_of=actor.id, members_of=members_of, actors=also),
        visibility="public",
    )


async def everyone(
    tx: Tx, author: ActorRecord, record: ObjectRecord, *, concerned: bool
) -> Recipients:
    """The original audience, and every inbox that got something about the object since.

    With `concerned` everybody who answered, liked, shared or adapted it too, and whoever adapted
    that.
    """
    ids = await tx.objects.audience(record.id)
    named = await tx.actors.by_ids(list(ids))
    base = audience(author, record, {actor.url: actor for actor in named.values()})
    others = await tx.objects.concerned(record.id) if concerned else []
    if concerned and record.type == "Article":
        made = await tx.experiences.descendants(record.url)
        found = await tx.objects.by_ids([descent.object_id for descent in made])
        others = [*others, *(adapted.actor_id for adapted in found.values())]
    if any(actor.type == "Group" for actor in named.values()):
        # A project that moved passes on from its new home what names the old one.
        entry = await tx.project_entries.by_id(record.id)
        others = [*others, entry.project_id] if entry is not None else others
    actors = tuple(sorted({*base.actors, *others} - {author.id}))
    # What is new for a project's members is for those who are members now, not who once were.
    inside = record.visibility == "project" and not concerned
    return replace(base, actors=actors, reached_object=None if inside else record.id)


def must_own(author: ActorRecord, record: ObjectRecord | None) -> None:
    """Raise `ActRefused`: 403 for what is somebody else's, 410 for what was deleted."""
    if record is None or record.actor_id != author.id:
        raise ActRefused(403, "not-yours", "Only the author can change or delete this object.")
    if record.deleted_at is not None:
        raise ActRefused(410, "gone", "This object was deleted.")
