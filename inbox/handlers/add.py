"""Somebody pins a post to their profile."""

from federation.addresses import same_origin
from inbox.context import Gathered, HandlerContext, Ignored, Incoming, Violation
from inbox.sources import Sources
from inbox.trust import vouched
from objects.incoming import object_record, store_object


async def gather(incoming: Incoming, sources: Sources) -> Gathered:
    """Fetch a post that we do not have, if somebody here follows its author."""
    check_featured(incoming)
    url = incoming.activity.first_id("object")
    if url is None or not same_origin(url, incoming.actor.url):
        raise Violation("only posts of one's own server can be pinned")
    if incoming.local or await sources.stored(url) is not None:
        return Gathered()
    if not await sources.followed(incoming.actor):
        raise Ignored("nobody here follows the actor")
    document = await sources.document(url)
    if not vouched(document, incoming.actor.url):
        raise Violation("only one's own posts can be pinned")
    return Gathered(parsed=object_record(document, incoming.actor, incoming.now))


def check_featured(incoming: Incoming) -> None:
    """Refuse every collection but the actor's own pins. Raises `Ignored`."""
    target = incoming.activity.first_id("target")
    if not target or target != incoming.actor.featured_url:
        raise Ignored("not the actor's own featured collection")


async def receive(context: HandlerContext) -> str:
    """Pin it."""
    tx = context.tx
    if context.gathered.parsed is not None:
        await store_object(tx, context.gathered.parsed)
    record = await tx.objects.by_url(context.activity.first_id("object") or "")
    if record is None or record.deleted_at is not None:
        raise Ignored("the object is not known here")
    if record.actor_id != context.actor.id:
        raise Violation("only one's own posts can be pinned")
    await tx.activities.feature(context.actor.id, record.id, context.now)
    return ""
