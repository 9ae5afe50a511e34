"""Lists of projects as pages show them: one statement for a list, however long it is."""

from dataclasses import dataclass
from typing import Final

from storage.projects import MembershipRecord, ProjectRecord
from storage.records import ActorRecord, columns
from storage.statements import Statements

MOST: Final = 1_000
_ACTOR: Final = len(ActorRecord.__dataclass_fields__)
_PROJECT: Final = len(ProjectRecord.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits in a project for somebody who leads it: requests to join, proposals."""

    requests: int = 0
    offers: int = 0


class ProjectListStatements(Statements):
    """Lists of projects, and what is new or waits in each."""

    async def of_member(
        self, actor_id: int, states: list[str]
    ) -> list[tuple[ActorRecord, ProjectRecord, MembershipRecord]]:
        """The living projects to which somebody stands in one of these ways, latest first."""
        return await self._with_memberships(
            "m.actor_id = $1 and m.state = any($2) and a.state = 'active' "
            "order by m.since desc, m.project_id desc",
            actor_id,
            states,
        )

    async def public_of(
        self, actor_id: int, *, limit: int = 50
    ) -> list[tuple[ActorRecord, ProjectRecord, MembershipRecord]]:
        """The projects whose members everybody may know, to which somebody belongs."""
        return await self._with_memberships(
            "m.actor_id = $1 and m.state = 'member' and p.reach = 'public' "
            "and a.state = 'active' and a.severity not in ('limit', 'suspend') "
            "and a.sanction <> 'limit' order by m.since desc, m.project_id desc limit $2",
            actor_id,
            limit,
        )

    async def hosted(self, reaches: list[str]) -> list[tuple[ActorRecord, ProjectRecord]]:
        """The living projects of this node with one of these reaches, latest change first."""
        return await self._projects(
            "a.local = 1 and a.state = 'active' and a.sanction <> 'limit' "
            "and p.reach = any($1) order by p.updated_at desc, p.actor_id desc limit $2",
            reaches,
            MOST,
        )

    async def every_hosted(self) -> list[tuple[ActorRecord, ProjectRecord]]:
        """The projects of this node, the suspended ones too, latest first."""
        return await self._projects(
            "a.local = 1 and a.state <> 'gone' order by p.actor_id desc limit $1", MOST
        )

    async def leads(self, project_ids: list[int]) -> dict[int, list[ActorRecord]]:
        """Who leads each of these projects, the first one first."""
        found: dict[int, list[ActorRecord]] = {}
        if not project_ids:
            return found
        rows = await self.connection.fetch_all(
            f"select m.project_id, {columns(ActorRecord, 'a')} "
            "from project_members m join actors a on a.id = m.actor_id "
            "where m.project_id = any($1) and m.state = 'member' and m.role = 'lead' "
            "order by m.created_at, m.actor_id",
            project_ids,
        )
        for row in rows:
            found.setdefault(row[0], []).append(ActorRecord(*row[1:]))
        return found

    async def member_counts(self, project_ids: list[int]) -> dict[int, int]:
        """How many belong to each of these projects."""
        if not project_ids:
            return {}
        rows = await self.connection.fetch_all(
            "select project_id, count(*) from project_members "
            "where project_id = any($1) and state = 'member' group by project_id",
            project_ids,
        )
        return {row[0]: row[1] for row in rows}

    async def waiting(self, project_ids: list[int]) -> dict[int, Waiting]:
        """What waits for the leads of each of these projects."""
        if not project_ids:
            return {}
        requests = await self.connection.fetch_all(
            "select project_id, count(*) from project_members "
            "where project_id = any($1) and state = 'requested' group by project_id",
            project_ids,
        )
        offers = await self.connection.fetch_all(
            "select project_id, count(*) from project_offers "
            "where project_id = any($1) and state = 'waiting' group by project_id",
            project_ids,
        )
        asked, offered = {row[0]: row[1] for row in requests}, {row[0]: row[1] for row in offers}
        return {
            number: Waiting(asked.get(number, 0), offered.get(number, 0))
            for number in {*asked, *offered}
        }

    async def unread(self, owner_id: int) -> dict[int, int]:
        """How many unread notifications somebody has about each project."""
        rows = await self.connection.fetch_all(
            "select subject_id, count(*) from notifications "
            "where owner_id = $1 and read_at is null "
            "and subject_id is not null and kind like 'project.%' group by subject_id",
            owner_id,
        )
        return {row[0]: row[1] for row in rows}

    async def _projects(
        self, rest: str, *args: int | list[str]
    ) -> list[tuple[ActorRecord, ProjectRecord]]:
        rows = await self.connection.fetch_all(
            f"select {columns(ActorRecord, 'a')}, {columns(ProjectRecord, 'p')} "
            f"from projects p join actors a on a.id = p.actor_id where {rest}",
            *args,
        )
        return [(ActorRecord(*row[:_ACTOR]), ProjectRecord(*row[_ACTOR:])) for row in rows]

    async def _with_memberships(
        self, rest: str, *args: int | list[str]
    ) -> list[tuple[ActorRecord, ProjectRecord, MembershipRecord]]:
        rows = await self.connection.fetch_all(
            f"select {columns(ActorRecord, 'a')}, {columns(ProjectRecord, 'p')}, "
            f"{columns(MembershipRecord, 'm')} from project_members m "
            "join projects p on p.actor_id = m.project_id "
            f"join actors a on a.id = m.project_id where {rest}",
            *args,
        )
        end = _ACTOR + _PROJECT
        return [
            (
                ActorRecord(*row[:_ACTOR]),
                ProjectRecord(*row[_ACTOR:end]),
                MembershipRecord(*row[end:]),
            )
            for row in rows
        ]
