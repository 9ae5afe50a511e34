"""`/projects/ID`: what a project is, the form of a note, and its journal."""

from dataclasses import replace
from typing import Any

from quart import Blueprint, Response, request
from werkzeug.datastructures import MultiDict

from actors.problems import not_found
from federation.errors import Refused
from objects.projects.drafts import Meanwhile, ProjectDraft, draft_in
from storage.records import ActorRecord
from storage.store import Tx
from web.context import WebContext
from web.projects.desk import TABS, Space, space
from web.projects.drafts import MEANWHILE, belonged, keep_note, kept, wanted_draft
from web.projects.journal import SHOWN, Journal, Milestone, Wanted, journal_of, milestones_of
from web.projects.refusals import REASONS
from web.projects.words import ROLE_NAMES, STATE_NAMES
from web.projects.writing import NotePage, kept_files, opened, published, received
from web.rendering import redirect, register_done
from web.texts import mark
from web.workspace.paging import MAX_ID, before
from web.workspace.people import Bond, bonds_of
from web.workspace.writing.values import cleaned

register_done(
    {
        "noted": mark("Your note is in the journal."),
        "note-sent": mark(
            "Your note is published. It gets its number as soon as the project’s site has it."
        ),
    }
)


async def front(
    context: WebContext, found: Space, page: NotePage | None = None, *, status: int = 200
) -> Response:
    """The page; with a note that was refused or goes on being written, that one in the form."""
    wanted = _wanted() if page is None else Wanted()

    writes, asked = page is None and found.may_publish, wanted_draft()

    async def look(tx: Tx) -> tuple[Journal, Bond, ProjectDraft | None]:
        journal = await journal_of(tx, context.outbox.identifiers, found, wanted)
        if found.viewer is None:
            return journal, Bond(), None
        bonds = await bonds_of(tx, found.viewer, [found.group])
        group_id, viewer_id = found.group.id, found.viewer_id
        draft = await draft_in(tx, viewer_id, group_id, asked) if writes else None
        return journal, bonds[group_id], draft

    journal, bond, draft = await context.store.query(look)
    if writes:
        page = await opened(
            context, found, journal.milestones, draft, request.args.get("write", "")
        )
        page = replace(page, begun=page.begun or asked is not None)
    first = page is not None and wanted.before is None
    return await context.renderer.public(
        "projects/journal.html",
        status=status,
        index=bool(found.group.local) and found.record.reach == "public" and not wanted.query,
        space=found,
        tabs=TABS,
        journal=journal,
        wanted=wanted,
        kinds=SHOWN,
        states=STATE_NAMES,
        roles=ROLE_NAMES,
        bond=bond,
        note=page if first else None,
        scripts=["autosave.js"] if first else [],
    )


def _wanted() -> Wanted:
    """What the address asks for; an unknown kind is none."""
    kind, milestone = request.args.get("kind", ""), request.args.get("milestone", "")
    number = int(milestone[:20]) if milestone.isascii() and milestone.isdigit() else 0
    return Wanted(kind if kind in SHOWN else "", min(number, MAX_ID), before())


def add_front_routes(blueprint: Blueprint, context: WebContext) -> None:
    """Reading the journal, writing in it."""

    @blueprint.get("/projects/<int:number>")
    async def project(number: int) -> Response:
        return await front(context, await space(context, number))

    @blueprint.post("/projects/<int:number>")
    async def write_note(number: int) -> Response:
        signed = await context.sessions.required("reader")
        values = cleaned(await context.sessions.checked_form())
        try:
            found = await space(context, number)
        except Refused:
            return await _kept_outside(context, number, signed.actor, values)
        page = await received(context, found, await _milestones(context, found), values)
        page, meanwhile = await kept(context, found, page, values)
        if values.get("do") == "add":
            return await front(context, found, page, status=422 if page.upload else 200)
        if values.get("do") == "keep":
            return await _kept(context, found, page, meanwhile)
        # a form that began empty holds no older state of another window's text
        if meanwhile and wanted_draft() is not None:
            translate = await context.renderer.translate()
            page.form.refuse("", translate(MEANWHILE[meanwhile]))
            return await front(context, found, page, status=422)
        done = await published(context, found, page)
        if isinstance(done, NotePage):
            return await front(context, found, done, status=422)
        return redirect(f"{found.base}#journal", done="noted" if found.group.local else "note-sent")


async def _kept(
    context: WebContext, found: Space, page: NotePage, meanwhile: Meanwhile
) -> Response:
    """The answer to whoever keeps a note for later."""
    if page.upload or page.draft is None:
        if not page.upload:
            translate = await context.renderer.translate()
            page.form.refuse("text", translate(REASONS["empty"]))
        return await front(context, found, page, status=422)
    number = page.draft.record.id
    if not found.may_publish:
        return redirect(f"/drafts/notes/{number}")
    done = "notes-kept" if meanwhile == "saved" else "note-kept"
    return redirect(f"{found.base}?draft={number}#write", done=done)


async def _kept_outside(
    context: WebContext, number: int, person: ActorRecord, values: "MultiDict[str, Any]"
) -> Response:
    """Keep the text of somebody who was removed while they wrote. Raises `Refused` 404."""
    project = await belonged(context, number, person)
    if project is None:
        raise not_found("project")
    files = await kept_files(context, person.id, values)
    found = await keep_note(context, person.id, project, values, files, wanted_draft())
    if found is None:
        raise not_found("project")
    return redirect(f"/drafts/notes/{found.draft.record.id}")


async def _milestones(context: WebContext, found: Space) -> tuple[Milestone, ...]:
    return await context.store.query(lambda tx: milestones_of(tx, found))
