"""Somebody pins a post to their profile, or shows a hashtag there."""

from typing import Final

from federation.addresses import same_origin
from federation.documents import Document
from inbox.context import Gathered, HandlerContext, Ignored, Incoming, Violation
from inbox.handlers import membership
from inbox.sources import Sources
from inbox.trust import vouched
from objects.incoming import object_record, store_object
from objects.text import normalise_hashtag
from storage.ids import new_id
from storage.tags import TagRecord

MAX_FEATURED_TAGS: Final = 30


async def gather(incoming: Incoming, sources: Sources) -> Gathered:
    """Fetch a post that we do not have, if somebody here follows its author."""
    if membership.is_about_members(incoming.activity):
        return await membership.gather_member(incoming, sources)
    check_featured(incoming)
    if hashtag_of(incoming.activity):
        return Gathered()
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


def hashtag_of(activity: Document) -> str:
    """The hashtag that an activity is about, as it compares; empty when it is about a post."""
    inner = activity.embedded("object")
    if inner is None or inner.type != "Hashtag":
        return ""
    return normalise_hashtag(inner.text("name") or "")


def check_featured(incoming: Incoming) -> None:
    """Refuse every collection but the actor's own pins. Raises `Ignored`."""
    target = incoming.activity.first_id("target")
    if not target or target != incoming.actor.featured_url:
        raise Ignored("not the actor's own featured collection")


async def receive(context: HandlerContext) -> str:
    """Pin it; or note who belongs to a project."""
    if membership.is_about_members(context.activity):
        return await membership.receive_add_member(context)
    tx = context.tx
    name = hashtag_of(context.activity)
    if name:
        if len(await tx.tags.featured(context.actor.id)) < MAX_FEATURED_TAGS:
            await tx.tags.feature(TagRecord(new_id(), context.actor.id, name, context.now))
        return ""
    if context.gathered.parsed is not None:
        await store_object(tx, context.gathered.parsed)
    record = await tx.objects.by_url(context.activity.first_id("object") or "")
    if record is None or record.deleted_at is not None:
        raise Ignored("the object is not known here")
    if record.actor_id != context.actor.id:
        raise Violation("only one's own posts can be pinned")
    await tx.activities.feature(context.actor.id, record.id, context.now)
    return ""
