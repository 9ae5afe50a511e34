"""Somebody wants to follow an actor of ours."""

from actors import relationships
from inbox.context import HandlerContext, Ignored
from inbox.people import list_in_inbox, local_actor, refuse_if_blocked, tell


async def receive(context: HandlerContext) -> str:
    """Note the request; accept it at once unless the actor decides about each.

    A Follow of anything but a local actor (Friendica follows posts) has no effect.
    """
    tx, follower = context.tx, context.actor
    followee = await local_actor(context, context.activity.first_id("object"))
    if followee is None:
        raise Ignored("the object of the Follow is no actor of ours")
    if followee.id == follower.id:
        raise Ignored("nobody can follow themselves")
    await refuse_if_blocked(context, followee)
    before = await tx.relationships.follow(follower.id, followee.id)
    known = before is not None and before.state in ("pending", "accepted")
    follow = await relationships.receive_follow(tx, follower, followee, context.url, context.now)
    if follow.state == "rejected":
        raise Ignored("the two do not talk to each other")
    if follow.state == "accepted" or not followee.locked:
        await relationships.accept_follow(tx, followee, follow.url)
        await context.outgoing.accept(tx, followee, follow, follower)
    await list_in_inbox(context, [followee.id])
    if not known or context.incoming.local:
        await tell(context, followee, "follow_request" if followee.locked else "follow")
    return ""
