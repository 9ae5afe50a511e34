"""Going elsewhere: followers are told to follow another account of the same person."""

import orjson

from actors import relationships
from actors.whole import whole_document
from outbox.acts.change import tell_profile
from outbox.acts.follow import ask_within
from outbox.builders import move as builder
from outbox.context import ActRefused, OutboxContext
from outbox.recipients import Recipients
from storage.records import ActivityRecord, ActorRecord
from storage.store import Tx


async def move(context: OutboxContext, actor: ActorRecord, target_url: str) -> ActivityRecord:
    """Tell everybody that `actor` is now the actor at `target_url` (FEP-7628).

    The new account must name the old one in `alsoKnownAs`, as it is at this moment. Followers
    here go along at once. Raises `ActRefused`, and federation errors for what cannot be had.
    """
    target = await context.remote.by_url(target_url, refresh=True)
    if target.id == actor.id:
        raise ActRefused(422, "move-self", "An account cannot move to itself.")
    if actor.url not in orjson.loads(target.also_known_as):
        detail = f"{target.account} does not name {actor.url} in alsoKnownAs."
        raise ActRefused(422, "no-alias", detail)

    async def operation(tx: Tx) -> ActivityRecord:
        known = await tx.activities.latest(actor.id, "Move", actor.url)
        if known is not None and actor.moved_to == target.url:
            return known
        await tx.actors.set_moved(actor.id, target.url, context.now())
        moved = await tx.actors.by_id(actor.id)
        assert moved is not None
        document = await whole_document(tx, context.identifiers, moved)
        await tell_profile(context, tx, moved, document)
        told = await context.publisher.publish(
            tx,
            moved,
            builder.build(actor.url, target.url, actor.followers_url),
            recipients=Recipients(followers_of=actor.id),
            visibility="followers",
        )
        await _take_along(context, tx, moved, target)
        return told

    return await context.store.write(operation)


async def _take_along(
    context: OutboxContext, tx: Tx, actor: ActorRecord, target: ActorRecord
) -> None:
    """Let the followers here follow the new account and leave the old one."""
    ids = await tx.relationships.local_followers(actor.id)
    for follower in (await tx.actors.by_ids(ids)).values():
        if follower.id != target.id:
            try:
                await ask_within(tx, context.publisher, follower, target, context.now())
            except ActRefused:
                continue
        await relationships.undo_follow(tx, follower, "", actor)
