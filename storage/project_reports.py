"""What a report of a project asks: its entries for a circle of readers, as they were on a day."""

from storage.project_entries import EntryRecord
from storage.records import ActorRecord, ObjectRecord, columns
from storage.statements import Statements

MAX_ENTRIES = 3_000


class ProjectReportStatements(Statements):
    """Readings for reports, which show the same to everybody who gets them."""

    async def entries(
        self, project_id: int, visibilities: list[str], kinds: list[str]
    ) -> list[tuple[EntryRecord, ObjectRecord, ActorRecord]]:
        """The living entries for these circles, with their authors, in the project's order."""
        rows = await self.connection.fetch_all(
            f"select {columns(EntryRecord, 'e')}, {columns(ObjectRecord, 'o')}, "
            f"{columns(ActorRecord, 'w')} from project_entries e "
            "join objects o on o.id = e.object_id join actors w on w.id = o.actor_id "
            "where e.project_id = $1 and e.kind = any($3) and e.state <> 'refused' "
            "and o.visibility = any($2) and o.deleted_at is null "
            "and w.state = 'active' and w.severity <> 'suspend' "
            "order by e.position, e.object_id limit $4",
            project_id,
            visibilities,
            kinds,
            MAX_ENTRIES,
        )
        first = len(EntryRecord.__dataclass_fields__)
        second = first + len(ObjectRecord.__dataclass_fields__)
        return [
            (
                EntryRecord(*row[:first]),
                ObjectRecord(*row[first:second]),
                ActorRecord(*row[second:]),
            )
            for row in rows
        ]

    async def documents_at(self, ids: list[int], at: int) -> dict[int, str]:
        """What objects that were edited since said at a moment, by object; one query."""
        if not ids:
            return {}
        rows = await self.connection.fetch_all(
            "select v.object_id, v.document from object_versions v "
            "where v.object_id = any($1) and v.created_at <= $2 order by v.id",
            ids,
            at,
        )
        return {row[0]: row[1] for row in rows}

    async def attended(self, ids: list[int]) -> dict[int, tuple[int, int]]:
        """Event → how many were to take part, and how many were ticked as present; one query."""
        if not ids:
            return {}
        rows = await self.connection.fetch_all(
            "select object_id, sum(case when state = 'accepted' then 1 else 0 end), sum(present) "
            "from attendances where object_id = any($1) group by object_id",
            ids,
        )
        return {row[0]: (int(row[1] or 0), int(row[2] or 0)) for row in rows}
