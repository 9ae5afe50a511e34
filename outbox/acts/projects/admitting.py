"""Who belongs to a project of this node, changed: parts of a transaction, after all checks.

Whether somebody may decide this was asked before; what is told to whom is said here once, for
what leads do here, for what they offer from elsewhere, and for those who are gone.
"""

from actors.relationships import undo_follow
from objects.events.attending import end_project_attendances
from objects.projects.fields import Role
from objects.projects.membership import (
    NOBODY,
    NotAllowed,
    check_not_last_lead,
    is_member,
    stand,
    steers,
)
from outbox.acts.follow import ask_within, undo_within
from outbox.acts.projects import hosting
from outbox.acts.projects.spaces import renew_leads
from outbox.builders import invite as invitation
from outbox.builders import undo
from outbox.context import ActRefused, OutboxContext
from outbox.recipients import Recipients
from storage.ids import new_id
from storage.projects import MembershipRecord
from storage.records import ActivityRecord, ActorRecord, NotificationRecord
from storage.store import Tx


async def invite_within(
    tx: Tx,
    context: OutboxContext,
    lead: ActorRecord,
    group: ActorRecord,
    person: ActorRecord,
    role: Role,
    message: str = "",
) -> MembershipRecord:
    """Invite somebody; who asked to join already is admitted. Raises `ActRefused`."""
    before = await tx.projects.membership(group.id, person.id)
    if is_member(before):
        raise ActRefused(409, "member", f"{person.account} is a member already.")
    if person.type in NOBODY:
        raise ActRefused(422, "not-a-person", "Persons and organisations belong to projects.")
    if person.state != "active" or person.severity == "suspend":
        raise ActRefused(404, "no-person", f"{person.account} is not there any more.")
    if before is not None and before.state == "requested":
        return await admit(tx, context, group, person, role, by=lead)
    number = new_id()
    membership = await stand(
        tx,
        group.id,
        person,
        "invited",
        context.now(),
        role=role,
        url=context.identifiers.activity(number),
    )
    await context.publisher.publish(
        tx,
        group,
        invitation.build(group.url, person.url, role, lead.url, message),
        recipients=Recipients(actors=(person.id,), personal=True),
        activity_id=number,
    )
    return membership


async def admit(
    tx: Tx,
    context: OutboxContext,
    group: ActorRecord,
    person: ActorRecord,
    role: Role | None,
    *,
    by: ActorRecord | None = None,
) -> MembershipRecord:
    """Make somebody a member, and tell everybody concerned; `by` is the lead who decided."""
    before = await tx.projects.membership(group.id, person.id)
    membership = await stand(tx, group.id, person, "member", context.now(), role=role)
    if not person.local and before is not None:
        request = join_of(before, person, group)
        await hosting.answer(
            tx, context.publisher, group, person, request, agreed=True, role=membership.role
        )
    await hosting.tell_joined(tx, context.publisher, group, membership, person)
    await hosting.welcome(tx, context.publisher, group, person)
    if steers(membership):
        await renew_leads(context, tx, group)
    if person.local:
        await ask_within(tx, context.publisher, person, group, context.now())
        if by is not None and by.id != person.id:
            await notify(tx, context, person, "project.admitted", group)
    return membership


async def decline_within(
    tx: Tx, context: OutboxContext, group: ActorRecord, person: ActorRecord, reason: str = ""
) -> MembershipRecord:
    """Say no to somebody who asked, and why."""
    before = await tx.projects.membership(group.id, person.id)
    declined = await stand(tx, group.id, person, "declined", context.now())
    if person.local:
        await notify(tx, context, person, "project.declined", group)
    elif before is not None:
        request = join_of(before, person, group)
        await hosting.answer(
            tx, context.publisher, group, person, request, agreed=False, reason=reason
        )
    return declined


async def withdraw_within(
    tx: Tx, context: OutboxContext, group: ActorRecord, person: ActorRecord
) -> MembershipRecord:
    """Take an invitation back. Raises `ActRefused` when there is none that waits."""
    before = await tx.projects.membership(group.id, person.id)
    if before is None or before.state != "invited":
        raise ActRefused(404, "no-invitation", "No invitation waits for an answer.")
    withdrawn = await stand(tx, group.id, person, "declined", context.now())
    request = {"type": "Invite", "id": before.url, "actor": group.url, "object": person.url}
    await context.publisher.publish(
        tx,
        group,
        undo.build(request, [person.url]),
        recipients=Recipients(actors=(person.id,), personal=True),
    )
    return withdrawn


async def change_role_within(
    tx: Tx,
    context: OutboxContext,
    group: ActorRecord,
    person: ActorRecord,
    role: Role,
    engagement: str | None = None,
) -> MembershipRecord:
    """Give a member another role, or say anew what they do. Raises `ActRefused`."""
    before = await tx.projects.membership(group.id, person.id)
    if not is_member(before):
        raise ActRefused(404, "not-a-member", f"{person.account} is no member.")
    if role != "lead":
        await keep_a_lead(tx, group, person)
    membership = await stand(
        tx, group.id, person, "member", context.now(), role=role, engagement=engagement
    )
    await hosting.tell_joined(tx, context.publisher, group, membership, person)
    if before is not None and (before.role == "lead") != (role == "lead"):
        await renew_leads(context, tx, group)
    return membership


async def remove_within(
    tx: Tx, context: OutboxContext, group: ActorRecord, person: ActorRecord
) -> MembershipRecord:
    """Let a member belong to the project no more. Raises `ActRefused`, for the last lead too."""
    before = await tx.projects.membership(group.id, person.id)
    if not is_member(before):
        raise ActRefused(404, "not-a-member", f"{person.account} is no member.")
    await keep_a_lead(tx, group, person)
    membership = await stand(tx, group.id, person, "removed", context.now())
    await end_project_attendances(tx, group, person, context.now())
    await hosting.tell_gone(tx, context.publisher, group, person)
    if steers(before):
        await renew_leads(context, tx, group)
    if person.local:
        await unfollow(tx, context, person, group)
        await notify(tx, context, person, "project.removed", group)
    return membership


async def keep_a_lead(tx: Tx, group: ActorRecord, person: ActorRecord) -> None:
    """Raise `ActRefused` when a project would be without a lead once somebody is gone."""
    try:
        await check_not_last_lead(tx, group.id, person)
    except NotAllowed as error:
        raise ActRefused(error.status, error.code, error.detail) from None


async def unfollow(
    tx: Tx, context: OutboxContext, person: ActorRecord, group: ActorRecord
) -> ActivityRecord | None:
    """End how somebody here follows a project."""
    followed = await undo_follow(tx, person, "", group)
    if followed is None:
        return None
    return await undo_within(tx, context.publisher, person, group, followed.url)


async def notify(
    tx: Tx, context: OutboxContext, owner: ActorRecord, kind: str, group: ActorRecord
) -> None:
    """Leave somebody here a notification in the project's name."""
    await tx.activities.notify(
        NotificationRecord(
            new_id(), owner.id, kind, group.id, None, context.now(), None, subject_id=group.id
        )
    )


def join_of(
    membership: MembershipRecord, person: ActorRecord, group: ActorRecord
) -> dict[str, str]:
    """A Join as it stands inside its answer."""
    return {"type": "Join", "id": membership.url, "actor": person.url, "object": group.url}
