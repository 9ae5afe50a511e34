"""Uploads on their way: taken to be prepared, described, given to a post."""

from storage.records import MediaRecord, columns
from storage.statements import Statements

# What it is once an object shows it: for members alone, now or ever before.
GUARDED = (
    "case when exists (select 1 from objects o where o.id = {} and o.visibility = 'project') "
    "then 1 else guarded end"
)


class UploadStatements(Statements):
    """What apps and the worker that prepares files ask of `media`."""

    async def of_actor(self, actor_id: int, number: int) -> MediaRecord | None:
        """One upload of a member."""
        return await self.one_of(
            MediaRecord, "from media where id = $1 and actor_id = $2", number, actor_id
        )

    async def take(self, now: int, lease_until: int) -> tuple[MediaRecord, int] | None:
        """The next file to be prepared, and how often that was tried, this time included."""
        row = await self.connection.fetch_one(
            "update media set lease_until = $2, attempts = attempts + 1 where id = ("
            "select id from media where state = 'waiting' and lease_until <= $1 "
            "order by id limit 1 for update skip locked) "
            f"returning attempts, {columns(MediaRecord)}",
            now,
            lease_until,
        )
        return None if row is None else (MediaRecord(*tuple(row)[1:]), int(row[0]))

    async def release_leases(self) -> int:
        """Let what a crash left behind be taken at once; gives how many."""
        return await self.connection.execute(
            "update media set lease_until = 0 where state = 'waiting' and lease_until > 0"
        )

    async def prepared(self, media: MediaRecord) -> bool:
        """Keep what a file became; False when it was removed meanwhile."""
        kept = await self.connection.execute(
            "update media set file = $2, media_type = $3, blurhash = $4, width = $5, height = $6, "
            "size = $7, preview = $8, avif = $9, webp = $10, duration = $11, state = 'ready', "
            "lease_until = 0 where id = $1 and state = 'waiting'",
            media.id, media.file, media.media_type, media.blurhash, media.width, media.height,
            media.size, media.preview, media.avif, media.webp, media.duration,
        )  # fmt: skip
        return kept > 0

    async def fail(self, number: int) -> None:
        """Note that a file cannot be prepared."""
        await self.connection.execute(
            "update media set state = 'failed', lease_until = 0 where id = $1", number
        )

    async def describe(self, media: MediaRecord) -> None:
        """Keep what its owner says of an upload: description, focus, preview."""
        await self.connection.execute(
            "update media set description = $2, focus_x = $3, focus_y = $4, preview = $5 "
            "where id = $1",
            media.id,
            media.description,
            media.focus_x,
            media.focus_y,
            media.preview,
        )

    async def attach(self, media_ids: list[int], object_id: int, actor_id: int) -> int:
        """Give free uploads of somebody to an object of theirs; gives how many were free."""
        return await self.connection.execute(
            f"update media set object_id = $2, guarded = {GUARDED.format('$2')} "
            "where id = any($1) and actor_id = $3 "
            "and state = 'ready' and (object_id is null or object_id = $2)",
            media_ids,
            object_id,
            actor_id,
        )

    async def keep_awhile(self, media_ids: list[int], now: int) -> None:
        """Count the age of uploads anew: what was set free may be used again for a day."""
        await self.connection.execute(
            "update media set created_at = $2 where id = any($1) and object_id is null",
            media_ids,
            now,
        )
