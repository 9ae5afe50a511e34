"""Experiences: what lists and pages ask of them, who wrote them, what they were made from."""

from dataclasses import dataclass
from typing import Final

from storage.audience import MAY_SEE, PUBLIC_VISIBILITIES
from storage.statements import Statements

MAX_ANCESTORS: Final = 12
MAX_GENERATIONS: Final = 8
MAX_DESCENDANTS: Final = 300


@dataclass(frozen=True, slots=True)
class ExperienceRecord:
    """An experience beside its object; `fields` is JSON of `objects.experiences.fields`.

    `editor_id` made the present version when that was not the author, `project` is the address
    of the project space that it came from. A withdrawn experience
    keeps its row, empty but for `adapted_from`: what was made from it stays a family.
    """

    object_id: int
    fields: str
    carried_by: str
    adapted_from: str
    happened_at: int
    editor_id: int | None = None
    project: str = ""


@dataclass(frozen=True, slots=True)
class VersionRecord:
    """An earlier version: when it was current from, its document, who made it."""

    id: int
    created_at: int
    document: str
    editor_id: int | None


@dataclass(frozen=True, slots=True)
class Descent:
    """An experience that was made from another one; `depth` 1 is made from it directly."""

    object_id: int
    url: str
    adapted_from: str
    depth: int


class ExperienceStatements(Statements):
    """Everything that is asked of `experiences`, `experience_authors` and earlier versions."""

    async def save(self, experience: ExperienceRecord, authors: list[tuple[str, str]]) -> None:
        """Keep an experience as it is now; `authors` are (actor id, URI of the role), in order."""
        e = experience
        await self.connection.execute(
            "insert into experiences (object_id, fields, carried_by, adapted_from, happened_at, "
            "editor_id, project) values ($1, $2, $3, $4, $5, $6, $7) "
            "on conflict (object_id) do update set "
            "fields = excluded.fields, carried_by = excluded.carried_by, "
            "adapted_from = excluded.adapted_from, happened_at = excluded.happened_at, "
            "editor_id = excluded.editor_id, project = excluded.project",
            e.object_id,
            e.fields,
            e.carried_by,
            e.adapted_from,
            e.happened_at,
            e.editor_id,
            e.project,
        )
        await self.connection.execute(
            "delete from experience_authors where object_id = $1", e.object_id
        )
        await self.connection.execute_many(
            "insert into experience_authors (object_id, url, role, position) "
            "values ($1, $2, $3, $4) on conflict (object_id, url) do nothing",
            [(e.object_id, url, role, place) for place, (url, role) in enumerate(authors)],
        )

    async def set_editor(self, object_id: int, editor_id: int | None) -> None:
        """Note who made the present version; None: the author."""
        await self.connection.execute(
            "update experiences set editor_id = $2 where object_id = $1", object_id, editor_id
        )

    async def empty(self, object_id: int) -> None:
        """Forget what a withdrawn experience said, and who wrote it; not what it came from."""
        await self.connection.execute(
            "update experiences set fields = '{}', carried_by = '', editor_id = null, project = '' "
            "where object_id = $1",
            object_id,
        )
        await self.connection.execute(
            "delete from experience_authors where object_id = $1", object_id
        )

    async def remove(self, object_id: int) -> None:
        """Forget that an object was an experience."""
        await self.connection.execute("delete from experiences where object_id = $1", object_id)

    async def by_id(self, object_id: int) -> ExperienceRecord | None:
        """The experience that is this object."""
        return await self.one_of(
            ExperienceRecord, "from experiences where object_id = $1", object_id
        )

    async def by_ids(self, ids: list[int]) -> dict[int, ExperienceRecord]:
        """Those of these objects that are experiences, in one query."""
        if not ids:
            return {}
        found = await self.all_of(
            ExperienceRecord, "from experiences where object_id = any($1)", ids
        )
        return {experience.object_id: experience for experience in found}

    async def after(self, object_id: int, limit: int) -> list[ExperienceRecord]:
        """Experiences by their ids from one on, withdrawn ones too."""
        return await self.all_of(
            ExperienceRecord,
            "from experiences where object_id > $1 order by object_id limit $2",
            object_id,
            limit,
        )

    async def of_author(self, url: str, *, before: int | None = None, limit: int = 50) -> list[int]:
        """The living experiences that an actor wrote, alone or with others, latest first."""
        bound = " and o.id < $3" if before is not None else ""
        args = (url, limit) if before is None else (url, limit, before)
        rows = await self.connection.fetch_all(
            "select o.id from experience_authors a join objects o on o.id = a.object_id "
            f"where a.url = $1 and o.deleted_at is null{bound} order by o.id desc limit $2",
            *args,
        )
        return [row[0] for row in rows]

    async def of_project(self, url: str, viewer_id: int, limit: int = 100) -> list[int]:
        """The experiences that came from a project and that a viewer may see, latest first."""
        rows = await self.connection.fetch_all(
            "select o.id from experiences e join objects o on o.id = e.object_id "
            "join actors w on w.id = o.actor_id "
            f"where e.project = $1 and e.project <> '' and o.deleted_at is null and {MAY_SEE} "
            "order by o.id desc limit $3",
            url,
            viewer_id,
            limit,
        )
        return [row[0] for row in rows]

    async def authors_of(self, urls: list[str]) -> list[str]:
        """Who wrote these objects, alone or with others, withdrawn ones too: their actor ids."""
        if not urls:
            return []
        rows = await self.connection.fetch_all(
            "select w.url from objects o join actors w on w.id = o.actor_id where o.url = any($1) "
            "union select a.url from objects o join experience_authors a on a.object_id = o.id "
            "where o.url = any($1)",
            urls,
        )
        return [row[0] for row in rows]

    async def versions(self, object_id: int) -> list[VersionRecord]:
        """Earlier versions of an object, oldest first."""
        return await self.all_of(
            VersionRecord, "from object_versions where object_id = $1 order by id", object_id
        )

    async def ancestors(self, adapted_from: str) -> list[str]:
        """The addresses of what something was made from, nearest first, as far as it is known."""
        rows = await self.connection.fetch_all(
            "with recursive line (url, depth) as (select cast($1 as text), 1 union all "
            "select e.adapted_from, l.depth + 1 from line l join objects o on o.url = l.url "
            "join experiences e on e.object_id = o.id "
            "where e.adapted_from <> '' and l.depth < $2) "
            "select url from line order by depth",
            adapted_from,
            MAX_ANCESTORS,
        )
        return list(dict.fromkeys(row[0] for row in rows if row[0]))

    async def descendants(self, url: str) -> list[Descent]:
        """What was made from an object, and from that; the nearest first, withdrawn ones too."""
        rows = await self.connection.fetch_all(
            "with recursive tree (id, url, adapted_from, depth) as ("
            "select o.id, o.url, e.adapted_from, 1 from experiences e "
            "join objects o on o.id = e.object_id "
            "where e.adapted_from = $1 and e.adapted_from <> '' "
            "union all select o.id, o.url, e.adapted_from, t.depth + 1 from tree t "
            "join experiences e on e.adapted_from = t.url and e.adapted_from <> '' "
            "join objects o on o.id = e.object_id where t.depth < $2) "
            "select id, url, adapted_from, min(depth) as nearest from tree where url <> $1 "
            "group by id, url, adapted_from order by nearest, id limit $3",
            url,
            MAX_GENERATIONS,
            MAX_DESCENDANTS,
        )
        return [Descent(*row) for row in rows]

    async def reuse_counts(self, urls: list[str]) -> dict[str, int]:
        """How many public experiences were made from each of these directly."""
        if not urls:
            return {}
        rows = await self.connection.fetch_all(
            "select e.adapted_from, count(*) from experiences e "
            "join objects o on o.id = e.object_id where e.adapted_from = any($1) "
            f"and o.deleted_at is null and o.visibility in {PUBLIC_VISIBILITIES} "
            "and e.adapted_from <> '' group by e.adapted_from",
            urls,
        )
        return {row[0]: int(row[1]) for row in rows}
