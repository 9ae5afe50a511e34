"""Numbers for administrators: how much of something there was on each day, and rankings."""

from dataclasses import dataclass
from typing import Final

from storage.ids import LOW_BITS
from storage.ports import Value
from storage.statements import Statements

DAY_MS: Final = 24 * 3_600_000

# Ids begin with the time: a period is one part of the index, and its rest need not be read.
_SINCE: Final = f">= cast($1 as bigint) * {1 << LOW_BITS}"
# Each gives rows of (moment in milliseconds, what is counted); $1 and $2 bound the moments, $3
# names a hashtag or a server where there is one.
_OF_MEMBERS: Final = (
    "select x.created_at as at, x.id as what from {table} x join actors a on a.id = x.actor_id "
    f"where a.local = 1 and x.id {_SINCE} and x.created_at >= $1 and x.created_at < $2"
)
_TAGGED: Final = (
    "select o.created_at as at, {what} as what from object_tags t "
    "join objects o on o.id = t.object_id join actors a on a.id = o.actor_id "
    f"where t.name = $3 and t.object_id {_SINCE} and o.deleted_at is null "
    "and o.created_at >= $1 and o.created_at < $2"
)
_FOLLOWS: Final = (
    "select f.created_at as at, f.id as what from follows f join actors a on a.id = {side} "
    "where a.host = $3 and a.local = 0 and f.state = 'accepted' "
    "and f.created_at >= $1 and f.created_at < $2"
)
MEASURES: Final[dict[str, str]] = {
    "active_users": (
        "select x.created_at as at, x.actor_id as what from activities x "
        f"where x.local = 1 and x.id {_SINCE} and x.created_at >= $1 and x.created_at < $2"
    ),
    "new_users": (
        "select m.created_at as at, m.actor_id as what from members m "
        "where m.created_at >= $1 and m.created_at < $2"
    ),
    "interactions": (
        f"{_OF_MEMBERS.format(table='likes')} union all {_OF_MEMBERS.format(table='shares')} "
        f"union all {_OF_MEMBERS.format(table='objects')} and x.in_reply_to is not null"
    ),
    "opened_reports": (
        "select r.created_at as at, r.id as what from reports r "
        "where r.created_at >= $1 and r.created_at < $2"
    ),
    "resolved_reports": (
        "select r.decided_at as at, r.id as what from reports r "
        "where r.decided_at >= $1 and r.decided_at < $2"
    ),
    "tag_accounts": _TAGGED.format(what="o.actor_id"),
    "tag_uses": _TAGGED.format(what="o.id"),
    "tag_servers": _TAGGED.format(what="a.host"),
    "instance_accounts": (
        "select a.created_at as at, a.id as what from actors a "
        "where a.host = $3 and a.local = 0 and a.created_at >= $1 and a.created_at < $2"
    ),
    "instance_statuses": (
        "select o.created_at as at, o.id as what from objects o join actors a on a.id = o.actor_id "
        f"where a.host = $3 and a.local = 0 and o.id {_SINCE} and o.deleted_at is null "
        "and o.created_at >= $1 and o.created_at < $2"
    ),
    "instance_reports": (
        "select r.created_at as at, r.id as what from reports r "
        "join actors a on a.id = r.target_id where a.host = $3 and a.local = 0 "
        "and r.created_at >= $1 and r.created_at < $2"
    ),
    "instance_follows": _FOLLOWS.format(side="f.followee_id"),
    "instance_followers": _FOLLOWS.format(side="f.follower_id"),
}

_WITHIN: Final = (
    f"o.id {_SINCE} and o.created_at >= $1 and o.created_at < $2 and o.deleted_at is null"
)
# Each gives rows of (name, how many), the most first; $3 as above.
DIMENSIONS: Final[dict[str, str]] = {
    "languages": (
        "select m.language, count(*) from members m join actors a on a.id = m.actor_id "
        "where a.state = 'active' and m.disabled_at is null and exists (select 1 from activities x "
        f"where x.actor_id = a.id and x.local = 1 and x.id {_SINCE} "
        "and x.created_at >= $1 and x.created_at < $2) "
        "group by m.language"
    ),
    "sources": (
        "select coalesce(p.name, ''), count(*) from objects o "
        "left join object_apps w on w.object_id = o.id left join oauth_apps p on p.id = w.app_id "
        f"where o.local = 1 and {_WITHIN} group by coalesce(p.name, '')"
    ),
    "servers": (
        "select a.host, count(*) from objects o join actors a on a.id = o.actor_id "
        f"where {_WITHIN} group by a.host"
    ),
    "tag_servers": (
        "select a.host, count(*) from object_tags t join objects o on o.id = t.object_id "
        f"join actors a on a.id = o.actor_id where t.name = $3 and t.object_id {_SINCE} "
        f"and {_WITHIN} group by a.host"
    ),
    "tag_languages": (
        "select o.language, count(*) from object_tags t join objects o on o.id = t.object_id "
        f"where t.name = $3 and t.object_id {_SINCE} and {_WITHIN} group by o.language"
    ),
    "instance_accounts": (
        "select a.username, a.followers_count from actors a "
        "where a.host = $3 and a.local = 0 and a.state = 'active' "
        "and a.created_at >= $1 and a.created_at < $2"
    ),
    "instance_languages": (
        "select o.language, count(*) from objects o join actors a on a.id = o.actor_id "
        f"where a.host = $3 and a.local = 0 and {_WITHIN} group by o.language"
    ),
}


@dataclass(frozen=True, slots=True)
class Space:
    """How many bytes the database and the uploads take."""

    database: int
    media: int


class MeasureStatements(Statements):
    """Counts over periods."""

    async def by_day(self, key: str, start: int, end: int, about: str = "") -> dict[int, int]:
        """How many different ones on each day from `start` on: number of the day → count."""
        rows = await self.connection.fetch_all(
            f"select (at - $1) / {DAY_MS}, count(distinct what) from ({MEASURES[key]}) counted "
            "group by 1",
            *self._bounds(key in ABOUT, start, end, about),
        )
        return {int(row[0]): int(row[1]) for row in rows}

    async def whole(self, key: str, start: int, end: int, about: str = "") -> int:
        """How many different ones in the whole period."""
        found = await self.connection.fetch_value(
            f"select count(distinct what) from ({MEASURES[key]}) counted",
            *self._bounds(key in ABOUT, start, end, about),
        )
        return int(found or 0)

    async def ranking(
        self, key: str, start: int, end: int, limit: int, about: str = ""
    ) -> list[tuple[str, int]]:
        """The most of something in a period."""
        args = self._bounds(key in ABOUT, start, end, about)
        rows = await self.connection.fetch_all(
            f"{DIMENSIONS[key]} order by 2 desc, 1 limit ${len(args) + 1}", *args, limit
        )
        return [(str(row[0]), int(row[1])) for row in rows]

    async def joined(self, start: int, end: int) -> dict[int, int]:
        """When the members who joined in a period did so."""
        rows = await self.connection.fetch_all(
            "select actor_id, created_at from members where created_at >= $1 and created_at < $2",
            start,
            end,
        )
        return {row[0]: row[1] for row in rows}

    async def active_days(self, start: int, end: int) -> list[tuple[int, int]]:
        """On which days of a period which members did something: member, number of the day."""
        rows = await self.connection.fetch_all(
            f"select distinct actor_id, (created_at - $1) / {DAY_MS} from activities "
            f"where local = 1 and id {_SINCE} and created_at >= $1 and created_at < $2",
            start,
            end,
        )
        return [(row[0], int(row[1])) for row in rows]

    async def hashtags(self) -> list[str]:
        """Every hashtag that was ever used."""
        rows = await self.connection.fetch_all("select distinct name from object_tags")
        return [row[0] for row in rows]

    async def space(self) -> Space:
        """How much is stored; the engines say it in different ways."""
        size = (
            "select pg_database_size(current_database())"
            if self.connection.engine == "postgres"
            else "select p.page_count * s.page_size "
            "from pragma_page_count() p, pragma_page_size() s"
        )
        database = await self.connection.fetch_value(size)
        media = await self.connection.fetch_value("select coalesce(sum(size), 0) from media")
        return Space(int(database), int(media))

    async def engine_version(self) -> str:
        """The version of the database."""
        asked = (
            "show server_version"
            if self.connection.engine == "postgres"
            else "select sqlite_version()"
        )
        return str(await self.connection.fetch_value(asked))

    @staticmethod
    def _bounds(named: bool, start: int, end: int, about: str) -> tuple[Value, ...]:
        return (start, end, about) if named else (start, end)


ABOUT: Final = frozenset(
    key
    for statements in (MEASURES, DIMENSIONS)
    for key, statement in statements.items()
    if "$3" in statement
)
"""Those that are about a hashtag or a server."""
