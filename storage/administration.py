"""What administrators' apps ask: accounts by what holds for them, mail domains, numbers."""

from dataclasses import dataclass

from storage.ports import Value
from storage.records import ActorRecord, MemberRecord
from storage.spans import Span
from storage.statements import Statements


@dataclass(frozen=True, slots=True)
class AccountFilter:
    """Which accounts: `origin` is `local`, `remote` or empty; texts are parts of what they name.

    `status` is `active`, `disabled`, `limited`, `suspended`, `sensitized` or empty; `roles` are
    those of which they need one, None when it does not matter.
    """

    origin: str = ""
    status: str = ""
    username: str = ""
    display_name: str = ""
    domain: str = ""
    email: str = ""
    roles: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class MailDomainRecord:
    """A mail domain whose addresses are invited no more."""

    id: int
    domain: str
    created_by: str
    created_at: int


@dataclass(frozen=True, slots=True)
class WarningRecord:
    """What was done about an account, and why; `action` as apps call it."""

    id: int
    actor_id: int
    action: str
    text: str
    created_at: int


_SUSPENDED = "(a.state = 'suspended' or a.severity = 'suspend')"
_STATUS = {
    "active": f"not {_SUSPENDED} and m.disabled_at is null",
    "disabled": "m.disabled_at is not null",
    "limited": "(a.sanction = 'limit' or a.severity = 'limit')",
    "suspended": _SUSPENDED,
    "sensitized": "a.sensitized = 1",
}
_ORIGIN = {"local": "a.local = 1", "remote": "a.local = 0"}


class AdministrationStatements(Statements):
    """Everything that only administrators ask."""

    async def accounts(self, wanted: AccountFilter, span: Span) -> list[ActorRecord]:
        """A page of accounts, latest first; servers themselves and the gone are left out."""
        args: list[Value] = []
        where = "where a.type <> 'Application' and a.state <> 'gone'"
        for chosen, parts in ((wanted.origin, _ORIGIN), (wanted.status, _STATUS)):
            if chosen:
                where += f" and {parts[chosen]}"
        texts = (
            ("lower(a.username)", wanted.username),
            ("lower(a.name)", wanted.display_name),
            ("lower(coalesce(m.email, ''))", wanted.email),
        )
        for column, text in texts:
            if text:
                args.append(_containing(text))
                where += f" and {column} like ${len(args)} escape '!'"
        if wanted.domain:
            args.append(wanted.domain.lower())
            where += f" and a.host = ${len(args)}"
        if wanted.roles is not None:
            args.append(list(wanted.roles))
            where += f" and m.role = any(${len(args)})"
        where += span.bounds("a.id", args)
        return await self.all_of(
            ActorRecord,
            "from (select a.* from actors a left join members m on m.actor_id = a.id "
            f"{where}{span.order('a.id', args)}) chosen order by id desc",
            *args,
        )

    async def measured(self, limit: int = 500) -> list[ActorRecord]:
        """The accounts for which a measure holds, those changed last first."""
        return await self.all_of(
            ActorRecord,
            "from actors where (sanction <> '' or sensitized = 1) and state <> 'gone' "
            "order by updated_at desc, id desc limit $1",
            limit,
        )

    async def members(self, ids: list[int]) -> dict[int, MemberRecord]:
        """The accounts behind these actors."""
        if not ids:
            return {}
        found = await self.all_of(MemberRecord, "from members where actor_id = any($1)", ids)
        return {member.actor_id: member for member in found}

    async def warn(self, record: WarningRecord) -> None:
        """Keep what was done about an account."""
        await self.insert("account_warnings", record)

    async def warnings(self, actor_id: int, ids: list[int]) -> list[WarningRecord]:
        """Those of these that are about an account."""
        return await self.all_of(
            WarningRecord,
            "from account_warnings where id = any($1) and actor_id = $2",
            ids,
            actor_id,
        )

    async def mail_domains(self, span: Span) -> list[MailDomainRecord]:
        """A page of the mail domains that are shut out."""
        args: list[Value] = []
        where = "where 1 = 1" + span.bounds("id", args)
        rest = f"from mail_domain_rules {where}{span.order('id', args)}"
        return span.arranged(await self.all_of(MailDomainRecord, rest, *args))

    async def mail_domain(self, number: int) -> MailDomainRecord | None:
        """One of them."""
        return await self.one_of(MailDomainRecord, "from mail_domain_rules where id = $1", number)

    async def add_mail_domain(self, record: MailDomainRecord) -> bool:
        """Shut one out; False when it was already."""
        rest = "on conflict (domain) do nothing"
        return await self.insert("mail_domain_rules", record, rest=rest) > 0

    async def remove_mail_domain(self, number: int) -> bool:
        """Let one in again; False when there is none."""
        removed = await self.connection.execute(
            "delete from mail_domain_rules where id = $1", number
        )
        return removed > 0

    async def shut_mail_domains(self, domains: list[str]) -> set[str]:
        """Those of these domains that are shut out."""
        if not domains:
            return set()
        rows = await self.connection.fetch_all(
            "select domain from mail_domain_rules where domain = any($1)", domains
        )
        return {row[0] for row in rows}


def _containing(text: str) -> str:
    """A pattern for `like … escape '!'`: texts with `text` in them."""
    safe = text.strip().lower().replace("!", "!!").replace("%", "!%").replace("_", "!_")
    return f"%{safe}%"
