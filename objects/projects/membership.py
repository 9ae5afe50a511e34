"""Who belongs to a project, and what that allows; every change is part of a transaction."""

from dataclasses import replace
from typing import Final

from objects.projects.fields import ENDED, ROLES, Role
from storage.projects import MembershipRecord, ProjectRecord
from storage.records import ActorRecord
from storage.store import Tx

PUBLISHING: Final = frozenset({"lead", "partner"})
NOBODY: Final = frozenset({"Group", "Application"})
"""Types of actors that belong to no project: others would be members through them."""
MAX_ENGAGEMENT: Final = 1_000
NEWCOMERS_A_DAY: Final = 20
"""So many people of one server come to an open project in a day; others wait for a lead."""
ASKING_A_DAY: Final = 100
"""So many of one server may ask in a day: what each asks is told to the leads."""
REST_MS: Final = 600_000
"""Who comes back sooner than this waits: members' servers are told of each coming and going."""
_DAY_MS: Final = 86_400_000


class NotAllowed(Exception):
    """What somebody may not do with a project; `code` names why, the text tells a person.

    `status` is that of HTTP with which clients are answered.
    """

    def __init__(self, code: str, detail: str, status: int = 403) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail


def role_named(name: str | None, default: Role) -> Role:
    """A role by its name, with or without our namespace."""
    bare = (name or "").rpartition(":")[2].rpartition("#")[2].lower()
    return next((role for role in ROLES if role == bare), default)


def is_member(membership: MembershipRecord | None) -> bool:
    """Whether somebody belongs to the project now."""
    return membership is not None and membership.state == "member"


def role_by_asking(before: MembershipRecord | None) -> Role:
    """The role of whoever comes without an invitation, and what they were before: no lead.

    Leaving and coming back makes nobody more than what the leads had made them.
    """
    return "observer" if before is not None and before.role == "observer" else "partner"


def steers(membership: MembershipRecord | None) -> bool:
    """Whether somebody decides about the project: its leads."""
    return membership is not None and is_member(membership) and membership.role == "lead"


def publishes(membership: MembershipRecord | None) -> bool:
    """Whether somebody writes notes: leads and partners."""
    return membership is not None and is_member(membership) and membership.role in PUBLISHING


def check_may_publish(
    project: ProjectRecord,
    membership: MembershipRecord | None,
    *,
    talk: bool = False,
    outcome: bool = False,
) -> None:
    """Raise `NotAllowed` unless somebody may write an entry (or `talk`, an answer) now.

    `outcome`: an experience that came of the project, which may follow its end.
    """
    if not is_member(membership):
        raise NotAllowed("not-a-member", "Only members of the project write in it.")
    if talk:
        return
    if not publishes(membership):
        raise NotAllowed("observer", "Observers read and comment; they publish no notes.")
    if project.state in ENDED and not outcome:
        detail = "The project has ended: nothing more is added to it."
        raise NotAllowed("project-ended", detail, 409)


def may_publish(project: ProjectRecord, membership: MembershipRecord | None) -> bool:
    """Whether somebody may write notes in a project now."""
    try:
        check_may_publish(project, membership)
    except NotAllowed:
        return False
    return True


async def asks_too_many(tx: Tx, project_id: int, person: ActorRecord, now: int) -> bool:
    """Whether more people of a server than anybody can look at ask to join today."""
    if person.local or await tx.projects.membership(project_id, person.id) is not None:
        return False
    found = await tx.projects.count_newcomers(project_id, person.host, now - _DAY_MS)
    return found >= ASKING_A_DAY


async def comes_freely(tx: Tx, project: ProjectRecord, person: ActorRecord, now: int) -> bool:
    """Whether somebody who is not invited becomes a member of a project by asking.

    An open project admits all but those who wait or whom a lead removed, and crowds of one server.
    """
    if project.joining != "open":
        return False
    before = await tx.projects.membership(project.actor_id, person.id)
    if before is not None:
        rested = before.state == "left" and now - before.since >= REST_MS
        return rested or before.state in {"declined", "moved"}
    if person.local:
        return True
    found = await tx.projects.count_newcomers(project.actor_id, person.host, now - _DAY_MS)
    return found < NEWCOMERS_A_DAY


async def stand(
    tx: Tx,
    project_id: int,
    person: ActorRecord,
    state: str,
    now: int,
    *,
    role: Role | None = None,
    url: str | None = None,
    engagement: str | None = None,
) -> MembershipRecord:
    """Let somebody stand to a project in another way; what is not said stays as it was."""
    before = await tx.projects.membership(project_id, person.id)
    if before is None:
        before = MembershipRecord(
            project_id, person.id, person.host, "partner", state, "", "", now, now
        )
    changed = replace(
        before,
        host=person.host,
        state=state,
        role=before.role if role is None else role,
        url=before.url if url is None else url,
        engagement=before.engagement if engagement is None else engagement[:MAX_ENGAGEMENT],
        since=before.since if before.state == state else now,
    )
    await tx.projects.save_membership(changed)
    return changed


async def forget_if_alone(tx: Tx, group: ActorRecord, now: int) -> None:
    """Take nobody for a member of a project elsewhere to which nobody here belongs any more.

    We are not told of it from now on: who is removed there must not go on seeing what is here.
    """
    if not group.local and not await tx.projects.local_members(group.id):
        await tx.projects.forget_members(group.id, now)


async def leads(tx: Tx, project_id: int) -> list[ActorRecord]:
    """Those who decide about a project, the first one first."""
    people = await tx.projects.memberships(project_id)
    return [person for membership, person in people if membership.role == "lead"]


async def check_not_last_lead(tx: Tx, project_id: int, person: ActorRecord) -> None:
    """Raise `NotAllowed` when a project would be without a lead once somebody is gone."""
    await tx.projects.hold(project_id)
    steering = await leads(tx, project_id)
    if [lead.id for lead in steering] == [person.id]:
        detail = "Name another lead first: a project is never without one."
        raise NotAllowed("last-lead", detail, 409)
