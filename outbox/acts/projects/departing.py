"""Those who are gone belong to no project: the deleted, the suspended, people of such servers.

Nothing is delivered to them from that moment anyway; here the others are told.
"""

from functools import partial
from typing import Final

from objects.events.attending import end_project_attendances
from objects.projects.membership import forget_if_alone, is_member, leads, stand, steers
from outbox.acts.projects import hosting
from outbox.acts.projects.admitting import notify
from outbox.acts.projects.spaces import renew_leads
from outbox.builders import leave as leaving
from outbox.context import OutboxContext
from outbox.recipients import Recipients
from storage.records import ActorRecord
from storage.store import Tx

STANDING: Final = ("member", "invited", "requested")
CHUNK: Final = 50


async def end_memberships(tx: Tx, context: OutboxContext, person: ActorRecord) -> None:
    """Let somebody who is gone belong to nothing any more, in a transaction; all are told."""
    for membership in await tx.projects.of_actor(person.id, list(STANDING)):
        group = await tx.actors.by_id(membership.project_id)
        if group is not None and group.local:
            await _end_here(tx, context, group, person)
        elif group is not None:
            await _end_elsewhere(tx, context, group, person)


async def end_project(tx: Tx, context: OutboxContext, group: ActorRecord) -> None:
    """Nobody belongs to a project, of whatever server, that is deleted; members here are told."""
    if await tx.projects.by_id(group.id) is None:
        return
    for membership, person in await tx.projects.everybody(group.id):
        if membership.state in STANDING:
            await stand(tx, group.id, person, "removed", context.now())
            if person.local and person.state == "active":
                await notify(tx, context, person, "project.removed", group)


async def end_departed(context: OutboxContext) -> int:
    """End what is left of memberships of the deleted and suspended; gives how many."""
    total = 0
    while found := await context.store.query(lambda tx: tx.projects.departed(CHUNK)):
        for _, person in found:
            await context.store.write(partial(end_memberships, context=context, person=person))
        total += len(found)
    return total


async def succeed(tx: Tx, context: OutboxContext, group: ActorRecord) -> None:
    """Whoever has been a partner for longest leads a living project whose last lead is gone."""
    if group.state != "active" or await leads(tx, group.id):
        return
    for membership, person in await tx.projects.memberships(group.id):
        living = person.state == "active" and person.severity != "suspend"
        if membership.role == "partner" and living:
            led = await stand(tx, group.id, person, "member", context.now(), role="lead")
            await hosting.tell_joined(tx, context.publisher, group, led, person)
            await renew_leads(context, tx, group)
            return


async def _end_here(
    tx: Tx, context: OutboxContext, group: ActorRecord, person: ActorRecord
) -> None:
    # Two leads who go at one time must not each take the other for who stays.
    await tx.projects.hold(group.id)
    before = await tx.projects.membership(group.id, person.id)
    await stand(tx, group.id, person, "removed", context.now())
    await end_project_attendances(tx, group, person, context.now())
    if not is_member(before) or group.state != "active":
        return
    await hosting.tell_gone(tx, context.publisher, group, person)
    await succeed(tx, context, group)
    if steers(before):
        await renew_leads(context, tx, group)


async def _end_elsewhere(
    tx: Tx, context: OutboxContext, group: ActorRecord, person: ActorRecord
) -> None:
    await stand(tx, group.id, person, "left" if person.local else "removed", context.now())
    await end_project_attendances(tx, group, person, context.now())
    if person.local:
        await forget_if_alone(tx, group, context.now())
        await context.publisher.publish(
            tx,
            person,
            leaving.build(group.url, [group.url]),
            recipients=Recipients(actors=(group.id,), personal=True),
        )
