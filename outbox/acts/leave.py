"""Somebody, or a project, is gone for good: tombstones here, a `Delete` to all who knew them."""

from collections.abc import Awaitable, Callable
from functools import partial

from actors.administration import permit_removal
from actors.local import delete_actor
from objects.events.attending import end_attendances
from objects.incoming import bury
from outbox.acts.projects.departing import end_memberships, end_project
from outbox.builders import delete
from outbox.context import OutboxContext
from outbox.recipients import Recipients
from storage.departures import DepartureStatements
from storage.records import ActivityRecord, ActorRecord
from storage.store import Store, Tx

CHUNK = 100
"""Objects buried in one transaction: somebody may leave a hundred thousand behind."""


async def leave(
    context: OutboxContext,
    actor: ActorRecord,
    who: str,
    reason: str = "",
    *,
    also: Callable[[Tx], Awaitable[object]] | None = None,
) -> ActivityRecord:
    """Delete a local actor with everything they published; `who` is written to the audit log.

    `also` is done in the transaction that deletes the account: a receipt, say.
    Everything vanishes in the first transaction, because nobody is shown what a deleted actor
    wrote; it becomes tombstones in small ones after it. Housekeeping ends what was interrupted.
    Raises `NotPossible` for the organisation and for the last administrator.
    """
    now = context.now()

    async def farewell(tx: Tx) -> ActivityRecord:
        await permit_removal(tx, who, actor, reason, now)
        await end_memberships(tx, context, actor)
        await end_attendances(tx, actor, now)
        told = await _tell(context, tx, actor)
        await DepartureStatements(tx.connection).undo_doings(actor.id)
        await delete_actor(tx, actor, now)
        await end_project(tx, context, actor)
        if also is not None:
            await also(tx)
        return told

    told = await context.store.write(farewell)
    await _bury_all(context.store, actor.id, now)
    return told


async def finish_departures(store: Store, now: int) -> int:
    """Bury what interrupted departures left behind; gives how many objects."""
    ids = await store.query(lambda tx: DepartureStatements(tx.connection).unfinished())
    return sum([await _bury_all(store, actor_id, now) for actor_id in ids])


async def _bury_all(store: Store, actor_id: int, now: int) -> int:
    total = 0
    while buried := await store.write(partial(_bury_some, actor_id=actor_id, now=now)):
        total += buried
    return total


async def _bury_some(tx: Tx, actor_id: int, now: int) -> int:
    ids = await tx.objects.ids_of_actor(actor_id, CHUNK)
    for record in (await tx.objects.by_ids(ids)).values():
        await bury(tx, record, now)
    return len(ids)


async def _tell(context: OutboxContext, tx: Tx, actor: ActorRecord) -> ActivityRecord:
    """Publish the `Delete`, while it is still known whom the actor follows.

    Who else got something is found out when it is the turn of this activity, after everything
    that the actor sent before; `delete_actor` leaves the remote followers for that.
    """
    followed = await tx.relationships.followed_inboxes(actor.id)
    members = await tx.projects.member_inboxes(actor.id)
    return await context.publisher.publish(
        tx,
        actor,
        delete.build_actor(actor.url),
        recipients=Recipients(
            followers_of=actor.id, inboxes=(*followed, *members), reached_by=actor.id
        ),
        visibility="public",
    )
