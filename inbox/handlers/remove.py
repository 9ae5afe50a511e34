"""Somebody takes a pin, or a hashtag, off their profile; a project somebody off its members."""

from inbox.context import Gathered, HandlerContext, Ignored, Incoming
from inbox.handlers import membership
from inbox.handlers.add import check_featured, hashtag_of
from inbox.sources import Sources


async def gather(incoming: Incoming, sources: Sources) -> Gathered:
    """Who is removed from a project; nothing is needed for pins."""
    if membership.is_about_members(incoming.activity):
        return await membership.gather_member(incoming, sources)
    return Gathered()


async def receive(context: HandlerContext) -> str:
    """Unpin it; only the actor's own featured collection counts."""
    if membership.is_about_members(context.activity):
        return await membership.receive_remove_member(context)
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
