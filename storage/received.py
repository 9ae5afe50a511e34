"""Activities that were accepted with 202 and wait to be processed, in order for each actor."""

from collections.abc import Sequence

from storage.records import ReceivedRecord, columns
from storage.statements import Statements

CLAIM_LOCK = 7_201
"""Claims of several processes take turns on PostgreSQL, or `skip locked` would break the order."""


class ReceivedStatements(Statements):
    """Everything that is asked of the table `received`.

    `waiting` rows are processed in order for each actor; a row set `aside` waits for a third
    server and lets the later ones of its actor pass; `failed` rows are parked for a person.
    """

    async def add(self, record: ReceivedRecord) -> bool:
        """Keep an activity for an inbox; False when this inbox had it already."""
        return (
            await self.insert(
                "received", record, rest="on conflict (activity_url, inbox) do nothing"
            )
            > 0
        )

    async def by_id(self, received_id: int) -> ReceivedRecord | None:
        """One row."""
        return await self.one_of(ReceivedRecord, "from received where id = $1", received_id)

    async def claim(self, now: int, lease_until: int, limit: int) -> list[ReceivedRecord]:
        """Lease the oldest due rows, never past an earlier unprocessed row of the same actor.

        An actor one of whose rows is leased to another worker waits; rows that are claimed
        together and belong to one actor must be processed in the order of the answer.
        """
        if self.connection.engine == "postgres":
            await self.connection.fetch_value("select pg_advisory_xact_lock($1)", CLAIM_LOCK)
        return await self._lease(
            "select r.id from received r where r.state = 'waiting' and r.due_at <= $1 "
            "and r.lease_until <= $1 and not exists (select 1 from received e "
            "where e.actor = r.actor and e.state = 'waiting' and e.id < r.id "
            "and (e.due_at > $1 or e.lease_until > $1 or e.due_at > r.due_at)) "
            "order by r.due_at, r.id limit $3 for update skip locked",
            now,
            lease_until,
            limit,
        )

    async def claim_aside(self, now: int, lease_until: int, limit: int) -> list[ReceivedRecord]:
        """Lease due rows that wait for a third server; they are in no order."""
        return await self._lease(
            "select r.id from received r where r.state = 'aside' and r.due_at <= $1 "
            "and r.lease_until <= $1 order by r.due_at, r.id limit $3 for update skip locked",
            now,
            lease_until,
            limit,
        )

    async def _lease(
        self, chosen: str, now: int, lease_until: int, limit: int
    ) -> list[ReceivedRecord]:
        rows = await self.connection.fetch_all(
            "update received set lease_until = $2, attempts = attempts + 1 "
            f"where id in ({chosen}) returning {columns(ReceivedRecord)}",
            now,
            lease_until,
            limit,
        )
        return sorted((ReceivedRecord(*row) for row in rows), key=lambda record: record.id)

    async def finish(self, outcomes: Sequence[tuple[int, int, str]]) -> None:
        """Mark rows processed: (row id, time, note); their bodies are no longer needed."""
        await self.connection.execute_many(
            "update received set state = 'done', done_at = $2, error = $3, body = '', "
            "lease_until = 0 where id = $1",
            outcomes,
        )

    async def postpone(self, record: ReceivedRecord, due_at: int, error: str) -> None:
        """Try again later, and with it every later row of the same actor."""
        await self.connection.execute(
            "update received set due_at = $2, error = $3, lease_until = 0 where id = $1",
            record.id,
            due_at,
            error,
        )
        await self.connection.execute(
            "update received set due_at = $3 "
            "where actor = $1 and state = 'waiting' and id > $2 and due_at < $3",
            record.actor,
            record.id,
            due_at,
        )

    async def set_aside(self, received_id: int, due_at: int, error: str) -> None:
        """Try again later, without holding the actor's other activities up."""
        await self.connection.execute(
            "update received set state = 'aside', due_at = $2, error = $3, lease_until = 0 "
            "where id = $1",
            received_id,
            due_at,
            error,
        )

    async def release(self, received_ids: Sequence[int]) -> None:
        """Give rows back that were claimed and not tried."""
        await self.connection.execute(
            "update received set lease_until = 0, attempts = attempts - 1 where id = any($1)",
            list(received_ids),
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

    async def cancel(self, activity_url: str, actor: str, now: int, note: str) -> int:
        """Drop what still waits of an activity that its own actor took back."""
        return await self.connection.execute(
            "update received set state = 'done', done_at = $3, error = $4, body = '' "
            "where activity_url = $1 and actor = $2 and state in ('waiting', 'aside', 'failed')",
            activity_url,
            actor,
            now,
            note,
        )

    async def put_aside(self, actor: str, kind: str, before: int) -> list[tuple[int, str]]:
        """What somebody did of a type before a row and what still waits: row id and body."""
        rows = await self.connection.fetch_all(
            " union all ".join(
                f"select id, body from received where state = '{state}' "
                "and actor = $1 and type = $2"
                for state in ("aside", "failed")
            ),
            actor,
            kind,
        )
        # Not asked of the database: SQLite would walk through all that ever came before.
        return sorted((row[0], row[1]) for row in rows if row[0] < before)

    async def followed(self, actor_ids: Sequence[int]) -> frozenset[int]:
        """Which of these actors somebody here follows: asked for many rows at once."""
        rows = await self.connection.fetch_all(
            "select distinct followee_id from follows where followee_id = any($1) "
            "and follower_local = 1 and state = 'accepted'",
            list(actor_ids),
        )
        return frozenset(row[0] for row in rows)

    async def release_leases(self) -> None:
        """Free every lease: for a start when no other worker can be alive."""
        await self.connection.execute(
            "update received set lease_until = 0 "
            "where state in ('waiting', 'aside') and lease_until > 0"
        )

    async def next_due(self) -> int | None:
        """When the next row becomes due, or None when nothing waits."""
        moments = [
            await self.connection.fetch_value(
                f"select min(due_at) from received where state = '{state}'"
            )
            for state in ("waiting", "aside")
        ]
        return min((int(moment) for moment in moments if moment is not None), default=None)

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
        """How many rows wait, are set aside and are parked."""
        rows = await self.connection.fetch_all(
            "select state, count(*) as number from received "
            "where state in ('waiting', 'aside', 'failed') group by state"
        )
        return {row["state"]: row["number"] for row in rows}

    async def prune(self, before: int, limit: int = 5_000) -> int:
        """Forget at most `limit` processed rows older than `before`; gives how many."""
        return await self.connection.execute(
            "delete from received where id in (select id from received "
            "where done_at is not null and done_at < $1 order by done_at limit $2)",
            before,
            limit,
        )
