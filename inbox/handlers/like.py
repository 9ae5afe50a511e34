"""Somebody likes an object, or reacts to it with an emoji, which counts as a like."""

from inbox.context import HandlerContext
from inbox.people import list_in_inbox, visible_object
from objects import reactions


async def receive(context: HandlerContext) -> str:
    """Count the like once for each actor, if they may see the object."""
    found = await visible_object(context, context.activity.first_id("object"))
    await reactions.like(context.tx, context.actor, found.record, context.url, context.now)
    if found.author.local:
        await list_in_inbox(context, [found.author.id], found.record)
    return ""
