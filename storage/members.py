"""The accounts behind local actors, and their bearer tokens."""

from dataclasses import fields
from typing import Final

from storage.records import ActorRecord, MemberRecord, TokenRecord, columns
from storage.statements import Statements

BELONGINGS: Final = (
    "tokens",
    "oauth_grants",
    "sessions",
    "one_time_codes",
    "passkeys",
    "second_factors",
    "identities",
    "preferences",
    "mutes",
    "domain_blocks",
    "account_notes",
    "endorsements",
    "dismissed_suggestions",
    "lists",
    "followed_tags",
    "featured_tags",
    "markers",
    "filters",
    "notification_policies",
    "severances",
    "members",
)


class MemberStatements(Statements):
    """Everything that is asked of the tables `members` and `tokens`."""

    async def add(self, member: MemberRecord) -> None:
        """A new account."""
        await self.insert("members", member)

    async def by_actor(self, actor_id: int) -> MemberRecord | None:
        """The account of a local actor."""
        return await self.one_of(MemberRecord, "from members where actor_id = $1", actor_id)

    async def all(self) -> list[tuple[ActorRecord, MemberRecord]]:
        """Every account with its actor, oldest first."""
        rows = await self.connection.fetch_all(
            f"select {columns(ActorRecord, 'a')}, {columns(MemberRecord, 'm')} "
            "from members m join actors a on a.id = m.actor_id order by a.id"
        )
        width = len(fields(ActorRecord))
        values = [tuple(row) for row in rows]
        return [(ActorRecord(*row[:width]), MemberRecord(*row[width:])) for row in values]

    async def set_role(self, actor_id: int, role: str) -> None:
        """`reader`, `member`, `editor` or `admin`."""
        await self.connection.execute(
            "update members set role = $2 where actor_id = $1", actor_id, role
        )

    async def set_language(self, actor_id: int, language: str) -> None:
        """The language of pages and mails; empty: as the browser asks."""
        await self.connection.execute(
            "update members set language = $2 where actor_id = $1", actor_id, language
        )

    async def count_admins(self) -> int:
        """How many open accounts have the role of administrator."""
        found = await self.connection.fetch_value(
            "select count(*) from members where role = 'admin' and disabled_at is null"
        )
        return int(found or 0)

    async def administrators(self) -> list[int]:
        """The actors behind the open accounts of administrators."""
        rows = await self.connection.fetch_all(
            "select actor_id from members where role = 'admin' and disabled_at is null "
            "order by actor_id"
        )
        return [row[0] for row in rows]

    async def set_password(self, actor_id: int, password_hash: str) -> None:
        """Replace the password's hash."""
        await self.connection.execute(
            "update members set password_hash = $2 where actor_id = $1", actor_id, password_hash
        )

    async def remove(self, actor_id: int) -> None:
        """Delete the account with all that signs in; the actor stays as a tombstone."""
        for table in BELONGINGS:
            await self.connection.execute(f"delete from {table} where actor_id = $1", actor_id)

    async def add_token(self, token: TokenRecord) -> None:
        """A new bearer token."""
        await self.insert("tokens", token)

    async def token(self, token_hash: str) -> TokenRecord | None:
        """The living token with this hash."""
        return await self.one_of(
            TokenRecord, "from tokens where token_hash = $1 and revoked_at is null", token_hash
        )

    async def token_holder(
        self, token_hash: str
    ) -> tuple[TokenRecord, MemberRecord, ActorRecord] | None:
        """The living token with this hash, the account and the actor, in one query."""
        row = await self.connection.fetch_one(
            f"select {columns(TokenRecord, 't')}, {columns(MemberRecord, 'm')}, "
            f"{columns(ActorRecord, 'a')} from tokens t "
            "join members m on m.actor_id = t.actor_id join actors a on a.id = t.actor_id "
            "where t.token_hash = $1 and t.revoked_at is null",
            token_hash,
        )
        if row is None:
            return None
        values, first = tuple(row), len(fields(TokenRecord))
        second = first + len(fields(MemberRecord))
        return (
            TokenRecord(*values[:first]),
            MemberRecord(*values[first:second]),
            ActorRecord(*values[second:]),
        )

    async def token_used(self, token_id: int, now: int) -> None:
        """Note when a token was last seen."""
        await self.connection.execute(
            "update tokens set last_used_at = $2 where id = $1", token_id, now
        )

    async def tokens(self, actor_id: int) -> list[TokenRecord]:
        """Every token of an actor, revoked ones too, oldest first."""
        return await self.all_of(
            TokenRecord, "from tokens where actor_id = $1 order by id", actor_id
        )

    async def revoke_token(self, actor_id: int, token_id: int, now: int) -> bool:
        """Revoke one token of an actor; False when they have no living one with this id."""
        return await self._revoke("id = $3", actor_id, now, token_id) > 0

    async def revoke_app(self, actor_id: int, app_id: int, now: int) -> int:
        """Revoke every token that an actor gave to an app; gives how many there were."""
        return await self._revoke("app_id = $3", actor_id, now, app_id)

    async def revoke_tokens(self, actor_id: int, now: int) -> int:
        """Revoke every token of an actor; gives how many there were."""
        return await self._revoke("id <> $3", actor_id, now, 0)

    async def _revoke(self, which: str, actor_id: int, now: int, value: int) -> int:
        """Revoke living tokens; nothing is pushed to whoever held them any more."""
        revoked = await self.connection.execute(
            "update tokens set revoked_at = $2 "
            f"where actor_id = $1 and revoked_at is null and {which}",
            actor_id,
            now,
            value,
        )
        await self.connection.execute(
            "delete from push_subscriptions where actor_id = $1 and token_id in "
            "(select id from tokens where actor_id = $1 and revoked_at is not null)",
            actor_id,
        )
        return revoked
