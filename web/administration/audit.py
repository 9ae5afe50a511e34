"""`/admin/audit`: who did what and why, with a filter, and as a file for spreadsheets."""

import csv
import io
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any, Final

from quart import Blueprint, Response, request
from wtforms.fields.core import UnboundField

from storage.oversight import AuditQuery, OversightStatements
from storage.records import AuditRecord
from web.administration.appearance import AppearanceForm
from web.administration.desk import Desk, number_in
from web.administration.legal import LegalForm, PolicyForm
from web.administration.organisation import OrganisationForm
from web.forms import Form, line, pick
from web.forms import date as day_field
from web.texts import mark

PAGE: Final = 50
CHUNK: Final = 1_000
# The first word of what was done → what people choose in the filter.
KINDS: Final = {
    "role": mark("Roles"),
    "member": mark("Accounts"),
    "invite": mark("Invitations"),
    "join": mark("New members"),
    "site": mark("The site"),
    "organisation": mark("The organisation"),
    "report": mark("Reports"),
    "domain": mark("Rules about servers"),
    "network": mark("The network"),
    "token": mark("Access of programs"),
    "draft": mark("Reviews"),
    "deliveries": mark("What was sent"),
    "account": mark("Measures"),
    "mail": mark("Mails"),
    "emoji": mark("Emoji"),
    "announcement": mark("Announcements"),
}
# How the rest of it is said; what is not here is shown as it was written.
ACTIONS: Final = {
    "role reader": mark("made a reader"),
    "role member": mark("made an author"),
    "role editor": mark("made an editor"),
    "role admin": mark("made an administrator"),
    "member password": mark("password changed"),
    "member close": mark("account closed"),
    "member open": mark("account opened again"),
    "member remove": mark("account deleted with everything published"),
    "member hand over": mark("left; the experiences stay with the organisation"),
    "second factor off": mark("code for signing in switched off"),
    "member link": mark("link to sign in handed over"),
    "invite revoke": mark("invitation taken back"),
    "invite again": mark("invited once more"),
    "invite reader": mark("invited as reader"),
    "invite member": mark("invited as author"),
    "invite editor": mark("invited as editor"),
    "invite admin": mark("invited as administrator"),
    "join reader": mark("joined as reader"),
    "join member": mark("joined as author"),
    "join editor": mark("joined as editor"),
    "join admin": mark("joined as administrator"),
    "site legal": mark("legal notice changed"),
    "site appearance": mark("appearance changed"),
    "site policy": mark("rules of publication changed"),
    "site organisation": mark("facts about the organisation changed"),
    "organisation profile": mark("profile of the organisation published"),
    "report removed": mark("report decided: withdrawn"),
    "report kept": mark("report decided: stays online"),
    "report other": mark("report decided: another measure"),
    "report close": mark("report closed"),
    "report reopen": mark("report opened again"),
    "report assign": mark("report taken over"),
    "report unassign": mark("report given back"),
    "report sort": mark("kind of a report changed"),
    "account limit": mark("account limited"),
    "account suspend": mark("account suspended"),
    "account clear": mark("measure against an account lifted"),
    "account sensitive": mark("files of an account covered"),
    "account unsensitive": mark("files of an account no longer covered"),
    "account warn": mark("wrote to a member"),
    "account remove": mark("account removed for good"),
    "mail domain shut": mark("mail domain shut out"),
    "mail domain admit": mark("mail domain let in again"),
    "domain suspend": mark("server shut out"),
    "domain limit": mark("server limited"),
    "domain reject_media": mark("pictures of a server refused"),
    "domain allow": mark("server allowed"),
    "domain clear": mark("rule about a server dropped"),
    "network add": mark("server added to the network"),
    "network remove": mark("server taken out of the network"),
    "token issue": mark("access given to a program"),
    "token revoke all": mark("access of all programs taken back"),
    "draft approved": mark("approved and published"),
    "draft returned": mark("sent back to its author"),
    "deliveries retry": mark("sending tried again"),
    "site rules": mark("rules of this site changed"),
    "emoji add": mark("emoji added"),
    "emoji hide": mark("emoji hidden"),
    "emoji show": mark("emoji offered again"),
    "emoji remove": mark("emoji removed"),
    "announcement write": mark("announcement written"),
    "announcement change": mark("announcement changed"),
    "announcement remove": mark("announcement removed"),
    "create": mark("created"),
}


class AuditForm(Form):
    """Which entries."""

    who = line(mark("Who"))
    kind = pick(mark("What"))
    text = line(mark("Words"))
    since = day_field(mark("From the day"))
    until = day_field(mark("To the day"))


WHO: Final = {
    "first run": mark("the first start"),
    "command line": mark("somebody at the server’s command line"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry and how it is said; what is empty is shown as it was written."""

    record: AuditRecord
    action: str
    who: str
    fields: list[str]


def add_audit_routes(blueprint: Blueprint, desk: Desk) -> None:
    """The audit log."""

    @blueprint.get("/admin/audit")
    async def audit() -> Response:
        await desk.admin()
        form, query = await _asked(desk)
        before = number_in()
        status = 200 if not form.errors else 422
        found = await desk.query(
            lambda tx: OversightStatements(tx.connection).audited(
                query, before=before, limit=PAGE + 1
            )
        )
        kept = {name: value for name, value in request.args.items() if value and name != "before"}
        return await desk.page(
            "audit",
            form=form,
            entries=[_entry(record) for record in found[:PAGE]],
            following=found[PAGE - 1].id if len(found) > PAGE else None,
            kept=kept,
            status=status,
        )

    @blueprint.get("/admin/audit.csv")
    async def audit_csv() -> Response:
        await desk.admin()
        _, query = await _asked(desk)
        name = f"communotic-{datetime.fromtimestamp(desk.now() / 1000, UTC).date()}.csv"
        headers = {
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "private, no-store",
            "X-Content-Type-Options": "nosniff",
        }
        rows = _rows(desk, query)
        return Response(rows, content_type="text/csv; charset=utf-8", headers=headers)


def _entry(record: AuditRecord) -> Entry:
    """How an entry is said; what changed of the site, by the names of the fields."""
    labels = _labels() if record.action.startswith("site ") else {}
    fields = [labels[name] for name in record.target.split(", ") if name in labels]
    return Entry(record, ACTIONS.get(record.action, ""), WHO.get(record.who, ""), fields)


@cache
def _labels() -> dict[str, str]:
    """The label of each field of the forms about the site."""
    forms = (OrganisationForm, AppearanceForm, PolicyForm, LegalForm)
    return {
        name: str(field.args[0])
        for form in forms
        for name, field in vars(form).items()
        if isinstance(field, UnboundField)
    }


async def _asked(desk: Desk) -> tuple[AuditForm, AuditQuery]:
    """The filter of the address; dates that are none are said beside their fields."""
    form = await desk.context.renderer.form(AuditForm, request.args)
    _ = await desk.context.renderer.translate()
    form.kind.choices = [("", _("Everything")), *((key, _(text)) for key, text in KINDS.items())]
    form.kind.data = form.kind.data if form.kind.data in KINDS else ""
    form.validate()
    since, until = form.since.data, form.until.data
    return form, AuditQuery(
        who=(form.who.data or "")[:100],
        action=form.kind.data,
        text=(form.text.data or "")[:100],
        since=_ms(since) if since else 0,
        until=_ms(until + timedelta(days=1)) if until else 2**62,
    )


async def _rows(desk: Desk, query: AuditQuery) -> AsyncIterator[bytes]:
    """The log as CSV, latest first; chunk by chunk, so that any length fits in memory."""
    yield b"\xef\xbb\xbf" + _csv([("time", "who", "action", "target", "reason")])
    before: int | None = None
    while True:
        found = await desk.query(_page_of(query, before))
        yield _csv(
            [
                (_time(entry.created_at), entry.who, entry.action, entry.target, entry.reason)
                for entry in found
            ]
        )
        if len(found) < CHUNK:
            return
        before = found[-1].id


def _page_of(query: AuditQuery, before: int | None) -> Any:
    return lambda tx: OversightStatements(tx.connection).audited(query, before=before, limit=CHUNK)


def _csv(rows: list[tuple[str, ...]]) -> bytes:
    written = io.StringIO()
    csv.writer(written).writerows([[_harmless(cell) for cell in row] for row in rows])
    return written.getvalue().encode()


def _harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def _time(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _ms(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000)
