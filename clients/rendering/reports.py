"""What was reported, as administrators are told of it."""

from collections.abc import Sequence

from actors.reporting import addresses, rules_of
from actors.site import HouseRules, Rule
from clients.context import ClientContext
from clients.entities.base import moment
from clients.entities.reports import Report
from clients.rendering.accounts import accounts
from clients.reports.categories import shown
from storage.records import ReportRecord
from storage.reports import ReportStatements
from storage.store import Tx


async def reports_by_ids(tx: Tx, context: ClientContext, ids: Sequence[int]) -> dict[int, Report]:
    """Reports by their id, in three queries; those about nobody in particular are left out."""
    records = await ReportStatements(tx.connection).by_ids(ids)
    if not records:
        return {}
    people = await tx.actors.by_ids(sorted({r.target_id for r in records if r.target_id}))
    made = await accounts(tx, context.identifiers, people.values())
    urls = sorted({url for record in records for url in addresses(record)})
    objects = await tx.objects.by_urls(urls)
    return {
        record.id: Report(
            id=str(record.id),
            action_taken=record.state == "closed",
            action_taken_at=None if record.decided_at is None else moment(record.decided_at),
            category=shown(record.category),
            comment=record.comment,
            forwarded=bool(record.forwarded),
            created_at=moment(record.created_at),
            status_ids=[str(objects[u].id) for u in addresses(record) if u in objects] or None,
            rule_ids=[str(rule.number) for rule in _broken(record)] or None,
            target_account=made[record.target_id],
        )
        for record in records
        if record.target_id in made
    }


def _broken(record: ReportRecord) -> list[Rule]:
    """The rules that a report is about; they are numbered by their texts."""
    return HouseRules("\n\n".join(rules_of(record))).listed()
