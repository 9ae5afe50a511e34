"""Polls with their votes, and objects that are collections."""

from storage.records import PollRecord
from storage.statements import Statements

_OLD_COUNTS = (
    "refresh_due = 0 and fetched_at < $2 and (closes_at is null or fetched_at <= closes_at)"
)


class PollStatements(Statements):
    """Everything that is asked of `polls`, `votes` and `collection_items`."""

    async def save_poll(self, poll: PollRecord) -> None:
        """Add or renew the choices and counts of a Question."""
        await self.insert(
            "polls",
            poll,
            rest="on conflict (object_id) do update set options = excluded.options, "
            "multiple = excluded.multiple, voters_count = excluded.voters_count, "
            "closes_at = excluded.closes_at",
        )

    async def hold_poll(self, object_id: int) -> None:
        """Let the votes of a Question count one after the other: until this transaction ends."""
        await self.connection.execute(
            "update polls set untold = untold where object_id = $1", object_id
        )

    async def change_poll(self, poll: PollRecord, *, anew: bool) -> None:
        """The poll of a Question of ours as its author changed it; `anew`: nobody voted yet."""
        await self.save_poll(poll)
        await self.hide_totals(poll.object_id, poll.hide_totals)
        await self.expect_end(poll.object_id)
        if anew:
            await self.forget_votes(poll.object_id)

    async def hide_totals(self, object_id: int, hidden: int) -> None:
        """Tell nobody the counts of a Question of ours before its end, or tell them."""
        await self.connection.execute(
            "update polls set hide_totals = $2 where object_id = $1", object_id, hidden
        )

    async def forget_votes(self, object_id: int) -> None:
        """Forget who voted in a Question, whose choices are others now."""
        await self.connection.execute("delete from votes where object_id = $1", object_id)

    async def remove_poll(self, object_id: int) -> None:
        """An object is no Question any more."""
        await self.forget_votes(object_id)
        await self.connection.execute("delete from polls where object_id = $1", object_id)

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
            "update polls set ending = 1, awaited = 1 where object_id = $1 "
            "and closes_at is not null",
            object_id,
        )

    async def await_end(self, object_id: int) -> None:
        """Somebody here voted in a Question, and wants to know how it ends."""
        await self.connection.execute(
            "update polls set awaited = 1 where object_id = $1 and awaited = 0 "
            "and closes_at is not null",
            object_id,
        )

    async def ended(self, now: int, limit: int = 50) -> list[int]:
        """The Questions that have ended, of which somebody here waits to hear."""
        rows = await self.connection.fetch_all(
            "select object_id from polls where awaited = 1 and closes_at <= $1 "
            "order by closes_at limit $2",
            now,
            limit,
        )
        return [row[0] for row in rows]

    async def next_end(self) -> int | None:
        """When the next Question ends of which somebody here waits to hear."""
        value = await self.connection.fetch_value(
            "select min(closes_at) from polls where awaited = 1"
        )
        return None if value is None else int(value)

    async def end(self, object_id: int) -> bool:
        """Take note that a Question has ended; False when somebody else did."""
        ended = await self.connection.execute(
            "update polls set awaited = 0 where object_id = $1 and awaited = 1", object_id
        )
        return ended > 0

    async def local_voters(self, object_id: int) -> list[int]:
        """The people of this node who voted in a Question."""
        rows = await self.connection.fetch_all(
            "select distinct v.actor_id from votes v join actors a on a.id = v.actor_id "
            "where v.object_id = $1 and a.local = 1 and a.state = 'active'",
            object_id,
        )
        return [row[0] for row in rows]

    async def counts_are_old(self, object_id: int, before: int) -> bool:
        """Whether the counts of another server's Question were fetched neither after `before`
        nor after its end, and are not about to be.
        """
        found = await self.connection.fetch_value(
            f"select 1 from polls where object_id = $1 and {_OLD_COUNTS}", object_id, before
        )
        return found is not None

    async def ask_counts(self, object_id: int, before: int) -> bool:
        """Have the counts of another server's Question fetched; False when they are not old."""
        asked = await self.connection.execute(
            f"update polls set refresh_due = 1 where object_id = $1 and {_OLD_COUNTS}",
            object_id,
            before,
        )
        return asked > 0

    async def counts_asked(self, limit: int = 20) -> list[int]:
        """The Questions of other servers whose counts are to be fetched."""
        rows = await self.connection.fetch_all(
            "select object_id from polls where refresh_due = 1 limit $1", limit
        )
        return [row[0] for row in rows]

    async def take_counts(self, object_id: int, now: int) -> bool:
        """Note that the counts of a Question are being fetched; False when somebody else does."""
        taken = await self.connection.execute(
            "update polls set refresh_due = 0, fetched_at = $2 "
            "where object_id = $1 and refresh_due = 1",
            object_id,
            now,
        )
        return taken > 0

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
