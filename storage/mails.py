"""Mails that wait until a mail server took them."""

from dataclasses import dataclass

from storage.records import columns
from storage.statements import Statements


@dataclass(frozen=True, slots=True)
class MailRecord:
    """A mail; `state` is waiting, sent or failed, `headers` JSON of further headers.

    Its text is erased once nothing more will be done with it: it may hold a link that signs in.
    """

    id: int
    recipient: str
    subject: str
    text: str
    html: str
    headers: str
    once: str | None
    state: str
    attempts: int
    due_at: int
    error: str
    created_at: int
    done_at: int | None

    def __repr__(self) -> str:
        return f"MailRecord({self.id}, {self.state})"


class MailStatements(Statements):
    """Everything that is asked of the table `mails`."""

    async def add(self, mail: MailRecord) -> bool:
        """Queue a mail; False when another with the same `once` was queued before."""
        return await self.insert("mails", mail, rest="on conflict do nothing") > 0

    async def claim(self, now: int, lease_ms: int, limit: int) -> list[MailRecord]:
        """Take mails that are due, so that nobody else does until the lease ends."""
        rows = await self.connection.fetch_all(
            "update mails set due_at = $1, attempts = attempts + 1 where id = any($2) "
            f"returning {columns(MailRecord)}",
            now + lease_ms,
            await self._due(now, limit),
        )
        return sorted((MailRecord(*row) for row in rows), key=lambda mail: mail.id)

    async def _due(self, now: int, limit: int) -> list[int]:
        rows = await self.connection.fetch_all(
            "select id from mails where state = 'waiting' and due_at <= $1 "
            "order by due_at, id limit $2 for update skip locked",
            now,
            limit,
        )
        return [int(row["id"]) for row in rows]

    async def next_due(self) -> int | None:
        """When the next waiting mail is due, in milliseconds; None when none waits."""
        found = await self.connection.fetch_value(
            "select due_at from mails where state = 'waiting' order by due_at limit 1"
        )
        return None if found is None else int(found)

    async def finish(self, mail_id: int, state: str, error: str, now: int) -> None:
        """Note how a mail ended (`sent` or `failed`) and erase what it said."""
        await self.connection.execute(
            "update mails set state = $2, error = $3, done_at = $4, text = '', html = '', "
            "headers = '{}' where id = $1",
            mail_id,
            state,
            error,
            now,
        )

    async def retry(self, mail_id: int, due_at: int, error: str) -> None:
        """Try again later."""
        await self.connection.execute(
            "update mails set due_at = $2, error = $3 where id = $1", mail_id, due_at, error
        )

    async def latest(self, limit: int = 100) -> list[MailRecord]:
        """The newest mails, for the administrator."""
        return await self.all_of(MailRecord, "from mails order by id desc limit $1", limit)

    async def count(self, state: str) -> int:
        """How many mails are in a state."""
        return int(
            await self.connection.fetch_value("select count(*) from mails where state = $1", state)
            or 0
        )

    async def prune(self, before: int) -> int:
        """Forget mails that ended before a moment, in milliseconds."""
        return await self.connection.execute(
            "delete from mails where done_at is not null and done_at < $1", before
        )
