"""`/projects/ID/calendar`: events, milestones and deadlines of a project, month by month.

The month stands there as a table and as a list. The calendar can be subscribed to: what everybody
may see under the project's own address, what a member sees under a secret one that ends when its
owner takes it back or belongs to the project no more.
"""

import calendar as months
import secrets
from datetime import date, timedelta
from typing import Any, Final

from quart import Blueprint, Response, request

from actors.auth import token_hash
from actors.problems import not_found
from federation.errors import Refused
from objects.events.calendar import Deadline, calendar
from objects.events.times import PLACE, local, midnight
from objects.projects.membership import is_member
from storage.ids import new_id
from storage.project_links import ProjectLinkRecord
from storage.records import ActorRecord
from storage.store import Tx
from web.context import WebContext
from web.events.listing import KEPT_MS, ics
from web.events.month import (
    DATED,
    FIRST_YEAR,
    LAST_YEAR,
    Item,
    Month,
    day_of_entry,
    items_of,
    month_name,
    titled,
    weekdays,
)
from web.events.view import views_of
from web.projects.desk import TABS, Space, member_space, space
from web.rendering import redirect, register_done
from web.texts import mark

AHEAD_MS: Final = 3 * 366 * 86_400_000
AHEAD: Final = timedelta(days=366)
MANY_LATER: Final = 10

register_done(
    {
        "calendar-made": mark("The secret address is made; it stands below, once."),
        "calendar-revoked": mark("This address leads nowhere any more."),
    }
)


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
    if group is None or group.state != "active":
        return None
    if viewer is None or viewer.state != "active" or not viewer.local:
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
            Deadline(entry, record, day, titled(entry, record, language))
            for entry, record in entries
            if (day := day_of_entry(entry)) is not None
        ]
        return calendar(group.name or group.username, found, deadlines)

    return await context.store.query(look)


async def _agenda(context: WebContext, found: Space, *, secret: str = "") -> Response:
    """The page of a month; `secret` is shown once, when it was made."""
    first = _month(context.now())
    language = await context.renderer.language()
    weeks = tuple(
        tuple(week) for week in months.Calendar().monthdatescalendar(first.year, first.month)
    )
    since, until = weeks[0][0], weeks[-1][-1] + timedelta(days=1)
    today = local(context.now(), PLACE).date()
    ahead = AHEAD if first == today.replace(day=1) else timedelta()
    viewer = found.viewer

    async def look(tx: Tx) -> tuple[list[Item], list[Any]]:
        number = viewer.id if viewer is not None else 0
        begin, end = since - timedelta(days=31), until + ahead
        happenings = await tx.events.of_project(
            found.group.id, number, midnight(begin, PLACE), midnight(end, PLACE)
        )
        views = await views_of(tx, happenings, viewer, context.now())
        entries = await tx.project_entries.of_kinds(found.group.id, number, DATED)
        links = await _links(tx, found, viewer) if viewer is not None and found.is_member else []
        return items_of(views, entries, language, found.base), links

    items, links = await context.store.query(look)
    origin = context.settings.origin
    return await context.renderer.public(
        "events/agenda.html",
        index=found.record.reach != "project" and viewer is None,
        space=found,
        tabs=TABS,
        month=Month(
            first,
            weeks,
            tuple(item for item in items if item.last >= since and item.day < until),
            tuple(item for item in items if until <= item.day < until + ahead)[:MANY_LATER],
            month_name(first, language),
            weekdays(language),
        ),
        today=today,
        links=links,
        secret=f"{origin}/calendars/{secret}.ics" if secret else "",
        open_address=f"{origin}{found.base}/calendar.ics",
    )


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
