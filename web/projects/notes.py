"""`/projects/ID/notes/NUMBER`: one entry of a project and what is said of it."""

from dataclasses import dataclass
from typing import Final

import orjson
from quart import Blueprint, Response

from actors.identifiers import Identifiers
from actors.problems import not_found
from federation.documents import Document
from federation.errors import Refused
from objects.experiences.labels import written_day
from objects.notes import NoteDraft, without_title
from objects.projects.entries import TALK, Entry, from_json
from objects.projects.files import shown_files
from objects.reading import Attachment
from objects.text import plain_text
from objects.visibility import may_see
from outbox.acts.create import post
from outbox.context import ActRefused
from storage.project_entries import EntryRecord
from storage.records import ActorRecord, ObjectRecord
from storage.store import Tx
from web.context import WebContext
from web.forms import Form, area
from web.projects.desk import TABS, Space, space
from web.projects.journal import Milestone, milestones_of
from web.projects.refusals import because
from web.projects.writing import REFUSALS
from web.rendering import redirect, register_done
from web.rules import longest, required
from web.texts import mark
from web.workspace.actions import MAX_COMMENT, reply_visibility
from web.workspace.reading import Reading, reading_of

CHANGED_HERE: Final = frozenset({"progress", "decision", "difficulty", "help", "meeting",
                                 "deliverable", "post", *TALK})  # fmt: skip
"""The kinds that the form of notes can change; the others have pages of their own."""

register_done(
    {
        "answered": mark("Your comment is published."),
    }
)


class AnswerForm(Form):
    """A comment on an entry."""

    text = area(mark("Your comment"), required(), longest(MAX_COMMENT), rows=4)


@dataclass(frozen=True, slots=True)
class Version:
    """How an entry read before it was changed; `at` is when that began to be so."""

    at: int
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class NoteView:
    """An entry with everything that its page shows."""

    reading: Reading
    row: EntryRecord
    said: Entry
    milestone: Milestone | None
    versions: tuple[Version, ...]
    responsible: ActorRecord | None
    files: tuple[Attachment, ...]
    refusal: str
    members: int
    hosts: int


@dataclass(frozen=True, slots=True)
class Place:
    """An entry in the project where somebody reads it."""

    space: Space
    record: ObjectRecord
    row: EntryRecord

    @property
    def address(self) -> str:
        """The page of the entry."""
        return f"{self.space.base}/notes/{self.record.id}"

    @property
    def may_change(self) -> bool:
        """Whether the viewer may change and delete it: its author, or a lead for the project."""
        viewer = self.space.viewer
        if viewer is None:
            return False
        if self.record.actor_id == self.space.group.id:
            return self.space.steers
        return self.record.actor_id == viewer.id

    @property
    def own_page(self) -> str:
        """Where more can be done with a milestone, a decision or a call; empty for others."""
        match self.row.kind:
            case "milestone" | "decision":
                return f"{self.space.base}/{self.row.kind}s/{self.record.id}"
            case "call":
                return f"/calls/{self.record.id}"
        return ""

    @property
    def takes_answers(self) -> bool:
        """Whether the viewer may answer: members, and others what is not for members alone."""
        if self.space.viewer is None or self.row.state == "refused":
            return False
        return self.space.is_member or self.record.visibility != "project"


async def place_of(context: WebContext, number: int, object_id: int) -> Place:
    """An entry that the viewer may see. Raises `Refused` 404."""
    found = await space(context, number)

    async def look(tx: Tx) -> Place | None:
        record = await tx.objects.by_id(object_id) if object_id < 2**63 else None
        row = await tx.project_entries.by_id(object_id) if record is not None else None
        if record is None or row is None or row.project_id != found.group.id:
            return None
        if row.state == "refused" and record.actor_id != found.viewer_id:
            return None
        return Place(found, record, row) if await may_see(tx, record, found.viewer) else None

    place = await context.store.query(look)
    if place is None:
        raise not_found("entry")
    return place


async def view_of(
    tx: Tx, identifiers: Identifiers, place: Place, language: str, now: int
) -> NoteView | None:
    """Everything about an entry; None when it may be seen no longer."""
    found, record, row = place.space, place.record, place.row
    reading = await reading_of(tx, found.viewer, record, language, now)
    if reading is None:
        return None
    said = from_json(row.fields)
    known = await milestones_of(tx, found) if row.milestone else ()
    people = await tx.projects.memberships(found.group.id)
    refusals = await tx.project_journal.refusals([record.id])
    files = await shown_files(tx, identifiers, [(record, reading.card.author)])
    return NoteView(
        reading,
        row,
        said,
        next((one for one in known if one.url == row.milestone), None),
        await _versions(tx, record) if record.edited_at else (),
        await tx.actors.by_url(said.responsible) if said.responsible else None,
        files[record.id],
        refusals.get(record.id, ""),
        len(people),
        len({membership.host for membership, _ in people}),
    )


async def _versions(tx: Tx, record: ObjectRecord) -> tuple[Version, ...]:
    """What an entry said before, latest first."""
    found = []
    for at, text in await tx.objects.versions(record.id):
        document = Document(orjson.loads(text))
        title = document.text("name") or ""
        content = without_title(document.text("content") or "", title)
        found.append(Version(at, title, plain_text(content)))
    return tuple(reversed(found))


async def show(
    context: WebContext, place: Place, *, answer: AnswerForm | None = None, status: int = 200
) -> Response:
    """The page of an entry, with an answer that was refused or an empty form."""
    language = await context.renderer.language()
    now, identifiers = context.now(), context.outbox.identifiers
    view = await context.store.query(lambda tx: view_of(tx, identifiers, place, language, now))
    if view is None:
        raise not_found("entry")
    public = place.space.group.local and place.record.visibility == "public"
    return await context.renderer.public(
        "projects/note.html",
        status=status,
        index=bool(public) and place.space.record.reach != "project",
        concepts=view.reading.concepts,
        space=place.space,
        tabs=TABS,
        place=place,
        view=view,
        record=place.record,
        happening=view.reading.happening,
        written_day=lambda day: written_day(day, language),
        author=view.reading.card.author,
        standing=view.reading.actions,
        answer=answer or await context.renderer.form(AnswerForm),
        editable=view.row.kind in CHANGED_HERE,
    )


def add_note_routes(blueprint: Blueprint, context: WebContext) -> None:
    """Reading and answering."""

    @blueprint.get("/projects/<int:number>/notes/<int:object_id>")
    async def note(number: int, object_id: int) -> Response:
        try:
            place = await place_of(context, number, object_id)
        except Refused:
            if await context.sessions.current() is None:
                raise
            # what somebody may read of a project that they may not enter
            return redirect(f"/read/{object_id}")
        return await show(context, place)

    @blueprint.post("/projects/<int:number>/notes/<int:object_id>/comment")
    async def answer_note(number: int, object_id: int) -> Response:
        signed = await context.sessions.required("reader")
        values = await context.sessions.checked_form()
        place = await place_of(context, number, object_id)
        form = await context.renderer.form(AnswerForm, values)
        if not form.validate():
            return await show(context, place, answer=form, status=422)
        draft = NoteDraft(
            form.text.data or "",
            visibility=reply_visibility(place.record),
            in_reply_to=place.record,
            language=await context.renderer.language(),
            markdown=True,
        )
        try:
            await post(context.outbox, signed.actor, draft)
        except ActRefused as refused:
            form.refuse("text", await because(context, refused, REFUSALS))
            return await show(context, place, answer=form, status=refused.status)
        return redirect(f"{place.address}#conversation", done="answered")
