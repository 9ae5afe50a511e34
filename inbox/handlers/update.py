"""Somebody changed a post of theirs, or their profile."""

from federation.addresses import same_origin
from inbox.context import Gathered, HandlerContext, Ignored, Incoming, Violation
from inbox.forward import forward_to_followers
from inbox.people import keep_activity
from inbox.sources import Sources
from inbox.trust import own_object
from objects.incoming import edit_object, object_record


async def gather_actor(incoming: Incoming, sources: Sources) -> Gathered:
    """Ask the origin for the profile as it is now: an old Update that comes again is harmless."""
    if not incoming.local:
        url = incoming.actor.url
        async with sources.lanes.enter(url):
            await sources.remote.by_url(url, refresh=True, budget=sources.budget)
    return Gathered()


async def receive_actor(_context: HandlerContext) -> str:
    """Everything was done by fetching."""
    return ""


async def gather_object(incoming: Incoming, sources: Sources) -> Gathered:
    """The new version of a post that we have."""
    url = incoming.activity.first_id("object")
    if incoming.local or url is None:
        raise Ignored("nothing to change here")
    if not same_origin(url, incoming.actor.url):
        raise Violation("only posts of one's own server can be changed")
    if await sources.stored(url) is None:
        raise Ignored("the object is not known here")
    document = await own_object(incoming, sources)
    return Gathered(parsed=object_record(document, incoming.actor, incoming.now))


async def receive_object(context: HandlerContext) -> str:
    """Keep the new version, if the post is the actor's own and the version is not an old one."""
    parsed = context.gathered.parsed
    assert parsed is not None
    record = await context.tx.objects.by_url(parsed.record.url)
    if record is None or record.deleted_at is not None:
        raise Ignored("the object is not known here")
    if record.actor_id != context.actor.id:
        raise Violation("only one's own posts can be changed")
    if (parsed.record.edited_at or 0) < (record.edited_at or 0):
        raise Ignored("an older version than the one that we have")
    await edit_object(context.tx, parsed)
    row = context.record(record.visibility, record.url, record.id)
    _, new = await keep_activity(context, row)
    if new:
        await forward_to_followers(context, record)
    return ""
