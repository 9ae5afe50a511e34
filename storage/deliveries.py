"""What goes out: fan-outs, deliveries, and which inboxes an object reached."""

from collections.abc import Sequence

from storage.records import DeliveryRecord, FanoutRecord, columns
from storage.statements import Statements


class DeliveryStatements(Statements):
    """Everything that is asked of `fanouts`, `deliveries`, `inboxes` and `reached`."""

    async def add_fanout(self, fanout: FanoutRecord) -> None:
        """Promise the delivery of an activity."""
        await self.insert("fanouts", fanout)

    async def claim_fanouts(self, now: int, lease_until: int, limit: int) -> list[FanoutRecord]:
        """Lease due fan-outs: the oldest of each sender, so that order is kept by any number."""
        rows = await self.connection.fetch_all(
            "update fanouts set lease_until = $2, attempts = attempts + 1 where id in ("
            "select f.id from fanouts f where f.state = 'waiting' and f.due_at <= $1 "
            "and f.lease_until <= $1 and not exists (select 1 from fanouts e "
            "where e.state = 'waiting' and e.actor_id = f.actor_id and e.id < f.id) "
            "order by f.id limit $3 for update skip locked) "
            f"returning {columns(FanoutRecord)}",
            now,
            lease_until,
            limit,
        )
        return sorted((FanoutRecord(*row) for row in rows), key=lambda fanout: fanout.id)

    async def fanout_done(self, fanout_id: int) -> None:
        """The audience was expanded: the promise is now in the deliveries."""
        await self.connection.execute("delete from fanouts where id = $1", fanout_id)

    async def retry_fanout(self, fanout_id: int, due_at: int, error: str) -> None:
        """Try to expand again later."""
        await self.connection.execute(
            "update fanouts set due_at = $2, error = $3, lease_until = 0 where id = $1",
            fanout_id,
            due_at,
            error,
        )

    async def next_fanout_due(self, now: int) -> int | None:
        """When the next fan-out that nobody works on becomes due; None when there is none."""
        found = await self.connection.fetch_value(
            "select min(due_at) from fanouts where state = 'waiting' and lease_until <= $1", now
        )
        return None if found is None else int(found)

    async def add_all(self, deliveries: Sequence[DeliveryRecord]) -> None:
        """Insert deliveries; repeated ones are ignored.

        Those of a closed host are held back; behind one that has to wait, the new one waits too.
        """
        await self.connection.execute_many(
            f"insert into deliveries ({columns(DeliveryRecord)}) "
            "values ($1, $2, $3, $4, $5, case when exists (select 1 from hosts h "
            "where h.host = $5 and h.state = 'closed') then 'held' else 'waiting' end, "
            "0, coalesce((select max(e.due_at) from deliveries e where e.inbox = $4 "
            "and e.actor_id = $3 and e.state in ('waiting', 'held') and e.due_at > $6), $6), "
            "0, null, '', $7, null) on conflict (activity_id, inbox) do nothing",
            [
                (d.id, d.activity_id, d.actor_id, d.inbox, d.host, d.due_at, d.created_at)
                for d in deliveries
            ],
        )

    async def add_series(self, deliveries: Sequence[DeliveryRecord]) -> None:
        """As `add_all`, for many to the same inbox by the same sender: what waits is read once."""
        if not deliveries:
            return
        first = deliveries[0]
        row = await self.connection.fetch_one(
            "select case when exists (select 1 from hosts h where h.host = $1 "
            "and h.state = 'closed') then 'held' else 'waiting' end, "
            "(select max(e.due_at) from deliveries e where e.inbox = $2 and e.actor_id = $3 "
            "and e.state in ('waiting', 'held'))",
            first.host,
            first.inbox,
            first.actor_id,
        )
        assert row is not None
        state, due = row[0], max(row[1] or 0, first.due_at)
        await self.connection.execute_many(
            f"insert into deliveries ({columns(DeliveryRecord)}) "
            "values ($1, $2, $3, $4, $5, $6, 0, $7, 0, null, '', $8, null) "
            "on conflict (activity_id, inbox) do nothing",
            [
                (d.id, d.activity_id, d.actor_id, d.inbox, d.host, state, due, d.created_at)
                for d in deliveries
            ],
        )

    async def claim(
        self, now: int, lease_until: int, limit: int, busy_hosts: list[str]
    ) -> list[DeliveryRecord]:
        """Lease the oldest due deliveries: one at a time for each sender and inbox, in order.

        Nothing is taken for `busy_hosts`, which have enough under way.
        """
        rows = await self.connection.fetch_all(
            "update deliveries set lease_until = $2, attempts = attempts + 1 where id in ("
            "select d.id from deliveries d where d.state = 'waiting' and d.due_at <= $1 "
            "and d.lease_until <= $1 and d.host <> all($4) "
            "and not exists (select 1 from deliveries e "
            "where e.inbox = d.inbox and e.actor_id = d.actor_id "
            "and e.state in ('waiting', 'held') and e.id < d.id) "
            "order by d.due_at, d.id limit $3 for update skip locked) "
            f"returning {columns(DeliveryRecord)}",
            now,
            lease_until,
            limit,
            busy_hosts,
        )
        return sorted((DeliveryRecord(*row) for row in rows), key=lambda delivery: delivery.id)

    async def give_back(self, ids: Sequence[int]) -> None:
        """Put leased deliveries back that were not tried; behind a closed host they are held."""
        await self.connection.execute(
            "update deliveries set lease_until = 0, "
            "attempts = case when attempts > 0 then attempts - 1 else 0 end, "
            "state = case when exists (select 1 from hosts h where h.host = deliveries.host "
            "and h.state = 'closed') then 'held' else 'waiting' end "
            "where id = any($1) and state = 'waiting'",
            list(ids),
        )

    async def finish(self, outcomes: Sequence[tuple[int, str, int | None, str, int]]) -> None:
        """Record final outcomes: (delivery id, state, HTTP status, error, time)."""
        await self.connection.execute_many(
            "update deliveries set state = $2, status = $3, error = $4, done_at = $5, "
            "lease_until = 0 where id = $1",
            outcomes,
        )

    async def postpone(
        self, delivery: DeliveryRecord, due_at: int, status: int | None, error: str
    ) -> None:
        """Try again later, and with it everything behind it on the same way."""
        await self.connection.execute(
            "update deliveries set due_at = $2, lease_until = 0, status = $3, error = $4 "
            "where id = $1",
            delivery.id,
            due_at,
            status,
            error,
        )
        await self.connection.execute(
            "update deliveries set due_at = $3 where inbox = $1 and actor_id = $2 "
            "and state = 'waiting' and due_at < $3 and id > $4",
            delivery.inbox,
            delivery.actor_id,
            due_at,
            delivery.id,
        )

    async def set_aside(
        self, delivery_id: int, due_at: int, status: int | None, error: str
    ) -> None:
        """Hold one delivery back, at least until `due_at`, because its host is away.

        Its own tries are not used up: the next one is for the host.
        """
        await self.connection.execute(
            "update deliveries set state = 'held', due_at = $2, lease_until = 0, status = $3, "
            "error = $4, attempts = case when attempts > 0 then attempts - 1 else 0 end "
            "where id = $1",
            delivery_id,
            due_at,
            status,
            error,
        )

    async def hold(self, host: str) -> None:
        """Put everything for a closed host aside."""
        await self.connection.execute(
            "update deliveries set state = 'held' where state = 'waiting' and host = $1 "
            "and lease_until = 0",
            host,
        )

    async def release(self, host: str, now: int) -> None:
        """Put everything for an open host back into the queue; what has to wait longer does."""
        await self.connection.execute(
            "update deliveries set state = 'waiting', lease_until = 0, "
            "due_at = case when due_at > $2 then due_at else $2 end "
            "where state = 'held' and host = $1",
            host,
            now,
        )

    async def probe(self, host: str, now: int) -> bool:
        """Let the oldest held delivery of a host try; False when nothing is held."""
        return (
            await self.connection.execute(
                "update deliveries set state = 'waiting', due_at = $2, lease_until = 0 where id = "
                "(select min(id) from deliveries where state = 'held' and host = $1)",
                host,
                now,
            )
            > 0
        )

    async def stranded(self) -> list[str]:
        """Open hosts for which something is held: opened while a fan-out was writing."""
        rows = await self.connection.fetch_all(
            # From host to host along the index, however many rows are held for each.
            "with recursive behind (host) as (select min(host) from deliveries "
            "where state = 'held' union all select (select min(d.host) from deliveries d "
            "where d.state = 'held' and d.host > behind.host) from behind "
            "where behind.host is not null) select h.host from behind "
            "join hosts h on h.host = behind.host where h.state = 'open'"
        )
        return [row[0] for row in rows]

    async def expire(self, before: int, now: int, reason: str, limit: int) -> int:
        """Give up what is held since `before`; gives how many, at most `limit`."""
        return await self.connection.execute(
            "update deliveries set state = 'failed', error = $3, done_at = $2, lease_until = 0 "
            "where id in (select id from deliveries where state = 'held' and created_at < $1 "
            "limit $4)",
            before,
            now,
            reason,
            limit,
        )

    async def cancel_inbox(self, inbox: str, now: int, reason: str) -> int:
        """Give up what waits for an inbox that is gone."""
        return await self.connection.execute(
            "update deliveries set state = 'cancelled', error = $3, done_at = $2, "
            "lease_until = 0 where inbox = $1 and state in ('waiting', 'held')",
            inbox,
            now,
            reason,
        )

    async def cancel_about(self, object_id: int, now: int, reason: str) -> None:
        """Send no more of what an object said; what is under way at this moment ends as it may."""
        said = "select id from activities where object_id = $1 and type in ('Create', 'Update')"
        await self.connection.execute(
            f"delete from fanouts where activity_id in ({said}) and lease_until <= $2",
            object_id,
            now,
        )
        await self.connection.execute(
            "update deliveries set state = 'cancelled', error = $3, done_at = $2 "
            f"where activity_id in ({said}) and state in ('waiting', 'held') "
            "and lease_until <= $2",
            object_id,
            now,
            reason,
        )

    async def release_leases(self) -> None:
        """Free every lease: for a start when no other worker can be alive."""
        for table in ("deliveries", "fanouts"):
            await self.connection.execute(
                f"update {table} set lease_until = 0 where state = 'waiting' and lease_until > 0"
            )

    async def next_due(self, now: int) -> int | None:
        """When the next delivery that nobody works on becomes due; None when there is none."""
        found = await self.connection.fetch_value(
            "select due_at from deliveries where state = 'waiting' and lease_until <= $1 "
            "order by due_at limit 1",
            now,
        )
        return None if found is None else int(found)

    async def listed(
        self, *, host: str | None = None, state: str | None = None, limit: int = 100
    ) -> list[DeliveryRecord]:
        """Deliveries for the log, latest first."""
        return await self.all_of(
            DeliveryRecord,
            "from deliveries where (cast($1 as text) is null or host = $1) "
            "and (cast($2 as text) is null or state = $2) order by id desc limit $3",
            host,
            state,
            limit,
        )

    async def of_activities(self, activity_ids: list[int]) -> list[DeliveryRecord]:
        """The delivery log of some activities, in order."""
        return await self.all_of(
            DeliveryRecord,
            "from deliveries where activity_id = any($1) order by id",
            activity_ids,
        )

    async def of_object(self, object_id: int) -> list[DeliveryRecord]:
        """The delivery log of an object: of everything that was said about it, in order."""
        rows = await self.connection.fetch_all(
            f"select {columns(DeliveryRecord, 'd')} from activities a "
            "join deliveries d on d.activity_id = a.id where a.object_id = $1 order by d.id",
            object_id,
        )
        return [DeliveryRecord(*row) for row in rows]

    async def retry(self, now: int, *, host: str | None = None) -> int:
        """Put failed and waiting deliveries (of a host) at the head of the queue."""
        return await self.connection.execute(
            "update deliveries set state = 'waiting', due_at = $1, attempts = 0, "
            "lease_until = 0, done_at = null where (state in ('failed', 'held') "
            "or (state = 'waiting' and lease_until <= $1)) "
            "and (cast($2 as text) is null or host = $2)",
            now,
            host,
        )

    async def counts(self) -> dict[str, int]:
        """How many deliveries wait, are held or failed, and how many fan-outs wait."""
        rows = await self.connection.fetch_all(
            "select state, count(*) as number from deliveries "
            "where state in ('waiting', 'held', 'failed') group by state"
        )
        fanouts = await self.connection.fetch_value(
            "select count(*) from fanouts where state = 'waiting'"
        )
        return {row["state"]: row["number"] for row in rows} | {"fanouts": int(fanouts or 0)}

    async def note_reached(self, object_id: int, inboxes: Sequence[tuple[int, str]]) -> None:
        """Remember that an object went to these inboxes: (new id, URL)."""
        await self.connection.execute_many(
            "insert into inboxes (id, url) values ($1, $2) on conflict (url) do nothing", inboxes
        )
        await self.connection.execute_many(
            "insert into reached (object_id, inbox_id) select cast($1 as bigint), id "
            "from inboxes where url = $2 on conflict (object_id, inbox_id) do nothing",
            [(object_id, url) for _, url in inboxes],
        )

    async def note_history(self, number: int, inbox: str, object_ids: Sequence[int]) -> None:
        """Remember that these objects went to an inbox; `number` is its id if it is a new one."""
        await self.connection.execute(
            "insert into inboxes (id, url) values ($1, $2) on conflict (url) do nothing",
            number,
            inbox,
        )
        await self.connection.execute(
            "insert into reached (object_id, inbox_id) select o.id, i.id from objects o "
            "cross join inboxes i where o.id = any($1) and i.url = $2 "
            "on conflict (object_id, inbox_id) do nothing",
            list(object_ids),
            inbox,
        )

    async def reached(self, object_id: int) -> list[str]:
        """Every inbox that got something about an object."""
        rows = await self.connection.fetch_all(
            "select i.url from reached r join inboxes i on i.id = r.inbox_id "
            "where r.object_id = $1",
            object_id,
        )
        return [row[0] for row in rows]

    async def reached_by(self, actor_id: int) -> list[str]:
        """Every inbox that got something from an actor, or about an object of theirs.

        What went to somebody's own inbox (an Accept) stands for their server's shared one.
        """
        rows = await self.connection.fetch_all(
            "select i.url from objects o join reached r on r.object_id = o.id "
            "join inboxes i on i.id = r.inbox_id where o.actor_id = $1 "
            "union select coalesce(nullif(a.shared_inbox, ''), d.inbox) from deliveries d "
            "left join actors a on a.inbox = d.inbox and a.local = 0 where d.actor_id = $1",
            actor_id,
        )
        return [row[0] for row in rows]

    async def retire(self, inbox_id: int, inbox: str, now: int) -> None:
        """Note that an inbox answered that it is gone; `inbox_id` is used when it is new."""
        await self.connection.execute(
            "insert into inboxes (id, url, retired_at) values ($1, $2, $3) "
            "on conflict (url) do update set retired_at = excluded.retired_at",
            inbox_id,
            inbox,
            now,
        )

    async def retired(self, inboxes: list[str], after: int) -> set[str]:
        """Those of `inboxes` that were found gone after this time."""
        if not inboxes:
            return set()
        rows = await self.connection.fetch_all(
            "select url from inboxes where url = any($1) and retired_at > $2", inboxes, after
        )
        return {row[0] for row in rows}

    async def prune(self, before: int) -> int:
        """Forget finished deliveries older than `before`."""
        return await self.connection.execute(
            "delete from deliveries where done_at is not null and done_at < $1", before
        )
