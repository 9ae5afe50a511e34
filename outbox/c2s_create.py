"""A client's `Create`: notes, articles, questions, collections, and votes."""

from dataclasses import replace
from typing import Any

from federation.documents import Document
from objects.emojis import with_emojis
from objects.experiences.documents import completed, experience_of
from objects.experiences.reading import concepts_of
from objects.incoming import IncomingObject, store_object
from objects.projects.store import keep_entry
from objects.timelines import show_activity
from objects.visibility import RESTRICTED, Visibility
from outbox.acts.create import audience
from outbox.acts.experiences import check_may_publish
from outbox.acts.vote import vote
from outbox.addressing import addressed, find_actors
from outbox.builders import create
from outbox.c2s_entries import Placed, as_entry, create_for_project
from outbox.c2s_entries import place as placed_by
from outbox.c2s_objects import corrected_tags, finished, people_in, without_strangers
from outbox.context import ActRefused, OutboxContext
from outbox.own_objects import attach_uploads, own_object, with_guarded_uploads
from outbox.restricted import is_wider
from storage.ids import new_id
from storage.records import ActivityRecord, ActorRecord, ObjectRecord
from storage.store import Tx


async def create_object(
    context: OutboxContext, actor: ActorRecord, posted: Document
) -> ActivityRecord:
    """Publish what a client wrote; a Note that only names a choice of a Question is a vote.

    Raises `ActRefused`; `LookupError` and federation errors when what it answers is not to
    be had.
    """
    written = posted.embedded("object")
    if written is None:
        raise ActRefused(422, "no-object", "A Create needs the whole object in it.")
    parent = await _parent(context, actor, written)
    if parent is not None and parent.type == "Question" and _only_named(written):
        return await vote(context, actor, parent, written.text("name") or "")
    people = await people_in(context, written)
    addressing = addressed(posted, written).with_mentioned(actor, people.values())
    place = await placed_by(context, actor, posted, written, parent, people.values(), addressing)
    addressing = place.addressing
    by_project = await create_for_project(context, actor, written, place)
    if by_project is not None:
        return by_project
    tags = corrected_tags(written, people, context.identifiers)
    if parent is not None and parent.visibility in RESTRICTED:
        _refuse_wider(parent, addressing.visibility(actor))
    if addressing.visibility(actor) in {"direct", "project"}:
        tags = without_strangers(tags, {*addressing.to, *addressing.cc, *addressing.hidden})
    number = new_id()
    document = finished(
        written,
        actor,
        number,
        addressing=addressing,
        tags=tags,
        parent=parent,
        identifiers=context.identifiers,
        language=context.language,
        now=context.now(),
    )
    document = await _as_experience(context, actor, as_entry(document, place, actor))
    if addressing.visibility(actor) == "project":
        document = await context.store.query(
            lambda tx: with_guarded_uploads(tx, context.identifiers, actor, document)
        )
    document = await with_emojis(context.store, context.identifiers, document)
    incoming = own_object(document, actor, number, context.now())
    return await _publish(context, actor, document, incoming, place)


def _refuse_wider(parent: ObjectRecord, visibility: Visibility) -> None:
    if is_wider(visibility, parent.visibility):
        detail = "An answer is for no more people than what it answers."
        raise ActRefused(422, "too-wide", detail)


async def _as_experience(
    context: OutboxContext, actor: ActorRecord, document: dict[str, Any]
) -> dict[str, Any]:
    """The document; an Article with our terms gets what readers without them are shown."""
    experience = experience_of(Document(document), actor.url)
    if experience is None:
        return document
    await check_may_publish(context, actor)
    concepts = await context.store.query(lambda tx: concepts_of(tx, [experience]))
    return completed(document, experience, concepts, context.identifiers)


async def _parent(
    context: OutboxContext, actor: ActorRecord, written: Document
) -> ObjectRecord | None:
    url = written.first_id("inReplyTo")
    return None if url is None else await context.objects.visible(url, actor)


def _only_named(written: Document) -> bool:
    return "Note" in written.types and bool(written.text("name")) and not written.text("content")


async def _publish(
    context: OutboxContext,
    actor: ActorRecord,
    document: dict[str, Any],
    incoming: IncomingObject,
    place: Placed,
) -> ActivityRecord:
    record, addressing, group = incoming.record, place.addressing, place.group
    named = await find_actors(context, (*addressing.to, *addressing.cc))
    hidden = await find_actors(context, addressing.hidden)
    secret = [person for url, person in hidden.items() if url not in named]

    async def operation(tx: Tx) -> ActivityRecord:
        await store_object(tx, incoming)
        await attach_uploads(tx, context.identifiers, actor, incoming)
        if group is not None:
            await keep_entry(tx, group.id, record, "", context.now())
        blocked = await tx.relationships.blocked_by_actor(actor.id) if secret else set()
        told = [person for person in secret if person.id not in blocked]
        await tx.objects.add_audience(record.id, {person.id: False for person in told})
        # At their own inbox: nothing in what is sent says whom it is for.
        inboxes = tuple(person.inbox for person in told if not person.local)
        activity = await context.publisher.publish(
            tx,
            actor,
            create.build(document),
            recipients=replace(audience(actor, record, named), inboxes=inboxes),
            object_id=record.id,
            visibility=record.visibility,
        )
        here = {person.id for person in told if person.local}
        if here:
            await show_activity(
                tx, activity.id, actor, record, addressed=here, followers=False, home=True
            )
        return activity

    return await context.store.write(operation)
