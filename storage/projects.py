"""Project spaces and who belongs to them."""

from dataclasses import dataclass
from typing import Final

from storage.records import ActorRecord, columns
from storage.statements import Statements

MEMBER: Final = "member"


def closed_project(actor_id: str) -> str:
    """Whether an actor (an expression for its id) is a project for its members alone.

    Who follows it is not shown: the members do.
    """
    return (
        "exists (select 1 from projects cp "
        f"where cp.actor_id = {actor_id} and cp.reach = 'project')"
    )


@dataclass(frozen=True, slots=True)
class ProjectRecord:
    """A project beside its Group actor; `fields` is JSON of `objects.projects.fields.Project`.

    `properties` are what its actor document says besides to everybody, `member_properties` what
    it says to servers of members. `position` is the last number given to an entry.
    """

    actor_id: int
    fields: str
    state: str
    joining: str
    reach: str
    properties: str
    member_properties: str
    position: int
    closed_at: int | None
    created_at: int
    updated_at: int


@dataclass(frozen=True, slots=True)
class MembershipRecord:
    """How somebody stands to a project.

    `role`: lead, partner or observer; `state`: invited, requested, member, declined, left or
    removed, since `since`; `url`: the Invite or Join behind it.
    """

    project_id: int
    actor_id: int
    host: str
    role: str
    state: str
    engagement: str
    url: str
    since: int
    created_at: int


class ProjectStatements(Statements):
    """Everything that is asked of `projects` and `project_members`."""

    async def add(self, project: ProjectRecord) -> bool:
        """A project more; False when it is known."""
        rest = "on conflict (actor_id) do nothing"
        return await self.insert("projects", project, rest=rest) > 0

    async def save(self, project: ProjectRecord) -> None:
        """What a project says of itself now; its counter stays."""
        await self.connection.execute(
            "update projects set fields = $2, state = $3, joining = $4, reach = $5, "
            "properties = $6, member_properties = $7, closed_at = $8, updated_at = $9 "
            "where actor_id = $1",
            project.actor_id,
            project.fields,
            project.state,
            project.joining,
            project.reach,
            project.properties,
            project.member_properties,
            project.closed_at,
            project.updated_at,
        )

    async def by_id(self, actor_id: int) -> ProjectRecord | None:
        """The project of this Group."""
        return await self.one_of(ProjectRecord, "from projects where actor_id = $1", actor_id)

    async def by_ids(self, ids: list[int]) -> dict[int, ProjectRecord]:
        """Those of these actors that are projects, in one query."""
        if not ids:
            return {}
        found = await self.all_of(ProjectRecord, "from projects where actor_id = any($1)", ids)
        return {project.actor_id: project for project in found}

    async def by_url(self, url: str) -> tuple[ActorRecord, ProjectRecord] | None:
        """The project with this actor id, and its actor."""
        rows = await self._with_actors("a.url = $1", url)
        return rows[0] if rows else None

    async def hosted(
        self, *, after: int = 0, limit: int = 1_000
    ) -> list[tuple[ActorRecord, ProjectRecord]]:
        """The projects that live here, oldest first."""
        return await self._with_actors(
            "a.local = 1 and a.state = 'active' and p.actor_id > $1 order by p.actor_id limit $2",
            after,
            limit,
        )

    async def homes(self) -> list[ActorRecord]:
        """The projects here that say what they were before: homes of projects from elsewhere."""
        found = await self._with_actors(
            "a.local = 1 and a.state = 'active' and a.also_known_as <> '[]' order by p.actor_id"
        )
        return [group for group, _ in found]

    async def _with_actors(
        self, rest: str, *args: str | int
    ) -> list[tuple[ActorRecord, ProjectRecord]]:
        rows = await self.connection.fetch_all(
            f"select {columns(ActorRecord, 'a')}, {columns(ProjectRecord, 'p')} "
            f"from actors a join projects p on p.actor_id = a.id where {rest}",
            *args,
        )
        width = len(ActorRecord.__dataclass_fields__)
        return [(ActorRecord(*row[:width]), ProjectRecord(*row[width:])) for row in rows]

    async def hold(self, actor_id: int) -> None:
        """Let who belongs to a project change one after the other: until this transaction ends."""
        await self.connection.execute(
            "update projects set position = position where actor_id = $1", actor_id
        )

    async def next_position(self, actor_id: int, now: int) -> int:
        """The number of the next entry of a project that lives here, now (milliseconds).

        It grows with the time: whoever sees some of the entries cannot tell how many are hidden.
        """
        return int(
            await self.connection.fetch_value(
                "update projects set position = case when position < $2 then $2 "
                "else position + 1 end where actor_id = $1 returning position",
                actor_id,
                now,
            )
        )

    async def reach_position(self, actor_id: int, position: int) -> None:
        """Note the highest number that the host has given."""
        await self.connection.execute(
            "update projects set position = $2 where actor_id = $1 and position < $2",
            actor_id,
            position,
        )

    async def membership(self, project_id: int, actor_id: int) -> MembershipRecord | None:
        """How somebody stands to a project."""
        return await self.one_of(
            MembershipRecord,
            "from project_members where project_id = $1 and actor_id = $2",
            project_id,
            actor_id,
        )

    async def membership_by_url(self, url: str) -> MembershipRecord | None:
        """The membership behind an Invite or a Join."""
        return await self.one_of(
            MembershipRecord, "from project_members where url = $1 and url <> ''", url
        )

    async def save_membership(self, membership: MembershipRecord) -> None:
        """Keep how somebody stands to a project."""
        await self.insert(
            "project_members",
            membership,
            rest="on conflict (project_id, actor_id) do update set host = excluded.host, "
            "role = excluded.role, state = excluded.state, engagement = excluded.engagement, "
            "url = excluded.url, since = excluded.since",
        )

    async def forget_members(self, project_id: int, now: int) -> None:
        """Nobody is a member of a project elsewhere, as far as we are told any more."""
        await self.connection.execute(
            "update project_members set state = 'left', since = $2 "
            "where project_id = $1 and state = 'member'",
            project_id,
            now,
        )

    async def count_members(self, project_id: int) -> int:
        """How many belong to a project."""
        return int(
            await self.connection.fetch_value(
                "select count(*) from project_members where project_id = $1 and state = 'member'",
                project_id,
            )
        )

    async def count_newcomers(self, project_id: int, host: str, since: int) -> int:
        """How many people of a server had to do with a project for the first time since then."""
        statement = (
            "select count(*) from project_members "
            "where project_id = $1 and host = $2 and created_at >= $3"
        )
        return int(await self.connection.fetch_value(statement, project_id, host, since))

    async def concerns_people_here(self, project_id: int) -> bool:
        """Whether somebody here belongs to a project, asked to or is invited."""
        found = await self.connection.fetch_value(
            "select 1 from project_members m join actors a on a.id = m.actor_id "
            "where m.project_id = $1 and m.state in ('member', 'invited', 'requested') "
            "and a.local = 1 limit 1",
            project_id,
        )
        return found is not None

    async def memberships(
        self, project_id: int, state: str = MEMBER
    ) -> list[tuple[MembershipRecord, ActorRecord]]:
        """Everybody who stands to a project in one way, with their actors; oldest first."""
        return await self._people("m.project_id = $1 and m.state = $2", project_id, state)

    async def everybody(self, project_id: int) -> list[tuple[MembershipRecord, ActorRecord]]:
        """Everybody who ever had to do with a project."""
        return await self._people("m.project_id = $1", project_id)

    async def _people(
        self, rest: str, *args: str | int
    ) -> list[tuple[MembershipRecord, ActorRecord]]:
        rows = await self.connection.fetch_all(
            f"select {columns(MembershipRecord, 'm')}, {columns(ActorRecord, 'a')} "
            "from project_members m join actors a on a.id = m.actor_id "
            f"where {rest} order by m.created_at, m.actor_id",
            *args,
        )
        width = len(MembershipRecord.__dataclass_fields__)
        return [(MembershipRecord(*row[:width]), ActorRecord(*row[width:])) for row in rows]

    async def of_actor(self, actor_id: int, states: list[str]) -> list[MembershipRecord]:
        """The projects to which somebody stands in some of these ways, latest first."""
        return await self.all_of(
            MembershipRecord,
            "from project_members where actor_id = $1 and state = any($2) "
            "order by since desc, project_id desc",
            actor_id,
            states,
        )

    async def departed(self, limit: int = 200) -> list[tuple[MembershipRecord, ActorRecord]]:
        """Those who still stand to a project, though they are deleted or suspended."""
        rows = await self.connection.fetch_all(
            f"select {columns(MembershipRecord, 'm')}, {columns(ActorRecord, 'a')} "
            "from project_members m join actors a on a.id = m.actor_id "
            "where m.state in ('member', 'invited', 'requested') "
            "and (a.state <> 'active' or a.severity = 'suspend') "
            "order by m.actor_id, m.project_id limit $1",
            limit,
        )
        width = len(MembershipRecord.__dataclass_fields__)
        return [(MembershipRecord(*row[:width]), ActorRecord(*row[width:])) for row in rows]

    async def members_among(self, project_id: int, actor_ids: list[int]) -> list[int]:
        """Those of these actors who belong to a project."""
        if not actor_ids:
            return []
        rows = await self.connection.fetch_all(
            "select actor_id from project_members "
            "where project_id = $1 and actor_id = any($2) and state = 'member' order by actor_id",
            project_id,
            actor_ids,
        )
        return [row[0] for row in rows]

    async def local_members(self, project_id: int, *, since: int | None = None) -> list[int]:
        """The members who live here; with `since` (milliseconds) those who were it by then."""
        rows = await self.connection.fetch_all(
            "select m.actor_id from project_members m join actors a on a.id = m.actor_id "
            "where m.project_id = $1 and m.state = 'member' and a.local = 1 "
            "and a.state = 'active' "
            "and (cast($2 as bigint) is null or m.since <= cast($2 as bigint)) "
            "order by m.actor_id",
            project_id,
            since,
        )
        return [row[0] for row in rows]

    async def member_inboxes(self, project_id: int) -> list[str]:
        """Where the members elsewhere take activities, each server once where it can be."""
        rows = await self.connection.fetch_all(
            "select distinct case when a.shared_inbox <> '' then a.shared_inbox else a.inbox end "
            "from project_members m join actors a on a.id = m.actor_id "
            "where m.project_id = $1 and m.state = 'member' and a.local = 0 "
            "and a.state = 'active' and a.severity <> 'suspend' order by 1",
            project_id,
        )
        return [row[0] for row in rows if row[0]]

    async def on_member_server(self, project_id: int, viewer_id: int) -> bool:
        """Whether an actor is a member, or the server of one."""
        found = await self.connection.fetch_value(
            "select 1 from project_members m join actors v on v.id = $2 "
            "where m.project_id = $1 and m.state = 'member' and (m.actor_id = v.id "
            "or (v.type = 'Application' and m.host = v.host))",
            project_id,
            viewer_id,
        )
        return found is not None
