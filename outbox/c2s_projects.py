"""What clients do with projects: join, leave, answer, invite, propose, decide who belongs.

The actor is always the member; the Group is what the activity names, and acts for its lead: what
it sends tells everybody, what the lead did stands in their own outbox alone.
"""

from federation.documents import Document
from objects.projects.fields import Role
from objects.projects.membership import NotAllowed, role_named
from objects.projects.offers import proposal_of
from outbox.acts.projects import belonging
from outbox.acts.projects.finding import find_project
from outbox.acts.projects.offers import decide_offer, make_offer, withdraw_offer
from outbox.builders import accept, join, leave, offer, reject, undo
from outbox.c2s_reading import latest, noted, object_url
from outbox.context import ActRefused, OutboxContext
from storage.project_offers import OfferRecord
from storage.projects import MembershipRecord
from storage.records import ActivityRecord, ActorRecord
from storage.store import Tx

MEMBERS = "/members"


async def join_project(
    context: OutboxContext, actor: ActorRecord, posted: Document
) -> ActivityRecord:
    """Ask to belong to a project. Raises `ActRefused`, `LookupError`, federation errors."""
    found = await find_project(context, actor, object_url(posted))
    membership = found.membership
    if membership is not None and membership.state == "member":
        raise ActRefused(409, "member", "You are a member already.")
    if membership is not None and membership.state == "invited":
        return await _answer_invitation(context, actor, found.group, membership, agreed=True)
    message = posted.text("content") or ""
    membership = await belonging.join(context, actor, found.group, message)
    known = await context.store.query(lambda tx: tx.activities.by_url(membership.url))
    return known or await noted(context, actor, join.build(found.group.url, [], message))


async def _answer_invitation(
    context: OutboxContext,
    actor: ActorRecord,
    group: ActorRecord,
    invited: MembershipRecord,
    *,
    agreed: bool,
) -> ActivityRecord:
    await belonging.answer_invitation(context, actor, group, agreed=agreed)
    if not group.local:
        return await latest(context, actor, "Accept" if agreed else "Reject", invited.url)
    build = accept.build_invited if agreed else reject.build_invited
    return await noted(context, actor, build(invited.url, group.url))


async def leave_project(
    context: OutboxContext, actor: ActorRecord, posted: Document
) -> ActivityRecord:
    """Belong to a project no more, or take back that one asked. Raises `ActRefused`."""
    group = await _group(context, object_url(posted))
    await belonging.leave(context, actor, group)
    if not group.local:
        return await latest(context, actor, "Leave", group.url)
    return await noted(context, actor, leave.build(group.url, [group.url]))


async def answer_for_project(
    context: OutboxContext, actor: ActorRecord, posted: Document
) -> ActivityRecord | None:
    """Answer an Invite for oneself, a Join or an Offer as a lead; None for anything else.

    Raises `ActRefused`.
    """
    agreed = posted.type == "Accept"
    offered = await context.store.query(
        lambda tx: tx.project_offers.by_url(posted.first_id("object") or "")
    )
    if offered is not None:
        return await _answer_offer(context, actor, posted, offered, agreed=agreed)
    membership = await context.store.query(lambda tx: _meant(tx, posted))
    if membership is None:
        return None
    group, person = await _both(context, membership)
    if person.id == actor.id:
        return await _answer_invitation(context, actor, group, membership, agreed=agreed)
    await belonging.answer_request(
        context,
        actor,
        group,
        person,
        agreed=agreed,
        role=_role(posted),
        reason=posted.text("summary") or posted.text("content") or "",
    )
    build_answer = accept.build if agreed else reject.build
    return await noted(context, actor, build_answer(membership.url, person.url))


async def _meant(tx: Tx, posted: Document) -> MembershipRecord | None:
    """The membership behind an Invite or a Join: by its id, or by what is embedded of it."""
    found = await tx.projects.membership_by_url(posted.first_id("object") or "")
    inner = posted.embedded("object")
    if found is not None or inner is None or inner.type not in {"Invite", "Join"}:
        return found
    urls = [url for name in ("actor", "target", "object") if (url := inner.first_id(name))]
    actors = await tx.actors.by_urls(urls)
    projects = await tx.projects.by_ids([actor.id for actor in actors.values()])
    persons = [actor.id for actor in actors.values() if actor.id not in projects]
    if len(projects) != 1 or len(persons) != 1:
        return None
    return await tx.projects.membership(next(iter(projects)), persons[0])


async def _answer_offer(
    context: OutboxContext,
    actor: ActorRecord,
    posted: Document,
    offered: OfferRecord,
    *,
    agreed: bool,
) -> ActivityRecord:
    reason = posted.text("summary") or posted.text("content") or ""
    await decide_offer(context, actor, offered, agreed=agreed, reason=reason)
    build = accept.build if agreed else reject.build
    return await noted(context, actor, build(offered.url, actor.url))


async def invite(context: OutboxContext, actor: ActorRecord, posted: Document) -> ActivityRecord:
    """Invite somebody (object) to a project (target) that one leads; either way round.

    Raises `ActRefused`, federation errors for somebody who cannot be had.
    """
    first, second = object_url(posted), posted.first_id("target")
    if second is None:
        raise ActRefused(422, "no-target", "An Invite needs whom it invites and a Group.")
    found = await context.store.query(lambda tx: tx.projects.by_url(second))
    group_url, person_url = (second, first) if found is not None else (first, second)
    group = await _group(context, group_url)
    person = await context.remote.resolve(person_url)
    membership = await belonging.invite(
        context, actor, group, person, _role(posted), posted.text("content") or ""
    )
    known = await context.store.query(lambda tx: tx.activities.by_url(membership.url))
    if known is not None and known.type == "Invite":
        return known
    return await latest(context, group, "Add", person.url)


async def add_or_remove_member(
    context: OutboxContext, actor: ActorRecord, posted: Document
) -> ActivityRecord | None:
    """Change who belongs to a project that one leads; None when the target is something else.

    `Add` admits who asked and gives members another role, `Remove` also declines and takes an
    invitation back. Raises `ActRefused`.
    """
    target = posted.first_id("target") or ""
    group_url = target.removesuffix(MEMBERS)
    known = await context.store.query(lambda tx: tx.projects.by_url(group_url))
    if known is None or target == group_url:
        return None
    group, url = known[0], object_url(posted)
    person = await context.remote.resolve(url)
    before = await context.store.query(lambda tx: tx.projects.membership(group.id, person.id))
    state = before.state if before is not None else ""
    if posted.type == "Add":
        if state == "requested":
            await belonging.answer_request(
                context, actor, group, person, agreed=True, role=_role(posted)
            )
        else:
            engagement = posted.text("cmt:engagement")
            role = _role(posted)
            await belonging.change_role(context, actor, group, person, role, engagement)
    elif state == "requested":
        await belonging.answer_request(context, actor, group, person, agreed=False)
    elif state == "invited":
        await belonging.withdraw_invitation(context, actor, group, person)
    else:
        await belonging.remove(context, actor, group, person)
    said = {"type": posted.type, "object": person.url, "target": target, "to": [target]}
    return await noted(context, actor, said)


async def propose(context: OutboxContext, actor: ActorRecord, posted: Document) -> ActivityRecord:
    """Propose an activity (object) to a project (target). Raises `ActRefused`."""
    inner, target = posted.embedded("object"), posted.first_id("target")
    if inner is None or target is None:
        raise ActRefused(422, "no-object", "An Offer needs an activity, and a Group as target.")
    group = await _group(context, target)
    reason = posted.text("content") or ""
    try:
        proposal = proposal_of(inner, group.url)
    except NotAllowed as error:
        raise ActRefused(error.status, error.code, error.detail) from None
    made = await make_offer(context, actor, group, proposal, reason)
    known = await context.store.query(lambda tx: tx.activities.by_url(made.url))
    if known is not None:
        return known
    said = offer.build(inner.raw, group.url, reason)
    parsed = context.identifiers.parse(made.url)
    return await noted(context, actor, said, int(parsed.value) if parsed else None)


async def undo_for_project(
    context: OutboxContext, actor: ActorRecord, posted: Document
) -> ActivityRecord | None:
    """Take back a Join, an Offer, or as a lead an Invite; None for anything else."""
    url = posted.first_id("object") or ""
    offered = await context.store.query(lambda tx: tx.project_offers.by_url(url))
    if offered is not None:
        await withdraw_offer(context, actor, offered)
        return await _undone(context, actor, url)
    membership = await context.store.query(lambda tx: tx.projects.membership_by_url(url))
    if membership is None:
        return None
    group, person = await _both(context, membership)
    if person.id == actor.id:
        await belonging.leave(context, actor, group)
        if not group.local:
            return await latest(context, actor, "Leave", group.url)
        return await noted(context, actor, leave.build(group.url, [group.url]))
    await belonging.withdraw_invitation(context, actor, group, person)
    return await _undone(context, actor, url)


async def _undone(context: OutboxContext, actor: ActorRecord, url: str) -> ActivityRecord:
    return await noted(context, actor, undo.build({"id": url}, []))


async def _group(context: OutboxContext, url: str) -> ActorRecord:
    found = await context.store.query(lambda tx: tx.projects.by_url(url))
    if found is None:
        raise ActRefused(404, "no-project", "There is no such project.")
    return found[0]


async def _both(
    context: OutboxContext, membership: MembershipRecord
) -> tuple[ActorRecord, ActorRecord]:
    """The project and the person of a membership."""
    ids = [membership.project_id, membership.actor_id]
    found = await context.store.query(lambda tx: tx.actors.by_ids(ids))
    return found[membership.project_id], found[membership.actor_id]


def _role(posted: Document) -> Role:
    return role_named(posted.text("cmt:role"), "partner")
