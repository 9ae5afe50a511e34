"""Reports that visitors make without an account, and what administrators decide about any."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, get_args
from urllib.parse import urljoin, urlsplit

import orjson

from actors.administration import NotPossible, audit, tell_administrators
from actors.identifiers import Identifiers
from storage.ids import new_id
from storage.oversight import OversightStatements
from storage.records import ActorRecord, ReportRecord
from storage.reports import ReportStatements
from storage.store import Tx

Category = Literal["illegal", "person", "rights", "hate", "spam", "other", "violation"]
Outcome = Literal["removed", "kept", "other"]
# What visitors choose from; the rules of a site are for its members.
CATEGORIES: Final[tuple[Category, ...]] = tuple(c for c in get_args(Category) if c != "violation")
OUTCOMES: Final[tuple[Outcome, ...]] = get_args(Outcome)
KEPT_MS: Final = 365 * 24 * 3600 * 1000
# Without 0, O, 1, I and L, which people mistake for each other.
ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class Complaint:
    """What a visitor typed; `mail` may be empty."""

    about: str
    category: Category
    comment: str
    mail: str = ""


def page_here(identifiers: Identifiers, typed: str) -> str | None:
    """The address on this site that was typed, with its scheme, without query; else None."""
    try:
        parts = urlsplit(urljoin(f"{identifiers.origin}/", typed.strip()))
        local = parts.scheme in ("http", "https") and parts.netloc.lower() == identifiers.host
    except ValueError:
        return None
    return f"{identifiers.origin}{parts.path or '/'}" if local else None


async def file_complaint(
    tx: Tx, identifiers: Identifiers, complaint: Complaint, now: int
) -> ReportRecord:
    """Keep what a visitor reported; the receipt of the record is theirs. `about` is `page_here`."""
    reporter = await tx.actors.by_url(identifiers.node_actor)
    assert reporter is not None, "the node's own actor stands for visitors"
    target = await _reported(tx, complaint.about)
    number = new_id()
    record = ReportRecord(
        id=number,
        url=identifiers.activity(number),
        actor_id=reporter.id,
        target_id=target.id if target else None,
        objects=orjson.dumps([complaint.about]).decode(),
        comment=complaint.comment,
        state="open",
        created_at=now,
        receipt=_receipt(),
        reporter_mail=complaint.mail,
        category=complaint.category,
    )
    await keep_report(tx, record)
    return record


async def keep_report(tx: Tx, record: ReportRecord) -> None:
    """Keep a new report and tell the administrators; one that is known is told of once."""
    if await tx.ledger.add_report(record) and record.target_id is not None:
        await tell_administrators(tx, "admin.report", record.actor_id, record.created_at, record.id)


async def decide_report(
    tx: Tx,
    who: str,
    number: int,
    outcome: Outcome,
    reason: str,
    now: int,
    decided_by: int | None = None,
) -> ReportRecord:
    """Close a report with its outcome and the reason; gives it as it now is.

    `decided_by` is the administrator's actor. Raises `NotPossible` when there is no open one
    under this number.
    """
    if not await ReportStatements(tx.connection).decide(number, outcome, reason, now, decided_by):
        raise NotPossible(f"There is no open report {number}.")
    await audit(tx, who, f"report {outcome}", str(number), reason, now)
    return await _report(tx, number)


async def reopen_report(tx: Tx, who: str, number: int, now: int) -> ReportRecord:
    """Open a report again that was decided. Raises `NotPossible`."""
    if not await ReportStatements(tx.connection).reopen(number):
        raise NotPossible(f"There is no decided report {number}.")
    await audit(tx, who, "report reopen", str(number), "", now)
    return await _report(tx, number)


async def assign_report(
    tx: Tx, who: str, number: int, administrator: ActorRecord | None, now: int
) -> ReportRecord:
    """Note who takes care of a report, or that nobody does. Raises `NotPossible`."""
    chosen = administrator.id if administrator else None
    if not await ReportStatements(tx.connection).assign(number, chosen):
        raise NotPossible(f"There is no report {number}.")
    await audit(tx, who, f"report {'assign' if chosen else 'unassign'}", str(number), "", now)
    return await _report(tx, number)


async def sort_report(
    tx: Tx, who: str, number: int, category: Category, rules: Sequence[str], now: int
) -> ReportRecord:
    """Say of what kind a report is, and which rules it is about. Raises `NotPossible`."""
    texts = orjson.dumps(list(rules)).decode()
    if not await ReportStatements(tx.connection).sort(number, category, texts):
        raise NotPossible(f"There is no report {number}.")
    await audit(tx, who, "report sort", str(number), category, now)
    return await _report(tx, number)


def rules_of(report: ReportRecord) -> list[str]:
    """The texts of the rules that a report is about."""
    return [str(text) for text in orjson.loads(report.rules)]


async def _report(tx: Tx, number: int) -> ReportRecord:
    found = await ReportStatements(tx.connection).by_id(number)
    assert found is not None
    return found


async def forget_reporters(tx: Tx, now: int) -> int:
    """Drop the mail addresses of reports decided a year ago; gives how many."""
    return await ReportStatements(tx.connection).forget_reporters(now - KEPT_MS)


def addresses(report: ReportRecord) -> list[str]:
    """What a report names."""
    found = orjson.loads(report.objects)
    return [url for url in found if isinstance(url, str)] if isinstance(found, list) else []


async def _reported(tx: Tx, about: str) -> ActorRecord | None:
    """Whose page it is: a profile's own, or the author of what it shows."""
    path = urlsplit(about).path
    for prefix in ("/@", "/users/"):
        if path.startswith(prefix):
            return await tx.actors.local(path.removeprefix(prefix).partition("/")[0])
    pages = [about, "/".join(about.split("/")[:5])]
    found = await OversightStatements(tx.connection).objects_at(pages)
    return await tx.actors.by_id(found[0].actor_id) if found else None


def _receipt() -> str:
    groups = ("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(4))
    return "-".join(groups)
