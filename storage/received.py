"""Activities that were accepted with 202 and wait to be processed, in order for each actor."""

from storage.records import ReceivedRecord, columns
from storage.statements import Statements


class ReceivedStatements(Statements):
    """Everything that is asked of the table `received`."""

    async def add(self, record: ReceivedRecord) -> bool:
        """Keep an activity for an inbox; False when this inbox had it already."""
        return 0 < await self.insert(
            "received", record, rest="on conflict (activity_url, inbox) do nothing"
        )

    async def by_id(self, received_id: int) -> ReceivedRecord | None:
        """One row."""
        return await self.one_of(ReceivedRecord, "from received where id = $1", received_id)

    async def claim(self, now: int, lease_until: int, limit: int) -> list[ReceivedRecord]:
        """Lease the oldest due rows, never past an earlier unprocessed row of the same actor.

        An actor one of whose rows is leased to another worker waits; rows that are claimed
        together and belong to one actor must be processed in the order of the answer.
        """
        rows = await self.connection.fetch_all(
            "update received set lease_until = $2, attempts = attempts + 1 where id in ("
            "select r.id from received r where r.state = 'waiting' and r.due_at <= $1 "
            "and r.lease_until <= $1 and not exists (select 1 from received e "
            "where e.actor = r.actor and e.state = 'waiting' and e.id < r.id "
            "and (e.due_at > $1 or e.lease_until > $1)) "
            "order by r.due_at, r.id limit $3 for update skip locked) "
            f"returning {columns(ReceivedRecord)}",
            now,
            lease_until,
            limit,
        )
        return sorted((ReceivedRecord(*row) for row in rows), key=lambda record: record.id)

    async def done(self, received_id: int, now: int, note: str = "") -> None:
        """Mark a row processed; its body is no longer needed."""
        await self.connection.execute(
            "update received set state = 'done', done_at = $2, error = $3, body = '', "
            "lease_until = 0 where id = $1",
            received_id,
            now,
            note,
        )

    async def retry(self, received_id: int, due_at: int, error: str) -> None:
        """Try again later."""
        await self.connection.execute(
            "update received set due_at = $2, error = $3, lease_until = 0 where id = $1",
            received_id,
            due_at,
            error,
        )

    async def park(self, received_id: int, now: int, error: str) -> None:
        """Give up until an administrator looks at it."""
        await self.connection.execute(
            "update received set state = 'failed', error = $3, lease_until = 0, due_at = $2 "
            "where id = $1",
            received_id,
            now,
            error,
        )

    async def release_leases(self) -> None:
        """Free every lease: for a start when no other worker can be alive."""
        await self.connection.execute(
            "update received set lease_until = 0 where state = 'waiting' and lease_until > 0"
        )

    async def next_due(self) -> int | None:
        """When the next row becomes due, or None when nothing waits."""
        found = await self.connection.fetch_value(
            "select min(due_at) from received where state = 'waiting'"
        )
        return None if found is None else int(found)

    async def failed(self, limit: int = 100) -> list[ReceivedRecord]:
        """Parked rows, oldest first."""
        return await self.all_of(
            ReceivedRecord, "from received where state = 'failed' order by id limit $1", limit
        )

    async def retry_failed(self, now: int, received_id: int | None = None) -> int:
        """Put parked rows (or one of them) back into the queue; gives how many."""
        one = "" if received_id is None else " and id = $2"
        args = (now,) if received_id is None else (now, received_id)
        return await self.connection.execute(
            "update received set state = 'waiting', due_at = $1, attempts = 0, lease_until = 0 "
            f"where state = 'failed'{one}",
            *args,
        )

    async def counts(self) -> dict[str, int]:
        """How many rows wait and how many are parked."""
        rows = await self.connection.fetch_all(
            "select state, count(*) as number from received "
            "where state in ('waiting', 'failed') group by state"
        )
        return {row["state"]: row["number"] for row in rows}

    async def prune(self, before: int) -> int:
        """Forget processed rows older than `before`."""
        return await self.connection.execute(
            "delete from received where done_at is not null and done_at < $1", before
        )
