"""Liking and sharing objects, and taking it back."""

from typing import Final

import orjson

from objects import reactions
from objects.visibility import Visibility, addressing, may_see
from outbox.builders import announce, like, undo
from outbox.context import ActRefused, OutboxContext
from outbox.recipients import Recipients
from storage.activities import Reaction
from storage.ids import new_id
from storage.records import ActivityRecord, ActorRecord, ObjectRecord
from storage.store import Tx

KINDS: Final[dict[str, Reaction]] = {"Like": "likes", "Announce": "shares"}


async def find_useful(
    context: OutboxContext, actor: ActorRecord, record: ObjectRecord
) -> ActivityRecord:
    """Like an object; liking twice gives the first activity.

    Raises `ActRefused` (404) for an object that the actor may not see.
    """
    number = new_id()
    url = context.identifiers.activity(number)

    async def operation(tx: Tx) -> ActivityRecord:
        author = await _author(tx, actor, record)
        known = await _known(tx, "likes", actor, record)
        if known is not None:
            return known
        await reactions.like(tx, actor, record, url, context.now())
        return await context.publisher.publish(
            tx,
            actor,
            like.build(record.url, author.url),
            recipients=Recipients(actors=(author.id,)),
            object_id=record.id,
            activity_id=number,
        )

    return await context.store.write(operation)


async def share(
    context: OutboxContext,
    actor: ActorRecord,
    record: ObjectRecord,
    visibility: Visibility = "public",
) -> ActivityRecord:
    """Share a public object with one's followers; sharing twice gives the first activity.

    `visibility` is who gets to know of it: everybody, everybody who looks (`unlisted`), or the
    followers. Raises `ActRefused` (404) for what the actor may not see, (422) for what is not
    public, except one's own followers-only posts, which keep their audience.
    """
    number = new_id()
    url = context.identifiers.activity(number)

    async def operation(tx: Tx) -> ActivityRecord:
        author = await _author(tx, actor, record)
        own = author.id == actor.id and record.visibility == "followers"
        if record.visibility not in ("public", "unlisted") and not own:
            raise ActRefused(422, "not-public", "Only public objects can be shared.")
        known = await _known(tx, "shares", actor, record)
        if known is not None:
            return known
        reach: Visibility = "followers" if own else visibility
        await reactions.share(tx, actor, record, url, context.now(), reach)
        to, cc = addressing(reach, actor.followers_url, [] if own else [author.url])
        return await context.publisher.publish(
            tx,
            actor,
            announce.build(record.url, to, cc),
            recipients=Recipients(followers_of=actor.id, actors=(author.id,)),
            object_id=record.id,
            visibility=reach,
            activity_id=number,
        )

    return await context.store.write(operation)


async def take_back(
    context: OutboxContext, kind: Reaction, actor: ActorRecord, record: ObjectRecord
) -> ActivityRecord | None:
    """Undo a like or a share; None when there was none."""

    async def operation(tx: Tx) -> ActivityRecord | None:
        known = await _known(tx, kind, actor, record)
        if known is None:
            return None
        author = await tx.actors.by_id(record.actor_id)
        # Whoever got it hears that it is over, those who have stopped following too.
        reached = [row.inbox for row in await tx.deliveries.of_activities([known.id])]
        await (reactions.unlike if kind == "likes" else reactions.unshare)(tx, actor, record)
        document = orjson.loads(known.document)
        undone = await context.publisher.publish(
            tx,
            actor,
            undo.build(document, document.get("to", []), document.get("cc", [])),
            recipients=Recipients(
                followers_of=actor.id if kind == "shares" else None,
                actors=(author.id,) if author else (),
                inboxes=tuple(reached),
            ),
            visibility=known.visibility,
        )
        await tx.activities.remove(known.id)
        return undone

    return await context.store.write(operation)


async def _author(tx: Tx, actor: ActorRecord, record: ObjectRecord) -> ActorRecord:
    author = await tx.actors.by_id(record.actor_id)
    if author is None or not await may_see(tx, record, actor):
        raise ActRefused(404, "not-found", f"There is no object {record.url} for you.")
    return author


async def _known(
    tx: Tx, kind: Reaction, actor: ActorRecord, record: ObjectRecord
) -> ActivityRecord | None:
    reaction = await tx.activities.reaction(kind, actor.id, record.id)
    return await tx.activities.by_url(reaction.url) if reaction else None
