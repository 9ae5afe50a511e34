"""What members prove with besides a password: passkeys, time-based codes, outside identities."""

from dataclasses import dataclass, fields

from storage.records import ActorRecord, MemberRecord, columns
from storage.statements import Statements


@dataclass(frozen=True, slots=True)
class PasskeyRecord:
    """The public half of a passkey; both ids and keys in base64url."""

    id: int
    credential_id: str
    actor_id: int
    public_key: str
    sign_count: int
    label: str
    created_at: int
    used_at: int | None


@dataclass(frozen=True, slots=True)
class FactorRecord:
    """The shared secret of time-based codes (RFC 6238); in force once it is confirmed.

    `last_step` is the time step of the last code used, `recovery_hashes` a JSON list.
    """

    actor_id: int
    secret: str
    confirmed_at: int | None
    last_step: int
    recovery_hashes: str

    def __repr__(self) -> str:
        return f"FactorRecord({self.actor_id})"


@dataclass(frozen=True, slots=True)
class IdentityRecord:
    """An account at an OpenID Connect provider that signs in here."""

    issuer: str
    subject: str
    actor_id: int
    created_at: int


class CredentialStatements(Statements):
    """Everything that is asked of `passkeys`, `second_factors` and `identities`."""

    async def add_passkey(self, passkey: PasskeyRecord) -> bool:
        """A new passkey; False when it is known already."""
        return await self.insert("passkeys", passkey, rest="on conflict do nothing") > 0

    async def passkey(self, credential_id: str) -> PasskeyRecord | None:
        """The passkey with this id."""
        return await self.one_of(
            PasskeyRecord, "from passkeys where credential_id = $1", credential_id
        )

    async def passkeys(self, actor_id: int) -> list[PasskeyRecord]:
        """Every passkey of an actor, oldest first."""
        return await self.all_of(
            PasskeyRecord, "from passkeys where actor_id = $1 order by id", actor_id
        )

    async def passkey_used(self, passkey_id: int, sign_count: int, now: int) -> None:
        """Note when a passkey was last used, and what it counted."""
        await self.connection.execute(
            "update passkeys set sign_count = $2, used_at = $3 where id = $1",
            passkey_id,
            sign_count,
            now,
        )

    async def remove_passkey(self, actor_id: int, passkey_id: int) -> bool:
        """Remove a passkey of an actor; False when they have no such passkey."""
        return (
            await self.connection.execute(
                "delete from passkeys where actor_id = $1 and id = $2", actor_id, passkey_id
            )
            > 0
        )

    async def factor(self, actor_id: int) -> FactorRecord | None:
        """The time-based codes of an actor, confirmed or not."""
        return await self.one_of(FactorRecord, "from second_factors where actor_id = $1", actor_id)

    async def propose_factor(self, actor_id: int, secret: str) -> bool:
        """Keep a secret until it is confirmed; False when another is in force."""
        return (
            await self.connection.execute(
                "insert into second_factors (actor_id, secret) values ($1, $2) "
                "on conflict (actor_id) do update set secret = excluded.secret "
                "where second_factors.confirmed_at is null",
                actor_id,
                secret,
            )
            > 0
        )

    async def confirm_factor(self, actor_id: int, step: int, hashes: str, now: int) -> bool:
        """Put the proposed secret in force; False when there is none to confirm."""
        return (
            await self.connection.execute(
                "update second_factors set confirmed_at = $4, last_step = $2, "
                "recovery_hashes = $3 where actor_id = $1 and confirmed_at is null",
                actor_id,
                step,
                hashes,
                now,
            )
            > 0
        )

    async def use_step(self, actor_id: int, step: int) -> bool:
        """Spend a time step; False when it, or a later one, was used before."""
        return (
            await self.connection.execute(
                "update second_factors set last_step = $2 "
                "where actor_id = $1 and confirmed_at is not null and last_step < $2",
                actor_id,
                step,
            )
            > 0
        )

    async def set_recovery(self, actor_id: int, before: str, after: str) -> bool:
        """Replace the recovery codes, if they still are `before`."""
        return (
            await self.connection.execute(
                "update second_factors set recovery_hashes = $3 "
                "where actor_id = $1 and recovery_hashes = $2 and confirmed_at is not null",
                actor_id,
                before,
                after,
            )
            > 0
        )

    async def remove_factor(self, actor_id: int) -> bool:
        """Take the time-based codes away; False when there were none."""
        return (
            await self.connection.execute(
                "delete from second_factors where actor_id = $1", actor_id
            )
            > 0
        )

    async def add_identity(self, identity: IdentityRecord) -> bool:
        """Connect an identity; False when it is connected to an account already."""
        return await self.insert("identities", identity, rest="on conflict do nothing") > 0

    async def identity(self, issuer: str, subject: str) -> IdentityRecord | None:
        """The identity with this subject at this provider."""
        return await self.one_of(
            IdentityRecord, "from identities where issuer = $1 and subject = $2", issuer, subject
        )

    async def identities(self, actor_id: int) -> list[IdentityRecord]:
        """Every identity of an actor, oldest first."""
        return await self.all_of(
            IdentityRecord, "from identities where actor_id = $1 order by created_at", actor_id
        )

    async def remove_identity(self, actor_id: int, issuer: str, subject: str) -> bool:
        """Disconnect an identity of an actor; False when it is not theirs."""
        return (
            await self.connection.execute(
                "delete from identities where actor_id = $1 and issuer = $2 and subject = $3",
                actor_id,
                issuer,
                subject,
            )
            > 0
        )

    async def accounts_by_mail(self, mail: str) -> list[tuple[ActorRecord, MemberRecord]]:
        """The open accounts with a mail address, in any case; oldest first, ten at most."""
        return await self._accounts("lower(m.email) = $1 and m.email <> ''", mail.lower())

    async def known_mails(self, mails: list[str]) -> set[str]:
        """Which of these mail addresses, in lower case, belong to an account."""
        rows = await self.connection.fetch_all(
            "select lower(email) as mail from members where email <> '' and lower(email) = any($1)",
            mails,
        )
        return {str(row["mail"]) for row in rows}

    async def account_by_name(self, username: str) -> list[tuple[ActorRecord, MemberRecord]]:
        """The open account of a local name, in any case; none or one."""
        return await self._accounts("a.local = 1 and lower(a.username) = $1", username.lower())

    async def account(self, actor_id: int) -> list[tuple[ActorRecord, MemberRecord]]:
        """The open account of an actor; none or one."""
        return await self._accounts("m.actor_id = $1", actor_id)

    async def ways_in(self, actor_id: int) -> int:
        """How many ways to sign in an account has: password, passkeys, identities, mail."""
        return int(
            await self.connection.fetch_value(
                "select (select count(*) from members where actor_id = $1 "
                "and password_hash <> '') + (select count(*) from members "
                "where actor_id = $1 and email <> '') + (select count(*) from passkeys "
                "where actor_id = $1) + (select count(*) from identities where actor_id = $1)",
                actor_id,
            )
        )

    async def administrators_who_can_sign_in(self) -> int:
        """How many open administrators have a password, a passkey, an identity or a mail."""
        return int(
            await self.connection.fetch_value(
                "select count(*) from members m where role = 'admin' and disabled_at is null "
                "and (password_hash <> '' or email <> '' "
                "or exists (select 1 from passkeys p where p.actor_id = m.actor_id) "
                "or exists (select 1 from identities i where i.actor_id = m.actor_id))"
            )
        )

    async def set_mail(self, actor_id: int, mail: str) -> None:
        """Replace an account's mail address."""
        await self.connection.execute(
            "update members set email = $2 where actor_id = $1", actor_id, mail
        )

    async def _accounts(
        self, condition: str, value: int | str
    ) -> list[tuple[ActorRecord, MemberRecord]]:
        rows = await self.connection.fetch_all(
            f"select {columns(ActorRecord, 'a')}, {columns(MemberRecord, 'm')} "
            "from members m join actors a on a.id = m.actor_id "
            f"where {condition} and m.disabled_at is null and a.state = 'active' "
            "order by a.id limit 10",
            value,
        )
        width = len(fields(ActorRecord))
        values = [tuple(row) for row in rows]
        return [(ActorRecord(*row[:width]), MemberRecord(*row[width:])) for row in values]
