"""Somebody takes a pin, or a hashtag, off their profile."""

from inbox.context import HandlerContext, Ignored
from inbox.handlers.add import check_featured, hashtag_of


async def receive(context: HandlerContext) -> str:
    """Unpin it; only the actor's own featured collection counts."""
    check_featured(context.incoming)
    name = hashtag_of(context.activity)
    if name:
        await context.tx.tags.unfeature(context.actor.id, name)
        return ""
    record = await context.tx.objects.by_url(context.activity.first_id("object") or "")
    if record is None:
        raise Ignored("the object is not known here")
    await context.tx.activities.unfeature(context.actor.id, record.id)
    return ""
