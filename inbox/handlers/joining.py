"""Joining and leaving: a project of ours, or an event (FEP-8a8e); what the object is decides."""

from inbox.context import HandlerContext
from inbox.handlers import attendance, join


async def receive(context: HandlerContext) -> str:
    """Somebody wants to belong to a project, or to take part in an event."""
    if await join.our_project(context, context.activity.first_id("object")) is not None:
        return await join.receive(context)
    return await attendance.receive_join(context)


async def receive_leave(context: HandlerContext) -> str:
    """Somebody belongs to a project, or takes part in an event, no more."""
    if await join.our_project(context, context.activity.first_id("object")) is not None:
        return await join.receive_leave(context)
    return await attendance.receive_leave(context)
