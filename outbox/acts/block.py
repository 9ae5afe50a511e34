"""Blocking and muting actors, blocking domains."""

import orjson

from actors import relationships
from actors.severances import tell_severed
from outbox.acts.follow import answer_within, undo_within
from outbox.builders import block, undo
from outbox.context import ActRefused, OutboxContext
from outbox.recipients import Recipients
from storage.ids import new_id
from storage.records import ActivityRecord, ActorRecord
from storage.store import Tx


async def block_actor(
    context: OutboxContext, actor: ActorRecord, target: ActorRecord
) -> ActivityRecord | None:
    """Block somebody: follows end both ways, their posts leave the timeline.

    Gives None when they were blocked already. Raises `ActRefused` for oneself.
    """
    if actor.id == target.id:
        raise ActRefused(422, "block-self", "Nobody can block themselves.")
    number = new_id()
    url = context.identifiers.activity(number)

    async def operation(tx: Tx) -> ActivityRecord | None:
        if await tx.relationships.block_url(actor.id, target.id) is not None:
            return None
        await relationships.block(tx, actor, target, url, context.now())
        return await context.publisher.publish(
            tx,
            actor,
            block.build(target.url),
            recipients=Recipients(actors=(target.id,), personal=True),
            activity_id=number,
        )

    return await context.store.write(operation)


async def unblock_actor(
    context: OutboxContext, actor: ActorRecord, target: ActorRecord
) -> ActivityRecord | None:
    """End a block; None when there was none."""

    async def operation(tx: Tx) -> ActivityRecord | None:
        url = await tx.relationships.block_url(actor.id, target.id)
        if url is None:
            return None
        known = await tx.activities.by_url(url)
        await relationships.unblock(tx, actor, target)
        inner = (
            orjson.loads(known.document)
            if known is not None
            else block.build(target.url) | {"id": url, "actor": actor.url}
        )
        return await context.publisher.publish(
            tx,
            actor,
            undo.build(inner, [target.url]),
            recipients=Recipients(actors=(target.id,), personal=True),
        )

    return await context.store.write(operation)


async def mute_actor(
    context: OutboxContext,
    actor: ActorRecord,
    target: ActorRecord,
    *,
    notifications: bool = True,
    until: int | None = None,
) -> None:
    """Hide somebody until a moment or (None) for good, their notifications too or not.

    Nobody is told, and follows stay. Nothing happens to oneself.
    """
    if actor.id != target.id:
        now = context.now()
        await context.store.write(
            lambda tx: tx.bonds.mute(
                actor.id, target.id, notifications=notifications, until=until, now=now
            )
        )


async def unmute_actor(context: OutboxContext, actor: ActorRecord, target: ActorRecord) -> None:
    """Show somebody again."""
    await context.store.write(lambda tx: tx.bonds.unmute(actor.id, target.id))


async def block_domain(context: OutboxContext, actor: ActorRecord, domain: str) -> None:
    """Hear nothing of a domain any more: follows with its people end, both ways."""

    async def operation(tx: Tx) -> None:
        if not await tx.bonds.block_domain(actor.id, domain, context.now()):
            return
        await tx.bonds.hide_domain(actor.id, domain)
        bonds = await tx.bonds.follows_with(actor.id, domain)
        others = await tx.actors.by_ids([number for number, _ in bonds])
        ended = await tx.severances.threatened(list(others))
        for number, followed in bonds:
            await (_leave if followed else _throw_out)(context, tx, actor, others[number])
        mine = {actor.id: ended[actor.id]} if actor.id in ended else {}
        await tell_severed(tx, "user_domain_block", domain, mine, context.now())

    await context.store.write(operation)


async def unblock_domain(context: OutboxContext, actor: ActorRecord, domain: str) -> None:
    """Hear a domain again; follows do not come back by themselves."""
    await context.store.write(lambda tx: tx.bonds.unblock_domain(actor.id, domain))


async def _leave(context: OutboxContext, tx: Tx, actor: ActorRecord, other: ActorRecord) -> None:
    before = await relationships.undo_follow(tx, actor, "", other)
    if before is not None:
        await undo_within(tx, context.publisher, actor, other, before.url)


async def _throw_out(
    context: OutboxContext, tx: Tx, actor: ActorRecord, other: ActorRecord
) -> None:
    asked = await tx.relationships.follow(other.id, actor.id)
    if asked is None or asked.state == "rejected":
        return
    await relationships.reject_follow(tx, actor, asked.url, other)
    await answer_within(tx, context.publisher, actor, asked, other, agreed=False)
