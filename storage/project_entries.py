"""What belongs to projects: notes, comments, milestones, decisions, calls, events."""

from dataclasses import dataclass
from typing import Final

from storage.audience import MAY_SEE
from storage.records import ActivityRecord, ObjectRecord, columns
from storage.statements import Statements

LAST: Final = 2**62
"""Where an entry that waits for the host stands behind those with a number."""


@dataclass(frozen=True, slots=True)
class EntryRecord:
    """An entry beside its object; `fields` is JSON of `objects.projects.entries.Entry`.

    `position` is the host's number for it, 0 as long as the host has not passed it on;
    `state` that of a milestone, a decision or a call, or `refused`.
    """

    object_id: int
    project_id: int
    kind: str
    position: int
    milestone: str
    state: str
    due_at: int | None
    fields: str
    activity_url: str
    created_at: int


class ProjectEntryStatements(Statements):
    """Everything that is asked of `project_entries`."""

    async def save(self, entry: EntryRecord) -> None:
        """Keep an entry as it is now; a number once given stays."""
        await self.insert(
            "project_entries",
            entry,
            rest="on conflict (object_id) do update set kind = excluded.kind, "
            "milestone = excluded.milestone, state = excluded.state, due_at = excluded.due_at, "
            "fields = excluded.fields",
        )

    async def place(self, object_id: int, position: int) -> None:
        """Give an entry its number, if it has none."""
        await self.connection.execute(
            "update project_entries set position = $2 where object_id = $1 and position = 0",
            object_id,
            position,
        )

    async def set_state(self, object_id: int, state: str) -> None:
        """Note how a milestone, a decision or a call stands."""
        await self.connection.execute(
            "update project_entries set state = $2 where object_id = $1", object_id, state
        )

    async def by_id(self, object_id: int) -> EntryRecord | None:
        """The entry that is this object."""
        return await self.one_of(
            EntryRecord, "from project_entries where object_id = $1", object_id
        )

    async def by_ids(self, ids: list[int]) -> dict[int, EntryRecord]:
        """Those of these objects that are entries, in one query."""
        if not ids:
            return {}
        found = await self.all_of(
            EntryRecord, "from project_entries where object_id = any($1)", ids
        )
        return {entry.object_id: entry for entry in found}

    async def timeline(
        self,
        project_id: int,
        viewer_id: int,
        *,
        before: int | None = None,
        limit: int = 20,
        kinds: list[str] | None = None,
    ) -> list[tuple[EntryRecord, ObjectRecord]]:
        """What a viewer (0: a stranger) may see of a project, latest number first.

        `before` is a number; what still waits for the host stands before everything else.
        """
        return await self._seen(
            "and ($3 = 0 or (e.position > 0 and e.position < $3)) "
            "and ($5 = 0 or e.kind = any($4)) "
            "order by case when e.position = 0 then 1 else 0 end desc, e.position desc, "
            "e.object_id desc limit $6",
            project_id,
            viewer_id,
            before or 0,
            kinds or [],
            int(kinds is not None),
            limit,
        )

    async def of_kinds(
        self, project_id: int, viewer_id: int, kinds: list[str], *, limit: int = 500
    ) -> list[tuple[EntryRecord, ObjectRecord]]:
        """A project's entries of some kinds that a viewer may see, by date and number."""
        return await self._seen(
            "and e.kind = any($3) order by case when e.due_at is null then 1 else 0 end, "
            "e.due_at, e.position, e.object_id limit $4",
            project_id,
            viewer_id,
            kinds,
            limit,
        )

    async def in_order(
        self, project_id: int, viewer_id: int, after: tuple[int, int] = (0, 0), limit: int = 100
    ) -> list[tuple[EntryRecord, ObjectRecord]]:
        """What a viewer may see of a project, oldest number first; what waits comes last.

        `after` are number (`LAST` for what waits) and id of the last one that is known.
        """
        found = []
        if after[0] < LAST:
            found = await self._seen(
                "and e.position > 0 and e.position >= $3 "
                "and (e.position > $3 or e.object_id > $4) "
                "order by e.position, e.object_id limit $5",
                project_id,
                viewer_id,
                *after,
                limit,
            )
        if len(found) == limit:
            return found
        return found + await self._seen(
            "and e.position = 0 and e.object_id > $3 order by e.object_id limit $4",
            project_id,
            viewer_id,
            after[1] if after[0] == LAST else 0,
            limit - len(found),
        )

    async def _seen(
        self, rest: str, *args: int | list[str]
    ) -> list[tuple[EntryRecord, ObjectRecord]]:
        rows = await self.connection.fetch_all(
            f"select {columns(EntryRecord, 'e')}, {columns(ObjectRecord, 'o')} "
            "from project_entries e join objects o on o.id = e.object_id "
            "join actors w on w.id = o.actor_id "
            f"where e.project_id = $1 and o.deleted_at is null and e.state <> 'refused' "
            f"and {MAY_SEE} {rest}",
            *args,
        )
        width = len(EntryRecord.__dataclass_fields__)
        return [(EntryRecord(*row[:width]), ObjectRecord(*row[width:])) for row in rows]

    async def count_seen(self, project_id: int, viewer_id: int) -> int:
        """How many numbered entries of a project a viewer (0: a stranger) may see."""
        return int(
            await self.connection.fetch_value(
                "select count(*) from project_entries e join objects o on o.id = e.object_id "
                "join actors w on w.id = o.actor_id where e.project_id = $1 and e.position > 0 "
                f"and o.deleted_at is null and e.state <> 'refused' and {MAY_SEE}",
                project_id,
                viewer_id,
            )
        )

    async def announces(self, project_id: int, object_ids: list[int]) -> dict[int, ActivityRecord]:
        """The Announces in which a project that lives here passed these entries on, by entry."""
        if not object_ids:
            return {}
        found = await self.all_of(
            ActivityRecord,
            "from activities where id in (select min(id) from activities "
            "where object_id = any($2) and actor_id = $1 and type = 'Announce' and local = 1 "
            "group by object_id)",
            project_id,
            object_ids,
        )
        return {activity.object_id: activity for activity in found if activity.object_id}

    async def move_all(self, project_id: int, new_id: int, *, here: bool = False) -> None:
        """Let the entries of a project belong to another one, in their places.

        `here`: one that lives here, and is to announce those that have a number.
        """
        await self.connection.execute(
            "update project_entries set project_id = $2, "
            "untold = case when position > 0 then cast($3 as bigint) else 0 end "
            "where project_id = $1",
            project_id,
            new_id,
            int(here),
        )
        await self.connection.execute(
            "update project_files set project_id = $2 where project_id = $1", project_id, new_id
        )
        # Members' own calendars show the project wherever it lives.
        await self.connection.execute(
            "update project_links set project_id = $2 where project_id = $1 and kind = 'calendar'",
            project_id,
            new_id,
        )

    async def untold(self, project_id: int, limit: int) -> list[EntryRecord]:
        """The next entries that came here with a project, and that it has not announced here."""
        return await self.all_of(
            EntryRecord,
            "from project_entries where project_id = $1 and untold = 1 limit $2",
            project_id,
            limit,
        )

    async def told(self, object_ids: list[int]) -> None:
        """Note that nothing is to be announced any more of these entries."""
        await self.connection.execute(
            "update project_entries set untold = 0 where object_id = any($1)", object_ids
        )

    async def said(self, object_id: int, author_id: int) -> list[ActivityRecord]:
        """What the author did with an entry, and what projects passed on of it, oldest first."""
        return await self.all_of(
            ActivityRecord,
            "from activities where object_id = $1 and type in ('Create', 'Update', 'Announce') "
            "and (actor_id = $2 or actor_id in (select actor_id from projects)) order by id",
            object_id,
            author_id,
        )

    async def replace_milestone(self, old_url: str, new_url: str) -> None:
        """Let what belonged to a milestone belong to the one that stands for it now."""
        await self.connection.execute(
            "update project_entries set milestone = $2 where milestone = $1", old_url, new_url
        )

    async def waiting(self, project_id: int) -> list[ActivityRecord]:
        """The Creates of people here whose entries the host has given no number yet."""
        return await self.all_of(
            ActivityRecord,
            "from activities where local = 1 and type = 'Create' and object_id in "
            "(select e.object_id from project_entries e join objects o on o.id = e.object_id "
            "where e.project_id = $1 and e.position = 0 and e.state <> 'refused' "
            "and o.local = 1 and o.deleted_at is null) order by id",
            project_id,
        )

    async def passed_on(self, project_id: int) -> list[tuple[int, int]]:
        """The Announces of a project that lives here about what is still there, by its numbers.

        Each as activity and object: there may be many thousands.
        """
        rows = await self.connection.fetch_all(
            "select a.id, a.object_id from activities a "
            "join project_entries e on e.object_id = a.object_id and e.project_id = $1 "
            "join objects o on o.id = e.object_id "
            "where a.actor_id = $1 and a.type = 'Announce' and a.local = 1 "
            "and o.deleted_at is null order by e.position, a.id",
            project_id,
        )
        return [(row[0], row[1]) for row in rows]
