"""Measures against one actor, told to the servers that know them."""

from collections.abc import Awaitable, Callable

from actors.administration import NotPossible, audit
from actors.documents import suspended_document
from actors.local import delete_actor
from actors.moderation import Sanction, set_sanction
from actors.whole import whole_document
from objects.events.attending import end_attendances
from outbox.acts.change import tell_profile
from outbox.acts.leave import leave
from outbox.acts.projects.departing import end_memberships, end_project, succeed
from outbox.context import OutboxContext
from storage.records import ActorRecord
from storage.store import Tx

Also = Callable[[Tx], Awaitable[object]]


async def sanction_actor(
    context: OutboxContext,
    who: str,
    actor: ActorRecord,
    sanction: Sanction,
    reason: str,
    *,
    also: Also | None = None,
) -> ActorRecord:
    """Limit, suspend or set free one actor; followers of somebody here hear of a suspension.

    `also` runs in the same transaction. Raises `NotPossible`.
    """

    async def operation(tx: Tx) -> ActorRecord:
        changed = await set_sanction(tx, who, actor, sanction, reason, context.now())
        if changed.local and changed.state != actor.state:
            await _tell(context, tx, changed)
        if sanction == "suspend" and changed.type != "Group":
            await end_memberships(tx, context, changed)
        if changed.local and changed.type == "Group":
            await succeed(tx, context, changed)
        if also is not None:
            await also(tx)
        return changed

    return await context.store.write(operation)


async def remove_suspended(context: OutboxContext, who: str, actor: ActorRecord) -> None:
    """Delete a suspended actor for good, with everything of theirs. Raises `NotPossible`."""
    if actor.state != "suspended":
        raise NotPossible(f"{actor.account} is not suspended.")
    if actor.local:
        await leave(context, actor, who)
        return

    async def operation(tx: Tx) -> None:
        await audit(tx, who, "account remove", actor.account, "", context.now())
        await end_attendances(tx, actor, context.now())
        await delete_actor(tx, actor, context.now())
        await end_project(tx, context, actor)

    await context.store.write(operation)


async def _tell(context: OutboxContext, tx: Tx, actor: ActorRecord) -> None:
    if actor.state == "suspended":
        keys = await tx.actors.keys(actor.id)
        document = suspended_document(actor, keys, context.identifiers)
    else:
        document = await whole_document(tx, context.identifiers, actor)
    members_of = actor.id if actor.type == "Group" else None
    await tell_profile(context, tx, actor, document, members_of=members_of)
