"""What is remembered about other servers: signature scheme, health."""

from storage.records import HostRecord
from storage.statements import Statements


class HostStatements(Statements):
    """Everything that is asked of the table `hosts`."""

    async def get(self, host: str) -> HostRecord | None:
        """What is known about a host."""
        return await self.one_of(HostRecord, "from hosts where host = $1", host)

    async def all(self) -> list[HostRecord]:
        """Every host, by name."""
        return await self.all_of(HostRecord, "from hosts order by host")

    async def remember_scheme(self, host: str, scheme: str, now: int) -> None:
        """Which HTTP signature a host took last: `rfc9421` or `cavage`."""
        await self.connection.execute(
            "insert into hosts (host, scheme, updated_at) values ($1, $2, $3) "
            "on conflict (host) do update set scheme = excluded.scheme, "
            "updated_at = excluded.updated_at",
            host,
            scheme,
            now,
        )

    async def save_health(self, record: HostRecord) -> None:
        """Open or closed circuit, count of failures, when to ask again."""
        await self.connection.execute(
            "insert into hosts (host, state, failures, failing_since, due_at, error, updated_at) "
            "values ($1, $2, $3, $4, $5, $6, $7) on conflict (host) do update set "
            "state = excluded.state, failures = excluded.failures, "
            "failing_since = excluded.failing_since, due_at = excluded.due_at, "
            "error = excluded.error, updated_at = excluded.updated_at",
            record.host,
            record.state,
            record.failures,
            record.failing_since,
            record.due_at,
            record.error,
            record.updated_at,
        )

    async def due(self, now: int) -> list[HostRecord]:
        """Closed hosts that may be asked again."""
        return await self.all_of(
            HostRecord, "from hosts where state = 'closed' and due_at <= $1 order by due_at", now
        )

    async def closed(self) -> set[str]:
        """Every closed host."""
        rows = await self.connection.fetch_all("select host from hosts where state = 'closed'")
        return {row[0] for row in rows}

    async def ask_soon(self, hosts: list[str], now: int) -> None:
        """Let closed hosts that were heard of be asked again at once."""
        await self.connection.execute(
            "update hosts set due_at = $2 where host = any($1) and state = 'closed' "
            "and due_at > $2",
            hosts,
            now,
        )

    async def troubled(self, hosts: list[str]) -> list[str]:
        """Those of `hosts` that are closed or have failures counted."""
        if not hosts:
            return []
        rows = await self.connection.fetch_all(
            "select host from hosts where host = any($1) and (state = 'closed' or failures > 0)",
            hosts,
        )
        return [row[0] for row in rows]

    async def open(self, host: str | None, now: int) -> None:
        """Open the circuit of a host, or of every host, by hand."""
        await self.connection.execute(
            "update hosts set state = 'open', failures = 0, failing_since = null, due_at = 0, "
            "error = '', updated_at = $1 where cast($2 as text) is null or host = $2",
            now,
            host,
        )

    async def next_due(self) -> int | None:
        """When the next closed host may be asked, or None."""
        found = await self.connection.fetch_value(
            "select min(due_at) from hosts where state = 'closed'"
        )
        return None if found is None else int(found)
