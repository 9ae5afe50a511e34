"""Sessions of members, and the secrets that are used once."""

from dataclasses import dataclass, fields

from storage.ports import Value
from storage.records import ActorRecord, MemberRecord, columns
from storage.statements import Statements


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """A browser that is signed in, known by the hash of its token alone; times in milliseconds.

    `proven_at` is when the member last proved who they are.
    """

    id: int
    token_hash: str
    actor_id: int
    label: str
    created_at: int
    seen_at: int
    proven_at: int
    expires_at: int

    def __repr__(self) -> str:
        return f"SessionRecord({self.id}, actor {self.actor_id})"


@dataclass(frozen=True, slots=True)
class CodeRecord:
    """A secret that is used once, known by its hash; `details` is JSON of what it grants."""

    code_hash: str
    purpose: str
    actor_id: int | None
    details: str
    created_by: str
    created_at: int
    expires_at: int
    used_at: int | None = None

    def __repr__(self) -> str:
        return f"CodeRecord({self.purpose}, actor {self.actor_id})"


class SessionStatements(Statements):
    """Everything that is asked of the tables `sessions` and `one_time_codes`."""

    async def add(self, session: SessionRecord) -> None:
        """A new session."""
        await self.insert("sessions", session)

    async def holder(
        self, token_hash: str, now: int
    ) -> tuple[SessionRecord, MemberRecord, ActorRecord] | None:
        """The living session with this hash, the account and the actor, in one query."""
        row = await self.connection.fetch_one(
            f"select {columns(SessionRecord, 's')}, {columns(MemberRecord, 'm')}, "
            f"{columns(ActorRecord, 'a')} from sessions s "
            "join members m on m.actor_id = s.actor_id join actors a on a.id = s.actor_id "
            "where s.token_hash = $1 and s.expires_at > $2 "
            "and m.disabled_at is null and a.state = 'active'",
            token_hash,
            now,
        )
        if row is None:
            return None
        values, first = tuple(row), len(fields(SessionRecord))
        second = first + len(fields(MemberRecord))
        return (
            SessionRecord(*values[:first]),
            MemberRecord(*values[first:second]),
            ActorRecord(*values[second:]),
        )

    async def of_actor(self, actor_id: int, now: int) -> list[SessionRecord]:
        """Every living session of an actor, the one seen last first."""
        return await self.all_of(
            SessionRecord,
            "from sessions where actor_id = $1 and expires_at > $2 order by seen_at desc, id desc",
            actor_id,
            now,
        )

    async def seen(self, session_id: int, now: int, expires_at: int) -> None:
        """Note that a session is in use; it lives on until `expires_at`."""
        await self.connection.execute(
            "update sessions set seen_at = $2, expires_at = $3 where id = $1",
            session_id,
            now,
            expires_at,
        )

    async def end(self, token_hash: str) -> None:
        """End the session with this hash."""
        await self.connection.execute("delete from sessions where token_hash = $1", token_hash)

    async def end_one(self, actor_id: int, session_id: int) -> bool:
        """End one session of an actor; False when they have no such session."""
        return (
            await self.connection.execute(
                "delete from sessions where actor_id = $1 and id = $2", actor_id, session_id
            )
            > 0
        )

    async def end_all(self, actor_id: int, *, keep: int | None = None) -> int:
        """End every session of an actor but `keep`; gives how many ended."""
        return await self.connection.execute(
            "delete from sessions where actor_id = $1 and id <> $2", actor_id, keep or 0
        )

    async def add_code(self, code: CodeRecord) -> None:
        """A new secret."""
        await self.insert("one_time_codes", code)

    async def code(self, code_hash: str, purpose: str, now: int) -> CodeRecord | None:
        """The secret with this hash, if it is for this purpose, unused and not too old."""
        return await self.one_of(
            CodeRecord,
            "from one_time_codes where code_hash = $1 and purpose = $2 "
            "and used_at is null and expires_at > $3",
            code_hash,
            purpose,
            now,
        )

    async def use_code(self, code_hash: str, purpose: str, now: int) -> CodeRecord | None:
        """Spend a secret and give it; None when it is spent, too old or for something else."""
        row = await self.connection.fetch_one(
            "update one_time_codes set used_at = $3 where code_hash = $1 and purpose = $2 "
            f"and used_at is null and expires_at > $3 returning {columns(CodeRecord)}",
            code_hash,
            purpose,
            now,
        )
        return None if row is None else CodeRecord(*row)

    async def codes(self, purpose: str, now: int, *, limit: int = 500) -> list[CodeRecord]:
        """The unused secrets of a purpose that still live, newest first."""
        return await self.all_of(
            CodeRecord,
            "from one_time_codes where purpose = $1 and used_at is null and expires_at > $2 "
            "order by created_at desc, code_hash limit $3",
            purpose,
            now,
            limit,
        )

    async def drop_codes(self, purpose: str, actor_id: int | None = None) -> int:
        """Forget the secrets of a purpose: all of them, or those of one actor."""
        one: tuple[str, tuple[Value, ...]] = (" and actor_id = $2", (actor_id,))
        rest, args = one if actor_id is not None else ("", ())
        return await self.connection.execute(
            f"delete from one_time_codes where purpose = $1{rest}", purpose, *args
        )

    async def drop_code(self, code_hash: str, purpose: str) -> bool:
        """Forget one secret; False when there is none."""
        return (
            await self.connection.execute(
                "delete from one_time_codes where code_hash = $1 and purpose = $2",
                code_hash,
                purpose,
            )
            > 0
        )

    async def prune(self, now: int, before: int) -> int:
        """Forget sessions that ended, and secrets that ended before `before`."""
        ended = await self.connection.execute("delete from sessions where expires_at <= $1", now)
        return ended + await self.connection.execute(
            "delete from one_time_codes where expires_at <= $1", before
        )
