"""What falls due in projects, open calls of every project, objections, what milestones hold."""

from storage.audience import LISTED, MAY_SEE
from storage.project_entries import EntryRecord
from storage.records import ActorRecord, ObjectRecord, columns
from storage.statements import Statements

MOST = 500
_ENTRY = len(EntryRecord.__dataclass_fields__)
_OBJECT = len(ObjectRecord.__dataclass_fields__)

# Entries of other projects may name a milestone as well.
_BESIDE_ITS_MILESTONE = (
    "e.project_id = (select k.project_id from objects n "
    "join project_entries k on k.object_id = n.id where n.url = e.milestone)"
)


class ProjectDateStatements(Statements):
    """Readings of `project_entries` that go by date, or from one entry to another."""

    async def due(self, kind: str, state: str, now: int, limit: int = 50) -> list[int]:
        """Entries of this node that are in a state though their day is over, oldest first."""
        rows = await self.connection.fetch_all(
            "select e.object_id from project_entries e join objects o on o.id = e.object_id "
            "join actors w on w.id = o.actor_id "
            "where e.kind = $1 and e.state = $2 and e.due_at <= $3 and o.local = 1 "
            "and o.deleted_at is null and w.state = 'active' "
            "and (w.moved_to = '' or w.type <> 'Group') "
            "and (e.kind <> 'decision' or o.type = 'Question') order by e.due_at limit $4",
            kind,
            state,
            now,
            limit,
        )
        return [row[0] for row in rows]

    async def end_at(self, object_id: int, due_at: int) -> None:
        """Let an entry fall due at another moment."""
        await self.connection.execute(
            "update project_entries set due_at = $2 where object_id = $1", object_id, due_at
        )

    async def open_calls(self, now: int) -> list[tuple[EntryRecord, ObjectRecord, ActorRecord]]:
        """The public calls of all projects known here that can be answered, first deadline first.

        Each with the Group whose call it is; those without a deadline come last.
        """
        dated = await self._calls("e.due_at >= $1 order by e.due_at, e.object_id", now)
        return dated + await self._calls("e.due_at is null order by e.object_id")

    async def _calls(
        self, rest: str, *args: int
    ) -> list[tuple[EntryRecord, ObjectRecord, ActorRecord]]:
        rows = await self.connection.fetch_all(
            f"select {columns(EntryRecord, 'e')}, {columns(ObjectRecord, 'o')}, "
            f"{columns(ActorRecord, 'g')} from project_entries e "
            "join objects o on o.id = e.object_id join actors g on g.id = o.actor_id "
            "where e.kind = 'call' and e.state = 'open' and o.deleted_at is null "
            "and o.visibility = 'public' and e.project_id = o.actor_id and g.moved_to = '' "
            f"and {LISTED} and {rest} limit {MOST}",
            *args,
        )
        both = _ENTRY + _OBJECT
        return [
            (EntryRecord(*row[:_ENTRY]), ObjectRecord(*row[_ENTRY:both]), ActorRecord(*row[both:]))
            for row in rows
        ]

    async def objections(
        self, decision_ids: list[int], viewer_id: int
    ) -> list[tuple[EntryRecord, ObjectRecord, ActorRecord]]:
        """What members (also former ones) object to decisions, with its authors, oldest first.

        Whoever answers in another project objects to nothing in this one.
        """
        if not decision_ids:
            return []
        rows = await self.connection.fetch_all(
            f"select {columns(EntryRecord, 'e')}, {columns(ObjectRecord, 'o')}, "
            f"{columns(ActorRecord, 'w')} from objects o "
            "join project_entries e on e.object_id = o.id join actors w on w.id = o.actor_id "
            "join project_entries d on d.object_id = o.in_reply_to_id "
            "and d.project_id = e.project_id where o.in_reply_to_id = any($1) "
            "and e.kind = 'objection' and e.state <> 'refused' "
            "and o.deleted_at is null and exists (select 1 from project_members m "
            "where m.project_id = e.project_id and m.actor_id = o.actor_id "
            f"and m.state in ('member', 'left', 'removed')) and {MAY_SEE} "
            "order by o.published_at, o.url",
            decision_ids,
            viewer_id,
        )
        both = _ENTRY + _OBJECT
        return [
            (EntryRecord(*row[:_ENTRY]), ObjectRecord(*row[_ENTRY:both]), ActorRecord(*row[both:]))
            for row in rows
        ]

    async def held(self, urls: list[str], viewer_id: int) -> dict[str, int]:
        """How many entries that a viewer may see belong to each of these milestones."""
        if not urls:
            return {}
        rows = await self.connection.fetch_all(
            "select e.milestone, count(*) from project_entries e "
            "join objects o on o.id = e.object_id join actors w on w.id = o.actor_id "
            "where e.milestone = any($1) and o.deleted_at is null and e.state <> 'refused' "
            f"and {_BESIDE_ITS_MILESTONE} and {MAY_SEE} group by e.milestone",
            urls,
            viewer_id,
        )
        return {row[0]: row[1] for row in rows}

    async def of_milestone(
        self, url: str, viewer_id: int, *, limit: int = MOST
    ) -> list[tuple[EntryRecord, ObjectRecord]]:
        """The entries of a milestone that a viewer may see, in the order of the journal."""
        rows = await self.connection.fetch_all(
            f"select {columns(EntryRecord, 'e')}, {columns(ObjectRecord, 'o')} "
            "from project_entries e join objects o on o.id = e.object_id "
            "join actors w on w.id = o.actor_id where e.milestone = $1 "
            f"and o.deleted_at is null and e.state <> 'refused' and {_BESIDE_ITS_MILESTONE} "
            f"and {MAY_SEE} order by e.position, e.object_id limit $3",
            url,
            viewer_id,
            limit,
        )
        return [(EntryRecord(*row[:_ENTRY]), ObjectRecord(*row[_ENTRY:])) for row in rows]
