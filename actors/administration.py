"""Power over a node: a role checked here and nowhere else, every act in the audit log."""

from typing import Final, Literal, TypeVar, get_args

from actors.policy import SEVERITIES, domain_name
from actors.sanctions import Consequences, enforce
from actors.sign_in.codes import end_access
from federation.errors import Refused
from storage.ids import new_id
from storage.oversight import OversightStatements
from storage.records import (
    ActorRecord,
    AuditRecord,
    DomainRuleRecord,
    MemberRecord,
    NotificationRecord,
)
from storage.store import Tx

T = TypeVar("T")

Role = Literal["reader", "member", "editor", "admin"]
ROLES: Final[tuple[Role, ...]] = get_args(Role)
COMMAND_LINE: Final = "command line"


class NotPossible(ValueError):
    """An administrative act that makes no sense; the text tells a person why."""


def require_role(member: MemberRecord | None, role: Role) -> MemberRecord:
    """The member, if their role is `role` or higher; raises `Refused` 403.

    The single check behind everything that only some members may do (SECURITY.md, rule 13).
    """
    if member is None or not has_role(member, role):
        raise Refused(403, "role-required", f"This needs the role {role}.")
    return member


def has_role(member: MemberRecord, role: Role) -> bool:
    """Whether an open account has `role` or a higher one.

    A reader reads what members read and comments; a member publishes; an editor reviews what
    others want to publish; an administrator decides about accounts and the node.
    """
    ranks: dict[str, int] = {name: rank for rank, name in enumerate(ROLES)}
    return member.disabled_at is None and ranks.get(member.role, -1) >= ranks[role]


async def administrator(tx: Tx, actor: ActorRecord) -> str:
    """The name under which an administrator's acts are logged; raises `Refused` 403."""
    require_role(await tx.members.by_actor(actor.id), "admin")
    return actor.account


async def tell_administrators(
    tx: Tx, kind: str, actor_id: int, now: int, subject_id: int | None = None
) -> None:
    """Tell every administrator but the actor what the actor did."""
    for owner_id in await tx.members.administrators():
        if owner_id != actor_id:
            await tx.activities.notify(
                NotificationRecord(
                    new_id(), owner_id, kind, actor_id, None, now, None, subject_id=subject_id
                )
            )


async def audit(tx: Tx, who: str, action: str, target: str, reason: str, now: int) -> None:
    """Write down who did what to whom, and why; `now` in milliseconds."""
    await tx.ledger.audit(AuditRecord(new_id(), who, action, target, reason, now))


async def set_domain_rule(
    tx: Tx,
    who: str,
    domain: str,
    severity: str,
    reason: str,
    now: int,
    *,
    public_comment: str | None = None,
    obfuscated: bool | None = None,
) -> Consequences:
    """`allow`, `limit`, `reject_media` or `suspend` a domain with its subdomains, from now on.

    An empty severity drops the rule. `who` is what `administrator` gave, or `COMMAND_LINE`.
    `public_comment` is what visitors read about it, and with `obfuscated` they read only a part
    of the name; None leaves both as they are. Gives what it ended. Raises `NotPossible`, and
    `Untrusted` for what is no domain.
    """
    if severity not in SEVERITIES:
        raise NotPossible(f"{severity!r} is none of {', '.join(filter(None, SEVERITIES))}.")
    name = domain_name(domain)
    before = await tx.relationships.domain_rule(name)
    rule = DomainRuleRecord(
        name,
        severity,
        reason,
        who,
        now,
        public_comment=_kept(public_comment, before.public_comment if before else ""),
        obfuscated=int(_kept(obfuscated, bool(before and before.obfuscated))),
    )
    if severity:
        await tx.relationships.save_domain_rule(rule)
    elif not await tx.relationships.remove_domain_rule(rule.domain):
        raise NotPossible(f"There is no rule about {rule.domain}.")
    await audit(tx, who, f"domain {severity or 'clear'}", rule.domain, reason, now)
    return await enforce(tx, rule.domain, now)


async def set_role(tx: Tx, who: str, actor: ActorRecord, role: str, reason: str, now: int) -> None:
    """Give a member a role. Raises `NotPossible`, for the last administrator too."""
    if role not in ROLES:
        raise NotPossible(f"{role!r} is none of {', '.join(ROLES)}.")
    member = await _member(tx, actor)
    if role != "admin":
        await _keep_an_administrator(tx, member, actor)
    await tx.members.set_role(actor.id, role)
    await audit(tx, who, f"role {role}", actor.account, reason, now)


async def set_password(tx: Tx, who: str, actor: ActorRecord, password_hash: str, now: int) -> None:
    """Give an account another password, hashed already; its sessions end. Raises `NotPossible`."""
    await _member(tx, actor)
    await tx.members.set_password(actor.id, password_hash)
    await end_access(tx, actor.id)
    await audit(tx, who, "member password", actor.account, "", now)


async def revoke_tokens(
    tx: Tx, who: str, actor: ActorRecord, number: int | None, reason: str, now: int
) -> int:
    """Revoke one bearer token of an account, or all of them; gives how many.

    Raises `NotPossible` when there is no living token with this number.
    """
    if number is None:
        revoked = await tx.members.revoke_tokens(actor.id, now)
    else:
        revoked = int(await tx.members.revoke_token(actor.id, number, now))
        if not revoked:
            raise NotPossible(f"{actor.account} has no living token {number}.")
    what = "all" if number is None else str(number)
    await audit(tx, who, f"token revoke {what}", actor.account, reason, now)
    return revoked


async def close_account(tx: Tx, who: str, actor: ActorRecord, reason: str, now: int) -> None:
    """Let nobody sign in to an account any more; what it published stays.

    Raises `NotPossible`, for the organisation and the last administrator too.
    """
    member = await _member(tx, actor)
    if actor.type != "Person":
        raise NotPossible("Only the accounts of persons can be closed.")
    if member.disabled_at is not None:
        raise NotPossible(f"The account of {actor.account} is closed already.")
    await _keep_an_administrator(tx, member, actor)
    await OversightStatements(tx.connection).set_disabled(actor.id, now)
    await end_access(tx, actor.id)
    await tx.members.revoke_tokens(actor.id, now)
    await audit(tx, who, "member close", actor.account, reason, now)


async def open_account(tx: Tx, who: str, actor: ActorRecord, reason: str, now: int) -> None:
    """Let somebody sign in again to an account that was closed. Raises `NotPossible`."""
    member = await _member(tx, actor)
    if member.disabled_at is None:
        raise NotPossible(f"The account of {actor.account} is not closed.")
    await OversightStatements(tx.connection).set_disabled(actor.id, None)
    await audit(tx, who, "member open", actor.account, reason, now)


async def permit_removal(tx: Tx, who: str, actor: ActorRecord, reason: str, now: int) -> None:
    """What comes before `delete_actor` in the same transaction: the check and the log.

    Raises `NotPossible` for the organisation, the node itself and the last administrator.
    """
    if actor.type == "Group":
        await audit(tx, who, "project remove", actor.account, reason, now)
        return
    member = await _member(tx, actor)
    if actor.type != "Person":
        raise NotPossible("Persons and projects can be removed; the organisation is the node.")
    await _keep_an_administrator(tx, member, actor)
    await audit(tx, who, "member remove", actor.account, reason, now)


async def close_report(tx: Tx, who: str, number: int, reason: str, now: int) -> None:
    """Note that a report was dealt with. Raises `NotPossible` when there is no open one."""
    if not await tx.ledger.close_report(number):
        raise NotPossible(f"There is no open report {number}.")
    await audit(tx, who, "report close", str(number), reason, now)


def _kept(wanted: T | None, before: T) -> T:
    return before if wanted is None else wanted


async def _member(tx: Tx, actor: ActorRecord) -> MemberRecord:
    member = await tx.members.by_actor(actor.id)
    if member is None:
        raise NotPossible(f"{actor.account} has no account here.")
    return member


async def _keep_an_administrator(tx: Tx, member: MemberRecord, actor: ActorRecord) -> None:
    """Raise `NotPossible` when a node would be left without anybody to look after it."""
    if member.role != "admin" or member.disabled_at is not None:
        return
    if await tx.members.count_admins() < 2:
        raise NotPossible(f"{actor.account} is the last administrator; name another one first.")
