"""Somebody agrees to our Follow, or to being quoted."""

from actors import relationships
from inbox.context import HandlerContext, Ignored, Violation
from inbox.handlers import attendance, membership, quote
from inbox.people import list_in_inbox
from storage.records import FollowRecord


async def receive(context: HandlerContext) -> str:
    """Count the follow from now on, if we really asked the very actor who answers."""
    asked = await quote.asked_by_us(context)
    if asked is not None:
        return await quote.receive_accept(context, asked)
    registered = await attendance.asked_by_us(context)
    if registered is not None:
        return await attendance.receive_answer(context, registered, agreed=True)
    if await membership.answered_project(context) and not await answers_follow(context):
        return await membership.receive_accept(context)
    follow = await our_request(context)
    if follow.state == "pending":
        await relationships.accept_follow(context.tx, context.actor, follow.url)
    await list_in_inbox(context, [follow.follower_id])
    return ""


async def answers_follow(context: HandlerContext) -> bool:
    """Whether a project agrees to being followed, rather than to somebody's joining."""
    url = context.activity.first_id("object") or ""
    embedded = context.activity.embedded("object")
    if embedded is not None and embedded.type == "Follow":
        return True
    return await context.tx.relationships.follow_by_url(url) is not None


async def our_request(context: HandlerContext) -> FollowRecord:
    """The Follow of ours that is answered: by its id, or by whom the embedded one names.

    Raises `Ignored` for answers to anything else, `Violation` for another's Follow.
    """
    tx = context.tx
    url = context.activity.first_id("object")
    follow = await tx.relationships.follow_by_url(url) if url else None
    if follow is None:
        follow = await _named_request(context)
    if follow is None or not follow.follower_local:
        raise Ignored("the answer is not to a Follow of ours")
    if follow.followee_id != context.actor.id:
        raise Violation("only the followed actor may answer a Follow")
    if follow.state == "rejected":
        raise Ignored("the Follow was rejected or ended before")
    return follow


async def _named_request(context: HandlerContext) -> FollowRecord | None:
    """Some servers answer with a Follow without our id: who asked whom is as good."""
    embedded = context.activity.embedded("object")
    asker_url = embedded.first_id("actor") if embedded and embedded.type == "Follow" else None
    if embedded is None or asker_url is None:
        return None
    if not context.identifiers.is_local(asker_url):
        return None
    if embedded.first_id("object") != context.actor.url:
        raise Violation("the embedded Follow is of somebody else")
    asker = await context.tx.actors.by_url(asker_url)
    if asker is None or not asker.local:
        return None
    return await context.tx.relationships.follow(asker.id, context.actor.id)
