"""`/admin/announcements`: what administrators tell every member."""

from collections.abc import Callable
from datetime import date as day_of
from datetime import datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from quart import Blueprint, Response

from actors.administration import NotPossible
from objects.announcements import MAX_TEXT, Written, remove, write
from storage.announcements import AnnouncementRecord
from storage.store import Tx
from web.administration.desk import Desk, id_of
from web.forms import Form, area, date, line, ticked
from web.rendering import redirect, register_done
from web.rules import longest, required
from web.texts import PLACE, mark

register_done(
    {
        "announced": mark("The announcement is saved."),
        "announcement-removed": mark("The announcement is removed."),
    }
)
ZONE: Final = ZoneInfo(PLACE)


class AnnouncementForm(Form):
    """A text, when what it tells of happens, and whether members see it."""

    text = area(mark("Text"), required(mark("Write what you want to announce.")), longest(MAX_TEXT))
    first_day = date(mark("First day"), hint=mark("If it is about an event, or ends by itself."))
    first_time = line(mark("From"), type="time")
    last_day = date(mark("Last day"), hint=mark("Afterwards it disappears by itself."))
    last_time = line(mark("Until"), type="time")
    publish = ticked(mark("Show it to the members"), default="y")


class AnnouncementPages:
    """The list, one announcement, and what their forms do."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def listed(self, form: AnnouncementForm | None = None, status: int = 200) -> Response:
        """Every announcement, and a form for another one."""
        await self._desk.admin()
        form = form or await self._desk.context.renderer.form(AnnouncementForm, publish=True)
        found = await self._desk.query(lambda tx: tx.announcements.all())
        return await self._desk.page(
            "announcements", form=form, announcements=found, now=self._desk.now(), status=status
        )

    async def one(
        self, number: str, form: AnnouncementForm | None = None, status: int = 200
    ) -> Response:
        """One announcement, to change it."""
        await self._desk.admin()
        record = await self._desk.query(lambda tx: tx.announcements.by_id(id_of(number)))
        if record is None:
            return redirect("/admin/announcements")
        form = form or await self._desk.context.renderer.form(AnnouncementForm, **_typed(record))
        return await self._desk.page("announcement", form=form, record=record, status=status)

    async def save(self, number: str = "") -> Response:
        """Add one, or change one."""
        await self._desk.admin()
        context = self._desk.context
        form = await context.renderer.form(AnnouncementForm, await context.sessions.checked_form())
        _ = await context.renderer.translate()
        written = _written(form, _) if form.validate() else None
        if written is None:
            return await (self.one(number, form, 422) if number else self.listed(form, 422))
        who, now, publish = await self._desk.who(), self._desk.now(), bool(form.publish.data)
        known = id_of(number) if number else None

        async def operation(tx: Tx) -> None:
            await write(tx, who, written, now, number=known, publish=publish)

        try:
            await self._desk.store.write(operation)
        except NotPossible:
            form.refuse("last_day", _("It ends after it begins."))
            return await (self.one(number, form, 422) if number else self.listed(form, 422))
        return redirect("/admin/announcements", done="announced")

    async def drop(self, number: str) -> Response:
        """Remove one."""
        await self._desk.admin()
        await self._desk.context.sessions.checked_form()
        who, now = await self._desk.who(), self._desk.now()
        await self._desk.write(lambda tx: remove(tx, who, id_of(number), now))
        return redirect("/admin/announcements", done="announcement-removed")


def _written(form: AnnouncementForm, _: Callable[[str], str]) -> Written | None:
    """What was typed; None when a time cannot be read, which is then said beside it."""
    times = {}
    for name, day in (("first_time", form.first_day.data), ("last_time", form.last_day.data)):
        try:
            times[name] = time.fromisoformat(form[name].data) if form[name].data else None
        except ValueError:
            form.refuse(name, _("Write a time, for example 14:30."))
            return None
        if times[name] is not None and day is None:
            form.refuse(name, _("Say the day, too."))
            return None
    first, last = form.first_day.data, form.last_day.data
    ends = None
    if last is not None:
        at = times["last_time"]
        ends = _ms(last + timedelta(days=1), time()) if at is None else _ms(last, at)
    starts = None if first is None else _ms(first, times["first_time"] or time())
    whole = (first is not None or last is not None) and not any(times.values())
    return Written(form.text.data or "", starts, ends, all_day=whole)


def _typed(record: AnnouncementRecord) -> dict[str, Any]:
    """The values of the form for an announcement."""
    starts = _local(record.starts_at)
    ends = _local(record.ends_at)
    if ends is not None and record.all_day:
        ends -= timedelta(seconds=1)
    timed = not record.all_day
    return {
        "text": record.content,
        "first_day": starts.date() if starts else None,
        "first_time": f"{starts:%H:%M}" if starts and timed else "",
        "last_day": ends.date() if ends else None,
        "last_time": f"{ends:%H:%M}" if ends and timed else "",
        "publish": record.published_at is not None,
    }


def _ms(day: day_of, at: time) -> int:
    return int(datetime.combine(day, at, ZONE).timestamp() * 1000)


def _local(ms: int | None) -> datetime | None:
    return None if ms is None else datetime.fromtimestamp(ms / 1000, ZONE)


def add_announcement_routes(blueprint: Blueprint, desk: Desk) -> None:
    """The announcements."""
    pages = AnnouncementPages(desk)
    blueprint.post("/admin/announcements/<number>/remove", endpoint="drop_announcement")(pages.drop)

    @blueprint.get("/admin/announcements")
    async def announcements() -> Response:
        return await pages.listed()

    @blueprint.post("/admin/announcements")
    async def announce() -> Response:
        return await pages.save()

    @blueprint.get("/admin/announcements/<number>")
    async def announcement(number: str) -> Response:
        return await pages.one(number)

    @blueprint.post("/admin/announcements/<number>")
    async def change_announcement(number: str) -> Response:
        return await pages.save(number)
