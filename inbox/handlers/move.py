"""An actor has moved elsewhere; their followers here go along."""

import json

from inbox import projects
from inbox.context import Gathered, HandlerContext, Ignored, Incoming, Violation
from inbox.sources import Sources
from objects.projects.moving import take_along
from objects.projects.store import keep_remote_project
from storage.records import ActorRecord


async def gather(incoming: Incoming, sources: Sources) -> Gathered:
    """Look at the new actor now: it must name the old one in `alsoKnownAs` (FEP-7628)."""
    url = incoming.activity.first_id("target")
    if url is None or url == incoming.actor.url:
        raise Ignored("the Move leads nowhere")
    if incoming.local or not await _concerns(incoming, sources):
        return Gathered()
    if sources.identifiers.is_local(url):
        target = await sources.store.query(lambda tx: tx.actors.by_url(url))
    else:
        async with sources.lanes.enter(url):
            target = await sources.remote.by_url(url, refresh=True, budget=sources.budget)
    if target is None or target.state != "active":
        raise Ignored("the target of the Move does not exist")
    if incoming.actor.url not in json.loads(target.also_known_as):
        raise Violation("the target of the Move does not name the actor in alsoKnownAs")
    return Gathered(target=target)


async def _concerns(incoming: Incoming, sources: Sources) -> bool:
    """Whether somebody here follows who moved, or belongs to that project."""
    if await sources.followed(incoming.actor):
        return True
    members = sources.store.query(lambda tx: tx.projects.local_members(incoming.actor.id))
    return bool(await members)


async def receive(context: HandlerContext) -> str:
    """Let each local follower follow the new actor and leave the old one."""
    target, actor, tx = context.gathered.target, context.actor, context.tx
    if target is None:
        raise Ignored("nobody here follows who moved")
    await tx.actors.set_moved(actor.id, target.url, context.now)
    await _take_project_along(context, target)
    followers = await tx.actors.by_ids(await tx.relationships.local_followers(actor.id))
    for follower in followers.values():
        if follower.id != target.id:
            await context.outgoing.follow(tx, follower, target)
        await context.outgoing.unfollow(tx, follower, actor)
    return f"{len(followers)} followers moved"


async def _take_project_along(context: HandlerContext, target: ActorRecord) -> None:
    """What is known here of a project belongs to the Group that it is from now on."""
    tx = context.tx
    if await tx.projects.by_id(context.actor.id) is None:
        return
    if not target.local:
        await keep_remote_project(tx, target, context.now)
    await take_along(tx, context.actor, target, context.now)
    if target.local:
        await projects.take_in_waiting(context, target)
