"""What a node counts of itself: other servers, weeks, days."""

from dataclasses import dataclass

from storage.ids import first_id_at
from storage.records import ActorRecord
from storage.statements import Statements

WEEK_MS = 7 * 24 * 3_600_000


@dataclass(frozen=True, slots=True)
class Week:
    """How much happened in one week that began at `starts_at` (milliseconds)."""

    starts_at: int
    posts: int
    active: int
    joined: int


class InstanceStatements(Statements):
    """Counts over the whole node."""

    async def organisation(self) -> ActorRecord | None:
        """The organisation whose node this is."""
        return await self.one_of(
            ActorRecord,
            "from actors where local = 1 and type = 'Organization' and state = 'active' "
            "order by id limit 1",
        )

    async def peers(self) -> list[str]:
        """The servers of which somebody is known, by name."""
        rows = await self.connection.fetch_all(
            "select distinct host from actors where local = 0 and host <> '' order by host"
        )
        return [row[0] for row in rows]

    async def count_peers(self) -> int:
        """How many servers somebody is known of."""
        found = await self.connection.fetch_value(
            "select count(distinct host) from actors where local = 0"
        )
        return int(found or 0)

    async def weeks(self, first: int, number: int) -> list[Week]:
        """So many weeks from the moment `first` on; three queries.

        `active` are the members who published, followed or liked something in that week.
        """
        until = first + number * WEEK_MS
        posts = await self._counted(
            "select (created_at - $1) / $3 as week, count(*) from objects where local = 1 "
            "and id >= $4 and created_at >= $1 and created_at < $2 "
            "and visibility in ('public', 'unlisted') group by 1",
            first,
            until,
            ids=True,
        )
        active = await self._counted(
            "select (created_at - $1) / $3 as week, count(distinct actor_id) from activities "
            "where local = 1 and id >= $4 and created_at >= $1 and created_at < $2 "
            "group by 1",
            first,
            until,
            ids=True,
        )
        joined = await self._counted(
            "select (created_at - $1) / $3 as week, count(*) from members "
            "where created_at >= $1 and created_at < $2 group by 1",
            first,
            until,
        )
        return [
            Week(first + n * WEEK_MS, posts.get(n, 0), active.get(n, 0), joined.get(n, 0))
            for n in range(number)
        ]

    async def _counted(
        self, statement: str, first: int, until: int, *, ids: bool = False
    ) -> dict[int, int]:
        bounds = (first_id_at(first),) if ids else ()
        rows = await self.connection.fetch_all(statement, first, until, WEEK_MS, *bounds)
        return {int(row[0]): int(row[1]) for row in rows}
