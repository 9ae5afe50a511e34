"""Following and unfollowing, and answering those who ask to follow."""

from collections.abc import Awaitable, Callable
from typing import Final

import orjson

from actors.relationships import accept_follow, reject_follow, request_follow, undo_follow
from outbox.builders import accept, follow, reject, undo
from outbox.context import ActRefused, OutboxContext
from outbox.publish import Publisher
from outbox.recipients import Recipients
from storage.ids import new_id
from storage.records import ActivityRecord, ActorRecord, FollowRecord
from storage.store import Tx

MAX_WAITING: Final = 1_000


async def ask(
    context: OutboxContext,
    follower: ActorRecord,
    target: ActorRecord,
    *,
    also: Callable[[Tx], Awaitable[None]] | None = None,
) -> ActivityRecord:
    """Ask to follow somebody; asking again gives the activity that asked before.

    `also` runs in the same transaction. Raises `ActRefused` for oneself and where one of the two
    blocks the other.
    """
    if follower.id == target.id:
        raise ActRefused(422, "follow-self", "Nobody can follow themselves.")

    async def operation(tx: Tx) -> ActivityRecord:
        asked = await ask_within(tx, context.publisher, follower, target, context.now())
        if also is not None:
            await also(tx)
        return asked

    return await context.store.write(operation)


async def ask_within(
    tx: Tx, publisher: Publisher, follower: ActorRecord, target: ActorRecord, now: int
) -> ActivityRecord:
    """`ask` as part of a transaction."""
    if await tx.relationships.blocked_either_way(follower.id, target.id):
        raise ActRefused(403, "blocked", "One of the two blocks the other.")
    before = await tx.relationships.follow(follower.id, target.id)
    if before is not None and before.state in ("pending", "accepted"):
        known = await tx.activities.by_url(before.url)
        if known is not None:
            return known
    number = new_id()
    url = publisher.identifiers.activity(number)
    asked = await request_follow(tx, follower, target, url, now)
    if target.local and asked.state == "pending":
        # Whoever is here and not locked agrees at once: apps look a moment later.
        now_here = await tx.actors.by_id(target.id)
        if now_here is not None and now_here.state == "active" and not now_here.locked:
            await accept_follow(tx, now_here, url)
    return await publisher.publish(
        tx,
        follower,
        follow.build(target.url),
        recipients=Recipients(actors=(target.id,), personal=True),
        activity_id=number,
    )


async def end(
    context: OutboxContext, follower: ActorRecord, target: ActorRecord
) -> ActivityRecord | None:
    """Unfollow; None when there was nothing to end."""

    async def operation(tx: Tx) -> ActivityRecord | None:
        before = await undo_follow(tx, follower, "", target)
        if before is None:
            return None
        return await undo_within(tx, context.publisher, follower, target, before.url)

    return await context.store.write(operation)


async def undo_within(
    tx: Tx, publisher: Publisher, follower: ActorRecord, target: ActorRecord, follow_url: str
) -> ActivityRecord:
    """Publish the `Undo` of a Follow as part of a transaction."""
    asked = await tx.activities.by_url(follow_url)
    inner = orjson.loads(asked.document) if asked else request(follow_url, follower, target)
    return await publisher.publish(
        tx,
        follower,
        undo.build(inner, [target.url]),
        recipients=Recipients(actors=(target.id,), personal=True),
    )


async def answer(
    context: OutboxContext, followee: ActorRecord, asker: ActorRecord, *, agreed: bool
) -> ActivityRecord:
    """Accept or reject somebody's request; a reject also ends an accepted follow.

    Raises `ActRefused` when they did not ask.
    """

    async def operation(tx: Tx) -> ActivityRecord:
        asked = await tx.relationships.follow(asker.id, followee.id)
        if asked is None or (agreed and asked.state == "rejected"):
            raise ActRefused(404, "no-request", f"{asker.account} did not ask to follow.")
        await (accept_follow if agreed else reject_follow)(tx, followee, asked.url, asker)
        return await answer_within(tx, context.publisher, followee, asked, asker, agreed=agreed)

    return await context.store.write(operation)


async def accept_waiting(tx: Tx, publisher: Publisher, followee: ActorRecord) -> int:
    """Accept everybody who waits, as part of a transaction: the followee is locked no more."""
    waiting = await tx.relationships.follows_in_state(
        followee.id, "pending", by=False, limit=MAX_WAITING
    )
    askers = await tx.actors.by_urls([url for _, url in waiting])
    for asked, url in waiting:
        await accept_follow(tx, followee, asked.url, askers[url])
        await answer_within(tx, publisher, followee, asked, askers[url], agreed=True)
    return len(waiting)


async def answer_within(
    tx: Tx,
    publisher: Publisher,
    followee: ActorRecord,
    asked: FollowRecord,
    asker: ActorRecord,
    *,
    agreed: bool,
) -> ActivityRecord:
    """Publish the `Accept` or `Reject` of a Follow as part of a transaction."""
    build = accept.build if agreed else reject.build
    return await publisher.publish(
        tx,
        followee,
        build(request(asked.url, asker, followee), asker.url),
        recipients=Recipients(actors=(asker.id,), personal=True),
    )


def request(url: str, follower: ActorRecord, followee: ActorRecord) -> dict[str, str]:
    """A Follow as it stands inside an Accept, a Reject or an Undo."""
    return {"type": "Follow", "id": url, "actor": follower.url, "object": followee.url}
