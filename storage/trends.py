"""What many people of the network speak of: counted by distinct people, never by posts."""

from typing import Final

from storage.apps_reading import CardRecord
from storage.ids import first_id_at
from storage.records import columns
from storage.statements import Statements
from storage.tags import DAY_MS, TagDay

LEAST: Final = 2
"""What one person alone does is no trend."""

# Public and for all ages, by somebody who lives, is not limited, and wants to be found.
_SHOWN: Final = (
    "o.visibility = 'public' and o.deleted_at is null and o.sensitive = 0 "
    "and exists (select 1 from actors w where w.id = o.actor_id and w.state = 'active' "
    "and w.discoverable = 1 and w.severity not in ('limit', 'suspend') "
    "and w.sanction <> 'limit')"
)


class TrendStatements(Statements):
    """Readings over the last days; slow ones, whose answers are kept for minutes."""

    async def tags(self, since_ms: int, limit: int) -> list[str]:
        """Hashtags by the number of people who used them."""
        rows = await self.connection.fetch_all(
            "select t.name, count(distinct o.actor_id) as people, count(*) as uses "
            "from object_tags t join objects o on o.id = t.object_id "
            f"where t.object_id >= $1 and o.published_at >= $2 and {_SHOWN} group by t.name "
            f"having count(distinct o.actor_id) >= {LEAST} "
            "order by people desc, uses desc, t.name limit $3",
            first_id_at(since_ms),
            since_ms,
            limit,
        )
        return [row[0] for row in rows]

    async def statuses(self, since_ms: int, limit: int) -> list[int]:
        """Posts by the number of people other than their author who liked or shared them."""
        rows = await self.connection.fetch_all(
            "select r.object_id, count(distinct r.actor_id) as people from ("
            "select actor_id, object_id from likes where id >= $1 "
            "union all select actor_id, object_id from shares where id >= $1) as r "
            "join objects o on o.id = r.object_id where o.id >= $1 and o.published_at >= $2 "
            f"and o.in_reply_to is null and r.actor_id <> o.actor_id and {_SHOWN} "
            f"group by r.object_id having count(distinct r.actor_id) >= {LEAST} "
            "order by people desc, r.object_id desc limit $3",
            first_id_at(since_ms),
            since_ms,
            limit,
        )
        return [row[0] for row in rows]

    async def links(self, since_ms: int, limit: int) -> list[CardRecord]:
        """Links by the number of people who posted them."""
        rows = await self.connection.fetch_all(
            f"select {columns(CardRecord, 'c')} from (select k.card_id, "
            "count(distinct o.actor_id) as people, max(k.object_id) as latest "
            "from object_cards k join objects o on o.id = k.object_id "
            f"where k.object_id >= $1 and o.published_at >= $2 and {_SHOWN} group by k.card_id "
            f"having count(distinct o.actor_id) >= {LEAST}) as found "
            "join cards c on c.id = found.card_id where c.state = 'ready' "
            "order by found.people desc, found.latest desc limit $3",
            first_id_at(since_ms),
            since_ms,
            limit,
        )
        return [CardRecord(*tuple(row)) for row in rows]

    async def link_history(self, card_ids: list[int], since_ms: int) -> dict[int, list[TagDay]]:
        """How often links were posted on each day."""
        rows = await self.connection.fetch_all(
            f"select k.card_id, o.published_at / {DAY_MS} as day, count(*), "
            "count(distinct o.actor_id) from object_cards k join objects o on o.id = k.object_id "
            f"where k.card_id = any($1) and k.object_id >= $2 and o.published_at >= $3 "
            f"and {_SHOWN} group by k.card_id, o.published_at / {DAY_MS}",
            card_ids,
            first_id_at(since_ms),
            since_ms,
        )
        found: dict[int, list[TagDay]] = {}
        for row in rows:
            found.setdefault(row[0], []).append(TagDay(row[1], row[2], row[3]))
        return found
