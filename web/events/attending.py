"""Registering for an event and taking that back, and an event as a file for calendars."""

from typing import Final

from quart import Blueprint, Response

from actors.problems import not_found
from objects.events.calendar import calendar
from objects.visibility import may_see
from outbox.acts.events.attending import join_event, leave_event
from storage.events import Happening
from storage.records import ActorRecord
from storage.store import Tx
from web.context import WebContext
from web.events.listing import ics
from web.events.words import REASONS
from web.projects.refusals import done
from web.rendering import redirect, register_done
from web.texts import mark
from web.workspace.actions import back_to, object_for

OPEN: Final = ("public", "unlisted")
MAX_MESSAGE: Final = 500

register_done(
    {
        "registered": mark("You are registered."),
        "register-asked": mark("Your request is sent; the organiser decides."),
        "unregistered": mark("Your registration is taken back."),
    }
)


def add_attending_routes(blueprint: Blueprint, context: WebContext) -> None:
    """`POST /events/ID/{join,leave}`, `/events/ID.ics`."""

    @blueprint.post("/events/<int:number>/join")
    async def join(number: int) -> Response:
        signed = await context.sessions.required("reader")
        form = await context.sessions.checked_form()
        record = await object_for(context, number, signed.actor)
        message = form.get("message", "").strip()[:MAX_MESSAGE]
        joining = join_event(context.outbox, signed.actor, record, message)
        found = await done(context, joining, REASONS)
        said = "registered" if found.state == "accepted" else "register-asked"
        return redirect(back_to(form, record), done=said)

    @blueprint.post("/events/<int:number>/leave")
    async def leave(number: int) -> Response:
        signed = await context.sessions.required("reader")
        form = await context.sessions.checked_form()
        record = await object_for(context, number, signed.actor)
        await done(context, leave_event(context.outbox, signed.actor, record), REASONS)
        return redirect(back_to(form, record), done="unregistered")

    @blueprint.get("/events/<int:number>.ics")
    async def one(number: int) -> Response:
        await context.renderer.ensure_open()
        signed = await context.sessions.current()
        viewer = signed.actor if signed is not None else None
        event, record = await visible_event(context, number, viewer)
        content = calendar(record.name, [(event, record)])
        return await ics(content, f"event-{number}", shared=record.visibility in OPEN)


async def visible_event(context: WebContext, number: int, viewer: ActorRecord | None) -> Happening:
    """An event that somebody may see; strangers see those of this node. Raises `Refused` 404."""

    async def look(tx: Tx) -> Happening | None:
        record = await tx.objects.by_id(number) if number < 2**63 else None
        event = await tx.events.by_id(record.id) if record is not None else None
        if record is None or event is None or not await may_see(tx, record, viewer):
            return None
        return (event, record) if record.local or viewer is not None else None

    found = await context.store.query(look)
    if found is None:
        raise not_found("event")
    return found
