"""`/projects/ID/close`: ending a project, and the experience that its notes become."""

from dataclasses import replace
from typing import Final

from quart import Blueprint, Response
from werkzeug.datastructures import MultiDict

from federation.errors import Refused
from objects.experiences.drafts import Window, Writer, Written, save
from objects.experiences.fields import Contributor
from objects.projects.blocks import EDITABLE, SUGGESTED, rewritten, waiting, waits, without
from objects.projects.fields import ENDED, STATES, State
from outbox.acts.projects.closing import begin_experience, close_space, reopen_space
from storage.draft_sources import SourceRecord
from storage.store import Tx
from web.context import WebContext
from web.projects.blocks import draft_with_sources, review_of
from web.projects.desk import TABS, Space, member_space, space
from web.projects.refusals import done
from web.projects.words import STATE_NAMES
from web.rendering import redirect, register_done
from web.texts import mark
from web.workspace.writing.names import LABELS
from web.workspace.writing.saving import Saving, new_window

MAX_EDITED: Final = 50_000
register_done(
    {
        "project-closed": mark("The project has ended. Its members and followers are told."),
        "project-reopened": mark("The project goes on. Its members and followers are told."),
        "experience-begun": mark("The draft is ready: read each part and confirm it."),
        "blocks-saved": mark("Noted. Some parts still wait for you."),
        "blocks-confirmed": mark("Every part is confirmed. You can finish the text and publish."),
        "not-confirmed": mark(
            "Not published yet: some parts were taken from the notes of the project and nobody "
            "confirmed them. Read each of them here, then publish."
        ),
    }
)


def add_closing_routes(blueprint: Blueprint, context: WebContext) -> None:
    """Ending and taking up again, for leads; the experience, for every partner."""
    saving = Saving(context)

    @blueprint.get("/projects/<int:number>/close")
    async def close_project(number: int) -> Response:
        found = await member_space(context, number)
        if not found.is_partner:
            raise Refused(403, "not-a-partner", "Partners of the project do this.")
        owner, birth = found.member.id, f"project {found.group.id}"
        begun = await context.store.query(lambda tx: tx.drafts.by_birth(owner, birth))
        return await context.renderer.render(
            "projects/close.html",
            index=False,
            space=found,
            tabs=TABS,
            ended=found.record.state in ENDED,
            state=STATE_NAMES[found.record.state],
            begun=begun,
        )

    @blueprint.post("/projects/<int:number>/close")
    async def closed_project(number: int) -> Response:
        found = await member_space(context, number)
        form = await context.sessions.checked_form()
        return await _closed(context, saving, found, form)

    _review_routes(blueprint, context, saving)


async def _closed(
    context: WebContext, saving: Saving, found: Space, form: "MultiDict[str, str]"
) -> Response:
    """Do what the pressed button says."""
    what, outbox = form.get("do", ""), context.outbox
    if what == "reopen":
        await done(context, reopen_space(outbox, found.member, found.group))
        return redirect(f"{found.base}/close", done="project-reopened")
    if what == "close":
        state: State = next((state for state in STATES if state == form.get("state")), "running")
        await _ended(context, found, state)
        if not form.get("experience"):
            return redirect(f"{found.base}/close", done="project-closed")
    elif what != "experience":
        raise Refused(400, "bad-form", "There is no such form.")
    _, writer = await saving.writer()
    draft = await done(context, begin_experience(outbox, writer, found.group))
    return redirect(f"{found.base}/close/{draft.record.id}", done="experience-begun")


async def _ended(context: WebContext, found: Space, state: State) -> None:
    """End a project; a second click finds that done. Raises `Refused`."""
    try:
        await done(context, close_space(context.outbox, found.member, found.group, state))
    except Refused as refused:
        if refused.code != "ended":
            raise


def _review_routes(blueprint: Blueprint, context: WebContext, saving: Saving) -> None:
    @blueprint.get("/projects/<int:number>/close/<int:draft_id>")
    async def review_blocks(number: int, draft_id: int) -> Response:
        found = await space(context, number)
        _, writer = await saving.writer()
        review = await context.store.query(
            lambda tx: review_of(tx, found.group.id, found.record.reach, draft_id, writer)
        )
        return await context.renderer.render(
            "projects/review_blocks.html",
            index=False,
            space=found,
            tabs=TABS,
            review=review,
            labels=LABELS,
            concepts=review.concepts,
        )

    @blueprint.post("/projects/<int:number>/close/<int:draft_id>")
    async def reviewed_blocks(number: int, draft_id: int) -> Response:
        found = await space(context, number)
        _, writer = await saving.writer()
        form = await context.sessions.checked_form()
        now = context.now()

        async def operation(tx: Tx) -> int:
            return await _decide(tx, found.group.id, draft_id, writer, form, now)

        left = await context.store.write(operation)
        here = f"{found.base}/close/{draft_id}"
        return redirect(here, done="blocks-saved" if left else "blocks-confirmed")


async def _decide(
    tx: Tx, project_id: int, draft_id: int, writer: Writer, form: "MultiDict[str, str]", now: int
) -> int:
    """Confirm, rewrite or leave out what the form says; gives how many blocks still wait."""
    draft, sources = await draft_with_sources(tx, project_id, draft_id, writer)
    experience = draft.experience
    for source in sources:
        if not waits(experience, source):
            continue
        choice, text = _choice(form, source)
        if choice == "leave":
            experience = without(experience, source)
            await tx.draft_sources.confirm(source, "")
        elif choice == "keep":
            experience = rewritten(experience, source, text) if text else experience
            await tx.draft_sources.confirm(source, text or source.text)
    known = {contributor.url for contributor in experience.contributors}
    chosen = set(form.getlist("author"))
    added = [
        Contributor(source.text)
        for source in sources
        if source.field == SUGGESTED and source.text in chosen - known
    ]
    experience = replace(experience, contributors=(*experience.contributors, *added))
    if experience != draft.experience:
        record = draft.record
        written = Written(experience, draft.typed, record.author_id, record.interviewed,
                          record.interviewed_id)  # fmt: skip
        await save(tx, draft_id, writer, written, Window(record.revision, new_window()), now)
    return len(waiting(experience, await tx.draft_sources.of_draft(draft_id)))


def _choice(form: "MultiDict[str, str]", source: SourceRecord) -> tuple[str, str]:
    """What was chosen for a block, and its new text; empty when that stayed as it was.

    Who changed the text of a block stands behind it, whatever else they chose but to leave it out.
    """
    choice = form.get(f"do-{source.position}", "")
    text = form.get(f"text-{source.position}", "").replace("\r\n", "\n").replace("\0", "").strip()
    changed = source.field in EDITABLE and bool(text) and text.split() != source.text.split()
    if changed and choice != "leave":
        return "keep", text[:MAX_EDITED]
    return choice, ""
