"""`POST /api/v1/reports`: members report accounts and posts, to us and to other servers."""

from dataclasses import dataclass
from typing import Final

import msgspec

from actors.reporting import rules_of
from actors.site import Rule
from clients.door import Call, Door, missing, number, numbers
from clients.entities.base import moment
from clients.entities.reports import Report
from clients.rendering.accounts import account_list
from clients.reports.categories import meant, shown
from federation.errors import Refused
from objects.visibility import visible_by_ids
from outbox.acts.report import Reproach, report
from storage.records import ActorRecord, ObjectRecord, ReportRecord
from storage.store import Tx

MAX_COMMENT: Final = 1_000
MAX_STATUSES: Final = 100


class Filing(msgspec.Struct):
    """Who and what is reported, and why."""

    account_id: str | None = None
    status_ids: list[str] = []
    comment: str | None = None
    forward: bool = False
    forward_to_domains: list[str] | None = None
    category: str = "other"
    rule_ids: list[str] = []


@dataclass(frozen=True, slots=True)
class Reported:
    """What is behind the ids of a filing; `answered` wrote what the posts answer."""

    target: ActorRecord
    objects: list[ObjectRecord]
    answered: list[ActorRecord]


def add_filing_routes(door: Door) -> None:
    """Register the endpoint."""

    @door.post("/api/v1/reports", "write:reports")
    async def file(call: Call) -> Report:
        filing = await call.read(Filing)
        comment = (filing.comment or "").strip()
        if len(comment) > MAX_COMMENT:
            detail = f"Validation failed: Comment is too long (maximum is {MAX_COMMENT} characters)"
            raise Refused(422, "too-long", detail)
        known = (await call.context.site.rules()).listed()
        rules = [rule for rule in known if str(rule.number) in filing.rule_ids]
        category = meant("violation" if rules else filing.category)
        found = await _found(call, filing)
        record = await report(
            call.context.outbox,
            call.me,
            found.target,
            [one.url for one in found.objects],
            Reproach(comment, category, tuple(rule.text for rule in rules)),
            forward=_forwarded_to(filing, found),
            also=call.context.letters.report_waits,
        )
        return await call.store.query(lambda tx: _entity(tx, call, record, found, known))


async def _found(call: Call, filing: Filing) -> Reported:
    """Raises `Refused` 404 for nobody, 422 for oneself; posts of others are left out."""
    wanted = numbers(filing.status_ids)[:MAX_STATUSES]

    async def operation(tx: Tx) -> Reported | None:
        target = await tx.actors.by_id(number(filing.account_id))
        if target is None or target.state == "gone":
            return None
        visible = await visible_by_ids(tx, wanted, call.me)
        objects = [
            visible[one] for one in wanted if one in visible and visible[one].actor_id == target.id
        ]
        above = [one.in_reply_to_id for one in objects if one.in_reply_to_id is not None]
        authors = await tx.apps.authors_of(above)
        answered = await tx.actors.by_ids(sorted(set(authors.values()) - {target.id}))
        return Reported(target, objects, list(answered.values()))

    found = await call.store.query(operation)
    if found is None:
        raise missing()
    if found.target.id == call.me.id:
        raise Refused(422, "oneself", "Validation failed: You cannot report yourself")
    return found


def _forwarded_to(filing: Filing, found: Reported) -> list[ActorRecord]:
    """Whose servers are told: the reported one's, and those of whom the posts answer if asked."""
    if not filing.forward or found.target.local:
        return []
    hosts = {found.target.host}
    if filing.forward_to_domains is not None:
        hosts = {host.strip().lower() for host in filing.forward_to_domains}
    return [one for one in (found.target, *found.answered) if one.host in hosts]


async def _entity(
    tx: Tx, call: Call, record: ReportRecord, found: Reported, known: list[Rule]
) -> Report:
    (account,) = await account_list(tx, call.context.identifiers, [found.target])
    broken = set(rules_of(record))
    return Report(
        id=str(record.id),
        action_taken=record.state == "closed",
        action_taken_at=None if record.decided_at is None else moment(record.decided_at),
        category=shown(record.category),
        comment=record.comment,
        forwarded=bool(record.forwarded),
        created_at=moment(record.created_at),
        status_ids=[str(one.id) for one in found.objects] or None,
        rule_ids=[str(rule.number) for rule in known if rule.text in broken] or None,
        target_account=account,
    )
