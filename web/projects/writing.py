"""The form of a note: its fields, the files that came with it, what becomes of it."""

from dataclasses import dataclass, field, replace
from datetime import date as day_of
from typing import Any, Final

from msgspec.structs import asdict
from quart import request
from werkzeug.datastructures import MultiDict

from federation.errors import Refused
from objects.media import MAX_DESCRIPTION, recognise, store_upload
from objects.projects.drafts import ProjectDraft
from objects.projects.entries import NOTES, Entry, Kind
from objects.projects.fields import PROJECT_REACHES
from outbox.acts.projects.drafts import publish_note
from outbox.acts.projects.entries import MAX_TITLE, EntryDraft
from outbox.context import ActRefused
from storage.records import MediaRecord, ObjectRecord
from storage.store import Tx
from web import forms
from web.context import WebContext
from web.projects.desk import Space
from web.projects.journal import Milestone
from web.projects.kinds import KIND_NAMES
from web.projects.refusals import because
from web.rules import longest, required, web_address
from web.texts import mark
from web.workspace.writing.files import MISSING, REASONS, UNDESCRIBED
from web.workspace.writing.saving import new_window

MAX_TEXT: Final = 20_000
MAX_FILES: Final = 8
TOO_MANY: Final = mark("There are eight files already.")

REACHES: Final[dict[str, str]] = {
    "public": mark("Everybody"),
    "network": mark("The members of the network"),
    "project": mark("The members of the project alone"),
}
REFUSALS: Final[dict[str, str]] = {
    "not-a-member": mark("You are no longer a member of this project: only its members write."),
    "observer": mark("Observers read and answer; they publish no notes."),
    "no-media": mark("One of the files is gone; add it again."),
    "draft-changed": mark(
        "This draft was changed or published meanwhile, in another window. Look at the journal "
        "before you publish."
    ),
}


class NoteForm(forms.Form):
    """A note of a project."""

    kind = forms.choice(mark("What is it about?"), (), required())
    title = forms.line(mark("Title"), longest(MAX_TITLE))
    text = forms.area(mark("Your note"), longest(MAX_TEXT), rows=6)
    milestone = forms.pick(mark("Milestone"))
    reach = forms.pick(mark("Who can read it?"), (), required())
    happened = forms.date(
        mark("Day that it tells of"), hint=mark("If it was not today."), type="date"
    )
    link = forms.line(
        mark("Link"), longest(2_000), web_address(), hint=mark("Of a deliverable, say."), type="url"
    )


class ChangeForm(forms.Form):
    """A note of a project, once more; for whom it is stays."""

    title = forms.line(mark("Title"), longest(MAX_TITLE))
    text = forms.area(mark("Your note"), longest(MAX_TEXT), rows=8)
    milestone = forms.pick(mark("Milestone"))
    happened = forms.date(mark("Day that it tells of"), type="date")
    link = forms.line(mark("Link"), longest(2_000), web_address(), type="url")


@dataclass(frozen=True, slots=True)
class NotePage:
    """A note that is being written: its form, the files that it has, what is wrong with them.

    `upload` is about the file that was chosen last, `undescribed` names pictures without a
    description; both texts are translated. `begun` is False for a form that nobody asked for: it
    stays folded. `draft` holds what was typed before, `window` names this very form.
    """

    form: NoteForm
    files: tuple[MediaRecord, ...] = ()
    upload: str = ""
    undescribed: str = ""
    begun: bool = True
    draft: ProjectDraft | None = None
    window: str = field(default_factory=new_window)

    @property
    def wrong(self) -> frozenset[int]:
        """The pictures that still need a description."""
        if not self.undescribed:
            return frozenset()
        return frozenset(media.id for media in self.files if _lacks_description(media))


async def note_form(
    context: WebContext,
    space: Space,
    milestones: tuple[Milestone, ...],
    values: "MultiDict[str, str] | None" = None,
    kind: str = "",
) -> NoteForm:
    """The form with its choices; without `values` an empty one as the project wants it."""
    data = {"kind": kind if kind in NOTES else "progress", "reach": space.record.reach}
    form = await context.renderer.form(NoteForm, values, data=data)
    _ = await context.renderer.translate()
    form.kind.choices = [(kind, _(KIND_NAMES[kind])) for kind in NOTES]
    form.reach.choices = [(reach, _(REACHES[reach])) for reach in PROJECT_REACHES]
    await offer_milestones(context, form, milestones)
    return form


async def opened(
    context: WebContext,
    space: Space,
    milestones: tuple[Milestone, ...],
    draft: ProjectDraft | None,
    kind: str = "",
) -> NotePage:
    """The form as somebody left it, or an empty one; unfolded when that `kind` was asked for."""
    typed = MultiDict(asdict(draft.typed)) if draft is not None else None
    form = await note_form(context, space, milestones, typed, kind)
    return NotePage(form, draft.files if draft else (), begun=kind != "", draft=draft)


async def offer_milestones(
    context: WebContext, form: Any, milestones: tuple[Milestone, ...], chosen: str = ""
) -> None:
    """The milestones to choose from, none first; `chosen` stays possible when it is unknown."""
    _ = await context.renderer.translate()
    known = {one.url: one.title for one in milestones}
    known |= {chosen: chosen} if chosen and chosen not in known else {}
    form.milestone.choices = [("", _("None")), *known.items()]
    # the field is left out of pages where there is nothing to choose
    form.milestone.data = form.milestone.data or ""


async def received(
    context: WebContext,
    space: Space,
    milestones: tuple[Milestone, ...],
    values: "MultiDict[str, str]",
) -> NotePage:
    """What was sent, with the chosen file kept already: it need not be chosen again."""
    _ = await context.renderer.translate()
    form = await note_form(context, space, milestones, values)
    files = await kept_files(context, space.member.id, values)
    chosen = (await request.files).get("file")
    if chosen is None or not chosen.filename:
        missing = MISSING if values.get("do") == "add" else ""
        return NotePage(form, files, _(missing) if missing else "")
    if len(files) >= MAX_FILES:
        return NotePage(form, files, _(TOO_MANY))
    content = chosen.stream.read(context.limits.max_bytes + 1)
    described = str(values.get("file_description", "")).strip()
    try:
        if not described and not recognise(content).startswith("image/"):
            described = str(chosen.filename)[:200]
        added = await store_upload(
            context.store,
            context.files,
            context.limits,
            space.member,
            content,
            described,
            context.now(),
        )
    except Refused as refused:
        return NotePage(form, files, _(REASONS.get(refused.code, REASONS["unsupported-media"])))
    return NotePage(form, (*files, added))


async def kept_files(
    context: WebContext, owner: int, values: "MultiDict[str, str]", *, automatic: bool = False
) -> tuple[MediaRecord, ...]:
    """The files that came with the form before, in order, described as it says.

    Those that were ticked for removal and those of others are left out. A page that sends by
    itself removes none: the tick may be taken back.
    """
    sent = [text for text in values.getlist("media") if text.isascii() and text.isdigit()]
    ids = [int(text) for text in dict.fromkeys(sent) if len(text) < 19][:MAX_FILES]
    gone = set() if automatic else set(values.getlist("drop"))

    async def operation(tx: Tx) -> tuple[MediaRecord, ...]:
        found = await tx.ledger.media_by_ids(ids)
        kept = []
        for number in ids:
            media = found.get(number)
            if media is None or media.actor_id != owner or media.object_id is not None:
                continue
            if str(number) in gone:
                continue
            text = str(values.get(f"description-{number}", media.description)).strip()
            if text[:MAX_DESCRIPTION] != media.description:
                await tx.ledger.describe(number, text[:MAX_DESCRIPTION])
            kept.append(replace(media, description=text[:MAX_DESCRIPTION]))
        return tuple(kept)

    return await context.store.write(operation) if ids else ()


def _lacks_description(media: MediaRecord) -> bool:
    return media.media_type.startswith("image/") and not media.description


async def published(context: WebContext, space: Space, page: NotePage) -> ObjectRecord | NotePage:
    """Publish the note; the page again when something is wrong, which it then says."""
    form, _ = page.form, await context.renderer.translate()
    if any(_lacks_description(media) for media in page.files):
        page = replace(page, undescribed=_(UNDESCRIBED))
    right = form.validate()
    for text in (page.upload, page.undescribed):
        if text:
            form.refuse("", text)
    if not right or form.form_errors:
        return page
    draft = EntryDraft(
        entry=said_by(form, Entry(kind=form.kind.data, state=_state(form.kind.data))),
        text=form.text.data or "",
        reach=form.reach.data,
        language=await context.renderer.language(),
        media_ids=tuple(media.id for media in page.files),
    )
    try:
        kept = page.draft.record if page.draft is not None else None
        return await publish_note(context.outbox, space.member, space.group, draft, kept)
    except ActRefused as refused:
        where = "text" if refused.code == "empty" else ""
        form.refuse(where, await because(context, refused, REFUSALS))
        return page


def said_by(form: Any, entry: Entry) -> Entry:
    """The entry with what a form says; its kind and the rest stay."""
    happened = form.happened.data
    return replace(
        entry,
        title=form.title.data or "",
        milestone=form.milestone.data or "",
        happened=happened.isoformat() if isinstance(happened, day_of) else "",
        link=form.link.data or "",
    )


def _state(kind: Kind) -> str:
    """A decision told in the journal was taken; to propose one is something else."""
    return "adopted" if kind == "decision" else ""
