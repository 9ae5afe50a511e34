"""Invitations: who may join, with which role; accepted once, within two weeks."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Final, Literal

from actors.administration import ROLES, NotPossible, audit, tell_administrators
from actors.identifiers import Identifiers
from actors.keys import KeyPairs
from actors.local import Account, create_person
from actors.mail_domains import shut_out
from actors.sign_in.codes import INVITATION, details_of, look_at, new_code, spend
from actors.sign_in.mail_addresses import BadMailAddress, mail_address
from storage.credentials import IdentityRecord
from storage.records import ActorRecord
from storage.sessions import CodeRecord
from storage.store import Tx

Wrong = Literal["mail", "role", "twice", "member", "columns", "too-many", "shut"]
MAX_NAME: Final = 100
PROVIDER: Final = "identity provider"


class InvitationGone(ValueError):
    """An invitation that was accepted, revoked or is too old."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Somebody to invite; `line` is where they stand in a file, 0 without one."""

    mail: str
    name: str = ""
    role: str = "member"
    line: int = 0


@dataclass(frozen=True, slots=True)
class Problem:
    """Why somebody was not invited."""

    wanted: Wanted
    wrong: Wrong


@dataclass(frozen=True, slots=True)
class Invitation:
    """An open invitation; `key` names it to administrators, its code only to the invited person.

    `issuer` and `subject`: the outside identity that will sign in to the new account.
    """

    key: str
    mail: str
    name: str
    role: str
    created_by: str
    created_at: int
    expires_at: int
    issuer: str = ""
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """A new invitation with its code, which is known this once."""

    invitation: Invitation
    code: str


@dataclass(frozen=True, slots=True)
class NewMember:
    """What an invited person chose; without a password they sign in by other means."""

    username: str
    name: str
    password_hash: str = ""
    language: str = ""


async def invite(
    tx: Tx, who: str, wanted: Sequence[Wanted], now: int
) -> tuple[list[Sent], list[Problem]]:
    """Invite everybody who can be, and say who cannot; an open invitation is replaced.

    `who` is what `administrator` gave, or `COMMAND_LINE`.
    """
    good, problems = checked(wanted)
    members = await tx.credentials.known_mails([one.mail.lower() for one in good])
    shut = await shut_out(tx, [one.mail for one in good])
    open_before = {one.mail.lower(): one for one in await open_invitations(tx, now)}
    sent = []
    for one in good:
        if one.mail.lower() in members or one.mail in shut:
            problems.append(Problem(one, "shut" if one.mail in shut else "member"))
            continue
        before = open_before.get(one.mail.lower())
        if before is not None:
            await tx.sessions.drop_code(before.key, INVITATION.name)
        sent.append(await _new(tx, Invitation("", one.mail, one.name, one.role, who, now, 0), now))
        await audit(tx, who, f"invite {one.role}", one.mail, "", now)
    return sent, sorted(problems, key=lambda problem: problem.wanted.line)


def checked(wanted: Sequence[Wanted]) -> tuple[list[Wanted], list[Problem]]:
    """The people with a mail address and a role that exist, each once; and the others."""
    good: list[Wanted] = []
    problems: list[Problem] = []
    seen: set[str] = set()
    for one in wanted:
        try:
            clean = replace(
                one, mail=mail_address(one.mail), name=" ".join(one.name.split())[:MAX_NAME]
            )
        except BadMailAddress:
            problems.append(Problem(one, "mail"))
            continue
        if one.role not in ROLES:
            problems.append(Problem(one, "role"))
        elif clean.mail.lower() in seen:
            problems.append(Problem(one, "twice"))
        else:
            seen.add(clean.mail.lower())
            good.append(clean)
    return good, problems


async def invite_identity(
    tx: Tx, invitation: Invitation, issuer: str, subject: str, now: int
) -> str:
    """Give a known or new invitation to somebody whom the identity provider named: its code."""
    if invitation.key:
        await tx.sessions.drop_code(invitation.key, INVITATION.name)
    sent = await _new(tx, replace(invitation, issuer=issuer, subject=subject), now)
    return sent.code


async def open_invitations(tx: Tx, now: int) -> list[Invitation]:
    """The invitations that nobody accepted yet, newest first."""
    return [_read(record) for record in await tx.sessions.codes(INVITATION.name, now)]


async def find_invitation(tx: Tx, code: str, now: int) -> Invitation | None:
    """The open invitation of this code."""
    record = await look_at(tx, code, INVITATION, now)
    return None if record is None else _read(record)


async def revoke(tx: Tx, who: str, key: str, now: int) -> Invitation:
    """Take an invitation back. Raises `NotPossible` when it is no longer open."""
    invitation = await _by_key(tx, key, now)
    await tx.sessions.drop_code(key, INVITATION.name)
    await audit(tx, who, "invite revoke", invitation.mail, "", now)
    return invitation


async def renew(tx: Tx, who: str, key: str, now: int) -> Sent:
    """The same invitation with a new code and two more weeks; the old code is worth nothing.

    Raises `NotPossible` when it is no longer open.
    """
    invitation = await _by_key(tx, key, now)
    await tx.sessions.drop_code(key, INVITATION.name)
    await audit(tx, who, "invite again", invitation.mail, "", now)
    return await _new(tx, replace(invitation, created_by=who), now)


async def accept(
    tx: Tx, identifiers: Identifiers, code: str, new: NewMember, pairs: KeyPairs, now: int
) -> ActorRecord:
    """Make the invited person's account. Raises `InvitationGone` and `NameRefused`."""
    record = await spend(tx, code, INVITATION, now)
    if record is None:
        raise InvitationGone("This invitation is not open any more.")
    invitation = _read(record)
    account = Account(invitation.mail, new.password_hash, invitation.role, new.language)
    actor = await create_person(
        tx, identifiers, new.username, new.name or invitation.name, pairs, now, account
    )
    if invitation.issuer:
        await tx.credentials.add_identity(
            IdentityRecord(invitation.issuer, invitation.subject, actor.id, now)
        )
    note = f"invited by {invitation.created_by}"
    await audit(tx, actor.account, f"join {invitation.role}", actor.account, note, now)
    await tell_administrators(tx, "admin.sign_up", actor.id, now)
    return actor


async def _new(tx: Tx, invitation: Invitation, now: int) -> Sent:
    details = {name: value for name, value in asdict(invitation).items() if name in DETAILS}
    code = await new_code(tx, INVITATION, now, details=details, created_by=invitation.created_by)
    record = await look_at(tx, code, INVITATION, now)
    assert record is not None
    return Sent(_read(record), code)


async def _by_key(tx: Tx, key: str, now: int) -> Invitation:
    record = await tx.sessions.code(key, INVITATION.name, now)
    if record is None:
        raise NotPossible("This invitation is not open any more.")
    return _read(record)


DETAILS: Final = ("mail", "name", "role", "issuer", "subject")


def _read(record: CodeRecord) -> Invitation:
    details: Mapping[str, str] = details_of(record)
    return Invitation(
        key=record.code_hash,
        created_by=record.created_by,
        created_at=record.created_at,
        expires_at=record.expires_at,
        **{name: details.get(name, "") for name in DETAILS},
    )
