"""`/api/v1/admin/reports`: the same queue as on the pages of administration."""

from collections.abc import Awaitable, Callable
from typing import Final

import msgspec

from actors.reporting import (
    Category,
    assign_report,
    decide_report,
    reopen_report,
    rules_of,
    sort_report,
)
from clients.admin.desk import administrator, written
from clients.admin.rendering import admin_reports
from clients.door import Call, Door, missing
from clients.entities.admin import AdminReport
from clients.paging import Paged
from clients.reports.categories import meant
from storage.records import ReportRecord
from storage.reports import ReportStatements
from storage.store import Tx

READ: Final = "admin:read:reports"
WRITE: Final = "admin:write:reports"
PATH: Final = "/api/v1/admin/reports"
PAGE: Final = 100

Change = Callable[[Tx, str], Awaitable[ReportRecord]]


class Asked(msgspec.Struct):
    """Which reports: those that wait, unless the decided ones are asked for."""

    resolved: bool = False
    account_id: str | None = None
    target_account_id: str | None = None


class Sorted(msgspec.Struct):
    """What an administrator says of a report."""

    category: str | msgspec.UnsetType = msgspec.UNSET
    rule_ids: list[str] | msgspec.UnsetType = msgspec.UNSET


def add_report_routes(door: Door) -> None:
    """Register the endpoints."""
    _reading(door)
    _deciding(door)


def _reading(door: Door) -> None:
    @door.get(PATH, READ)
    async def listed(call: Call) -> Paged:
        administrator(call)
        asked, span = await call.read(Asked), call.span(PAGE, PAGE * 2)
        house = await call.context.site.rules()

        async def operation(tx: Tx) -> Paged:
            found = await ReportStatements(tx.connection).selected(
                span,
                state="closed" if asked.resolved else "open",
                by=_id(asked.account_id),
                about=_id(asked.target_account_id),
            )
            made = await admin_reports(tx, call.context, call.me, house, found)
            return Paged.of(made, [report.id for report in found], span)

        return await call.store.query(operation)

    @door.get(f"{PATH}/<int:report_id>", READ)
    async def one(call: Call, report_id: int) -> AdminReport:
        administrator(call)
        return await _entity(call, report_id)

    @door.put(f"{PATH}/<int:report_id>", WRITE)
    async def change(call: Call, report_id: int) -> AdminReport:
        administrator(call)
        said = await call.read(Sorted)
        known = (await call.context.site.rules()).listed()
        category = said.category
        wanted: Category | None = meant(category) if isinstance(category, str) else None
        now = call.context.now()

        async def sort(tx: Tx, who: str) -> ReportRecord:
            before = await ReportStatements(tx.connection).by_id(report_id)
            if before is None:
                raise missing()
            rules = rules_of(before)
            if isinstance(said.rule_ids, list):
                rules = [rule.text for rule in known if str(rule.number) in said.rule_ids]
            kept: Category = wanted or "other"
            if wanted is None and before.category:
                kept = before.category  # type: ignore[assignment]
            return await sort_report(tx, who, report_id, kept, rules, now)

        return await _changed(call, report_id, sort)


def _deciding(door: Door) -> None:
    @door.post(f"{PATH}/<int:report_id>/assign_to_self", WRITE)
    async def take(call: Call, report_id: int) -> AdminReport:
        now = call.context.now()
        return await _changed(
            call, report_id, lambda tx, who: assign_report(tx, who, report_id, call.me, now)
        )

    @door.post(f"{PATH}/<int:report_id>/unassign", WRITE)
    async def give_back(call: Call, report_id: int) -> AdminReport:
        now = call.context.now()
        return await _changed(
            call, report_id, lambda tx, who: assign_report(tx, who, report_id, None, now)
        )

    @door.post(f"{PATH}/<int:report_id>/resolve", WRITE)
    async def resolve(call: Call, report_id: int) -> AdminReport:
        now = call.context.now()

        async def decide(tx: Tx, who: str) -> ReportRecord:
            decided = await decide_report(tx, who, report_id, "other", "", now, call.me.id)
            await call.context.letters.report_decided(tx, decided)
            return decided

        return await _changed(call, report_id, decide)

    @door.post(f"{PATH}/<int:report_id>/reopen", WRITE)
    async def reopen(call: Call, report_id: int) -> AdminReport:
        now = call.context.now()
        return await _changed(
            call, report_id, lambda tx, who: reopen_report(tx, who, report_id, now)
        )


async def _changed(call: Call, report_id: int, change: Change) -> AdminReport:
    """A report after a change; raises `Refused` 404 without one, 422 for what makes no sense."""
    who = administrator(call)

    async def operation(tx: Tx) -> None:
        if await ReportStatements(tx.connection).by_id(report_id) is None:
            raise missing()
        await change(tx, who)

    await written(call, operation)
    return await _entity(call, report_id)


async def _entity(call: Call, report_id: int) -> AdminReport:
    house = await call.context.site.rules()

    async def operation(tx: Tx) -> list[AdminReport]:
        found = await ReportStatements(tx.connection).by_id(report_id)
        if found is None:
            return []
        return await admin_reports(tx, call.context, call.me, house, [found])

    made = await call.store.query(operation)
    if not made:
        raise missing()
    return made[0]


def _id(text: str | None) -> int | None:
    """An id in a filter; what is none finds nothing."""
    if not text:
        return None
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
