"""Somebody does not want to hear from an actor of ours."""

from actors import relationships
from inbox.context import HandlerContext, Ignored
from inbox.people import keep_activity, local_actor


async def receive(context: HandlerContext) -> str:
    """End follows both ways and hide each from the other; nobody is told."""
    target = await local_actor(context, context.activity.first_id("object"))
    if target is None:
        raise Ignored("the object of the Block is no actor of ours")
    await relationships.block(context.tx, context.actor, target, context.url, context.now)
    await keep_activity(context, context.record("direct", target.url))
    return ""
