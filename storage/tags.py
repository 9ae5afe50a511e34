"""Hashtags: which members follow or show, how often they were used lately."""

from dataclasses import dataclass
from typing import Final

from storage.audience import LISTED, PUBLIC_VISIBILITIES
from storage.ids import first_id_at
from storage.ports import Value
from storage.spans import Span
from storage.statements import Statements

DAY_MS: Final = 86_400_000
_OPEN: Final = f"o.visibility = 'public' and o.deleted_at is null and {LISTED}"


@dataclass(frozen=True, slots=True)
class TagRecord:
    """A hashtag that a member follows, or shows on their profile."""

    id: int
    actor_id: int
    name: str
    created_at: int


@dataclass(frozen=True, slots=True)
class TagDay:
    """How often something was used on a day (days since the epoch), by how many people."""

    day: int
    uses: int
    accounts: int


@dataclass(frozen=True, slots=True)
class TagUse:
    """How many posts of a member have a hashtag, and when they wrote the last."""

    count: int
    last_at: int


class TagStatements(Statements):
    """Everything that is asked of `followed_tags`, `featured_tags` and the use of hashtags."""

    async def follow(self, record: TagRecord) -> None:
        """Follow a hashtag; nothing happens when it is followed."""
        await self.insert("followed_tags", record, rest="on conflict (actor_id, name) do nothing")

    async def unfollow(self, actor_id: int, name: str) -> bool:
        """Follow a hashtag no longer; False when it was not followed."""
        removed = await self.connection.execute(
            "delete from followed_tags where actor_id = $1 and name = $2", actor_id, name
        )
        return removed > 0

    async def followed(self, actor_id: int, span: Span) -> list[TagRecord]:
        """The hashtags that a member follows, latest first."""
        args: list[Value] = [actor_id]
        rest = f"from followed_tags where actor_id = $1{span.bounds('id', args)}"
        rest += span.order("id", args)
        return span.arranged(await self.all_of(TagRecord, rest, *args))

    async def featured(self, actor_id: int) -> list[TagRecord]:
        """The hashtags on a profile, oldest first."""
        return await self.all_of(
            TagRecord, "from featured_tags where actor_id = $1 order by id", actor_id
        )

    async def feature(self, record: TagRecord) -> bool:
        """Show a hashtag on a profile; False when it is there."""
        added = await self.insert(
            "featured_tags", record, rest="on conflict (actor_id, name) do nothing"
        )
        return added > 0

    async def unfeature(self, actor_id: int, name: str) -> bool:
        """Take a hashtag off a profile; False when it was not there."""
        removed = await self.connection.execute(
            "delete from featured_tags where actor_id = $1 and name = $2", actor_id, name
        )
        return removed > 0

    async def standing(self, actor_id: int, names: list[str]) -> tuple[set[str], set[str]]:
        """Those of these hashtags that a member follows, and those that they show."""
        rows = await self.connection.fetch_all(
            "select name, 1 as follows from followed_tags where actor_id = $1 and name = any($2) "
            "union all select name, 0 from featured_tags "
            "where actor_id = $1 and name = any($2)",
            actor_id,
            names,
        )
        return {row[0] for row in rows if row[1]}, {row[0] for row in rows if not row[1]}

    async def history(self, names: list[str], since_ms: int) -> dict[str, list[TagDay]]:
        """The public use of hashtags on each day from a moment on."""
        rows = await self.connection.fetch_all(
            f"select t.name, o.published_at / {DAY_MS} as day, count(*), "
            "count(distinct o.actor_id) from object_tags t join objects o on o.id = t.object_id "
            f"where t.name = any($1) and t.object_id >= $2 and o.published_at >= $3 and {_OPEN} "
            f"group by t.name, o.published_at / {DAY_MS}",
            names,
            first_id_at(since_ms),
            since_ms,
        )
        found: dict[str, list[TagDay]] = {}
        for row in rows:
            found.setdefault(row[0], []).append(TagDay(row[1], row[2], row[3]))
        return found

    async def uses(self, actor_id: int, names: list[str]) -> dict[str, TagUse]:
        """What somebody published for all with each of these hashtags."""
        if not names:
            return {}
        rows = await self.connection.fetch_all(
            "select t.name, count(*), max(o.published_at) from object_tags t "
            "join objects o on o.id = t.object_id where t.name = any($2) and o.actor_id = $1 "
            f"and o.deleted_at is null and o.visibility in {PUBLIC_VISIBILITIES} group by t.name",
            actor_id,
            names,
        )
        return {row[0]: TagUse(row[1], row[2]) for row in rows}

    async def used_by(self, actor_id: int, limit: int) -> list[str]:
        """The hashtags that somebody used most in their latest posts and does not show yet."""
        rows = await self.connection.fetch_all(
            "select t.name, count(*) as uses from (select id from objects where actor_id = $1 "
            f"and deleted_at is null and visibility in {PUBLIC_VISIBILITIES} "
            "order by id desc limit 1000) as o join object_tags t on t.object_id = o.id "
            "where t.name not in (select f.name from featured_tags f where f.actor_id = $1) "
            "group by t.name order by uses desc, t.name limit $2",
            actor_id,
            limit,
        )
        return [row[0] for row in rows]

    async def beginning_with(self, start: str, limit: int) -> list[str]:
        """Hashtags of public posts that begin like this, in their order.

        Each step leaps to the next name, however many posts have the one before.
        """
        rows = await self.connection.fetch_all(
            "with recursive n (name) as ("
            "select min(name) from object_tags where name >= $1 and name < $2 "
            "union all select (select min(x.name) from object_tags x "
            "where x.name > n.name and x.name < $2) from n where n.name is not null) "
            "select name from n where name is not null and substr(name, 1, $3) = $1 "
            "and exists (select 1 from object_tags t join objects o on o.id = t.object_id "
            f"where t.name = n.name and {_OPEN}) limit $4",
            start,
            start + "\U0010ffff",
            len(start),
            limit,
        )
        return [row[0] for row in rows]
