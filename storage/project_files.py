"""Files of project entries: copies of those of other servers, and what a project holds in all."""

from dataclasses import dataclass

from storage.statements import Statements


@dataclass(frozen=True, slots=True)
class ProjectFileRecord:
    """A file of an entry from elsewhere, at `url` there.

    `state` is `waiting`, `ready`, `failed`, `too-big`, `gone` from its entry, or `left` as long as
    nobody here belongs to the project. Once it is ready, `file` names the copy on disk, which
    nothing else uses, and `size` counts its bytes.
    """

    object_id: int
    url: str
    project_id: int
    media_type: str
    name: str
    file: str
    size: int
    state: str
    attempts: int
    due_at: int
    error: str
    created_at: int


class ProjectFileStatements(Statements):
    """Everything that is asked of `project_files`, and how much a project's files take."""

    async def expect(self, file: ProjectFileRecord) -> None:
        """Note a file that is to be fetched; one that is known stays as it is."""
        await self.insert(
            "project_files",
            file,
            rest="on conflict (object_id, url) do update set attempts = 0, "
            "state = case when project_files.file = '' then 'waiting' else 'ready' end, "
            "due_at = excluded.due_at where project_files.state = 'gone'",
        )

    async def of_object(self, object_id: int) -> list[ProjectFileRecord]:
        """The files of an entry."""
        return await self.all_of(
            ProjectFileRecord, "from project_files where object_id = $1 order by url", object_id
        )

    async def of_objects(self, ids: list[int]) -> dict[int, dict[str, ProjectFileRecord]]:
        """Entry → address elsewhere → file, in one query."""
        found: dict[int, dict[str, ProjectFileRecord]] = {}
        if not ids:
            return found
        rows = await self.all_of(
            ProjectFileRecord, "from project_files where object_id = any($1)", ids
        )
        for row in rows:
            found.setdefault(row.object_id, {})[row.url] = row
        return found

    async def kept(self, object_id: int, file: str) -> ProjectFileRecord | None:
        """The copy of this name, if it belongs to that entry."""
        return await self.one_of(
            ProjectFileRecord,
            "from project_files where file = $2 and file <> '' and object_id = $1 "
            "and state = 'ready'",
            object_id,
            file,
        )

    async def is_kept(self, file: str) -> bool:
        """Whether a copy of this name belongs to some entry."""
        found = await self.connection.fetch_value(
            "select 1 from project_files where file = $1 and file <> '' limit 1", file
        )
        return found is not None

    async def next_due(self) -> int | None:
        """When the next file is to be fetched."""
        found = await self.connection.fetch_value(
            "select due_at from project_files where state = 'waiting' order by due_at limit 1"
        )
        return None if found is None else int(found)

    async def claim(self, now: int, lease_until: int, limit: int) -> list[ProjectFileRecord]:
        """The next files to fetch; until `lease_until` nobody else gets them."""
        due = await self.all_of(
            ProjectFileRecord,
            "from project_files where state = 'waiting' and due_at <= $1 "
            "order by due_at limit $2 for update skip locked",
            now,
            limit,
        )
        for file in due:
            await self.connection.execute(
                "update project_files set due_at = $3, attempts = attempts + 1 "
                "where object_id = $1 and url = $2",
                file.object_id,
                file.url,
                lease_until,
            )
        return due

    async def settle(self, file: ProjectFileRecord) -> bool:
        """Keep what became of a file; False when it is wanted no more."""
        changed = await self.connection.execute(
            "update project_files set media_type = $3, file = $4, size = $5, state = $6, "
            "due_at = $7, error = $8 where object_id = $1 and url = $2 and state = 'waiting'",
            file.object_id,
            file.url,
            file.media_type,
            file.file,
            file.size,
            file.state,
            file.due_at,
            file.error,
        )
        return changed > 0

    async def abandon(self, object_id: int, urls: list[str]) -> None:
        """Note that an entry shows these files no more."""
        await self.connection.execute(
            "update project_files set state = 'gone' where object_id = $1 and url = any($2)",
            object_id,
            urls,
        )

    async def drop(self, file: ProjectFileRecord) -> bool:
        """Forget a file; False when it changed meanwhile."""
        removed = await self.connection.execute(
            "delete from project_files where object_id = $1 and url = $2 and state = $3",
            file.object_id,
            file.url,
            file.state,
        )
        return removed > 0

    async def used(self, project_id: int) -> int:
        """How many bytes the files of a project take here: uploads, and copies."""
        uploads = await self.connection.fetch_value(
            "select coalesce(sum(m.size), 0) from project_entries e "
            "join media m on m.object_id = e.object_id where e.project_id = $1",
            project_id,
        )
        copies = await self.connection.fetch_value(
            "select coalesce(sum(size), 0) from project_files "
            "where project_id = $1 and state = 'ready'",
            project_id,
        )
        return int(uploads or 0) + int(copies or 0)

    async def unwanted(self, limit: int) -> list[ProjectFileRecord]:
        """Files that no entry shows any more, or of projects that were deleted."""
        return await self.all_of(
            ProjectFileRecord,
            "from project_files f where f.state = 'gone' or exists (select 1 from objects o "
            "where o.id = f.object_id and o.deleted_at is not null) "
            "or exists (select 1 from actors g where g.id = f.project_id and g.state = 'gone') "
            "limit $1",
            limit,
        )

    async def lonely(self, limit: int) -> list[ProjectFileRecord]:
        """Files of projects elsewhere that nobody here belongs to, but for those let go."""
        return await self.all_of(
            ProjectFileRecord,
            "from project_files f where f.state <> 'left' "
            "and not exists (select 1 from actors g where g.id = f.project_id and g.local = 1) "
            "and not exists (select 1 from project_members m join actors a on a.id = m.actor_id "
            "where m.project_id = f.project_id and m.state = 'member' and a.local = 1) limit $1",
            limit,
        )

    async def let_go(self, file: ProjectFileRecord) -> bool:
        """Note that a copy is kept no more because nobody here may read it; False: it changed."""
        changed = await self.connection.execute(
            "update project_files set file = '', size = 0, state = 'left' "
            "where object_id = $1 and url = $2 and state = $3",
            file.object_id,
            file.url,
            file.state,
        )
        return changed > 0

    async def want_again(self, project_id: int, now: int) -> bool:
        """Have what was let go fetched again; whether there was anything."""
        changed = await self.connection.execute(
            "update project_files set state = 'waiting', attempts = 0, due_at = $2, error = '' "
            "where project_id = $1 and state = 'left'",
            project_id,
            now,
        )
        return changed > 0

    async def copied(self) -> list[int]:
        """The projects of which copies are kept here."""
        rows = await self.connection.fetch_all(
            "select distinct project_id from project_files where state = 'ready' order by 1"
        )
        return [int(row[0]) for row in rows]

    async def oldest_copies(self, project_id: int, limit: int) -> list[ProjectFileRecord]:
        """The copies of a project's files, those of the oldest entries first."""
        return await self.all_of(
            ProjectFileRecord,
            "from project_files where project_id = $1 and state = 'ready' "
            "order by object_id, url limit $2",
            project_id,
            limit,
        )

    async def give_room(self, file: ProjectFileRecord) -> bool:
        """Note that a copy is removed because the project holds too much; False: it changed."""
        changed = await self.connection.execute(
            "update project_files set file = '', state = 'too-big' "
            "where object_id = $1 and url = $2 and state = $3",
            file.object_id,
            file.url,
            file.state,
        )
        return changed > 0
