"""`/projects/ID/keep`: the whole space as a file, and taking it to another site."""

import asyncio
from importlib.metadata import version
from typing import Any, Final

from quart import Blueprint, Response

from actors.documents import wire_time
from actors.keys import generate
from federation.errors import FederationError
from objects.archive.writing import ArchiveSources
from objects.projects.archive.writing import export_project
from objects.projects.naming import free_name
from outbox.acts.projects.moving import homes_here, move_space, prepare_home
from outbox.context import ActRefused
from web.context import WebContext
from web.forms import Form, line
from web.projects.desk import TABS, Space, led_space, member_space
from web.projects.refusals import because
from web.rendering import redirect, register_done
from web.rules import longest, required
from web.texts import mark

MAX_NAME: Final = 30
MAX_ADDRESS: Final = 2_000

register_done(
    {
        "home-ready": mark(
            "The new home is ready. Give its address to those who lead the project."
        ),
        "project-moved": mark("The project has moved; its members are told and go along."),
    }
)

WRONG: Final = {
    "no-alias": mark("The project at this address does not say that it takes this one in."),
    "no-project": mark("There is no project at this address."),
    "move-here": mark("A project moves to another site than this one."),
    "name-refused": mark("This name cannot be taken: choose another one."),
    "not-a-partner": mark("Only partners of the project do this."),
}


class HomeForm(Form):
    """The name that a project will have here."""

    username = line(mark("Name for the address"), required(), longest(MAX_NAME))


class MoveForm(Form):
    """Where a project goes."""

    target = line(
        mark("Address of the new home"),
        required(),
        longest(MAX_ADDRESS),
        hint=mark("As the partner’s site shows it: @name@site, or a web address."),
    )


def add_keeping_routes(blueprint: Blueprint, context: WebContext) -> None:
    """The page, the file, a new home here, the move."""
    sources = ArchiveSources(
        context.store, context.outbox.identifiers, context.files, version("communotic")
    )

    @blueprint.get("/projects/<int:number>/keep")
    async def keep(number: int) -> Response:
        await context.sessions.required("reader")
        return await _page(context, await member_space(context, number))

    @blueprint.post("/projects/<int:number>/keep/archive")
    async def archive(number: int) -> Response:
        signed = await context.sessions.required("reader")
        await context.sessions.checked_form()
        found = await member_space(context, number)
        parts = export_project(sources, found.group, signed.actor, context.now())
        name = f"{found.group.username}-{wire_time(context.now())[:10]}.tar"
        response = Response(parts, content_type="application/x-tar")
        response.timeout = None
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        response.headers["Cache-Control"] = "private, no-store"
        return response

    @blueprint.post("/projects/<int:number>/keep/home")
    async def home(number: int) -> Response:
        signed = await context.sessions.required()
        sent = await context.sessions.checked_form()
        found = await member_space(context, number)
        form = await context.renderer.form(HomeForm, sent)
        if form.validate():
            name = (form.username.data or "").strip()
            pairs = await asyncio.to_thread(generate)
            doing = prepare_home(context.outbox, signed.actor, found.group, name, pairs)
            if await _did(context, form, "username", doing):
                return redirect(f"{found.base}/keep", done="home-ready")
        return await _page(context, found, home=form, status=422)

    @blueprint.post("/projects/<int:number>/keep/move")
    async def move(number: int) -> Response:
        signed = await context.sessions.recent("reader")
        sent = await context.sessions.checked_form()
        found = await led_space(context, number)
        form = await context.renderer.form(MoveForm, sent)
        if form.validate() and await _moved(context, form, found, signed.actor):
            return redirect("/projects", done="project-moved")
        return await _page(context, found, move=form, status=422)


async def _moved(context: WebContext, form: Any, found: Space, lead: Any) -> bool:
    """Move the project to the address that was typed; else the form says what is wrong."""
    try:
        target = await context.outbox.remote.resolve(form.target.data or "")
    except (FederationError, LookupError, ValueError):
        _ = await context.renderer.translate()
        form.refuse("target", _(mark("Nothing was found at this address.")))
        return False
    doing = move_space(context.outbox, lead, found.group, target.url)
    return await _did(context, form, "target", doing)


async def _did(context: WebContext, form: Any, field: str, doing: Any) -> bool:
    """Await an act; what it refuses is said at a field of the form."""
    try:
        await doing
    except ActRefused as refused:
        form.refuse(field, await because(context, refused, WRONG))
        return False
    except FederationError:
        _ = await context.renderer.translate()
        form.refuse(field, _(mark("The other site does not answer as it should; try again later.")))
        return False
    return True


async def _page(
    context: WebContext, found: Space, *, home: Any = None, move: Any = None, status: int = 200
) -> Response:
    renderer = context.renderer
    if home is None:
        free = await context.store.query(lambda tx: free_name(tx, found.group.username))
        home = await renderer.form(HomeForm, data={"username": free})
    ready = await context.store.query(lambda tx: homes_here(tx, found.group))
    return await renderer.render(
        "projects/keep.html",
        status=status,
        index=False,
        space=found,
        tabs=TABS,
        home=home,
        move=move or await renderer.form(MoveForm),
        homes=ready,
    )
