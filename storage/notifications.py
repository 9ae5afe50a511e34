"""What members are told, read page by page."""

from storage.records import NotificationRecord
from storage.statements import Statements

# Those of suspended domains are not heard any more.
_HEARD = "not exists (select 1 from actors s where s.id = n.actor_id and s.severity = 'suspend')"


class NotificationStatements(Statements):
    """What a member's pages and mails ask of the table `notifications`."""

    async def page(
        self, owner_id: int, *, before: int | None = None, limit: int = 40
    ) -> list[NotificationRecord]:
        """What a member was told, latest first."""
        bound = " and n.id < $3" if before is not None else ""
        args = (owner_id, limit) if before is None else (owner_id, limit, before)
        return await self.all_of(
            NotificationRecord,
            f"from notifications n where n.owner_id = $1 and {_HEARD}{bound} "
            "order by n.id desc limit $2",
            *args,
        )

    async def count_unread(self, owner_id: int, at_most: int = 100) -> int:
        """How many a member has not read; never counts beyond `at_most`."""
        found = await self.connection.fetch_value(
            "select count(*) from (select 1 from notifications n where n.owner_id = $1 "
            f"and n.read_at is null and {_HEARD} limit $2) as unread",
            owner_id,
            at_most,
        )
        return int(found or 0)

    async def mark_read(self, owner_id: int, until: int, now: int) -> int:
        """Mark everything up to the notification `until` as read; gives how many."""
        return await self.connection.execute(
            "update notifications set read_at = $3 "
            "where owner_id = $1 and id <= $2 and read_at is null",
            owner_id,
            until,
            now,
        )

    async def between(self, after: int, until: int) -> list[NotificationRecord]:
        """What members were told and have not read, with ids over `after` up to `until`."""
        return await self.all_of(
            NotificationRecord,
            f"from notifications n where n.id > $1 and n.id <= $2 and n.read_at is null "
            f"and {_HEARD} order by n.owner_id, n.id",
            after,
            until,
        )
