"""Follows of members that ended because somebody was shut out."""

from collections.abc import Sequence
from dataclasses import dataclass

from storage.statements import Statements


@dataclass(frozen=True, slots=True)
class SeveranceRecord:
    """How many follows of a member ended at once: `type` says why, `target` who was shut out."""

    id: int
    actor_id: int
    type: str
    target: str
    followers_count: int
    following_count: int
    created_at: int


class SeveranceStatements(Statements):
    """Everything that is asked of the table `severances`."""

    async def threatened(self, ids: Sequence[int]) -> dict[int, tuple[int, int]]:
        """How many followers, and how many whom they follow, local actors have among these."""
        rows = await self.connection.fetch_all(
            "select t.member, sum(t.followers), sum(t.following) from ("
            "select f.followee_id as member, 1 as followers, 0 as following from follows f "
            "where f.follower_id = any($1) and f.state = 'accepted' "
            "union all select f.follower_id, 0, 1 from follows f "
            "where f.followee_id = any($1) and f.state = 'accepted') as t "
            "join actors a on a.id = t.member and a.local = 1 group by t.member",
            list(ids),
        )
        return {row[0]: (int(row[1]), int(row[2])) for row in rows}

    async def add(self, record: SeveranceRecord) -> None:
        """Keep what ended for one member."""
        await self.insert("severances", record)

    async def by_ids(self, actor_id: int, ids: Sequence[int]) -> list[SeveranceRecord]:
        """Those of these that are a member's."""
        return await self.all_of(
            SeveranceRecord,
            "from severances where id = any($1) and actor_id = $2",
            list(ids),
            actor_id,
        )
