"""Somebody deleted a post of theirs, or themselves."""

from federation.addresses import same_origin
from inbox import projects
from inbox.context import Gathered, HandlerContext, Ignored, Incoming, Violation
from inbox.forward import forward_to_followers
from inbox.handlers import quote
from inbox.people import keep_activity
from inbox.sources import Sources
from objects.events.attending import end_attendances
from objects.incoming import bury
from storage.store import Tx

CHUNK = 100


async def receive_object(context: HandlerContext) -> str:
    """Make a tombstone of a post, if it is the actor's own."""
    url = context.activity.first_id("object")
    if url is None:
        raise Ignored("nothing to delete here")
    if context.incoming.local:
        buried = await context.tx.objects.by_url(url)
        if buried is not None:
            await projects.pass_change_on(context, buried)
        return ""
    if not same_origin(url, context.actor.url):
        raise Violation("only posts of one's own server can be deleted")
    record = await context.tx.objects.by_url(url)
    if record is None:
        revoked = await quote.receive_revocation(context)
        if revoked is not None:
            return revoked
        raise Ignored("the object is not known here")
    if record.actor_id != context.actor.id:
        raise Violation("only one's own posts can be deleted")
    if record.deleted_at is None:
        _, new = await keep_activity(context, context.record(record.visibility, url))
        if new:
            await forward_to_followers(context, record)
            await projects.pass_change_on(context, record)
        await bury(context.tx, record, context.now)
    return ""


async def gather_actor(incoming: Incoming, sources: Sources) -> Gathered:
    """Bury the actor's posts a few at a time: somebody may leave a hundred thousand behind."""
    if incoming.local:
        raise Ignored("nothing to delete here")

    async def bury_some(tx: Tx) -> int:
        ids = await tx.objects.ids_of_actor(incoming.actor.id, CHUNK)
        for record in (await tx.objects.by_ids(ids)).values():
            await bury(tx, record, incoming.now)
        return len(ids)

    while await sources.store.write(bury_some):
        pass
    return Gathered()


async def receive_actor(context: HandlerContext) -> str:
    """End every relationship and forget the person; only the address stays, as gone."""
    tx, actor = context.tx, context.actor
    await context.outgoing.end_memberships(tx, actor)
    await end_attendances(tx, actor, context.now)
    await tx.relationships.end_follows(actor.id)
    await tx.actors.erase(actor.id, context.now)
    await tx.actors.replace_keys(actor.id, [])
    await context.outgoing.end_project(tx, actor)
    return ""
