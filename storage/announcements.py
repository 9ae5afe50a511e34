"""What administrators tell everybody here, who read it, and how they answered."""

from dataclasses import dataclass

from storage.statements import Statements


@dataclass(frozen=True, slots=True)
class AnnouncementRecord:
    """A text for the members; `published_at` is null while nobody is told."""

    id: int
    content: str
    all_day: int
    starts_at: int | None
    ends_at: int | None
    published_at: int | None
    updated_at: int
    created_by: str = ""


@dataclass(frozen=True, slots=True)
class ReactionCount:
    """How often a sign was given; `mine`: by the one who looks, too."""

    announcement_id: int
    name: str
    count: int
    mine: bool


class AnnouncementStatements(Statements):
    """Everything that is asked of announcements."""

    async def all(self, limit: int = 200) -> list[AnnouncementRecord]:
        """Every one, latest first."""
        return await self.all_of(
            AnnouncementRecord, "from announcements order by id desc limit $1", limit
        )

    async def current(self, now: int, limit: int = 100) -> list[AnnouncementRecord]:
        """Those that are published and not over, by their beginning."""
        return await self.all_of(
            AnnouncementRecord,
            "from announcements where published_at is not null "
            "and (ends_at is null or ends_at > $1) "
            "order by coalesce(starts_at, published_at), id limit $2",
            now,
            limit,
        )

    async def by_id(self, number: int) -> AnnouncementRecord | None:
        """One of them."""
        return await self.one_of(AnnouncementRecord, "from announcements where id = $1", number)

    async def put(self, record: AnnouncementRecord) -> None:
        """Add one, or change the one with this id."""
        await self.insert(
            "announcements",
            record,
            rest="on conflict (id) do update set content = excluded.content, "
            "all_day = excluded.all_day, starts_at = excluded.starts_at, "
            "ends_at = excluded.ends_at, published_at = excluded.published_at, "
            "updated_at = excluded.updated_at",
        )

    async def remove(self, number: int) -> bool:
        """Drop one with all answers; False when it was not there."""
        removed = await self.connection.execute("delete from announcements where id = $1", number)
        return removed > 0

    async def read_by(self, actor_id: int, numbers: list[int]) -> set[int]:
        """Those of these announcements that a member read."""
        if not numbers:
            return set()
        rows = await self.connection.fetch_all(
            "select announcement_id from announcement_reads "
            "where actor_id = $1 and announcement_id = any($2)",
            actor_id,
            numbers,
        )
        return {row[0] for row in rows}

    async def mark_read(self, actor_id: int, number: int) -> None:
        """Note that a member read one."""
        await self.connection.execute(
            "insert into announcement_reads (announcement_id, actor_id) values ($1, $2) "
            "on conflict (announcement_id, actor_id) do nothing",
            number,
            actor_id,
        )

    async def reactions(self, actor_id: int, numbers: list[int]) -> list[ReactionCount]:
        """The answers to these, in the order in which each sign first came."""
        if not numbers:
            return []
        rows = await self.connection.fetch_all(
            "select announcement_id, name, count(*), max(case when actor_id = $1 then 1 else 0 end)"
            " from announcement_reactions where announcement_id = any($2) "
            "group by announcement_id, name order by announcement_id, min(created_at), name",
            actor_id,
            numbers,
        )
        return [ReactionCount(row[0], row[1], int(row[2]), bool(row[3])) for row in rows]

    async def react(self, number: int, actor_id: int, name: str, now: int) -> bool:
        """Keep a member's answer; False when it was there."""
        added = await self.connection.execute(
            "insert into announcement_reactions (announcement_id, actor_id, name, created_at) "
            "values ($1, $2, $3, $4) on conflict (announcement_id, actor_id, name) do nothing",
            number,
            actor_id,
            name,
            now,
        )
        return added > 0

    async def take_back(self, number: int, actor_id: int, name: str) -> bool:
        """Drop a member's answer; False when there was none."""
        removed = await self.connection.execute(
            "delete from announcement_reactions "
            "where announcement_id = $1 and actor_id = $2 and name = $3",
            number,
            actor_id,
            name,
        )
        return removed > 0
