"""Posts that wait for their time, and the uploads that they keep."""

from dataclasses import dataclass

from storage.ports import Value
from storage.records import MediaRecord, columns
from storage.spans import Span
from storage.statements import Statements


@dataclass(frozen=True, slots=True)
class ScheduledRecord:
    """A post for later; `state` is `waiting`, or `failed` with the reason in `error`."""

    id: int
    actor_id: int
    app_id: int | None
    parameters: str
    scheduled_at: int
    state: str
    error: str
    created_at: int


class ScheduledStatements(Statements):
    """Everything that is asked of `scheduled` and `scheduled_media`."""

    async def add(self, record: ScheduledRecord, media_ids: list[int]) -> None:
        """A new post for later, and the uploads that are kept for it."""
        await self.insert("scheduled", record)
        await self.connection.execute_many(
            "insert into scheduled_media (scheduled_id, media_id) values ($1, $2)",
            [(record.id, media_id) for media_id in media_ids],
        )

    async def of_actor(self, actor_id: int, span: Span) -> list[ScheduledRecord]:
        """A page of what a member scheduled."""
        args: list[Value] = [actor_id]
        bounds = span.bounds("id", args)
        found = await self.all_of(
            ScheduledRecord,
            f"from scheduled where actor_id = $1{bounds}{span.order('id', args)}",
            *args,
        )
        return span.arranged(found)

    async def one(self, actor_id: int, number: int) -> ScheduledRecord | None:
        """One post that a member scheduled."""
        return await self.one_of(
            ScheduledRecord, "from scheduled where id = $1 and actor_id = $2", number, actor_id
        )

    async def media(self, numbers: list[int]) -> dict[int, list[MediaRecord]]:
        """The uploads that are kept for each of these posts."""
        if not numbers:
            return {}
        rows = await self.connection.fetch_all(
            f"select s.scheduled_id, {columns(MediaRecord, 'm')} from scheduled_media s "
            "join media m on m.id = s.media_id where s.scheduled_id = any($1) order by m.id",
            numbers,
        )
        found: dict[int, list[MediaRecord]] = {}
        for row in rows:
            values = tuple(row)
            found.setdefault(values[0], []).append(MediaRecord(*values[1:]))
        return found

    async def reserved(self, media_ids: list[int]) -> set[int]:
        """Those of these uploads that are kept for a post for later."""
        if not media_ids:
            return set()
        rows = await self.connection.fetch_all(
            "select media_id from scheduled_media where media_id = any($1)", media_ids
        )
        return {row[0] for row in rows}

    async def move(self, actor_id: int, number: int, at: int) -> bool:
        """Choose another time, also for what failed; False when there is no such post."""
        moved = await self.connection.execute(
            "update scheduled set scheduled_at = $3, state = 'waiting', error = '' "
            "where id = $1 and actor_id = $2",
            number,
            actor_id,
            at,
        )
        return moved > 0

    async def remove(self, actor_id: int, number: int) -> bool:
        """Forget a post for later; False when there is none."""
        removed = await self.connection.execute(
            "delete from scheduled where id = $1 and actor_id = $2", number, actor_id
        )
        return removed > 0

    async def take(self, number: int, now: int) -> bool:
        """Take what is due out of the list, in the transaction that publishes it.

        False when somebody else published, moved or removed it.
        """
        taken = await self.connection.execute(
            "delete from scheduled where id = $1 and state = 'waiting' and scheduled_at <= $2",
            number,
            now,
        )
        return taken > 0

    async def fail(self, number: int, reason: str) -> None:
        """Note why a post could not be published; its author may choose another time."""
        await self.connection.execute(
            "update scheduled set state = 'failed', error = $2 where id = $1", number, reason
        )

    async def due(self, now: int, limit: int = 50) -> list[ScheduledRecord]:
        """What is to be published now, longest overdue first."""
        return await self.all_of(
            ScheduledRecord,
            "from scheduled where state = 'waiting' and scheduled_at <= $1 "
            "order by scheduled_at, id limit $2",
            now,
            limit,
        )

    async def next_at(self) -> int | None:
        """When the next post is due, in milliseconds."""
        value = await self.connection.fetch_value(
            "select min(scheduled_at) from scheduled where state = 'waiting'"
        )
        return None if value is None else int(value)

    async def count(self, actor_id: int, start: int, end: int) -> tuple[int, int]:
        """How many posts a member scheduled in all, and between two moments."""
        row = await self.connection.fetch_one(
            "select count(*), coalesce(sum(case when scheduled_at >= $2 and scheduled_at < $3 "
            "then 1 else 0 end), 0) from scheduled where actor_id = $1",
            actor_id,
            start,
            end,
        )
        return (0, 0) if row is None else (int(row[0]), int(row[1]))
