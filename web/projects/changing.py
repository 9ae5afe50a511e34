"""`/projects/ID/notes/NUMBER/{edit,delete}`: changing and deleting an entry of a project."""

from datetime import date
from typing import Any

from quart import Blueprint, Response, request

from federation.errors import Refused
from objects.notes import source_of
from objects.projects.entries import TALK, Entry, from_json
from outbox.acts.projects.entries import change_entry, withdraw_entry
from outbox.context import ActRefused
from web.context import WebContext
from web.projects.desk import TABS
from web.projects.journal import milestones_of
from web.projects.notes import CHANGED_HERE, Place, place_of
from web.projects.refusals import because, done
from web.projects.writing import REFUSALS, ChangeForm, offer_milestones, said_by
from web.rendering import redirect, register_done
from web.texts import mark

register_done(
    {
        "note-changed": mark("Your changes are published."),
        "note-withdrawn": mark("Deleted here, and on the sites of the partners."),
    }
)


def add_change_routes(blueprint: Blueprint, context: WebContext) -> None:
    """Changing and deleting one's own, or as a lead what belongs to the project."""

    @blueprint.route("/projects/<int:number>/notes/<int:object_id>/edit", methods=["GET", "POST"])
    async def change_note(number: int, object_id: int) -> Response:
        signed = await context.sessions.required("reader")
        place = await _changeable(context, number, object_id)
        if place.row.kind not in CHANGED_HERE:
            raise Refused(422, "not-a-note", "This is changed on another page.")
        values = await context.sessions.checked_form() if request.method == "POST" else None
        before = from_json(place.row.fields)
        form = await _change_form(context, place, before, values)
        if values is not None and form.validate():
            try:
                await change_entry(
                    context.outbox,
                    signed.actor,
                    place.record,
                    entry=said_by(form, before),
                    text=form.text.data or "",
                )
            except ActRefused as refused:
                form.refuse("text", await because(context, refused, REFUSALS))
            else:
                return redirect(place.address, done="note-changed")
        return await context.renderer.render(
            "projects/note_edit.html",
            status=422 if values is not None else 200,
            index=False,
            space=place.space,
            tabs=TABS,
            place=place,
            form=form,
            talk=place.row.kind in TALK,
        )

    @blueprint.post("/projects/<int:number>/notes/<int:object_id>/delete")
    async def delete_note(number: int, object_id: int) -> Response:
        signed = await context.sessions.required("reader")
        await context.sessions.checked_form()
        place = await _changeable(context, number, object_id)
        await done(context, withdraw_entry(context.outbox, signed.actor, place.record))
        return redirect(place.space.base, done="note-withdrawn")


async def _changeable(context: WebContext, number: int, object_id: int) -> Place:
    """An entry that the viewer may change. Raises `Refused` 404, 403."""
    place = await place_of(context, number, object_id)
    if not place.may_change:
        raise Refused(403, "not-yours", "Only its author changes an entry.")
    return place


async def _change_form(context: WebContext, place: Place, before: Entry, values: Any) -> ChangeForm:
    """The form, filled with what the entry says now."""
    text, _ = source_of(place.record)
    data = {
        "title": before.title,
        "text": text,
        "milestone": before.milestone,
        "link": before.link,
        "happened": date.fromisoformat(before.happened) if before.happened else None,
    }
    form = await context.renderer.form(ChangeForm, values, data=data)
    milestones = await context.store.query(lambda tx: milestones_of(tx, place.space))
    await offer_milestones(context, form, milestones, before.milestone)
    return form
