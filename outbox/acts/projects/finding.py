"""Finding a project by what somebody types: its name here, its address anywhere."""

from dataclasses import dataclass

from objects.projects.membership import is_member
from objects.projects.store import keep_remote_project
from outbox.context import OutboxContext
from storage.projects import MembershipRecord, ProjectRecord
from storage.records import ActorRecord
from storage.store import Tx


@dataclass(frozen=True, slots=True)
class Found:
    """A project, and how somebody stands to it."""

    group: ActorRecord
    record: ProjectRecord
    membership: MembershipRecord | None


async def find_project(context: OutboxContext, viewer: ActorRecord, typed: str) -> Found:
    """The project behind `name`, `name@host` or an address, as `viewer` may see it.

    One of another server that nobody here knew is looked up. Raises `LookupError` for what is no
    project or not for the viewer, and federation errors for what cannot be had.
    """
    group = await _actor(context, typed.strip())

    async def look(tx: Tx) -> Found | None:
        record = await tx.projects.by_id(group.id)
        if record is None or group.state != "active":
            return None
        return Found(group, record, await tx.projects.membership(group.id, viewer.id))

    found = await context.store.query(look)
    if found is None and not group.local and group.type == "Group":
        await context.store.write(lambda tx: keep_remote_project(tx, group, context.now()))
        found = await context.store.query(look)
    if found is None or not _may_enter(found):
        raise LookupError(f"{typed} is no project, or not for {viewer.username}")
    return found


async def _actor(context: OutboxContext, typed: str) -> ActorRecord:
    name = typed.removeprefix("@")
    if "@" in name or name.startswith(("https://", "http://")):
        return await context.remote.resolve(name)
    actor = await context.store.query(lambda tx: tx.actors.local(name))
    if actor is None:
        raise LookupError(f"there is no project {name} on this node")
    return actor


def _may_enter(found: Found) -> bool:
    """Whether a project shows itself to somebody: one for its members alone only to them.

    One of another server has to be named to be joined, whatever it shows.
    """
    expected = is_member(found.membership) or (
        found.membership is not None and found.membership.state in {"invited", "requested"}
    )
    return expected or found.record.reach != "project" or found.record.joining != "invitation"
