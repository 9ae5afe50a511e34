"""Somebody declines our Follow or being quoted, or ends it after having agreed."""

from actors import relationships
from inbox.context import HandlerContext
from inbox.handlers import attendance, membership, quote
from inbox.handlers.accept import answers_follow, our_request
from inbox.people import list_in_inbox


async def receive(context: HandlerContext) -> str:
    """Stop waiting, or stop following."""
    asked = await quote.asked_by_us(context)
    if asked is not None:
        return await quote.receive_reject(context, asked)
    registered = await attendance.asked_by_us(context)
    if registered is not None:
        return await attendance.receive_answer(context, registered, agreed=False)
    if await membership.answered_project(context) and not await answers_follow(context):
        return await membership.receive_reject(context)
    follow = await our_request(context)
    await relationships.reject_follow(context.tx, context.actor, follow.url)
    await list_in_inbox(context, [follow.follower_id])
    return ""
