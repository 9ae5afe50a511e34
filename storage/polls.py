"""Polls with their votes, and objects that are collections."""

from storage.records import PollRecord
from storage.statements import Statements


class PollStatements(Statements):
    """Everything that is asked of `polls`, `votes` and `collection_items`."""

    async def save_poll(self, poll: PollRecord) -> None:
        """Add or renew the choices and counts of a Question."""
        await self.insert(
            "polls",
            poll,
            rest="on conflict (object_id) do update set options = excluded.options, "
            "voters_count = excluded.voters_count, closes_at = excluded.closes_at",
        )

    async def count_votes(self, object_id: int) -> tuple[dict[str, int], int]:
        """The votes of a Question of ours: by choice, and how many people voted."""
        rows = await self.connection.fetch_all(
            "select choice, count(*) from votes where object_id = $1 group by choice", object_id
        )
        voters = await self.connection.fetch_value(
            "select count(distinct actor_id) from votes where object_id = $1", object_id
        )
        return {row[0]: row[1] for row in rows}, int(voters or 0)

    async def poll(self, object_id: int) -> PollRecord | None:
        """The choices and counts of a Question."""
        return await self.one_of(PollRecord, "from polls where object_id = $1", object_id)

    async def expect_end(self, object_id: int) -> None:
        """A Question of ours has an end, whose results are to be told."""
        await self.connection.execute(
            "update polls set ending = 1 where object_id = $1 and closes_at is not null", object_id
        )

    async def note_untold(self, object_id: int) -> None:
        """A Question of ours has votes that nobody elsewhere knows of."""
        await self.connection.execute("update polls set untold = 1 where object_id = $1", object_id)

    async def untold(self, now: int, limit: int = 50) -> list[int]:
        """The Questions of ours whose counts changed or that have ended since they were told."""
        rows = await self.connection.fetch_all(
            "select object_id from polls where untold = 1 "
            "union select object_id from polls where ending = 1 and closes_at <= $1 limit $2",
            now,
            limit,
        )
        return [row[0] for row in rows]

    async def told(self, object_id: int, now: int) -> None:
        """The results of a Question of ours, as they are now, are on their way."""
        await self.connection.execute(
            "update polls set untold = 0, "
            "ending = case when closes_at <= $2 then 0 else ending end where object_id = $1",
            object_id,
            now,
        )

    async def votes_of(self, object_id: int, actor_id: int) -> list[str]:
        """What somebody voted."""
        rows = await self.connection.fetch_all(
            "select choice from votes where object_id = $1 and actor_id = $2", object_id, actor_id
        )
        return [row[0] for row in rows]

    async def add_vote(
        self, object_id: int, actor_id: int, choice: str, url: str, now: int
    ) -> bool:
        """Record one vote; False when it was there already."""
        return (
            await self.connection.execute(
                "insert into votes (object_id, actor_id, choice, url, created_at) "
                "values ($1, $2, $3, $4, $5) on conflict (object_id, actor_id, choice) do nothing",
                object_id,
                actor_id,
                choice,
                url,
                now,
            )
            > 0
        )

    async def add_item(self, collection_id: int, item_id: int, item: str) -> bool:
        """Add a member to a collection object; False when it was in it."""
        return (
            await self.connection.execute(
                "insert into collection_items (collection_id, id, item) values ($1, $2, $3) "
                "on conflict (collection_id, item) do nothing",
                collection_id,
                item_id,
                item,
            )
            > 0
        )

    async def remove_item(self, collection_id: int, item: str) -> bool:
        """Take a member out of a collection object."""
        return (
            await self.connection.execute(
                "delete from collection_items where collection_id = $1 and item = $2",
                collection_id,
                item,
            )
            > 0
        )

    async def items(self, collection_id: int) -> list[str]:
        """The members of a collection object, latest first."""
        rows = await self.connection.fetch_all(
            "select item from collection_items where collection_id = $1 order by id desc",
            collection_id,
        )
        return [row[0] for row in rows]
