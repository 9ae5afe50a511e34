"""Client-to-server ActivityPub: what a client posts to its outbox (ActivityPub 6)."""

from collections.abc import Awaitable, Callable, Mapping

import orjson

from federation.documents import Document
from federation.vocabulary import ACTIVITY_TYPES
from outbox.acts import block, change, follow, react
from outbox.acts.move import move
from outbox.acts.projects.entries import withdraw_entry
from outbox.c2s_collections import add_or_remove
from outbox.c2s_create import create_object
from outbox.c2s_entries import belongs_to, update_for_project, updated_entry
from outbox.c2s_events import event_named, take_part, take_part_no_more
from outbox.c2s_objects import corrected_tags, merged, people_in, without_strangers
from outbox.c2s_profile import update_profile
from outbox.c2s_projects import (
    add_or_remove_member,
    answer_for_project,
    invite,
    join_project,
    leave_project,
    propose,
    undo_for_project,
)
from outbox.c2s_reading import object_url, own
from outbox.c2s_undo import undo
from outbox.context import ActRefused, OutboxContext
from storage.records import ActivityRecord, ActorRecord, ObjectRecord

Act = Callable[[OutboxContext, ActorRecord, Document], Awaitable[ActivityRecord]]


async def perform(context: OutboxContext, actor: ActorRecord, posted: Document) -> ActivityRecord:
    """Do what an activity says and publish it; a bare object is wrapped in a `Create` (6.2.1).

    Raises `ActRefused` with the HTTP status that fits, `LookupError` for what is not there for
    the actor, or a federation error when something on another server could not be had.
    """
    if not posted.type:
        raise ActRefused(422, "no-type", "What is posted needs a type.")
    if posted.type not in ACTIVITY_TYPES or posted.type == "Question":
        return await create_object(
            context, actor, Document({"type": "Create", "object": posted.raw})
        )
    act = ACTS.get(posted.type)
    if act is None:
        raise ActRefused(422, "not-supported", f"This node does not publish {posted.type}.")
    if posted.has("actor") and posted.ids("actor") != (actor.url,):
        raise ActRefused(403, "other-actor", "The actor of an activity is who posts it.")
    return await act(context, actor, posted)


async def _update(context: OutboxContext, actor: ActorRecord, posted: Document) -> ActivityRecord:
    changes = posted.embedded("object")
    if changes is None or changes.id is None:
        raise ActRefused(422, "no-object", "An Update needs the changed object with its id.")
    if changes.id == actor.url:
        return await update_profile(context, actor, changes)
    record = await own(context, actor, changes.id, led=True)
    if record.actor_id != actor.id:
        return await update_for_project(context, actor, record, changes)
    change.must_own(actor, record)
    belonging = await belongs_to(context, record)
    stored = orjson.loads(record.document)
    people = await people_in(context, changes)
    tags = corrected_tags(changes, people, context.identifiers) if changes.has("tag") else None
    known = {*Document(stored).ids("to"), *Document(stored).ids("cc")}
    if tags is not None and record.visibility == "direct":
        tags = without_strangers(tags, known)
    document = merged(stored, changes, tags, context.language, context.now())
    if record.visibility != "direct":
        named = [person.url for person in people.values() if person.url not in known]
        document["cc"] = [*Document(stored).ids("cc"), *dict.fromkeys(named)]
    if belonging is not None:
        document = await updated_entry(context, *belonging, record, document)
    return await change.edit(context, actor, record, document)


async def _delete(context: OutboxContext, actor: ActorRecord, posted: Document) -> ActivityRecord:
    record = await own(context, actor, object_url(posted), led=True)
    if record.actor_id != actor.id:
        return await withdraw_entry(context, actor, record)
    return await change.withdraw(context, actor, record)


async def _follow(context: OutboxContext, actor: ActorRecord, posted: Document) -> ActivityRecord:
    return await follow.ask(context, actor, await context.remote.resolve(object_url(posted)))


async def _answer(context: OutboxContext, actor: ActorRecord, posted: Document) -> ActivityRecord:
    answered = await answer_for_project(context, actor, posted)
    if answered is not None:
        return answered
    asker = await _asker(context, actor, posted)
    agreed = posted.type == "Accept"
    return await follow.answer(context, actor, asker, agreed=agreed)


async def _asker(context: OutboxContext, actor: ActorRecord, posted: Document) -> ActorRecord:
    """Who asked to follow: found by the Follow's id, or by the actor that it names."""
    embedded = posted.embedded("object")
    named = embedded.first_id("actor") if embedded is not None else None
    async with context.store.read() as tx:
        asked = await tx.relationships.follow_by_url(object_url(posted))
        if asked is not None:
            asker = await tx.actors.by_id(asked.follower_id)
        else:
            asker = await tx.actors.by_url(named or "")
            asked = await tx.relationships.follow(asker.id, actor.id) if asker else None
    if asked is None or asker is None or asked.followee_id != actor.id:
        raise ActRefused(404, "no-request", "That is not a Follow of this actor.")
    return asker


async def _like(context: OutboxContext, actor: ActorRecord, posted: Document) -> ActivityRecord:
    return await react.find_useful(context, actor, await _visible(context, actor, posted))


async def _announce(context: OutboxContext, actor: ActorRecord, posted: Document) -> ActivityRecord:
    return await react.share(context, actor, await _visible(context, actor, posted))


async def _visible(context: OutboxContext, actor: ActorRecord, posted: Document) -> ObjectRecord:
    return await context.objects.visible(object_url(posted), actor)


async def _block(context: OutboxContext, actor: ActorRecord, posted: Document) -> ActivityRecord:
    target = await context.remote.resolve(object_url(posted))
    blocked = await block.block_actor(context, actor, target)
    if blocked is not None:
        return blocked
    known = await context.store.query(
        lambda tx: tx.activities.latest(actor.id, "Block", target.url)
    )
    if known is None:
        raise ActRefused(409, "blocked", "This actor is blocked already.")
    return known


async def _move(context: OutboxContext, actor: ActorRecord, posted: Document) -> ActivityRecord:
    target = posted.first_id("target")
    if object_url(posted) != actor.url or target is None:
        raise ActRefused(422, "no-target", "A Move is of oneself, to a target.")
    return await move(context, actor, target)


async def _add_or_remove(
    context: OutboxContext, actor: ActorRecord, posted: Document
) -> ActivityRecord:
    member = await add_or_remove_member(context, actor, posted)
    return member or await add_or_remove(context, actor, posted)


async def _join(context: OutboxContext, actor: ActorRecord, posted: Document) -> ActivityRecord:
    event = await event_named(context, actor, posted)
    if event is not None:
        return await take_part(context, actor, posted, event)
    return await join_project(context, actor, posted)


async def _leave(context: OutboxContext, actor: ActorRecord, posted: Document) -> ActivityRecord:
    event = await event_named(context, actor, posted)
    if event is not None:
        return await take_part_no_more(context, actor, event)
    return await leave_project(context, actor, posted)


async def _undo(context: OutboxContext, actor: ActorRecord, posted: Document) -> ActivityRecord:
    return await undo_for_project(context, actor, posted) or await undo(context, actor, posted)


ACTS: Mapping[str, Act] = {
    "Accept": _answer,
    "Add": _add_or_remove,
    "Announce": _announce,
    "Block": _block,
    "Create": create_object,
    "Delete": _delete,
    "Follow": _follow,
    "Invite": invite,
    "Join": _join,
    "Leave": _leave,
    "Like": _like,
    "Move": _move,
    "Offer": propose,
    "Reject": _answer,
    "Remove": _add_or_remove,
    "Undo": _undo,
    "Update": _update,
}
