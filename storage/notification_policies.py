"""Whose notifications wait for a member's leave, and what waits."""

from dataclasses import dataclass
from typing import Final

from storage.ports import Value
from storage.records import NotificationRecord, columns
from storage.spans import Span
from storage.statements import Statements

# Those of suspended domains are not heard any more.
_HEARD: Final = (
    "not exists (select 1 from actors s where s.id = n.actor_id and s.severity = 'suspend')"
)
_WAITING: Final = f"n.owner_id = $1 and n.filtered = 1 and {_HEARD}"


@dataclass(frozen=True, slots=True)
class NotificationPolicyRecord:
    """What becomes of notifications by those whom a member does not know well."""

    actor_id: int
    not_following: str = "accept"
    not_followers: str = "accept"
    new_accounts: str = "accept"
    private_mentions: str = "accept"
    limited_accounts: str = "filter"


@dataclass(frozen=True, slots=True)
class NotificationRequestRecord:
    """Somebody whose notifications wait; `object_id` is what the latest is about (or 0)."""

    actor_id: int
    count: int
    first_at: int
    last_at: int
    object_id: int


class NotificationPolicyStatements(Statements):
    """Everything asked of `notification_policies`, permissions, and what is `filtered`."""

    async def policy(self, actor_id: int) -> NotificationPolicyRecord:
        """A member's policy."""
        found = await self.one_of(
            NotificationPolicyRecord, "from notification_policies where actor_id = $1", actor_id
        )
        return found or NotificationPolicyRecord(actor_id)

    async def save(self, policy: NotificationPolicyRecord) -> None:
        """Keep a member's policy; it counts for what comes from now on."""
        await self.insert(
            "notification_policies",
            policy,
            rest="on conflict (actor_id) do update set not_following = excluded.not_following, "
            "not_followers = excluded.not_followers, new_accounts = excluded.new_accounts, "
            "private_mentions = excluded.private_mentions, "
            "limited_accounts = excluded.limited_accounts",
        )

    async def summary(self, owner_id: int, at_most: int = 100) -> tuple[int, int]:
        """How many people wait, and how many notifications; never counts beyond `at_most`."""
        row = await self.connection.fetch_one(
            "select count(distinct actor_id), count(*) from (select n.actor_id from notifications "
            f"n where {_WAITING} limit $2) as waiting",
            owner_id,
            at_most,
        )
        return (int(row[0]), int(row[1])) if row is not None else (0, 0)

    async def requests(self, owner_id: int, span: Span) -> list[NotificationRequestRecord]:
        """A page of those who wait; ids are those of the actors."""
        args: list[Value] = [owner_id]
        bounds = span.bounds("n.actor_id", args)
        rows = await self.connection.fetch_all(
            "select w.actor_id, w.count, w.first_at, w.last_at, coalesce((select m.object_id "
            "from notifications m where m.owner_id = $1 and m.actor_id = w.actor_id "
            "and m.filtered = 1 and m.object_id is not null order by m.id desc limit 1), 0) "
            "from (select n.actor_id, count(*) as count, min(n.created_at) as first_at, "
            "max(n.created_at) as last_at from notifications n "
            f"where {_WAITING}{bounds} group by n.actor_id"
            f"{span.order('n.actor_id', args)}) as w",
            *args,
        )
        return sorted((NotificationRequestRecord(*row) for row in rows), key=lambda r: -r.actor_id)

    async def accept(self, owner_id: int, actor_ids: list[int]) -> list[NotificationRecord]:
        """Hear these people from now on; gives what waited of them, which is shown now."""
        await self.connection.execute_many(
            "insert into notification_permissions (owner_id, actor_id) values ($1, $2) "
            "on conflict (owner_id, actor_id) do nothing",
            [(owner_id, number) for number in actor_ids],
        )
        rows = await self.connection.fetch_all(
            "update notifications set filtered = 0 "
            "where owner_id = $1 and filtered = 1 and actor_id = any($2) "
            f"returning {columns(NotificationRecord)}",
            owner_id,
            actor_ids,
        )
        return [NotificationRecord(*row) for row in rows]

    async def dismiss(self, owner_id: int, actor_ids: list[int]) -> None:
        """Forget what waits of these people."""
        await self.connection.execute(
            "delete from notifications where owner_id = $1 and filtered = 1 and actor_id = any($2)",
            owner_id,
            actor_ids,
        )

    async def waiting(self, owner_id: int, actor_ids: list[int]) -> set[int]:
        """Those of these people of whom something waits."""
        if not actor_ids:
            return set()
        rows = await self.connection.fetch_all(
            f"select distinct n.actor_id from notifications n where {_WAITING} "
            "and n.actor_id = any($2)",
            owner_id,
            actor_ids,
        )
        return {row[0] for row in rows}
