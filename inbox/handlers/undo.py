"""Somebody takes back what they did: Follow, Like, Announce, Block."""

from actors import relationships
from federation.documents import Document
from inbox.context import HandlerContext, Ignored, Violation
from inbox.handlers import attendance, join, offer
from inbox.people import list_in_inbox, local_actor
from objects import reactions
from storage.activities import Reaction
from storage.records import FollowRecord, ReactionRecord


async def receive_follow(context: HandlerContext) -> str:
    """End a follow, found by the Follow's id or by whom it names."""
    undone = _own(context)
    follow = await _follow(context, undone)
    if follow is None:
        return await _not_found(context, undone)
    await context.tx.relationships.remove_follow(follow)
    await list_in_inbox(context, [follow.followee_id])
    return ""


async def _follow(context: HandlerContext, undone: Document) -> FollowRecord | None:
    found = await context.tx.relationships.follow_by_url(undone.id) if undone.id else None
    if found is not None:
        if found.follower_id != context.actor.id:
            raise Violation("only one's own Follow can be undone")
        return found
    followee = await local_actor(context, undone.first_id("object"))
    if followee is None:
        return None
    return await context.tx.relationships.follow(context.actor.id, followee.id)


async def receive_like(context: HandlerContext) -> str:
    """Take a like or an emoji reaction back."""
    return await _take_back(context, "likes")


async def receive_announce(context: HandlerContext) -> str:
    """Take a share back, and out of every timeline."""
    return await _take_back(context, "shares")


async def _take_back(context: HandlerContext, kind: Reaction) -> str:
    undone = _own(context)
    reaction = await _reaction(context, kind, undone)
    if reaction is None:
        return await _not_found(context, undone)
    record = await context.tx.objects.by_id(reaction.object_id)
    if record is not None:
        take_back = reactions.unlike if kind == "likes" else reactions.unshare
        await take_back(context.tx, context.actor, record)
    await _forget(context, reaction.url)
    return ""


async def _reaction(
    context: HandlerContext, kind: Reaction, undone: Document
) -> ReactionRecord | None:
    """By its id, else the actor's reaction to the object; an emoji only by its id."""
    activities = context.tx.activities
    found = await activities.reaction_by_url(kind, undone.id) if undone.id else None
    if found is not None:
        if found.actor_id != context.actor.id:
            raise Violation("only one's own reaction can be undone")
        return found
    url = undone.first_id("object")
    if url is None or undone.type == "EmojiReact":
        return None
    record = await context.tx.objects.by_url(url)
    return await activities.reaction(kind, context.actor.id, record.id) if record else None


async def receive_block(context: HandlerContext) -> str:
    """End a block of an actor of ours."""
    undone = _own(context)
    target = await local_actor(context, undone.first_id("object"))
    if target is None or not await relationships.unblock(context.tx, context.actor, target):
        return await _not_found(context, undone)
    return ""


async def receive_join(context: HandlerContext) -> str:
    """Somebody does not want to belong to a project, or to take part in an event, any more."""
    undone = _own(context)
    note = await join.take_back(context, undone)
    return note if note is not None else await attendance.receive_undo_join(context)


async def receive_offer(context: HandlerContext) -> str:
    """Take a proposal to a project back."""
    undone = _own(context)
    note = await offer.take_back(context, undone)
    return note if note is not None else await _not_found(context, undone)


async def receive_any(context: HandlerContext) -> str:
    """Undo what is only named by its id: look where the id leads."""
    undone, activities = _own(context), context.tx.activities
    if undone.id is None:
        raise Ignored("the Undo names nothing")
    if await context.tx.relationships.follow_by_url(undone.id) is not None:
        return await receive_follow(context)
    if await activities.reaction_by_url("likes", undone.id) is not None:
        return await receive_like(context)
    if await activities.reaction_by_url("shares", undone.id) is not None:
        return await receive_announce(context)
    for take_back in (join.take_back, offer.take_back):
        note = await take_back(context, undone)
        if note is not None:
            return note
    if await context.tx.events.attendance_by_url(undone.id) is not None:
        return await attendance.receive_undo_join(context)
    known = await activities.by_url(undone.id)
    target = await local_actor(context, known.object_url) if known else None
    if known is None or known.type != "Block" or target is None:
        return await _not_found(context, undone)
    if known.actor_id != context.actor.id:
        raise Violation("only one's own Block can be undone")
    await relationships.unblock(context.tx, context.actor, target)
    return ""


def _own(context: HandlerContext) -> Document:
    """What is undone, checked to be the actor's own. Raises `Violation`, `Ignored`."""
    embedded = context.activity.embedded("object")
    url = context.activity.first_id("object")
    if url is None:
        raise Ignored("the Undo names nothing")
    if embedded is None:
        return Document({"id": url})
    if embedded.has("actor") and embedded.first_id("actor") != context.actor.url:
        raise Violation("only one's own activity can be undone")
    return embedded


async def _not_found(context: HandlerContext, undone: Document) -> str:
    """What was put aside must not take effect after its own Undo. Raises `Ignored`."""
    dropped = undone.id is not None and await context.tx.received.cancel(
        undone.id, context.actor.url, context.now, "undone before its turn"
    )
    if not dropped:
        raise Ignored("nothing that could be undone")
    return "undone before its turn"


async def _forget(context: HandlerContext, url: str) -> None:
    """Drop the undone activity's row, and with it its entries in timelines and inboxes."""
    known = await context.tx.activities.by_url(url)
    if known is not None and known.actor_id == context.actor.id:
        await context.tx.activities.remove(known.id)
