"""What projects elsewhere say of who belongs to them, and what the invited answer to ours."""

from dataclasses import replace
from typing import Final

import orjson

from federation.documents import Document
from inbox.context import Gathered, HandlerContext, Ignored, Incoming, Violation
from inbox.handlers.join import admit, decline, request_of
from inbox.overtaking import overtake, refuse_if_overtaken
from inbox.people import local_actor, refuse_if_blocked, tell
from inbox.sources import Sources
from objects.events.attending import end_project_attendances
from objects.experiences.wire import line
from objects.projects.membership import (
    MAX_ENGAGEMENT,
    forget_if_alone,
    is_member,
    role_named,
    stand,
)
from objects.projects.moving import lives_elsewhere
from objects.projects.store import keep_remote_project
from objects.projects.wire import members_url
from objects.text import plain_text
from storage.projects import MembershipRecord
from storage.records import ActorRecord
from storage.store import Tx

MAX_MEMBERS: Final = 5_000
MAX_ALIASES: Final = 10

# an invitation to somebody here


async def gather_invite(incoming: Incoming, sources: Sources) -> Gathered:
    """Look at the project as it is now, when it invites somebody here."""
    invited, group_url = _invited(incoming.activity), _inviting(incoming.activity)
    if invited is None or not sources.identifiers.is_local(invited):
        raise Ignored("nobody here is invited")
    if group_url != incoming.actor.url:
        raise Violation("only a project itself invites to it")
    if not incoming.local:
        async with sources.lanes.enter(group_url):
            await sources.remote.by_url(group_url, refresh=True, budget=sources.budget)
    return Gathered()


def _inviting(activity: Document) -> str | None:
    """The Group: the target, or for those who write it the other way round, the object."""
    actor = activity.first_id("actor")
    return next((u for n in ("target", "object") if (u := activity.first_id(n)) == actor), None)


def _invited(activity: Document) -> str | None:
    actor = activity.first_id("actor")
    both = (activity.first_id("object"), activity.first_id("target"))
    return next((url for url in both if url is not None and url != actor), None)


async def receive_invite(context: HandlerContext) -> str:
    """Note the invitation and tell the invited."""
    tx = context.tx
    person = await local_actor(context, _invited(context.activity))
    if person is None:
        raise Ignored("nobody here is invited")
    await refuse_if_blocked(context, person)
    group = await tx.actors.by_id(context.actor.id) or context.actor
    if not group.local and await keep_remote_project(tx, group, context.now) is None:
        raise Ignored("the Group is no project space")
    before = await tx.projects.membership(group.id, person.id)
    if is_member(before) and not group.local:
        raise Ignored("who is invited is a member")
    if not group.local:
        await stand(
            tx,
            group.id,
            person,
            "invited",
            context.now,
            role=role_named(context.activity.text("cmt:role"), "partner"),
            url=context.url,
            engagement=(context.activity.text("content") or "")[:MAX_ENGAGEMENT],
        )
    await tell(context, person, "project.invited", None, group.id)
    return ""


# answers


async def answered_project(context: HandlerContext) -> bool:
    """Whether an Accept or Reject is about a project: by a Group, or of an Invite of ours."""
    if await context.tx.projects.by_id(context.actor.id) is not None:
        return True
    url = context.activity.first_id("object") or ""
    membership = await context.tx.projects.membership_by_url(url)
    return membership is not None and context.identifiers.is_local(url)


async def receive_accept(context: HandlerContext) -> str:
    """A project agrees to our Join, or somebody elsewhere to our invitation."""
    return await _answer(context, agreed=True)


async def receive_reject(context: HandlerContext) -> str:
    """A project declines what somebody here asked or wrote, or somebody our invitation."""
    return await _answer(context, agreed=False)


async def _answer(context: HandlerContext, *, agreed: bool) -> str:
    url = context.activity.first_id("object") or ""
    membership = await context.tx.projects.membership_by_url(url)
    if context.actor.type == "Group" and not context.actor.local:
        if membership is None:
            note = await _offer_answered(context, url, agreed=agreed)
            return note if note is not None else await _entry_refused(context, url, agreed=agreed)
        return await _answered_us(context, membership, agreed=agreed)
    if membership is None or membership.actor_id != context.actor.id:
        raise Violation("only who was invited answers an invitation")
    return await _invitation_answered(context, membership, agreed=agreed)


async def _answered_us(
    context: HandlerContext, membership: MembershipRecord, *, agreed: bool
) -> str:
    """The project says what becomes of somebody here who asked, or agreed to come."""
    tx = context.tx
    if membership.project_id != context.actor.id:
        raise Violation("only the project that was asked answers")
    person = await tx.actors.by_id(membership.actor_id)
    if person is None or not person.local:
        raise Ignored("the answer is to nobody here")
    if membership.state not in {"requested", "member"}:
        raise Ignored("nobody here asked, or still asks")
    role = role_named(context.activity.text("cmt:role"), "partner")
    if not agreed:
        if not is_member(membership):
            await stand(tx, context.actor.id, person, "declined", context.now)
            await tell(context, person, "project.declined", None, context.actor.id)
        return ""
    was_member = is_member(membership)
    await stand(tx, context.actor.id, person, "member", context.now, role=role)
    if not was_member:
        await _arrived(context, person)
    return ""


async def _arrived(context: HandlerContext, person: ActorRecord) -> None:
    """Somebody here belongs to a project now: they follow it, and are told.

    What of its files was let go while nobody here belonged to it is fetched again.
    """
    if await context.tx.project_files.want_again(context.actor.id, context.now):
        context.tx.notify_on_commit("project files")
    await context.outgoing.follow(context.tx, person, context.actor)
    await tell(context, person, "project.admitted", None, context.actor.id)


async def _offer_answered(context: HandlerContext, url: str, *, agreed: bool) -> str | None:
    """The project does what somebody here proposed, or says why it does not."""
    tx = context.tx
    offer = await tx.project_offers.by_url(url)
    if offer is None:
        return None
    if offer.project_id != context.actor.id:
        raise Violation("only the project that it was proposed to answers")
    state = "accepted" if agreed else "rejected"
    answer = "" if agreed else _reason(context)
    if not await tx.project_offers.decide(offer.id, state, answer, context.now):
        raise Ignored("the Offer was answered or withdrawn before")
    member = await tx.actors.by_id(offer.actor_id)
    if member is not None:
        await tell(context, member, f"project.offer-{state}", None, context.actor.id)
    return ""


def _reason(context: HandlerContext) -> str:
    """Why something was refused, as its Reject says."""
    return line(plain_text((context.activity.text("summary") or "")[:2_000]), 500)


async def _entry_refused(context: HandlerContext, url: str, *, agreed: bool) -> str:
    """The project does not take what somebody here wrote for it."""
    activity = await context.tx.activities.by_url(url)
    if agreed or activity is None or not activity.local or activity.object_id is None:
        raise Ignored("the answer is to nothing that was asked here")
    entry = await context.tx.project_entries.by_id(activity.object_id)
    if entry is None or entry.project_id != context.actor.id or entry.position:
        raise Ignored("the answer is to nothing that waits here")
    await context.tx.project_journal.refuse(entry.object_id, _reason(context))
    author = await context.tx.actors.by_id(activity.actor_id)
    if author is not None:
        await tell(context, author, "project.refused", entry.object_id, context.actor.id)
    return ""


async def _invitation_answered(
    context: HandlerContext, membership: MembershipRecord, *, agreed: bool
) -> str:
    tx = context.tx
    group = await tx.actors.by_id(membership.project_id)
    if group is None or not group.local:
        raise Ignored("the invitation was not ours")
    await tx.projects.hold(group.id)
    membership = await tx.projects.membership(group.id, context.actor.id) or membership
    if membership.state != "invited":
        inside = is_member(membership)
        if agreed and not (inside and context.incoming.local):
            await context.outgoing.answer_project(
                tx,
                group,
                context.actor,
                request_of(context),
                agreed=inside,
                role=membership.role if inside else "",
                reason="" if inside else "The invitation was withdrawn or answered before.",
            )
        return "refused: the invitation was answered or withdrawn before"
    if agreed and group.moved_to:
        await decline(context, group, lives_elsewhere(group.moved_to))
        return "refused: the project lives elsewhere now"
    if agreed:
        await admit(context, group, context.actor)
    else:
        await stand(tx, group.id, context.actor, "declined", context.now)
    return ""


async def receive_undo_invite(context: HandlerContext) -> str:
    """A project takes an invitation of somebody here back."""
    url = context.activity.first_id("object") or ""
    membership = await context.tx.projects.membership_by_url(url)
    if membership is None or membership.project_id != context.actor.id:
        raise Ignored("nothing that could be undone")
    person = await context.tx.actors.by_id(membership.actor_id)
    if person is None or membership.state not in {"invited", "requested"}:
        raise Ignored("the invitation was answered before")
    await stand(context.tx, context.actor.id, person, "declined", context.now)
    return ""


# who belongs to a project elsewhere


def is_about_members(activity: Document) -> bool:
    """Whether an Add or Remove is of the members of the Group that does it."""
    return activity.first_id("target") == members_url(activity.first_id("actor") or "")


async def gather_member(incoming: Incoming, sources: Sources) -> Gathered:
    """Who is added or removed, if it is a project that somebody here has to do with."""
    url = incoming.activity.first_id("object")
    known = await sources.store.query(lambda tx: _concerns_us(tx, incoming.actor))
    if not known or url is None or incoming.local:
        raise Ignored("not a project that anybody here belongs to")
    if incoming.activity.type == "Add":
        return Gathered(target=await sources.actor(url))
    return Gathered(target=await sources.store.query(lambda tx: tx.actors.by_url(url)))


async def _concerns_us(tx: Tx, group: ActorRecord) -> bool:
    """Whether somebody here has to do with a project, or with the one that it says it was.

    The new home of a project may be heard before the `Move` that leads there.
    """
    before = await tx.actors.by_urls(orjson.loads(group.also_known_as or "[]")[:MAX_ALIASES])
    for number in (group.id, *(actor.id for actor in before.values())):
        if await tx.projects.concerns_people_here(number):
            return True
    return False


async def receive_add_member(context: HandlerContext) -> str:
    """Note who belongs to a project, and in which role.

    Nobody here becomes a member whom they did not ask or agree to be.
    """
    person, group, tx = context.gathered.target, context.actor, context.tx
    assert person is not None
    await refuse_if_overtaken(context)
    await _overtake(context)
    known = await tx.projects.by_id(group.id) or await keep_remote_project(tx, group, context.now)
    if known is None:
        raise Ignored("the Group is no project space")
    before = await tx.projects.membership(group.id, person.id)
    if not is_member(before) and await tx.projects.count_members(group.id) >= MAX_MEMBERS:
        raise Ignored("the project has more members than anybody works with")
    asked = before is not None and before.state in {"requested", "member"}
    if person.local and not asked:
        raise Violation("nobody here asked to belong to this project")
    role = role_named(context.activity.text("cmt:role"), "observer")
    engagement = (context.activity.text("cmt:engagement") or "")[:MAX_ENGAGEMENT]
    await stand(
        tx, group.id, person, "member", context.now, role=role, engagement=engagement or None
    )
    if person.local and not is_member(before):
        await _arrived(context, person)
    return ""


async def receive_remove_member(context: HandlerContext) -> str:
    """Note who belongs to a project no more: they see nothing of it from now on."""
    person, group, tx = context.gathered.target, context.actor, context.tx
    overtaken = await _overtake(context)
    before = await tx.projects.membership(group.id, person.id) if person is not None else None
    if person is None or before is None or not is_member(before):
        if overtaken:
            return "who is removed was not taken for a member yet"
        raise Ignored("who is removed was no member")
    await tx.projects.save_membership(replace(before, state="removed", since=context.now))
    await end_project_attendances(tx, group, person, context.now)
    if person.local:
        await forget_if_alone(tx, group, context.now)
        await tell(context, person, "project.removed", None, group.id)
        await context.outgoing.unfollow(tx, person, group)
    return ""


async def _overtake(context: HandlerContext) -> int:
    """Drop each earlier `Add` of the same person: whoever was removed would be a member again."""
    about = context.activity.first_id("object")
    return await overtake(
        context, "Add", lambda done: done.first_id("object") == about and is_about_members(done)
    )


async def renew_project(tx: Tx, group: ActorRecord, now: int) -> None:
    """Take over what a project elsewhere says of itself since its Update."""
    if await tx.projects.by_id(group.id) is not None:
        changed = await tx.actors.by_id(group.id)
        if changed is not None:
            await keep_remote_project(tx, changed, now)
