"""Inviting, joining, agreeing, leaving, removing: who belongs to a project, here or elsewhere."""

from typing import Any

from objects.events.attending import end_project_attendances
from objects.projects.fields import Role
from objects.projects.membership import (
    comes_freely,
    forget_if_alone,
    is_member,
    role_by_asking,
    stand,
    steers,
)
from objects.projects.moving import lives_elsewhere
from outbox.acts.projects import hosting
from outbox.acts.projects.admitting import (
    admit,
    change_role_within,
    decline_within,
    invite_within,
    keep_a_lead,
    remove_within,
    unfollow,
    withdraw_within,
)
from outbox.acts.projects.spaces import hosted_and_led, renew_leads
from outbox.builders import accept, reject
from outbox.builders import join as joining
from outbox.builders import leave as leaving
from outbox.context import ActRefused, OutboxContext
from outbox.recipients import Recipients
from storage.ids import new_id
from storage.projects import MembershipRecord
from storage.records import ActorRecord
from storage.store import Tx


async def invite(
    context: OutboxContext,
    lead: ActorRecord,
    group: ActorRecord,
    person: ActorRecord,
    role: Role,
    message: str = "",
) -> MembershipRecord:
    """Invite somebody, of any server, to a project that lives here; again changes the role.

    Who asked to join already is admitted. Raises `ActRefused` for those who do not lead it, and
    for who is a member.
    """

    async def operation(tx: Tx) -> MembershipRecord:
        await tx.projects.hold(group.id)
        await hosted_and_led(tx, lead, group)
        return await invite_within(tx, context, lead, group, person, role, message)

    return await context.store.write(operation)


async def withdraw_invitation(
    context: OutboxContext, lead: ActorRecord, group: ActorRecord, person: ActorRecord
) -> None:
    """Take an invitation back. Raises `ActRefused` when there is none that waits."""

    async def operation(tx: Tx) -> None:
        await tx.projects.hold(group.id)
        await hosted_and_led(tx, lead, group)
        await withdraw_within(tx, context, group, person)

    await context.store.write(operation)


async def answer_invitation(
    context: OutboxContext, person: ActorRecord, group: ActorRecord, *, agreed: bool
) -> MembershipRecord:
    """Say yes or no to an invitation to a project, here or elsewhere.

    A project elsewhere has the last word: until it answers, who agreed is one who asks. Raises
    `ActRefused` when nobody invited.
    """

    async def operation(tx: Tx) -> MembershipRecord:
        await tx.projects.hold(group.id)
        before = await tx.projects.membership(group.id, person.id)
        if before is None or before.state != "invited":
            raise ActRefused(404, "no-invitation", "No invitation waits for an answer.")
        if agreed:
            return await _agree(tx, context, person, group, before)
        membership = await stand(tx, group.id, person, "declined", context.now())
        if not group.local:
            await _tell(tx, context, person, group, reject.build_invited(before.url, group.url))
        return membership

    return await context.store.write(operation)


async def _agree(
    tx: Tx,
    context: OutboxContext,
    person: ActorRecord,
    group: ActorRecord,
    invited: MembershipRecord,
) -> MembershipRecord:
    await _check_still_here(tx, group)
    if group.local:
        return await admit(tx, context, group, person, None)
    membership = await stand(tx, group.id, person, "requested", context.now())
    await _tell(tx, context, person, group, accept.build_invited(invited.url, group.url))
    return membership


async def _tell(
    tx: Tx,
    context: OutboxContext,
    person: ActorRecord,
    group: ActorRecord,
    activity: dict[str, Any],
) -> None:
    recipients = Recipients(actors=(group.id,), personal=True)
    await context.publisher.publish(tx, person, activity, recipients=recipients)


async def join(
    context: OutboxContext, person: ActorRecord, group: ActorRecord, message: str = ""
) -> MembershipRecord:
    """Ask to belong to a project, here or elsewhere; asking again changes nothing.

    Who is invited agrees to that, in the role of the invitation. Raises `ActRefused` where one
    comes by invitation only, and for a Group that is no project.
    """

    async def operation(tx: Tx) -> MembershipRecord:
        await tx.projects.hold(group.id)
        project = await tx.projects.by_id(group.id)
        if project is None:
            raise ActRefused(404, "no-project", "There is no such project.")
        before = await tx.projects.membership(group.id, person.id)
        if before is not None and before.state in {"member", "requested"}:
            return before
        if before is not None and before.state == "invited":
            return await _agree(tx, context, person, group, before)
        await _check_still_here(tx, group)
        if project.joining == "invitation":
            raise ActRefused(403, "by-invitation", "This project is joined by invitation only.")
        if await tx.relationships.blocked_either_way(person.id, group.id):
            raise ActRefused(403, "blocked", "One of the two blocks the other.")
        freely = group.local and await comes_freely(tx, project, person, context.now())
        number = new_id()
        url = context.identifiers.activity(number)
        membership = await stand(
            tx,
            group.id,
            person,
            "requested",
            context.now(),
            role=role_by_asking(before),
            url=url,
            engagement=message or None,
        )
        await context.publisher.publish(
            tx,
            person,
            joining.build(group.url, [group.url], message),
            recipients=Recipients(actors=(group.id,), personal=True),
            activity_id=number,
        )
        if freely:
            return await admit(tx, context, group, person, None)
        return membership

    return await context.store.write(operation)


async def _check_still_here(tx: Tx, group: ActorRecord) -> None:
    """Raise `ActRefused` for a project that went to another server: nobody joins what is left."""
    current = await tx.actors.by_id(group.id)
    if current is not None and current.moved_to:
        raise ActRefused(409, "moved", lives_elsewhere(current.moved_to))


async def answer_request(
    context: OutboxContext,
    lead: ActorRecord,
    group: ActorRecord,
    person: ActorRecord,
    *,
    agreed: bool,
    role: Role = "partner",
    reason: str = "",
) -> MembershipRecord:
    """Admit somebody who asked to belong to a project of this node, or decline.

    Raises `ActRefused` for those who do not lead it, and when nobody asked.
    """

    async def operation(tx: Tx) -> MembershipRecord:
        await tx.projects.hold(group.id)
        await hosted_and_led(tx, lead, group)
        before = await tx.projects.membership(group.id, person.id)
        if before is None or before.state != "requested":
            raise ActRefused(404, "no-request", f"{person.account} did not ask to join.")
        if agreed:
            return await admit(tx, context, group, person, role, by=lead)
        return await decline_within(tx, context, group, person, reason)

    return await context.store.write(operation)


async def change_role(
    context: OutboxContext,
    lead: ActorRecord,
    group: ActorRecord,
    person: ActorRecord,
    role: Role,
    engagement: str | None = None,
) -> MembershipRecord:
    """Give a member another role, or say anew what they do. Raises `ActRefused`."""

    async def operation(tx: Tx) -> MembershipRecord:
        await tx.projects.hold(group.id)
        await hosted_and_led(tx, lead, group)
        return await change_role_within(tx, context, group, person, role, engagement)

    return await context.store.write(operation)


async def leave(
    context: OutboxContext, person: ActorRecord, group: ActorRecord
) -> MembershipRecord:
    """Belong to a project no more, or take back that one asked. Raises `ActRefused`."""

    async def operation(tx: Tx) -> MembershipRecord:
        await tx.projects.hold(group.id)
        before = await tx.projects.membership(group.id, person.id)
        if before is None or before.state not in {"member", "requested", "invited"}:
            raise ActRefused(404, "not-a-member", "You are no member of this project.")
        if group.local and steers(before):
            await keep_a_lead(tx, group, person)
        membership = await stand(tx, group.id, person, "left", context.now())
        await end_project_attendances(tx, group, person, context.now())
        await forget_if_alone(tx, group, context.now())
        if group.local:
            if is_member(before):
                await hosting.tell_gone(tx, context.publisher, group, person)
            if steers(before):
                await renew_leads(context, tx, group)
        else:
            await context.publisher.publish(
                tx,
                person,
                leaving.build(group.url, [group.url]),
                recipients=Recipients(actors=(group.id,), personal=True),
            )
        await unfollow(tx, context, person, group)
        return membership

    return await context.store.write(operation)


async def remove(
    context: OutboxContext, lead: ActorRecord, group: ActorRecord, person: ActorRecord
) -> MembershipRecord:
    """Let somebody belong to a project of this node no more; they get nothing new from now on.

    Raises `ActRefused` for those who do not lead it, for who is no member, for the last lead.
    """

    async def operation(tx: Tx) -> MembershipRecord:
        await tx.projects.hold(group.id)
        await hosted_and_led(tx, lead, group)
        return await remove_within(tx, context, group, person)

    return await context.store.write(operation)
