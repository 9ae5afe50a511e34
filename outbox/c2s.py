"""Client-to-server ActivityPub: what a client posts to its outbox (ActivityPub 6)."""

from collections.abc import Awaitable, Callable, Mapping

import orjson

from federation.documents import Document
from federation.errors import FederationError
from federation.vocabulary import ACTIVITY_TYPES
from objects.incoming import store_object
from objects.visibility import of_document
from outbox.acts import block, change, follow, pin, react
from outbox.acts.create import audience
from outbox.builders import add, create, remove
from outbox.c2s_objects import addressed, corrected_tags, finished, merged, people_in
from outbox.c2s_profile import update_profile
from outbox.context import ActRefused, OutboxContext
from outbox.own_objects import own_object
from outbox.recipients import Recipients
from storage.ids import new_id
from storage.records import ActivityRecord, ActorRecord, ObjectRecord
from storage.store import Tx

MAX_RECIPIENTS = 100

Act = Callable[[OutboxContext, ActorRecord, Document], Awaitable[ActivityRecord]]


async def perform(context: OutboxContext, actor: ActorRecord, posted: Document) -> ActivityRecord:
    """Do what an activity says and publish it; a bare object is wrapped in a `Create` (6.2.1).

    Raises `ActRefused` with the HTTP status that fits, or a federation error when something
    on another server could not be had.
    """
    if posted.type not in ACTIVITY_TYPES or posted.type == "Question":
        return await _create(context, actor, Document({"type": "Create", "object": posted.raw}))
    act = ACTS.get(posted.type)
    if act is None:
        raise ActRefused(422, "not-supported", f"This node does not publish {posted.type}.")
    named = posted.first_id("actor")
    if named is not None and named != actor.url:
        raise ActRefused(403, "other-actor", "The actor of an activity is who posts it.")
    return await act(context, actor, posted)


async def _create(context: OutboxContext, actor: ActorRecord, posted: Document) -> ActivityRecord:
    written = posted.embedded("object")
    if written is None:
        raise ActRefused(422, "no-object", "A Create needs the whole object in it.")
    people = await people_in(context, written)
    to, cc, hidden = addressed(posted, written)
    parent = await _parent(context, actor, written)
    number = new_id()
    document = finished(
        written,
        actor,
        number,
        to=to,
        cc=_with_mentioned(actor, to, cc, people),
        tags=corrected_tags(written, people, context.identifiers),
        parent=parent,
        identifiers=context.identifiers,
        now=context.now(),
    )
    incoming = own_object(document, actor, number, context.now())
    named = await _actors(context, [*document["to"], *document["cc"], *hidden])

    async def operation(tx: Tx) -> ActivityRecord:
        await store_object(tx, incoming)
        recipients = audience(actor, incoming.record, named)
        return await context.publisher.publish(
            tx,
            actor,
            create.build(document),
            recipients=recipients,
            object_id=number,
            visibility=incoming.record.visibility,
        )

    return await context.store.write(operation)


def _with_mentioned(
    actor: ActorRecord, to: list[str], cc: list[str], people: Mapping[str, ActorRecord]
) -> list[str]:
    """`cc` with the mentioned people, but never widening what is private."""
    probe = Document({"to": to, "cc": cc})
    if of_document(probe, actor.followers_url) == "direct":
        return cc
    known = {*to, *cc}
    return [*cc, *(person.url for person in people.values() if person.url not in known)]


async def _parent(
    context: OutboxContext, actor: ActorRecord, written: Document
) -> ObjectRecord | None:
    url = written.first_id("inReplyTo")
    return None if url is None else await context.objects.visible(url, actor)


async def _actors(context: OutboxContext, urls: list[str]) -> dict[str, ActorRecord]:
    """The single actors among some addresses; what cannot be had is left out."""
    found: dict[str, ActorRecord] = {}
    for url in dict.fromkeys(urls[:MAX_RECIPIENTS]):
        if not url.startswith(("http://", "https://")) or url.endswith("#Public"):
            continue
        if context.identifiers.owner_of_collection(url, "followers"):
            continue
        try:
            found[url] = await context.remote.by_url(url)
        except (FederationError, LookupError):
            continue
    return found


async def _update(context: OutboxContext, actor: ActorRecord, posted: Document) -> ActivityRecord:
    changes = posted.embedded("object")
    if changes is None or changes.id is None:
        raise ActRefused(422, "no-object", "An Update needs the changed object with its id.")
    if changes.id == actor.url:
        return await update_profile(context, actor, changes)
    record = await _own(context, actor, changes.id)
    people = await people_in(context, changes)
    tags = corrected_tags(changes, people, context.identifiers) if changes.has("tag") else None
    document = merged(orjson.loads(record.document), changes, tags, context.now())
    await change.edit(context, actor, record, document)
    return await _latest_about(context, record)


async def _delete(context: OutboxContext, actor: ActorRecord, posted: Document) -> ActivityRecord:
    record = await _own(context, actor, _object_url(posted))
    return await change.withdraw(context, actor, record)


async def _follow(context: OutboxContext, actor: ActorRecord, posted: Document) -> ActivityRecord:
    return await follow.ask(context, actor, await context.remote.resolve(_object_url(posted)))


async def _answer(context: OutboxContext, actor: ActorRecord, posted: Document) -> ActivityRecord:
    asker = await _asker(context, actor, posted)
    agreed = posted.type == "Accept"
    return await follow.answer(context, actor, asker, agreed=agreed)


async def _asker(context: OutboxContext, actor: ActorRecord, posted: Document) -> ActorRecord:
    async with context.store.read() as tx:
        asked = await tx.relationships.follow_by_url(_object_url(posted))
        asker = await tx.actors.by_id(asked.follower_id) if asked else None
    if asked is None or asker is None or asked.followee_id != actor.id:
        raise ActRefused(404, "no-request", "That is not a Follow of this actor.")
    return asker


async def _like(context: OutboxContext, actor: ActorRecord, posted: Document) -> ActivityRecord:
    record = await context.objects.visible(_object_url(posted), actor)
    return await react.find_useful(context, actor, record)


async def _announce(context: OutboxContext, actor: ActorRecord, posted: Document) -> ActivityRecord:
    record = await context.objects.visible(_object_url(posted), actor)
    return await react.share(context, actor, record)


async def _undo(context: OutboxContext, actor: ActorRecord, posted: Document) -> ActivityRecord:
    url = _object_url(posted)
    async with context.store.read() as tx:
        done = await tx.activities.by_url(url)
        record = (
            await tx.objects.by_id(done.object_id) if done and done.object_id is not None else None
        )
    if done is None or done.actor_id != actor.id:
        raise ActRefused(404, "no-activity", "That is not an activity of this actor.")
    undone: ActivityRecord | None = None
    if done.type == "Follow":
        target = await context.remote.resolve(done.object_url)
        undone = await follow.end(context, actor, target)
    elif done.type == "Block":
        target = await context.remote.resolve(done.object_url)
        undone = await block.unblock_actor(context, actor, target)
    elif done.type in ("Like", "Announce") and record is not None:
        kind = react.KINDS[done.type]
        undone = await react.take_back(context, kind, actor, record)
    else:
        raise ActRefused(422, "not-undoable", f"A {done.type} cannot be undone.")
    return undone or done


async def _block(context: OutboxContext, actor: ActorRecord, posted: Document) -> ActivityRecord:
    target = await context.remote.resolve(_object_url(posted))
    blocked = await block.block_actor(context, actor, target)
    if blocked is not None:
        return blocked
    async with context.store.read() as tx:
        url = await tx.relationships.block_url(actor.id, target.id)
        known = await tx.activities.by_url(url or "")
    if known is None:
        raise ActRefused(409, "blocked", "This actor is blocked already.")
    return known


async def _add_or_remove(
    context: OutboxContext, actor: ActorRecord, posted: Document
) -> ActivityRecord:
    target, item = posted.first_id("target"), _object_url(posted)
    adding = posted.type == "Add"
    if target == actor.featured_url:
        record = await _own(context, actor, item)
        told = await (pin.pin if adding else pin.unpin)(context, actor, record)
        if told is None:
            raise ActRefused(409, "no-change", "The collection is as asked already.")
        return told
    collection = await _own(context, actor, target or "")
    if collection.type not in ("Collection", "OrderedCollection"):
        raise ActRefused(422, "no-collection", "The target is not a collection.")
    build = add.build if adding else remove.build

    async def operation(tx: Tx) -> ActivityRecord:
        if adding:
            await tx.objects.add_item(collection.id, new_id(), item)
        else:
            await tx.objects.remove_item(collection.id, item)
        shown = Document(orjson.loads(collection.document))
        return await context.publisher.publish(
            tx,
            actor,
            build(item, collection.url, list(shown.ids("to")), list(shown.ids("cc"))),
            recipients=Recipients(reached_object=collection.id),
            object_id=collection.id,
            visibility=collection.visibility,
        )

    return await context.store.write(operation)


def _object_url(posted: Document) -> str:
    url = posted.first_id("object")
    if url is None:
        raise ActRefused(422, "no-object", f"This {posted.type} names no object.")
    return url


async def _own(context: OutboxContext, actor: ActorRecord, url: str) -> ObjectRecord:
    async with context.store.read() as tx:
        record = await tx.objects.by_url(url)
    if record is None or record.actor_id != actor.id:
        raise ActRefused(404, "not-found", f"{url} is not an object of this actor.")
    return record


async def _latest_about(context: OutboxContext, record: ObjectRecord) -> ActivityRecord:
    async with context.store.read() as tx:
        return (await tx.activities.about(record.id))[-1]


ACTS: Mapping[str, Act] = {
    "Accept": _answer,
    "Add": _add_or_remove,
    "Announce": _announce,
    "Block": _block,
    "Create": _create,
    "Delete": _delete,
    "Follow": _follow,
    "Like": _like,
    "Reject": _answer,
    "Remove": _add_or_remove,
    "Undo": _undo,
    "Update": _update,
}
