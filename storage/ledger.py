"""Uploads, custom emoji, reports, the audit log and the node's own facts."""

from storage.records import AuditRecord, MediaRecord, ReportRecord
from storage.statements import Statements
from storage.uploads import GUARDED


class LedgerStatements(Statements):
    """Everything that is asked of `media`, `emojis`, `reports`, `audit_log` and `facts`."""

    async def add_media(self, media: MediaRecord) -> None:
        """A new upload."""
        await self.insert("media", media)

    async def media_by_ids(self, ids: list[int]) -> dict[int, MediaRecord]:
        """Several uploads in one query."""
        if not ids:
            return {}
        found = await self.all_of(MediaRecord, "from media where id = any($1)", ids)
        return {media.id: media for media in found}

    async def media_by_file(self, file: str) -> MediaRecord | None:
        """The first upload that has this file: as itself, as its preview, or for pages."""
        for column in ("file", "preview", "avif", "webp"):
            found = await self.one_of(
                MediaRecord,
                f"from media where {column} = $1 and {column} <> '' order by id limit 1",
                file,
            )
            if found is not None:
                return found
        return None

    async def open_media_by_file(self, file: str) -> MediaRecord | None:
        """As `media_by_file`, but what was never for the members of a project alone."""
        for column in ("file", "preview", "avif", "webp"):
            found = await self.one_of(
                MediaRecord,
                f"from media where {column} = $1 and {column} <> '' and guarded = 0 "
                "order by id limit 1",
                file,
            )
            if found is not None:
                return found
        return None

    async def own_media_by_file(self, file: str, actor_id: int) -> MediaRecord | None:
        """The upload of an actor that has this file as itself; one that nothing shows yet first."""
        return await self.one_of(
            MediaRecord,
            "from media where file = $1 and actor_id = $2 "
            "order by case when object_id is null then 0 else 1 end, id limit 1",
            file,
            actor_id,
        )

    async def media_by_files(self, files: list[str]) -> dict[str, MediaRecord]:
        """The uploads with these files as themselves, in one query."""
        if not files:
            return {}
        found = await self.all_of(
            MediaRecord, "from media where file = any($1) order by id desc", files
        )
        return {media.file: media for media in found}

    async def describe(self, media_id: int, description: str) -> None:
        """Replace the description of an upload."""
        await self.connection.execute(
            "update media set description = $2 where id = $1", media_id, description
        )

    async def media_of(
        self, actor_id: int, *, after: int = 0, limit: int = 50
    ) -> list[MediaRecord]:
        """The uploads of an actor, and those that their objects show, oldest first."""
        return await self.all_of(
            MediaRecord,
            "from media where id in (select id from media where actor_id = $1 union "
            "select m.id from media m join objects o on o.id = m.object_id where o.actor_id = $1) "
            "and id > $2 order by id limit $3",
            actor_id,
            after,
            limit,
        )

    async def attach(self, media_id: int, object_id: int) -> None:
        """Tie an upload to the object that shows it."""
        await self.connection.execute(
            f"update media set object_id = $2, guarded = {GUARDED.format('$2')} where id = $1",
            media_id,
            object_id,
        )

    async def set_files(self, object_id: int, media_ids: list[int]) -> None:
        """Tie exactly these uploads to an object; those that it shows no more are set free."""
        await self.connection.execute(
            "update media set object_id = null where object_id = $1 and not (id = any($2))",
            object_id,
            media_ids,
        )
        await self.connection.execute(
            f"update media set object_id = $1, guarded = {GUARDED.format('$1')} where id = any($2)",
            object_id,
            media_ids,
        )

    async def orphans(self, before: int, limit: int = 500) -> list[MediaRecord]:
        """Uploads from before `before` that no object, draft or profile shows, oldest first."""
        return await self.all_of(
            MediaRecord,
            "from media where object_id is null and created_at < $1 and not exists "
            "(select 1 from draft_media d where d.media_id = media.id) and not exists "
            "(select 1 from project_draft_media d where d.media_id = media.id) and not exists "
            "(select 1 from scheduled_media d where d.media_id = media.id) and not exists "
            "(select 1 from actors a where a.id = media.actor_id and "
            "(a.icon like '%/' || media.file or a.image like '%/' || media.file)) "
            "and not exists (select 1 from site s where s.name = 'appearance' "
            "and s.value like '%/' || media.file || '%') "
            "and not exists (select 1 from emojis e where e.file = media.file and e.file <> '') "
            "order by created_at limit $2",
            before,
            limit,
        )

    async def remove_media(self, media: MediaRecord) -> list[str]:
        """Forget an upload; gives those of its files that no other upload has."""
        await self.connection.execute("delete from media where id = $1", media.id)
        return [file for file in media.files if await self.media_by_file(file) is None]

    async def save_emoji(self, host: str, shortcode: str, url: str, now: int) -> None:
        """Remember a custom emoji of another server."""
        await self.connection.execute(
            "insert into emojis (host, shortcode, url, updated_at) values ($1, $2, $3, $4) "
            "on conflict (host, shortcode) do update set url = excluded.url, "
            "updated_at = excluded.updated_at",
            host,
            shortcode,
            url,
            now,
        )

    async def emojis(self, host: str) -> dict[str, str]:
        """The custom emoji of a server: shortcode → image URL."""
        rows = await self.connection.fetch_all(
            "select shortcode, url from emojis where host = $1 order by shortcode", host
        )
        return {row[0]: row[1] for row in rows}

    async def add_report(self, report: ReportRecord) -> bool:
        """Keep a report; False when it was there already."""
        return await self.insert("reports", report, rest="on conflict (url) do nothing") > 0

    async def reports(self, state: str = "open", limit: int = 100) -> list[ReportRecord]:
        """Reports in a state, oldest first."""
        return await self.all_of(
            ReportRecord, "from reports where state = $1 order by id limit $2", state, limit
        )

    async def all_reports(self, limit: int = 100) -> list[ReportRecord]:
        """Reports in any state, oldest first."""
        return await self.all_of(ReportRecord, "from reports order by id limit $1", limit)

    async def close_report(self, number: int) -> bool:
        """Note that a report was dealt with; False when none is open under this number."""
        return (
            await self.connection.execute(
                "update reports set state = 'closed' where id = $1 and state = 'open'", number
            )
            > 0
        )

    async def audit(self, record: AuditRecord) -> None:
        """Write down who did what."""
        await self.insert("audit_log", record)

    async def audited(self, limit: int = 100) -> list[AuditRecord]:
        """The latest entries of the audit log."""
        return await self.all_of(AuditRecord, "from audit_log order by id desc limit $1", limit)

    async def fact(self, name: str) -> str | None:
        """One of the node's own facts."""
        value = await self.connection.fetch_value("select value from facts where name = $1", name)
        return None if value is None else str(value)

    async def set_fact(self, name: str, value: str) -> None:
        """Set one of the node's own facts."""
        await self.connection.execute(
            "insert into facts (name, value) values ($1, $2) "
            "on conflict (name) do update set value = excluded.value",
            name,
            value,
        )

    async def ensure_fact(self, name: str, value: str) -> str:
        """One of the node's own facts, set to `value` if it was not there yet."""
        await self.connection.execute(
            "insert into facts (name, value) values ($1, $2) on conflict (name) do nothing",
            name,
            value,
        )
        return await self.fact(name) or ""

    async def change_fact(self, name: str, before: str, value: str) -> bool:
        """Change a fact that still is `before`; False when somebody else changed it."""
        changed = await self.connection.execute(
            "update facts set value = $3 where name = $1 and value = $2", name, before, value
        )
        return changed > 0
