"""`/projects/ID/milestones`: milestones, those who are responsible, how far they are."""

from dataclasses import replace
from typing import Any, Final

from quart import Blueprint, Response, request

from actors.problems import not_found
from federation.errors import Refused
from objects.notes import source_of
from objects.projects.entries import STATES, Entry
from objects.projects.membership import steers
from objects.projects.milestones import Milestone, deliverables, milestone, milestones, progress
from objects.projects.offers import EntryEnd, NewEntry, other_entry, other_state
from outbox.acts.projects.entries import MAX_TITLE
from outbox.context import ActRefused
from storage.store import Tx
from web.context import WebContext
from web.forms import Form, area, line, pick
from web.projects.desk import TABS, Space, member_space, space
from web.projects.journal import lines_of
from web.projects.notes import Place, place_of
from web.projects.offering import offered, own_text, waiting_of
from web.projects.refusals import because, done
from web.rendering import redirect
from web.rules import longest, of_our_time, required
from web.texts import mark

MAX_TEXT: Final = 20_000
SHOWN: Final = 50
"""Notes on the page of a milestone; the journal has them all, page by page."""
STATE_NAMES: Final = {
    "planned": mark("Planned"),
    "running": mark("In progress"),
    "reached": mark("Reached"),
    "dropped": mark("Given up"),
}


class MilestoneForm(Form):
    """A milestone."""

    title = line(mark("What shall be reached"), required(), longest(MAX_TITLE))
    due = line(mark("Until which day"), of_our_time(), type="date", **{"class": "short"})
    responsible = pick(mark("Who is responsible"))
    text = area(mark("More about it"), longest(MAX_TEXT), rows=4)


class StateForm(Form):
    """How a milestone stands."""

    state = pick(mark("State"), (), required())


class MilestonePages:
    """The list, one milestone, and what members do with it."""

    def __init__(self, context: WebContext) -> None:
        self._context = context

    async def listed(self, number: int) -> Response:
        """All milestones with their progress, and the deliverables."""
        context, found = self._context, await space(self._context, number)
        viewer_id, now = found.viewer_id, context.now()

        async def look(tx: Tx) -> dict[str, Any]:
            known = await milestones(tx, found.group.id, viewer_id, now)
            return {
                "milestones": known,
                "progress": progress(known),
                "deliverables": await deliverables(tx, found.group.id, viewer_id, known),
                "waiting": await waiting_of(tx, found),
            }

        return await context.renderer.public(
            "projects/milestones.html",
            index=_is_open(found),
            space=found,
            tabs=TABS,
            **await context.store.query(look),
        )

    async def one(
        self, number: int, object_id: int, form: StateForm | None = None, status: int = 200
    ) -> Response:
        """A milestone with what belongs to it."""
        context = self._context
        place, found = await self._found(number, object_id)
        if form is None:
            form = await context.renderer.form(StateForm, data={"state": found.row.state})
        _ = await context.renderer.translate()
        form.state.choices = [(state, _(STATE_NAMES[state])) for state in STATES["milestone"]]
        viewer_id = place.space.viewer_id

        async def look(tx: Tx) -> dict[str, Any]:
            rows = await tx.project_dates.of_milestone(found.record.url, viewer_id, limit=SHOWN + 1)
            lines = await lines_of(tx, context.outbox.identifiers, place.space.viewer, rows[:SHOWN])
            waiting = await waiting_of(tx, place.space)
            return {"lines": lines, "waiting": waiting, "has_more": len(rows) > SHOWN}

        return await context.renderer.public(
            "projects/milestone.html",
            status=status,
            index=_is_open(place.space) and found.record.visibility == "public",
            space=place.space,
            tabs=TABS,
            one=found,
            text=own_text(found.record),
            form=form,
            answers=_answers(place.space, found),
            **await context.store.query(look),
        )

    async def write(self, number: int, object_id: int | None) -> Response:
        """A new milestone, or another text, day or person for one."""
        context = self._context
        found = await member_space(context, number)
        if not found.is_partner:
            raise Refused(403, "observer", "Observers read and comment; they propose nothing.")
        before = None if object_id is None else (await self._found(number, object_id))[1]
        sent = await context.sessions.checked_form() if request.method == "POST" else None
        form = await self._form(found, before, sent)
        if sent is not None and form.validate():
            try:
                said = await self._save(found, before, form)
            except ActRefused as refused:
                form.refuse("", await because(context, refused))
            else:
                path = f"{found.base}/milestones"
                return redirect(path if before is None else f"{path}/{object_id}", done=said)
        return await context.renderer.render(
            "projects/milestone_form.html",
            status=200 if sent is None else 422,
            index=False,
            space=found,
            tabs=TABS,
            form=form,
            one=before,
        )

    async def set_state(self, number: int, object_id: int) -> Response:
        """Let a milestone stand otherwise, or propose it."""
        context = self._context
        await member_space(context, number)
        sent = await context.sessions.checked_form()
        place, found = await self._found(number, object_id)
        form = await context.renderer.form(StateForm, sent)
        form.state.choices = [(state, state) for state in STATES["milestone"]]
        if not form.validate():
            return await self.one(number, object_id, form, 422)
        change = other_state(found.record.url, form.state.data or "")
        said = await done(context, offered(context, place.space, change, "entry-saved"))
        return redirect(f"{place.space.base}/milestones/{object_id}", done=said)

    async def end(self, number: int, object_id: int) -> Response:
        """Delete a milestone, or propose it."""
        context = self._context
        await member_space(context, number)
        await context.sessions.checked_form()
        place, found = await self._found(number, object_id)
        end = EntryEnd(url=found.record.url)
        said = await done(context, offered(context, place.space, end, "entry-ended"))
        return redirect(f"{place.space.base}/milestones", done=said)

    async def _found(self, number: int, object_id: int) -> tuple[Place, Milestone]:
        """A milestone that the viewer may see. Raises `Refused` 404."""
        place = await place_of(self._context, number, object_id)
        viewer_id, now = place.space.viewer_id, self._context.now()
        found = await self._context.store.query(
            lambda tx: milestone(tx, place.record, viewer_id, now)
        )
        if found is None:
            raise not_found("milestone")
        return place, found

    async def _form(self, found: Space, before: Milestone | None, sent: Any) -> MilestoneForm:
        data: dict[str, str] = {}
        if before is not None:
            entry = before.entry
            data = {"title": entry.title, "due": entry.due, "responsible": entry.responsible,
                    "text": source_of(before.record)[0]}  # fmt: skip
        form = await self._context.renderer.form(MilestoneForm, sent, data=data)
        _ = await self._context.renderer.translate()
        people = await self._context.store.query(lambda tx: tx.projects.memberships(found.group.id))
        named = {person.url: person.name or person.username for _m, person in people}
        if before is not None and before.entry.responsible:
            named.setdefault(before.entry.responsible, before.entry.responsible)
        form.responsible.choices = [("", _("Not said")), *named.items()]
        return form

    async def _save(self, found: Space, before: Milestone | None, form: MilestoneForm) -> str:
        said: dict[str, Any] = {
            "title": form.title.data or "",
            "due": form.due.data or "",
            "responsible": form.responsible.data or "",
        }
        text = form.text.data or ""
        if before is None:
            new = NewEntry(entry=Entry(kind="milestone", **said), text=text)
            return await offered(self._context, found, new, "entry-saved")
        after = replace(before.entry, **said)
        change = other_entry(before.record.url, before.entry, after, text)
        return await offered(self._context, found, change, "entry-saved")


def _is_open(found: Space) -> bool:
    return found.record.reach == "public" and bool(found.group.local)


def _answers(found: Space, one: Milestone) -> bool:
    """Whether the viewer says how far a milestone is, without asking a lead."""
    responsible = found.viewer is not None and one.entry.responsible == found.viewer.url
    return found.is_member and (responsible or steers(found.membership))


def add_milestone_routes(blueprint: Blueprint, context: WebContext) -> None:
    """Reading, writing, changing, deleting."""
    pages = MilestonePages(context)
    path = "/projects/<int:number>/milestones"

    @blueprint.get(path)
    async def milestone_list(number: int) -> Response:
        return await pages.listed(number)

    @blueprint.route(f"{path}/new", methods=["GET", "POST"])
    async def new_milestone(number: int) -> Response:
        return await pages.write(number, None)

    @blueprint.get(f"{path}/<int:object_id>")
    async def one_milestone(number: int, object_id: int) -> Response:
        return await pages.one(number, object_id)

    @blueprint.route(f"{path}/<int:object_id>/edit", methods=["GET", "POST"])
    async def change_milestone(number: int, object_id: int) -> Response:
        return await pages.write(number, object_id)

    @blueprint.post(f"{path}/<int:object_id>/state")
    async def milestone_state(number: int, object_id: int) -> Response:
        return await pages.set_state(number, object_id)

    @blueprint.post(f"{path}/<int:object_id>/delete")
    async def end_milestone(number: int, object_id: int) -> Response:
        return await pages.end(number, object_id)
