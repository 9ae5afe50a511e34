"""Announcing an event, changing it, calling it off, withdrawing it."""

from typing import Any, Final

from quart import Blueprint, Response, request

from federation.errors import Refused
from objects.events.fields import Event
from objects.events.store import event_in
from objects.notes import source_of
from outbox.acts.events.publishing import (
    EventDraft,
    cancel_event,
    change_event,
    publish_event,
    withdraw_event,
)
from outbox.context import ActRefused
from storage.records import ObjectRecord
from web.context import WebContext
from web.events.words import REASONS
from web.events.writing import EventForm, event_form, read_event
from web.projects.desk import TABS, Space, member_space
from web.projects.refusals import because, done
from web.rendering import redirect, register_done
from web.sessions import SignedIn
from web.texts import mark
from web.workspace.actions import object_for
from web.workspace.cards import page_for

ALONE: Final = {
    "public": mark("Everybody"),
    "network": mark("The organisations of the network"),
}
IN_PROJECT: Final = {
    "public": mark("Everybody"),
    "network": mark("The organisations of the network"),
    "project": mark("The members of the project alone"),
}

register_done(
    {
        "event-announced": mark("Your event is announced."),
        "event-saved": mark("Your changes are published; those who take part are told."),
        "event-cancelled": mark("Your event is called off; those who take part are told."),
        "event-withdrawn": mark("Your event is deleted, with its registrations."),
    }
)


def add_page_routes(blueprint: Blueprint, context: WebContext) -> None:
    """`/events/new`, `/projects/ID/events/new`, `/events/ID/{edit,cancel,withdraw}`."""

    @blueprint.route("/events/new", methods=["GET", "POST"])
    async def new() -> Response:
        signed = await context.sessions.required()
        return await _announce(context, signed, None)

    @blueprint.route("/projects/<int:number>/events/new", methods=["GET", "POST"])
    async def new_in_project(number: int) -> Response:
        signed = await context.sessions.required()
        found = await member_space(context, number)
        if not found.may_publish:
            raise Refused(403, "observer", "Leads and partners announce events.")
        return await _announce(context, signed, found)

    @blueprint.route("/events/<int:number>/edit", methods=["GET", "POST"])
    async def edit(number: int) -> Response:
        signed = await context.sessions.required()
        record, event = await _own_event(context, signed, number)
        sent = await context.sessions.checked_form() if request.method == "POST" else None
        form = await event_form(context.renderer, sent, [], event, source_of(record)[0])
        _ = await context.renderer.translate()
        changed = read_event(form, event, _) if sent is not None and form.validate() else None
        if changed is not None:
            text = form.text.data or ""
            try:
                await change_event(context.outbox, signed.actor, record, changed, text)
            except ActRefused as refused:
                form.refuse("", await because(context, refused, REASONS))
            else:
                return redirect(page_for(record), done="event-saved")
        return await _page(context, form, sent, record=record, event=event)

    @blueprint.post("/events/<int:number>/cancel")
    async def cancel(number: int) -> Response:
        signed = await context.sessions.required()
        await context.sessions.checked_form()
        record, _ = await _own_event(context, signed, number)
        await done(context, cancel_event(context.outbox, signed.actor, record), REASONS)
        return redirect(page_for(record), done="event-cancelled")

    @blueprint.post("/events/<int:number>/withdraw")
    async def withdraw(number: int) -> Response:
        signed = await context.sessions.required()
        await context.sessions.checked_form()
        record, _ = await _own_event(context, signed, number)
        await done(context, withdraw_event(context.outbox, signed.actor, record), REASONS)
        return redirect("/events", done="event-withdrawn")


async def _announce(context: WebContext, signed: SignedIn, space: Space | None) -> Response:
    """The form of a new event, and what becomes of it."""
    sent = await context.sessions.checked_form() if request.method == "POST" else None
    _ = await context.renderer.translate()
    circles = IN_PROJECT if space is not None else ALONE
    first = space.record.reach if space is not None else "public"
    names = [first, *(name for name in circles if name != first)]
    reaches = [(name, _(circles[name])) for name in names]
    form = await event_form(context.renderer, sent, reaches, None, "")
    event = read_event(form, None, _) if sent is not None and form.validate() else None
    if event is not None:
        draft = EventDraft(
            event=event,
            text=form.text.data or "",
            reach=form.reach.data,
            language=await context.renderer.language(),
        )
        group = space.group if space is not None else None
        try:
            record = await publish_event(context.outbox, signed.actor, draft, group)
        except ActRefused as refused:
            form.refuse("", await because(context, refused, REASONS))
        else:
            return redirect(page_for(record), done="event-announced")
    return await _page(context, form, sent, space=space)


async def _page(context: WebContext, form: EventForm, sent: Any, **values: Any) -> Response:
    template = "events/form_in_project.html" if values.get("space") else "events/form.html"
    return await context.renderer.render(
        template,
        status=422 if sent is not None else 200,
        index=False,
        form=form,
        tabs=TABS,
        **values,
    )


async def _own_event(
    context: WebContext, signed: SignedIn, number: int
) -> tuple[ObjectRecord, Event]:
    """An event that the member announced. Raises `Refused`: 404, 403 for somebody else's."""
    record = await object_for(context, number, signed.actor)
    event = event_in(record)
    if event is None:
        raise Refused(404, "not-found", "There is no such event.")
    if record.actor_id != signed.actor.id:
        raise Refused(403, "not-yours", "Only who announced an event changes it.")
    return record, event
