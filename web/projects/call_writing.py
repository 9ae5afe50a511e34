"""Writing, changing and ending the calls of a project: a lead at once, others as a proposal."""

from dataclasses import replace
from typing import Any, Final

from quart import Blueprint, Response, request

from actors.problems import not_found
from federation.errors import Refused
from objects.experiences.checking import is_territory
from objects.notes import source_of
from objects.projects.calls import PartnerCall, call
from objects.projects.entries import MAX_SKILLS, Entry
from objects.projects.facts import is_concept
from objects.projects.offers import EntryEnd, NewEntry, other_entry, other_state
from objects.vocabularies.names import THEME
from outbox.acts.projects.entries import MAX_TITLE
from outbox.context import ActRefused
from web.context import WebContext
from web.forms import Form, area, line, several
from web.projects.calls import STATES
from web.projects.desk import TABS, Space, member_space
from web.projects.notes import place_of
from web.projects.offering import offered
from web.projects.refusals import because, done
from web.rendering import redirect
from web.rules import longest, of_our_time, required
from web.texts import mark
from web.workspace.profile import labels_of

MAX_TEXT: Final = 20_000
MAX_WORDS: Final = 500
NO_PLACE: Final = mark(
    "Write the INSEE code of a town (five characters), of a département (two or three) "
    "or of a région (R28)."
)


class CallForm(Form):
    """What a project looks for."""

    title = line(mark("Whom or what do you look for?"), required(), longest(MAX_TITLE))
    text = area(mark("What it is about"), longest(MAX_TEXT), rows=6)
    skills = several(mark("Skills"))
    words = line(
        mark("Other skills"), longest(MAX_WORDS), hint=mark("In a few words, with commas between.")
    )
    due = line(
        mark("Last day to answer"),
        of_our_time(),
        type="date",
        hint=mark("After it the call is over by itself."),
        **{"class": "short"},
    )
    territory = line(
        mark("Place (INSEE code)"),
        longest(9),
        hint=mark("For example 50129 (Cherbourg-en-Cotentin), 50 (Manche) or R28 (Normandie)."),
        **{"class": "short"},
    )
    territory_name = line(mark("Name of the place"), longest(300))


class CallDesk:
    """What partners do with calls."""

    def __init__(self, context: WebContext) -> None:
        self._context = context

    async def write(self, number: int, object_id: int | None) -> Response:
        """A new call, or another text, day, skill or place for one."""
        context, found = self._context, await member_space(self._context, number)
        if not found.is_partner:
            raise Refused(403, "observer", "Observers read and comment; they propose nothing.")
        before = None if object_id is None else await self._of_project(number, object_id)
        sent = await context.sessions.checked_form() if request.method == "POST" else None
        form = await self._form(before, sent)
        if sent is not None and form.validate() and await self._is_place(form):
            try:
                said = await self._save(found, before, form)
            except ActRefused as refused:
                form.refuse(
                    "due" if refused.code == "over" else "", await because(context, refused)
                )
            else:
                path = f"{found.base}/calls" if before is None else f"/calls/{object_id}"
                return redirect(path, done=said)
        return await context.renderer.render(
            "projects/call_form.html",
            status=200 if sent is None else 422,
            index=False,
            space=found,
            tabs=TABS,
            form=form,
            one=before,
        )

    async def set_state(self, number: int, object_id: int) -> Response:
        """Let a call be filled, withdrawn or open again, or propose it."""
        context, found = self._context, await member_space(self._context, number)
        sent = await context.sessions.checked_form()
        known = await self._of_project(number, object_id)
        state = sent.get("state", "")
        if state not in STATES:
            raise Refused(422, "unknown-state", "A call is open, filled or withdrawn.")
        change = other_state(known.record.url, state)
        said = await done(context, offered(context, found, change, "entry-saved"))
        return redirect(f"/calls/{object_id}", done=said)

    async def end(self, number: int, object_id: int) -> Response:
        """Delete a call, or propose it."""
        context, found = self._context, await member_space(self._context, number)
        await context.sessions.checked_form()
        known = await self._of_project(number, object_id)
        end = EntryEnd(url=known.record.url)
        said = await done(context, offered(context, found, end, "entry-ended"))
        return redirect(f"{found.base}/calls", done=said)

    async def _of_project(self, number: int, object_id: int) -> PartnerCall:
        """A call of this project. Raises `Refused` 404."""
        place, now = await place_of(self._context, number, object_id), self._context.now()
        group = place.space.group
        found = await self._context.store.query(lambda tx: call(tx, place.record, group, now))
        if found is None:
            raise not_found("call")
        return found

    async def _form(self, before: PartnerCall | None, sent: Any) -> CallForm:
        context = self._context
        data: dict[str, Any] = {}
        if before is not None:
            entry = before.entry
            data = {name: getattr(entry, name) for name in ("title", "due", "territory",
                                                            "territory_name")}  # fmt: skip
            data["text"] = source_of(before.record)[0]
            data["skills"] = [skill for skill in entry.skills if is_concept(skill)]
            data["words"] = ", ".join(skill for skill in entry.skills if not is_concept(skill))
        form = await context.renderer.form(CallForm, sent, data=data)
        known = await context.store.query(lambda tx: tx.concepts.of_schemes((THEME,)))
        form.skills.choices = labels_of(known.get(THEME, []), await context.renderer.language())
        return form

    async def _is_place(self, form: CallForm) -> bool:
        _ = await self._context.renderer.translate()
        if form.territory.data and not is_territory(form.territory.data):
            form.refuse("territory", _(NO_PLACE))
            return False
        return True

    async def _save(self, found: Space, before: PartnerCall | None, form: CallForm) -> str:
        words = [word.strip() for word in (form.words.data or "").split(",") if word.strip()]
        said: dict[str, Any] = {
            "title": form.title.data or "",
            "due": form.due.data or "",
            "skills": tuple(dict.fromkeys((*(form.skills.data or ()), *words)))[:MAX_SKILLS],
            "territory": form.territory.data or "",
            "territory_name": form.territory_name.data or "",
        }
        text = form.text.data or ""
        if before is None:
            new = NewEntry(entry=Entry(kind="call", **said), text=text)
            return await offered(self._context, found, new, "entry-saved")
        change = other_entry(before.record.url, before.entry, replace(before.entry, **said), text)
        return await offered(self._context, found, change, "entry-saved")


def add_call_writing_routes(blueprint: Blueprint, context: WebContext) -> None:
    """Writing, changing, deleting."""
    desk = CallDesk(context)
    path = "/projects/<int:number>/calls"

    @blueprint.route(f"{path}/new", methods=["GET", "POST"])
    async def new_call(number: int) -> Response:
        return await desk.write(number, None)

    @blueprint.route(f"{path}/<int:object_id>/edit", methods=["GET", "POST"])
    async def change_call(number: int, object_id: int) -> Response:
        return await desk.write(number, object_id)

    @blueprint.post(f"{path}/<int:object_id>/state")
    async def call_state(number: int, object_id: int) -> Response:
        return await desk.set_state(number, object_id)

    @blueprint.post(f"{path}/<int:object_id>/delete")
    async def end_call(number: int, object_id: int) -> Response:
        return await desk.end(number, object_id)
