"""`/projects/ID`: what a project is, the form of a note, and its journal."""

from quart import Blueprint, Response, request

from storage.store import Tx
from web.context import WebContext
from web.projects.desk import TABS, Space, space
from web.projects.journal import SHOWN, Journal, Milestone, Wanted, journal_of, milestones_of
from web.projects.words import ROLE_NAMES, STATE_NAMES
from web.projects.writing import NotePage, note_form, published, received
from web.rendering import redirect, register_done
from web.texts import mark
from web.workspace.paging import MAX_ID, before
from web.workspace.people import Bond, bonds_of

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

    async def look(tx: Tx) -> tuple[Journal, Bond]:
        journal = await journal_of(tx, context.outbox.identifiers, found, wanted)
        if found.viewer is None:
            return journal, Bond()
        bonds = await bonds_of(tx, found.viewer, [found.group])
        return journal, bonds[found.group.id]

    journal, bond = await context.store.query(look)
    if page is None and found.may_publish:
        kind = request.args.get("write", "")
        form = await note_form(context, found, journal.milestones, kind=kind)
        page = NotePage(form, begun=kind != "")
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
        await context.sessions.required("reader")
        values = await context.sessions.checked_form()
        found = await space(context, number)
        page = await received(context, found, await _milestones(context, found), values)
        if values.get("do") == "add":
            return await front(context, found, page, status=422 if page.upload else 200)
        done = await published(context, found, page)
        if isinstance(done, NotePage):
            return await front(context, found, done, status=422)
        return redirect(f"{found.base}#journal", done="noted" if found.group.local else "note-sent")


async def _milestones(context: WebContext, found: Space) -> tuple[Milestone, ...]:
    return await context.store.query(lambda tx: milestones_of(tx, found))
