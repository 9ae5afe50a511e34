"""Activities without an effect here, received politely; and the empty first step."""

from inbox.context import Gathered, HandlerContext, Ignored, Incoming
from inbox.sources import Sources

NOTHING = Gathered()


async def gather(_incoming: Incoming, _sources: Sources) -> Gathered:
    """For handlers that need nothing from elsewhere."""
    return NOTHING


async def receive(context: HandlerContext) -> str:
    """Note the type and do nothing."""
    raise Ignored(f"{context.activity.type or 'activity without a type'} has no effect here")
