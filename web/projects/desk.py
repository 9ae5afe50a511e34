"""What every page of a project needs: the project as the viewer may see it, and its tabs."""

from dataclasses import dataclass
from typing import Final

from federation.errors import Refused
from objects.projects.fields import Project
from objects.projects.membership import is_member, may_publish, publishes, steers
from objects.projects.store import fields_of
from storage.projects import MembershipRecord, ProjectRecord
from storage.records import ActorRecord
from storage.store import Tx
from web.context import WebContext
from web.projects.known import known_project
from web.texts import mark


@dataclass(frozen=True, slots=True)
class Space:
    """A project as somebody sees it; `membership` is how the viewer stands to it."""

    group: ActorRecord
    record: ProjectRecord
    project: Project
    viewer: ActorRecord | None
    membership: MembershipRecord | None

    @property
    def member(self) -> ActorRecord:
        """The viewer of a page for members, who is signed in."""
        assert self.viewer is not None
        return self.viewer

    @property
    def viewer_id(self) -> int:
        """The viewer's number; 0 is a stranger."""
        return self.viewer.id if self.viewer is not None else 0

    @property
    def base(self) -> str:
        """The address under which its pages are."""
        return f"/projects/{self.group.id}"

    @property
    def is_member(self) -> bool:
        """Whether the viewer belongs to it."""
        return is_member(self.membership)

    @property
    def may_publish(self) -> bool:
        """Whether the viewer may write notes in it now."""
        return may_publish(self.record, self.membership)

    @property
    def is_partner(self) -> bool:
        """Whether the viewer leads it or is a partner."""
        return publishes(self.membership)

    @property
    def leads(self) -> bool:
        """Whether the viewer leads it, wherever it lives."""
        return steers(self.membership)

    @property
    def steers(self) -> bool:
        """Whether the viewer decides about it, where it lives."""
        return bool(self.group.local) and steers(self.membership)


TABS: Final[tuple[tuple[str, str], ...]] = (
    ("", mark("Journal")),
    ("/about", mark("The project")),
    ("/milestones", mark("Milestones and deliverables")),
    ("/decisions", mark("Decisions")),
    ("/calls", mark("Calls")),
    ("/calendar", mark("Calendar")),
    ("/members", mark("Partners")),
    ("/experiences", mark("Experiences")),
)
"""The pages of every project: what stands behind its address, and what the link says."""


async def space(context: WebContext, number: int) -> Space:
    """The project with this number, for whoever is signed in.

    Raises `Refused` 404 for what is not there, or not for them: a space for its members alone is
    for nobody else, and one of another server is shown to members and followers here. One that
    moved is the one that it is now.
    """
    signed = await context.sessions.current()
    viewer = signed.actor if signed else None

    async def look(tx: Tx) -> Space | None:
        group = await group_now(tx, number)
        record = await tx.projects.by_id(group.id) if group is not None else None
        if group is None or record is None or group.state != "active":
            return None
        membership = await tx.projects.membership(group.id, viewer.id) if viewer else None
        return Space(group, record, fields_of(record), viewer, membership)

    found = await context.store.query(look)
    if found is None and viewer is not None and await _known_now(context, number):
        found = await context.store.query(look)
    if found is None or not _may_enter(found):
        raise Refused(404, "not-found", "There is no such project, or not for you.")
    return found


async def group_now(tx: Tx, number: int) -> ActorRecord | None:
    """The Group with this number; of one that moved, the one that it is now."""
    group = await tx.actors.by_id(number) if number < 2**63 else None
    if group is not None and group.moved_to:
        group = await tx.actors.by_url(group.moved_to) or group
    return group


async def _known_now(context: WebContext, number: int) -> bool:
    """Whether this is a project of another server that nobody here has looked at before."""
    group = (
        await context.store.query(lambda tx: tx.actors.by_id(number)) if number < 2**63 else None
    )
    return group is not None and await known_project(context, group) is not None


def _may_enter(found: Space) -> bool:
    """Members always, the invited too; others where the project shows itself."""
    if found.membership is not None and found.membership.state in {"member", "invited"}:
        return True
    if found.record.reach == "project":
        return False
    return bool(found.group.local) or found.viewer is not None


async def member_space(context: WebContext, number: int) -> Space:
    """The project, for its members: visitors sign in first. Raises `Refused` 404, 403."""
    await context.sessions.required("reader")
    found = await space(context, number)
    if not found.is_member:
        raise Refused(403, "not-a-member", "Only members of the project do this.")
    return found


async def led_space(context: WebContext, number: int) -> Space:
    """The project, for those who decide about it. Raises `Refused`: 404, 403."""
    found = await member_space(context, number)
    if not found.steers:
        raise Refused(403, "not-a-lead", "Only those who lead the project do this.")
    return found
