"""What administrators ask across the tables: what needs attention, what was sent, who did what."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from storage.records import AuditRecord, HostRecord, ObjectRecord, TokenRecord
from storage.statements import Statements

UNFINISHED = ("waiting", "held", "failed")


@dataclass(frozen=True, slots=True)
class Attention:
    """How many things wait for a decision or went wrong."""

    reports: int
    reviews: int
    failed: int
    held: int
    hosts: int
    received: int
    mails: int


@dataclass(frozen=True, slots=True)
class AuditQuery:
    """Which entries of the audit log: parts of texts, and times in milliseconds."""

    who: str = ""
    action: str = ""
    text: str = ""
    since: int = 0
    until: int = 2**62


@dataclass(frozen=True, slots=True)
class Sent:
    """An article of this node, and how many deliveries about it are in which state."""

    record: ObjectRecord
    states: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HostHealth:
    """Another server, and how many deliveries for it are in which unfinished state."""

    host: str
    record: HostRecord | None
    states: dict[str, int] = field(default_factory=dict)


class OversightStatements(Statements):
    """Everything that administrators ask across table families."""

    async def attention(self) -> Attention:
        """The counts of the overview, in one query."""
        row = await self.connection.fetch_one(
            "select (select count(*) from reports where state = 'open'), "
            "(select count(*) from drafts where state = 'review'), "
            "(select count(*) from deliveries where state = 'failed'), "
            "(select count(*) from deliveries where state = 'held'), "
            "(select count(*) from hosts where state = 'closed'), "
            "(select count(*) from received where state = 'failed'), "
            "(select count(*) from mails where state = 'failed')"
        )
        assert row is not None
        return Attention(*(int(value) for value in row))

    async def audited(
        self, query: AuditQuery, *, before: int | None = None, limit: int = 50
    ) -> list[AuditRecord]:
        """Entries of the audit log, latest first; `before` is the id where the page before ended.

        Texts are compared without regard to the case of unaccented letters.
        """
        return await self.all_of(
            AuditRecord,
            "from audit_log where id < $1 and created_at >= $2 and created_at < $3 "
            "and lower(who) like $4 escape '!' and lower(action) like $5 escape '!' "
            "and (lower(target) like $6 escape '!' or lower(reason) like $6 escape '!') "
            "order by id desc limit $7",
            2**63 - 1 if before is None else before,
            query.since,
            query.until,
            _containing(query.who),
            _containing(query.action, anywhere=False),
            _containing(query.text),
            limit,
        )

    async def sent(self, *, before: int | None = None, limit: int = 30) -> list[Sent]:
        """The articles published here, withdrawn ones too, latest first, with their deliveries."""
        records = await self.all_of(
            ObjectRecord,
            "from objects where local = 1 and type = 'Article' and id < $1 "
            "order by id desc limit $2",
            2**63 - 1 if before is None else before,
            limit,
        )
        rows = await self.connection.fetch_all(
            "select a.object_id, d.state, count(*) as number from activities a "
            "join deliveries d on d.activity_id = a.id where a.object_id = any($1) "
            "group by a.object_id, d.state",
            [record.id for record in records],
        )
        found = {record.id: Sent(record) for record in records}
        for row in rows:
            found[row["object_id"]].states[row["state"]] = row["number"]
        return list(found.values())

    async def retry_object(self, object_id: int, now: int) -> int:
        """Put what failed or is held back about an object at the head of the queue."""
        about = "activity_id in (select id from activities where object_id = $1)"
        await self.connection.execute(
            "update hosts set state = 'open', failures = 0, failing_since = null, due_at = 0, "
            "error = '', updated_at = $2 where state = 'closed' and host in "
            f"(select host from deliveries where {about} and state = 'held')",
            object_id,
            now,
        )
        return await self.connection.execute(
            "update deliveries set state = 'waiting', due_at = $2, attempts = 0, "
            f"lease_until = 0, done_at = null where {about} and state in ('failed', 'held')",
            object_id,
            now,
        )

    async def hosts(self, *, limit: int = 200) -> list[HostHealth]:
        """Other servers: those that do not answer first, then those for which something waits."""
        records = await self.all_of(
            HostRecord,
            "from hosts order by case when state = 'closed' then 0 when failures > 0 then 1 "
            "else 2 end, host limit $1",
            limit,
        )
        # one state at a time, as each has its own index; done deliveries are a hundred times more
        counted = " union all ".join(
            f"select host, '{state}' as state, count(*) as number from deliveries "
            f"where state = '{state}' group by host"
            for state in UNFINISHED
        )
        rows = await self.connection.fetch_all(counted)
        found = {record.host: HostHealth(record.host, record) for record in records}
        for row in rows:
            known = found.setdefault(row["host"], HostHealth(row["host"], None))
            known.states[row["state"]] = row["number"]
        return sorted(found.values(), key=_trouble)

    async def experiences_of(self, actor_id: int) -> list[ObjectRecord]:
        """The living articles of somebody of this node, oldest first."""
        return await self.all_of(
            ObjectRecord,
            "from objects where actor_id = $1 and local = 1 and type = 'Article' "
            "and deleted_at is null order by id",
            actor_id,
        )

    async def objects_at(self, urls: Sequence[str]) -> list[ObjectRecord]:
        """What is known under these addresses, deleted things too."""
        if not urls:
            return []
        return await self.all_of(ObjectRecord, "from objects where url = any($1)", [*urls])

    async def living_tokens(self, limit: int = 500) -> list[TokenRecord]:
        """The tokens that open something, of every account, latest first."""
        return await self.all_of(
            TokenRecord, "from tokens where revoked_at is null order by id desc limit $1", limit
        )

    async def administrators(self) -> list[str]:
        """The mail addresses of the open accounts of administrators."""
        rows = await self.connection.fetch_all(
            "select email from members where role = 'admin' and disabled_at is null "
            "and email <> '' order by actor_id"
        )
        return [row["email"] for row in rows]

    async def set_disabled(self, actor_id: int, disabled_at: int | None) -> None:
        """Close an account, or open it again."""
        await self.connection.execute(
            "update members set disabled_at = $2 where actor_id = $1", actor_id, disabled_at
        )


def _trouble(health: HostHealth) -> tuple[bool, bool, str]:
    closed = health.record is not None and health.record.state == "closed"
    return not closed, not health.states, health.host


def _containing(text: str, *, anywhere: bool = True) -> str:
    """A pattern for `like … escape '!'`: texts with `text` in them, or at their beginning."""
    lowered = "".join(c.lower() if c.isascii() else c for c in text.strip())
    safe = lowered.replace("!", "!!").replace("%", "!%").replace("_", "!_")
    return f"{'%' if anywhere else ''}{safe}%"
