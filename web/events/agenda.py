"""`/projects/ID/calendar`: events, milestones and deadlines of a project, month by month.

The month stands there as a table and as a list. The calendar can be subscribed to: what everybody
may see under the project's own address, what a member sees under a secret one that ends when its
owner takes it back or belongs to the project no more.
"""

import calendar as months
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from quart import Blueprint, Response, request

from actors.auth import token_hash
from actors.problems import not_found
from federation.errors import Refused
from objects.events.calendar import Deadline, calendar
from objects.events.times import PLACE, local, midnight
from objects.projects.entries import from_json
from objects.projects.membership import is_member
from objects.text import plain_text
from storage.ids import new_id
from storage.project_entries import EntryRecord
from storage.project_links import ProjectLinkRecord
from storage.records import ActorRecord, ObjectRecord
from storage.store import Tx
from web.context import WebContext
from web.events.listing import KEPT_MS, ics
from web.events.view import EventView, views_of
from web.projects.desk import TABS, Space, member_space, space
from web.rendering import redirect, register_done
from web.texts import mark, texts_of
from web.workspace.cards import page_for

DATED: Final = ["milestone", "call"]
AHEAD_MS: Final = 3 * 366 * 86_400_000
FIRST_YEAR: Final = 1971
LAST_YEAR: Final = 2199
_NAMES: Final = {
    "milestone": mark("Milestone: %s"),
    "call": mark("Last day of the call: %s"),
}

register_done(
    {
        "calendar-made": mark("The secret address is made; it stands below, once."),
        "calendar-revoked": mark("This address leads nowhere any more."),
    }
)


@dataclass(frozen=True, slots=True)
class Item:
    """Something on a day of a project: an event, a milestone, a deadline."""

    day: date
    last: date
    hour: str
    kind: str
    title: str
    address: str
    view: EventView | None = None
    ended: bool = False
    spoken: str = ""

    def on(self, day: date) -> bool:
        """Whether it is on a day."""
        return self.day <= day <= self.last


@dataclass(frozen=True, slots=True)
class Month:
    """A month as a table of weeks, and what is in it."""

    first: date
    weeks: tuple[tuple[date, ...], ...]
    items: tuple[Item, ...]
    name: str
    weekdays: tuple[tuple[str, str], ...]

    @property
    def before(self) -> str:
        """The month before, as its address says it."""
        return f"{self.first - timedelta(days=1):%Y-%m}"

    @property
    def after(self) -> str:
        """The month after."""
        return f"{self.first + timedelta(days=32):%Y-%m}"


def add_agenda_routes(blueprint: Blueprint, context: WebContext) -> None:
    """The calendar of a project, as a page and as files."""

    @blueprint.get("/projects/<int:number>/calendar")
    async def agenda(number: int) -> Response:
        return await _agenda(context, await space(context, number))

    @blueprint.get("/projects/<int:number>/calendar.ics")
    async def public_calendar(number: int) -> Response:
        await context.renderer.ensure_open()
        found = await space(context, number)
        if found.record.reach == "project":
            raise not_found("calendar")
        return await ics(await _file(context, found.group, 0), f"project-{number}", shared=True)

    @blueprint.post("/projects/<int:number>/calendar/addresses")
    async def make(number: int) -> Response:
        signed = await context.sessions.required("reader")
        await context.sessions.checked_form()
        found = await member_space(context, number)
        secret = secrets.token_urlsafe(32)
        link = ProjectLinkRecord(
            id=new_id(),
            project_id=found.group.id,
            kind="calendar",
            secret_hash=token_hash(secret),
            label="",
            reach="project",
            period_from=None,
            period_to=None,
            created_by=signed.actor.id,
            created_at=context.now(),
            expires_at=None,
        )
        await context.store.write(lambda tx: tx.project_links.add(link))
        return await _agenda(context, found, secret=secret)

    @blueprint.post("/projects/<int:number>/calendar/addresses/<int:link>/revoke")
    async def revoke(number: int, link: int) -> Response:
        signed = await context.sessions.required("reader")
        await context.sessions.checked_form()
        found = await space(context, number)

        async def operation(tx: Tx) -> bool:
            mine = await _links(tx, found, signed.actor)
            known = any(one.id == link for one, _ in mine)
            return known and await tx.project_links.revoke(found.group.id, link, context.now())

        if not await context.store.write(operation):
            raise not_found("address")
        return redirect(f"{found.base}/calendar", done="calendar-revoked")

    @blueprint.get("/calendars/<secret>.ics")
    async def secret_calendar(secret: str) -> Response:
        found = await context.store.query(lambda tx: _opened(tx, secret, context.now()))
        if found is None:
            raise not_found("calendar")
        group, viewer, link = found
        await context.store.write(lambda tx: tx.project_links.used(link.id, context.now()))
        return await ics(await _file(context, group, viewer.id), "project", shared=False)


async def _opened(
    tx: Tx, secret: str, now: int
) -> tuple[ActorRecord, ActorRecord, ProjectLinkRecord] | None:
    """The project and the member behind a secret, as long as they belong together."""
    if len(secret) > 200:
        return None
    link = await tx.project_links.living("calendar", token_hash(secret), now)
    if link is None or link.created_by is None:
        return None
    membership = await tx.projects.membership(link.project_id, link.created_by)
    group = await tx.actors.by_id(link.project_id)
    viewer = await tx.actors.by_id(link.created_by)
    if group is None or viewer is None or viewer.state != "active" or not viewer.local:
        return None
    return (group, viewer, link) if is_member(membership) else None


async def _links(
    tx: Tx, space: Space, viewer: ActorRecord
) -> list[tuple[ProjectLinkRecord, ActorRecord | None]]:
    """The secret addresses that still lead somewhere: one's own, for a lead those of all."""
    found = await tx.project_links.of_project(space.group.id, "calendar")
    living = [
        link
        for link in found
        if link.revoked_at is None and (space.steers or link.created_by == viewer.id)
    ]
    owners = await tx.actors.by_ids(sorted({one.created_by for one in living if one.created_by}))
    return [(link, owners.get(link.created_by or 0)) for link in living]


async def _file(context: WebContext, group: ActorRecord, viewer_id: int) -> bytes:
    """What a member (0: a stranger) may see of a project, as a calendar."""
    language = context.settings.language
    now = context.now()

    async def look(tx: Tx) -> bytes:
        found = await tx.events.of_project(group.id, viewer_id, now - 4 * KEPT_MS, now + AHEAD_MS)
        entries = await tx.project_entries.of_kinds(group.id, viewer_id, DATED)
        deadlines = [
            Deadline(entry, record, day, _titled(entry, record, language))
            for entry, record in entries
            if (day := _day(entry)) is not None
        ]
        return calendar(group.name or group.username, found, deadlines)

    return await context.store.query(look)


def _day(entry: EntryRecord) -> date | None:
    due = from_json(entry.fields).due
    try:
        return date.fromisoformat(due) if due else None
    except ValueError:
        return None


def _titled(entry: EntryRecord, record: ObjectRecord, language: str) -> str:
    title = from_json(entry.fields).title or record.name or plain_text(record.content)[:80]
    return texts_of(language)(_NAMES[entry.kind]) % title


async def _agenda(context: WebContext, found: Space, *, secret: str = "") -> Response:
    """The page of a month; `secret` is shown once, when it was made."""
    first = _month(context.now())
    language = await context.renderer.language()
    weeks = tuple(
        tuple(week) for week in months.Calendar().monthdatescalendar(first.year, first.month)
    )
    since, until = weeks[0][0], weeks[-1][-1] + timedelta(days=1)
    viewer = found.viewer

    async def look(tx: Tx) -> tuple[list[Item], list[Any]]:
        number = viewer.id if viewer is not None else 0
        happenings = await tx.events.of_project(
            found.group.id,
            number,
            midnight(since - timedelta(days=31), PLACE),
            midnight(until, PLACE),
        )
        views = await views_of(tx, happenings, viewer, context.now())
        entries = await tx.project_entries.of_kinds(found.group.id, number, DATED)
        links = await _links(tx, found, viewer) if viewer is not None and found.is_member else []
        return _items(views, entries, language, since, until), links

    items, links = await context.store.query(look)
    origin = context.settings.origin
    return await context.renderer.render(
        "events/agenda.html",
        index=found.record.reach != "project" and viewer is None,
        space=found,
        tabs=TABS,
        month=Month(first, weeks, tuple(items), _month_name(first, language), _weekdays(language)),
        today=local(context.now(), PLACE).date(),
        links=links,
        secret=f"{origin}/calendars/{secret}.ics" if secret else "",
        open_address=f"{origin}{found.base}/calendar.ics",
    )


def _items(
    views: Sequence[EventView],
    entries: Sequence[tuple[EntryRecord, ObjectRecord]],
    language: str,
    since: date,
    until: date,
) -> list[Item]:
    """Everything of a period, by day and hour."""
    found = []
    for view in views:
        begin = local(view.row.starts_at, view.row.timezone)
        end = local(view.row.ends_at or view.row.starts_at, view.row.timezone)
        hour = "" if view.event.all_day else f"{begin:%H:%M}"
        found.append(
            Item(
                begin.date(),
                max(begin, end).date(),
                hour,
                "event",
                view.title,
                page_for(view.record) if view.viewer is not None else view.record.url,
                view,
                view.event.status == "cancelled",
            )
        )
    for entry, record in entries:
        day = _day(entry)
        if day is not None:
            ended = entry.state in ("dropped", "withdrawn", "filled")
            title = _titled(entry, record, language)
            found.append(
                Item(
                    day,
                    day,
                    "",
                    entry.kind,
                    title,
                    record.url,
                    ended=ended,
                    spoken=_spoken(day, language),
                )
            )
    shown = [item for item in found if item.last >= since and item.day < until]
    return sorted(shown, key=lambda item: (item.day, item.hour, item.title))


def _month(now: int) -> date:
    """What `?month=2026-11` says, else this month. Raises `Refused` 400."""
    text = request.args.get("month", "")
    if not text:
        return local(now, PLACE).date().replace(day=1)
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        raise Refused(400, "bad-month", "This month does not exist.") from None
    if not FIRST_YEAR <= first.year <= LAST_YEAR:
        raise Refused(400, "bad-month", "This month does not exist.")
    return first


def _month_name(first: date, language: str) -> str:
    from babel.dates import format_date

    return format_date(first, "LLLL y", locale=language)


def _spoken(day: date, language: str) -> str:
    from babel.dates import format_date

    return format_date(day, "full", locale=language)


def _weekdays(language: str) -> tuple[tuple[str, str], ...]:
    """The names of the days of a week, short and whole, Monday first."""
    from babel.dates import get_day_names

    short = get_day_names("abbreviated", "stand-alone", locale=language)
    whole = get_day_names("wide", "stand-alone", locale=language)
    return tuple((short[number], whole[number]) for number in range(7))
