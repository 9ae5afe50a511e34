"""A client's `Undo`: of a Follow, a Like, an Announce or a Block."""

from federation.documents import Document
from outbox.acts import block, follow, react
from outbox.context import ActRefused, OutboxContext
from storage.records import ActivityRecord, ActorRecord
from storage.store import Tx

UNDOABLE = frozenset({"Announce", "Block", "Follow", "Like"})


async def undo(context: OutboxContext, actor: ActorRecord, posted: Document) -> ActivityRecord:
    """Take back an activity named by its id, or by its type and object.

    What was taken back before gives the `Undo` of then. Raises `ActRefused`: 404 for what the
    actor never did, 422 for what cannot be undone.
    """
    undone = posted.embedded("object") or Document({"id": posted.first_id("object")})
    done = await context.store.query(lambda tx: _done(tx, actor, undone))
    if done is None:
        return await _again(context, actor, undone)
    if done.type not in UNDOABLE:
        raise ActRefused(422, "not-undoable", f"A {done.type} cannot be undone.")
    told = await _take_back(context, actor, done)
    return told or await _again(context, actor, Document({"id": done.url}))


async def _done(tx: Tx, actor: ActorRecord, undone: Document) -> ActivityRecord | None:
    """The activity of this actor that is meant."""
    if undone.id is not None:
        found = await tx.activities.by_url(undone.id)
        return found if found is not None and found.actor_id == actor.id else None
    about = undone.first_id("object")
    if about is None or undone.type not in UNDOABLE:
        return None
    return await tx.activities.latest(actor.id, undone.type, about)


async def _take_back(
    context: OutboxContext, actor: ActorRecord, done: ActivityRecord
) -> ActivityRecord | None:
    if done.type in react.KINDS:
        return await _take_reaction_back(context, actor, done)
    target = await context.store.query(lambda tx: tx.actors.by_url(done.object_url))
    if target is None:
        raise ActRefused(404, "no-actor", f"{done.object_url} is not known here any more.")
    end = follow.end if done.type == "Follow" else block.unblock_actor
    return await end(context, actor, target)


async def _take_reaction_back(
    context: OutboxContext, actor: ActorRecord, done: ActivityRecord
) -> ActivityRecord | None:
    number = done.object_id
    record = await context.store.query(lambda tx: tx.objects.by_id(number)) if number else None
    if record is None:
        raise ActRefused(404, "not-found", f"{done.object_url} is not known here any more.")
    return await react.take_back(context, react.KINDS[done.type], actor, record)


async def _again(context: OutboxContext, actor: ActorRecord, undone: Document) -> ActivityRecord:
    url = undone.id or ""
    known = await context.store.query(lambda tx: tx.activities.latest(actor.id, "Undo", url))
    if known is None:
        raise ActRefused(404, "no-activity", "That is not an activity of this actor.")
    return known
