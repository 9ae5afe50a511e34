"""`/projects/ID/deliverables/new`: a link or a file that the project made, with its licence."""

from typing import Any, Final

from quart import Blueprint, Response, request

from federation.errors import Refused
from objects.experiences.fields import LICENCES
from objects.media import store_upload
from objects.projects.entries import Entry
from objects.projects.fields import PROJECT_REACHES
from outbox.acts.projects.entries import MAX_TITLE, EntryDraft, publish_entry
from outbox.context import ActRefused
from web.context import WebContext
from web.forms import Form, area, line, pick, upload
from web.projects.desk import TABS, Space, member_space
from web.projects.journal import milestones_of
from web.projects.refusals import because
from web.projects.words import REACH_NAMES
from web.projects.writing import offer_milestones
from web.rendering import redirect, register_done
from web.rules import longest, required, web_address
from web.texts import mark
from web.workspace.writing.files import REASONS
from web.workspace.writing.names import LICENCE_LABELS

MAX_TEXT: Final = 20_000
MAX_DESCRIPTION: Final = 1_500
NOTHING: Final = mark("Give the address of the deliverable, or choose its file.")

register_done({"delivered": mark("The deliverable is in the list.")})


class DeliverableForm(Form):
    """A deliverable."""

    title = line(mark("Name of the deliverable"), required(), longest(MAX_TITLE))
    link = line(
        mark("Where it is"), longest(2_000), web_address(), type="url", placeholder="https://"
    )
    file = upload(mark("Or its file"), hint=mark("A PDF, a picture, a sound or a film."))
    described = line(
        mark("What the file shows"),
        longest(MAX_DESCRIPTION),
        hint=mark("In a sentence, for people who cannot see it."),
    )
    licence = pick(mark("Licence"), hint=mark("What others may do with it."))
    milestone = pick(mark("Milestone"))
    reach = pick(mark("Who can read it?"), (), required())
    text = area(mark("More about it"), longest(MAX_TEXT), rows=4)


def add_deliverable_routes(blueprint: Blueprint, context: WebContext) -> None:
    """The form."""

    @blueprint.route("/projects/<int:number>/deliverables/new", methods=["GET", "POST"])
    async def new_deliverable(number: int) -> Response:
        found = await member_space(context, number)
        if not found.may_publish:
            raise Refused(403, "observer", "Observers read and comment; they publish no notes.")
        sent = await context.sessions.checked_form() if request.method == "POST" else None
        form = await _form(context, found, sent)
        if sent is not None and form.validate() and await _published(context, found, form):
            return redirect(f"{found.base}/milestones#deliverables", done="delivered")
        return await context.renderer.render(
            "projects/deliverable_form.html",
            status=200 if sent is None else 422,
            index=False,
            space=found,
            tabs=TABS,
            form=form,
        )


async def _form(context: WebContext, found: Space, sent: Any) -> DeliverableForm:
    files = await request.files if sent is not None else None
    data = {"reach": found.record.reach}
    form = await context.renderer.form(DeliverableForm, sent, files=files, data=data)
    _ = await context.renderer.translate()
    labels = {name: _(LICENCE_LABELS.get(name, name)) for name in LICENCES}
    form.licence.choices = [("", _("Not said")), *labels.items()]
    form.reach.choices = [(reach, _(REACH_NAMES[reach])) for reach in PROJECT_REACHES]
    milestones = await context.store.query(lambda tx: milestones_of(tx, found))
    await offer_milestones(context, form, milestones)
    return form


async def _published(context: WebContext, found: Space, form: DeliverableForm) -> bool:
    """Publish it, or (False) say beside the fields what is wrong."""
    _ = await context.renderer.translate()
    chosen = form.file.data if form.file.data and form.file.data.filename else None
    if chosen is None and not form.link.data:
        form.refuse("link", _(NOTHING))
        return False
    try:
        media_ids = (await _stored(context, found, form, chosen),) if chosen is not None else ()
    except Refused as refused:
        form.refuse("file", _(REASONS.get(refused.code, REASONS["unsupported-media"])))
        return False
    entry = Entry(
        kind="deliverable",
        title=form.title.data or "",
        link=form.link.data or "",
        licence=form.licence.data or "",
        milestone=form.milestone.data or "",
    )
    draft = EntryDraft(
        entry=entry,
        text=form.text.data or "",
        reach=form.reach.data,
        language=await context.renderer.language(),
        media_ids=media_ids,
    )
    try:
        await publish_entry(context.outbox, found.member, found.group, draft)
    except ActRefused as refused:
        form.refuse("", await because(context, refused))
        return False
    return True


async def _stored(context: WebContext, found: Space, form: DeliverableForm, chosen: Any) -> int:
    """Keep the chosen file; gives its number. Raises `Refused`."""
    described = form.described.data or form.title.data or ""
    media = await store_upload(
        context.store,
        context.files,
        context.limits,
        found.member,
        chosen.stream.read(context.limits.max_bytes + 1),
        described[:MAX_DESCRIPTION],
        context.now(),
    )
    return media.id
