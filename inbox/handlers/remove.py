"""Somebody takes a pin off their profile."""

from inbox.context import HandlerContext, Ignored
from inbox.handlers.add import check_featured


async def receive(context: HandlerContext) -> str:
    """Unpin it; only the actor's own featured collection counts."""
    check_featured(context.incoming)
    record = await context.tx.objects.by_url(context.activity.first_id("object") or "")
    if record is None:
        raise Ignored("the object is not known here")
    await context.tx.activities.unfeature(context.actor.id, record.id)
    return ""
