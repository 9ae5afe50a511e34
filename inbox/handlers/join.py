"""Somebody wants to belong to a project of ours, or belongs to it no more."""

from federation.documents import Document
from inbox.context import HandlerContext, Ignored, Violation
from inbox.people import local_actor, refuse_if_blocked, tell
from objects.events.attending import end_project_attendances
from objects.projects.membership import (
    NOBODY,
    NotAllowed,
    asks_too_many,
    check_not_last_lead,
    comes_freely,
    is_member,
    leads,
    role_by_asking,
    stand,
    steers,
)
from objects.projects.moving import lives_elsewhere
from storage.projects import ProjectRecord
from storage.records import ActorRecord


async def our_project(
    context: HandlerContext, url: str | None
) -> tuple[ActorRecord, ProjectRecord] | None:
    """The living project of ours with this actor id."""
    group = await local_actor(context, url)
    project = await context.tx.projects.by_id(group.id) if group is not None else None
    return (group, project) if group is not None and project is not None else None


async def receive(context: HandlerContext) -> str:
    """Admit at once who was invited, or whoever may come, ask the leads, or decline.

    Asking twice gets the answer again; a role that somebody asks for is not theirs by asking.
    """
    found = await our_project(context, context.activity.first_id("object"))
    if found is None:
        raise Ignored("the object of the Join is no project of ours")
    group, project = found
    await refuse_if_blocked(context, group)
    tx, person = context.tx, context.actor
    await tx.projects.hold(group.id)
    if person.type in NOBODY:
        await decline(context, group, "Persons and organisations belong to projects.")
        return "declined: neither a person nor an organisation"
    before = await tx.projects.membership(group.id, person.id)
    if before is not None and is_member(before):
        if context.incoming.local:
            return "was admitted when it was asked"
        await _agree(context, group, before.role)
        return "was a member already"
    if context.incoming.local and (before is None or before.state != "requested"):
        raise Ignored("it was answered or taken back meanwhile")
    if group.moved_to:
        await decline(context, group, lives_elsewhere(group.moved_to))
        return "declined: the project lives elsewhere now"
    word = (context.activity.text("content") or "")[:1_000]
    invited = before is not None and before.state == "invited"
    if invited or await comes_freely(tx, project, person, context.now):
        await admit(context, group, person, engagement=word or None)
        return ""
    if project.joining == "invitation":
        await decline(context, group, "This project is joined by invitation only.")
        return "declined: by invitation only"
    if await asks_too_many(tx, group.id, person, context.now):
        await decline(context, group, "Many of your server ask already: please ask later.")
        return "declined: too many of one server"
    await stand(
        tx,
        group.id,
        person,
        "requested",
        context.now,
        role=role_by_asking(before),
        url=context.url,
        engagement=word,
    )
    asked = before is not None and before.state == "requested" and not context.incoming.local
    for lead in await leads(tx, group.id):
        if lead.local and not asked:
            await tell(context, lead, "project.asked", None, group.id)
    return ""


async def admit(
    context: HandlerContext, group: ActorRecord, person: ActorRecord, engagement: str | None = None
) -> None:
    """Make somebody a member who was let in, and tell everybody concerned.

    The role is that of the invitation: a former lead who comes back uninvited is none.
    """
    tx = context.tx
    before = await tx.projects.membership(group.id, person.id)
    invited = before is not None and before.state == "invited"
    membership = await stand(
        tx,
        group.id,
        person,
        "member",
        context.now,
        role=None if invited else role_by_asking(before),
        engagement=engagement,
        url=None if invited else context.url,
    )
    await _agree(context, group, membership.role)
    await context.outgoing.tell_joined(tx, group, membership, person)
    await context.outgoing.welcome(tx, group, person)
    if steers(membership):
        await context.outgoing.renew_leads(tx, group)


def request_of(context: HandlerContext) -> dict[str, str]:
    """What is answered, as it stands inside the answer."""
    found = {"type": context.activity.type, "id": context.url, "actor": context.actor.url}
    target = context.activity.first_id("object")
    return found | ({"object": target} if target else {})


async def _agree(context: HandlerContext, group: ActorRecord, role: str) -> None:
    await context.outgoing.answer_project(
        context.tx, group, context.actor, request_of(context), agreed=True, role=role
    )


async def decline(context: HandlerContext, group: ActorRecord, reason: str) -> None:
    """Say no to what the actor asked of a project, and why."""
    await context.outgoing.answer_project(
        context.tx, group, context.actor, request_of(context), agreed=False, reason=reason
    )


async def take_back(context: HandlerContext, undone: Document) -> str | None:
    """A Join is taken back, asked or granted; None when there is none of ours."""
    known = await context.tx.projects.membership_by_url(undone.id or "")
    url = undone.first_id("object")
    if known is not None and known.actor_id != context.actor.id:
        raise Violation("only one's own Join can be undone")
    if known is not None:
        group = await context.tx.actors.by_id(known.project_id)
        url = group.url if group is not None else None
    found = await our_project(context, url)
    return None if found is None else await _end(context, found[0])


async def receive_leave(context: HandlerContext) -> str:
    """Note that a member has left; nothing new reaches their server any more."""
    found = await our_project(context, context.activity.first_id("object"))
    if found is None:
        raise Ignored("the object of the Leave is no project of ours")
    return await _end(context, found[0])


async def _end(context: HandlerContext, group: ActorRecord) -> str:
    tx, person = context.tx, context.actor
    await tx.projects.hold(group.id)
    before = await tx.projects.membership(group.id, person.id)
    if before is None or before.state in {"left", "removed", "declined"}:
        raise Ignored("who leaves was no member")
    if is_member(before):
        try:
            await check_not_last_lead(tx, group.id, person)
        except NotAllowed as error:
            await decline(context, group, error.detail)
            return f"refused: {error.code}"
    await stand(tx, group.id, person, "left", context.now)
    await end_project_attendances(tx, group, person, context.now)
    if is_member(before):
        await context.outgoing.tell_gone(tx, group, person)
    if steers(before):
        await context.outgoing.renew_leads(tx, group)
    return ""
