"""`/events`: what is coming up, and on demand what is over; `/calendar.ics` beside it."""

from typing import Any, Final

from quart import Blueprint, Response, request

from federation.errors import Refused
from objects.events.calendar import CONTENT_TYPE, calendar
from storage.store import Tx
from web.context import WebContext
from web.events.view import EventView, views_of
from web.public.downloads import site_name

PAGE: Final = 20
IN_CALENDAR: Final = 500
KEPT_MS: Final = 90 * 86_400_000
"""How long what is over stays in calendars."""


def add_listing_routes(blueprint: Blueprint, context: WebContext) -> None:
    """The list and the calendar of everything public here."""

    @blueprint.get("/events")
    async def events() -> Response:
        await context.renderer.ensure_open()
        signed = await context.sessions.current()
        viewer = signed.actor if signed is not None else None
        past, after, now = request.args.get("past") == "1", _after(), context.now()

        async def look(tx: Tx) -> list[EventView]:
            number = viewer.id if viewer is not None else 0
            if past:
                found = await tx.events.past(number, now, limit=PAGE + 1, after=after)
            else:
                found = await tx.events.upcoming(number, now, limit=PAGE + 1, after=after or (0, 0))
            return await views_of(tx, found, viewer, now)

        found = await context.store.query(look)
        last = found[PAGE - 1].row if len(found) > PAGE else None
        return await context.renderer.public(
            "events/list.html",
            events=found[:PAGE],
            past=past,
            following=f"{last.starts_at}.{last.object_id}" if last is not None else "",
            index=not past and after is None,
            canonical=f"{context.settings.origin}/events",
        )

    @blueprint.get("/calendar.ics")
    async def node_calendar() -> Response:
        await context.renderer.ensure_open()
        since = context.now() - KEPT_MS
        found = await context.store.query(
            lambda tx: tx.events.upcoming(0, since, limit=IN_CALENDAR)
        )
        return await ics(calendar(await site_name(context), found), "calendar", shared=True)


def _after() -> tuple[int, int] | None:
    """What `?after=` says: the start and the number of the last event shown. Raises 400."""
    text = request.args.get("after", "")
    if not text:
        return None
    parts = text.split(".")
    if len(parts) != 2 or not all(p.isascii() and p.isdigit() and len(p) < 20 for p in parts):
        raise Refused(400, "bad-page", "This page does not exist.")
    start, number = int(parts[0]), int(parts[1])
    if max(start, number) >= 2**63:
        raise Refused(400, "bad-page", "This page does not exist.")
    return start, number


async def ics(content: bytes, name: str, *, shared: bool) -> Response:
    """A calendar as a file; `shared` when everybody may have it."""
    response = Response(content, content_type=CONTENT_TYPE)
    headers: dict[str, Any] = {
        "Content-Disposition": f'attachment; filename="{name}.ics"',
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Vary": "Cookie",
        "Cache-Control": "public, no-cache" if shared else "private, no-store",
    }
    response.headers.update(headers)
    if not shared:
        response.headers["X-Robots-Tag"] = "noindex"
        response.headers["Referrer-Policy"] = "no-referrer"
    await response.add_etag()
    await response.make_conditional(request)
    return response
