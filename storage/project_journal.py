"""The journals of projects as their pages read them: page by page, by kind, by milestone."""

from typing import Final

from storage.audience import MAY_SEE
from storage.project_entries import EntryRecord
from storage.records import ActorRecord, ObjectRecord, columns
from storage.statements import Statements

END: Final = 2**62
"""A number that no entry has: where the first page begins."""


class ProjectJournalStatements(Statements):
    """Readings of `project_entries` for one viewer, and why a project refused an entry."""

    async def page(
        self,
        project_id: int,
        viewer_id: int,
        kinds: list[str],
        *,
        milestone: str = "",
        before: int | None = None,
        limit: int = 20,
    ) -> list[tuple[EntryRecord, ObjectRecord]]:
        """The entries of some kinds that have a number under `before`, latest number first.

        `milestone` is the address of one, empty for all. 0 as the viewer is a stranger.
        """
        return await self._seen(
            "and e.position > 0 and e.position < $3 and e.kind = any($4) "
            "and ($5 = '' or e.milestone = $5) order by e.position desc, e.object_id desc limit $6",
            project_id,
            viewer_id,
            before or END,
            kinds,
            milestone,
            limit,
        )

    async def waiting(
        self, project_id: int, viewer_id: int, kinds: list[str], *, limit: int = 100
    ) -> list[tuple[EntryRecord, ObjectRecord]]:
        """The entries of some kinds that the host has given no number, latest first.

        Those that it refused are shown to their author alone.
        """
        return await self._seen(
            "and e.position = 0 and o.local = 1 and e.kind = any($3) and (e.state <> 'refused' "
            "or o.actor_id = $2) order by e.object_id desc limit $4",
            project_id,
            viewer_id,
            kinds,
            limit,
        )

    async def _seen(
        self, rest: str, *args: int | str | list[str]
    ) -> list[tuple[EntryRecord, ObjectRecord]]:
        rows = await self.connection.fetch_all(
            f"select {columns(EntryRecord, 'e')}, {columns(ObjectRecord, 'o')} "
            "from project_entries e join objects o on o.id = e.object_id "
            "join actors w on w.id = o.actor_id "
            f"where e.project_id = $1 and o.deleted_at is null and {MAY_SEE} {rest}",
            *args,
        )
        width = len(EntryRecord.__dataclass_fields__)
        return [(EntryRecord(*row[:width]), ObjectRecord(*row[width:])) for row in rows]

    async def refuse(self, object_id: int, reason: str) -> None:
        """Note that the project did not take an entry, and the reason that its server gave."""
        await self.connection.execute(
            "update project_entries set state = 'refused', refusal = $2 where object_id = $1",
            object_id,
            reason,
        )

    async def refusals(self, ids: list[int]) -> dict[int, str]:
        """The reasons why entries were refused, in one query."""
        if not ids:
            return {}
        rows = await self.connection.fetch_all(
            "select object_id, refusal from project_entries "
            "where object_id = any($1) and refusal <> ''",
            ids,
        )
        return {row[0]: row[1] for row in rows}

    async def organisations(self, hosts: list[str]) -> dict[str, ActorRecord]:
        """The organisation known of each of these other servers, in one query."""
        if not hosts:
            return {}
        found = await self.connection.fetch_all(
            f"select {columns(ActorRecord, 'a')} from actors a "
            "where a.local = 0 and a.host = any($1) and a.type = 'Organization' "
            "and a.state = 'active'",
            hosts,
        )
        people = sorted((ActorRecord(*row) for row in found), key=lambda one: -one.id)
        return {one.host: one for one in people}
