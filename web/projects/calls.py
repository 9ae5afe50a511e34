"""`/projects/ID/calls` and `/calls`: who and what projects look for, and answering them."""

from dataclasses import dataclass
from typing import Any, Final

from quart import Blueprint, Response, request

from actors.problems import not_found
from federation.errors import Refused
from objects.notes import NoteDraft
from objects.projects.calls import PartnerCall, call, calls, narrowed, open_calls, skill_names
from objects.projects.fields import ENDED
from objects.projects.membership import MAX_ENGAGEMENT, is_member, leads
from objects.projects.store import fields_of
from objects.visibility import may_see
from outbox.acts.create import post
from outbox.acts.projects.belonging import join
from outbox.context import ActRefused
from storage.projects import MembershipRecord, ProjectRecord
from storage.records import ActorRecord
from storage.store import Tx
from web.context import WebContext
from web.forms import Form, area
from web.projects.desk import TABS, Space, space
from web.projects.offering import own_text, waiting_of
from web.projects.refusals import because
from web.rendering import redirect, register_done
from web.rules import longest, required
from web.texts import mark

MAX_ANSWER: Final = 1_000
STATES: Final = ("open", "filled", "withdrawn")

register_done(
    {
        "call-answered": mark("Your answer is sent to those who lead the project."),
        "call-joined": mark("Your request to join is sent with your words."),
    }
)


class AnswerForm(Form):
    """What somebody says to those who look."""

    text = area(
        mark("Your answer"),
        required(),
        longest(MAX_ANSWER),
        rows=4,
        hint=mark("Who you are and what you can bring."),
    )


@dataclass(frozen=True, slots=True)
class Opened:
    """A call as one reader sees it: what can be done with it."""

    call: PartnerCall
    project: ProjectRecord
    viewer: ActorRecord | None
    membership: MembershipRecord | None
    leads: tuple[ActorRecord, ...]

    @property
    def space(self) -> Space:
        """Its project, as the viewer stands to it."""
        group, project = self.call.group, self.project
        return Space(group, project, fields_of(project), self.viewer, self.membership)

    @property
    def takes_answers(self) -> bool:
        """Whether the viewer can answer."""
        outside = self.viewer is not None and not is_member(self.membership)
        return outside and self.call.is_open and (self.may_join or bool(self.leads))

    @property
    def may_join(self) -> bool:
        """Whether the viewer can ask to join the project."""
        state = self.membership.state if self.membership is not None else ""
        known = state in {"member", "requested", "invited"}
        return (
            self.project.joining != "invitation" and self.project.state not in ENDED and not known
        )


class CallPages:
    """The lists, one call, and what members and readers do with it."""

    def __init__(self, context: WebContext) -> None:
        self._context = context

    async def of_project(self, number: int) -> Response:
        """The calls of one project."""
        context, found = self._context, await space(self._context, number)
        viewer_id = found.viewer_id
        now, language = context.now(), await context.renderer.language()

        async def look(tx: Tx) -> dict[str, Any]:
            known = await calls(tx, found.group, viewer_id, now)
            names, _ = await skill_names(tx, known, language)
            return {"calls": known, "skills": names, "waiting": await waiting_of(tx, found)}

        return await context.renderer.public(
            "projects/calls.html",
            index=bool(found.group.local) and found.record.reach == "public",
            space=found,
            tabs=TABS,
            **await context.store.query(look),
        )

    async def everywhere(self) -> Response:
        """Every call that can be answered, narrowed by skill and place."""
        context = self._context
        now, language = context.now(), await context.renderer.language()
        skill = request.args.get("skill", "").strip()[:100]
        territory = request.args.get("territory", "").strip()[:100]

        async def look(tx: Tx) -> dict[str, Any]:
            known = await open_calls(tx, now)
            names, _ = await skill_names(tx, known, language)
            kept = narrowed(known, names, skill=skill, territory=territory)
            return {"calls": kept, "skills": names, "total": len(known)}

        return await context.renderer.public(
            "projects/all_calls.html",
            index=not skill and not territory,
            skill=skill,
            territory=territory,
            **await context.store.query(look),
        )

    async def one(self, object_id: int, form: AnswerForm | None = None) -> Response:
        """One call, for everybody."""
        context = self._context
        await context.renderer.ensure_open()
        opened, language = await self._opened(object_id), await context.renderer.language()

        async def look(tx: Tx) -> dict[str, Any]:
            names, _ = await skill_names(tx, [opened.call], language)
            return {"skills": names, "waiting": await waiting_of(tx, opened.space)}

        return await context.renderer.public(
            "projects/call.html",
            status=200 if form is None else 422,
            index=opened.call.is_open and bool(opened.call.group.local),
            opened=opened,
            one=opened.call,
            **await context.store.query(look),
            text=own_text(opened.call.record),
            form=form or await context.renderer.form(AnswerForm),
            overdue=opened.call.row.due_at is not None and opened.call.row.due_at < context.now(),
            steering=is_member(opened.membership)
            and opened.membership is not None
            and opened.membership.role != "observer",
        )

    async def answer(self, object_id: int) -> Response:
        """Ask to join with a word, or write to those who lead the project."""
        context = self._context
        signed = await context.sessions.required("reader")
        sent = await context.sessions.checked_form()
        opened = await self._opened(object_id)
        if not opened.takes_answers:
            raise Refused(409, "not-open", "This call cannot be answered (any more).")
        form = await context.renderer.form(AnswerForm, sent)
        if not form.validate():
            return await self.one(object_id, form)
        asks = sent.get("do") == "join" and opened.may_join
        try:
            await self._send(opened, signed.actor, form.text.data or "", asks=asks)
        except ActRefused as refused:
            form.refuse("", await because(context, refused))
            return await self.one(object_id, form)
        return redirect(f"/calls/{object_id}", done="call-joined" if asks else "call-answered")

    async def _send(self, opened: Opened, person: ActorRecord, typed: str, *, asks: bool) -> None:
        """Ask to join with these words, or write them to the leads. Raises `ActRefused`."""
        context = self._context
        title = opened.call.entry.title
        if asks:
            room = max(0, MAX_ENGAGEMENT - len(typed) - 2)
            word = f"{title[:room]}\n\n{typed}".strip()
            await join(context.outbox, person, opened.call.group, word)
            return
        if not opened.leads:
            raise Refused(409, "no-lead", "Those who lead the project are not known here.")
        named = " ".join(f"@{lead.account}" for lead in opened.leads)
        draft = NoteDraft(
            f"{named}\n\n{title}\n\n{typed}\n\n{opened.call.record.url}",
            visibility="direct",
            language=await context.renderer.language(),
            markdown=True,
        )
        await post(context.outbox, person, draft)

    async def _opened(self, object_id: int) -> Opened:
        """A call that the viewer may see. Raises `Refused` 404."""
        signed = await self._context.sessions.current()
        viewer, now = (signed.actor if signed else None), self._context.now()

        async def look(tx: Tx) -> Opened | None:
            record = await tx.objects.by_id(object_id) if object_id < 2**63 else None
            row = await tx.project_entries.by_id(object_id) if record is not None else None
            group = await tx.actors.by_id(row.project_id) if row is not None else None
            project = await tx.projects.by_id(group.id) if group is not None else None
            if record is None or group is None or project is None:
                return None
            found = await call(tx, record, group, now)
            if found is None or not await may_see(tx, record, viewer):
                return None
            membership = await tx.projects.membership(group.id, viewer.id) if viewer else None
            return Opened(found, project, viewer, membership, tuple(await leads(tx, group.id)))

        opened = await self._context.store.query(look)
        if opened is None:
            raise not_found("call")
        return opened


def add_call_routes(blueprint: Blueprint, context: WebContext) -> None:
    """Reading, answering, writing, changing, deleting."""
    pages = CallPages(context)
    path = "/projects/<int:number>/calls"

    @blueprint.get("/calls")
    async def all_calls() -> Response:
        return await pages.everywhere()

    @blueprint.get("/calls/<int:object_id>")
    async def one_call(object_id: int) -> Response:
        return await pages.one(object_id)

    @blueprint.post("/calls/<int:object_id>/answer")
    async def answer_call(object_id: int) -> Response:
        return await pages.answer(object_id)

    @blueprint.get(path)
    async def call_list(number: int) -> Response:
        return await pages.of_project(number)
