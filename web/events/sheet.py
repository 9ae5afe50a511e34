"""The attendance sheet: who registered, who came; as a page, on paper, as a table and as a PDF.

It is for those who organise the event alone, and nothing of it is kept anywhere else.
"""

import csv
import io
import re
from dataclasses import dataclass
from typing import Any, Final

from quart import Blueprint, Response

from federation.errors import Refused
from outbox.acts.events.attending import (
    PRESENT_STATES,
    answer_attendance,
    note_attendances,
)
from storage.events import AttendanceRecord
from storage.records import ActorRecord, ObjectRecord
from storage.store import Tx
from web.context import WebContext
from web.events.view import EventView, event_view
from web.events.words import ATTENDANCE_NAMES, REASONS
from web.projects.refusals import done
from web.public.downloads import site_name
from web.rendering import redirect, register_done
from web.sessions import SignedIn
from web.texts import mark, moment
from web.typesetting.press import Press
from web.workspace.actions import object_for

NOTE: Final = re.compile(r"note-([0-9]{1,19})")
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")

register_done(
    {
        "sheet-saved": mark("The attendance sheet is saved."),
        "attendance-agreed": mark("This person takes part; they are told."),
        "attendance-declined": mark("Declined; this person is told."),
    }
)


@dataclass(frozen=True, slots=True)
class Line:
    """Somebody on the sheet."""

    attendance: AttendanceRecord
    person: ActorRecord

    @property
    def name(self) -> str:
        """What they are called."""
        return self.person.name or self.person.username

    @property
    def place(self) -> str:
        """Where they come from."""
        return self.person.host


@dataclass(frozen=True, slots=True)
class Sheet:
    """An event with everybody who asked to take part."""

    view: EventView
    lines: tuple[Line, ...]

    def of(self, state: str) -> list[Line]:
        """Those who stand to it in one way."""
        return [line for line in self.lines if line.attendance.state == state]

    @property
    def present(self) -> int:
        """How many were ticked."""
        return sum(line.attendance.present for line in self.of("accepted"))


def add_sheet_routes(blueprint: Blueprint, context: WebContext) -> None:
    """`/events/ID/attendance`, with `.csv`, `.pdf` and `/print`; answering requests."""
    press = Press(context.settings.documents_dir, context.settings.media_dir)

    @blueprint.get("/events/<int:number>/attendance")
    async def sheet(number: int) -> Response:
        signed, record = await _asked(context, number)
        return await _page(context, "events/sheet.html", await _sheet(context, signed, record))

    @blueprint.post("/events/<int:number>/attendance")
    async def save(number: int) -> Response:
        signed, record = await _asked(context, number)
        form = await context.sessions.checked_form()
        noted = {
            int(found[1]): (f"present-{found[1]}" in form, form[name])
            for name in form
            if (found := NOTE.fullmatch(name)) is not None
        }
        await done(context, note_attendances(context.outbox, signed.actor, record, noted), REASONS)
        return redirect(f"/events/{record.id}/attendance", done="sheet-saved")

    @blueprint.post("/events/<int:number>/attendance/<int:person>")
    async def answer(number: int, person: int) -> Response:
        signed, record = await _asked(context, number)
        agreed = (await context.sessions.checked_form()).get("answer") == "yes"
        answering = answer_attendance(context.outbox, signed.actor, record, person, agreed=agreed)
        await done(context, answering, REASONS)
        said = "attendance-agreed" if agreed else "attendance-declined"
        return redirect(f"/events/{record.id}/attendance", done=said)

    @blueprint.get("/events/<int:number>/attendance/print")
    async def printed(number: int) -> Response:
        signed, record = await _asked(context, number)
        found = await _sheet(context, signed, record)
        return await _page(context, "events/sheet_print.html", found)

    @blueprint.get("/events/<int:number>/attendance.csv")
    async def table(number: int) -> Response:
        signed, record = await _asked(context, number)
        found = await _sheet(context, signed, record)
        text = _csv(found, await context.renderer.language(), await context.renderer.translate())
        return _private(text.encode("utf-8-sig"), "text/csv; charset=utf-8", record, "csv")

    @blueprint.get("/events/<int:number>/attendance.pdf")
    async def pdf(number: int) -> Response:
        signed, record = await _asked(context, number)
        found = await _sheet(context, signed, record)
        values = paper(
            found,
            await site_name(context),
            await context.renderer.language(),
            await context.renderer.translate(),
        )
        content = await press.document("attendance", "pdf", values, context.now(), keep=False)
        return _private(content, "application/pdf", record, "pdf")


async def _asked(context: WebContext, number: int) -> tuple[SignedIn, ObjectRecord]:
    signed = await context.sessions.required("reader")
    return signed, await object_for(context, number, signed.actor)


async def _sheet(context: WebContext, signed: SignedIn, record: ObjectRecord) -> Sheet:
    """The sheet, for those who organise the event. Raises `Refused`: 404, 403."""

    async def look(tx: Tx) -> Sheet | None:
        view = await event_view(tx, record, signed.actor, context.now())
        if view is None or not view.organises:
            return None if view is None else Sheet(view, ())
        found = await tx.events.attendees(record.id, PRESENT_STATES)
        return Sheet(view, tuple(Line(one, person) for one, person in found))

    found = await context.store.query(look)
    if found is None:
        raise Refused(404, "not-found", "There is no such event, or not for you.")
    if not found.view.organises:
        raise Refused(403, "not-the-organiser", "Only those who organise the event see this.")
    return found


async def _page(context: WebContext, template: str, sheet: Sheet) -> Response:
    language = await context.renderer.language()
    return await context.renderer.render(
        template,
        index=False,
        sheet=sheet,
        happening=sheet.view,
        when=sheet.view.when(language),
    )


def _csv(sheet: Sheet, language: str, _: Any) -> str:
    written = io.StringIO()
    rows = csv.writer(written, delimiter=";")
    heads = (_("Name"), _("Address"), _("State"), _("Registered on"), _("Present"), _("Note"))
    rows.writerow(heads)
    for line in sheet.lines:
        one = line.attendance
        values = (
            line.name,
            line.person.account,
            _(ATTENDANCE_NAMES[one.state]),
            moment(one.created_at, language),
            _("yes") if one.present else "",
            one.note,
        )
        rows.writerow([_harmless(value) for value in values])
    return written.getvalue()


def _harmless(value: str) -> str:
    """A value that no spreadsheet takes for a formula."""
    return f"'{value}" if value.startswith(FORMULA) else value


def paper(sheet: Sheet, name: str, language: str, _: Any) -> dict[str, Any]:
    """What `attendance.typ` draws: one line for everybody registered, and some empty ones."""
    view = sheet.view
    return {
        "title": view.title,
        "language": language,
        "site": name,
        "facts": [
            [_("When"), view.when(language)],
            *([[_("Where"), view.event.where]] if view.event.where else []),
            [_("Organised by"), view.author.name or view.author.username],
        ],
        "heads": [_("Name"), _("Organisation"), _("Signature, morning"), _("Signature, afternoon")],
        "people": [[line.name, line.place] for line in sheet.of("accepted")],
        "empty": 6,
        "words": {
            "sheet": _("Attendance sheet"),
            "trainer": _("Signature of the organiser"),
        },
    }


def _private(content: bytes, kind: str, record: ObjectRecord, suffix: str) -> Response:
    response = Response(content, content_type=kind)
    response.headers["Content-Disposition"] = (
        f'attachment; filename="attendance-{record.id}.{suffix}"'
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
