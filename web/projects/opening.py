"""`/projects/new`: a member opens a project space."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Final

from quart import Blueprint, Response, request

from actors.keys import generate
from objects.projects.fields import Project
from objects.projects.naming import free_name, suggested_name
from objects.vocabularies.names import PUBLIC, THEME
from outbox.acts.projects.spaces import Space, open_space
from outbox.context import ActRefused
from storage.concepts import Concept
from web.context import WebContext
from web.projects.forms import QuickOpening, WholeOpening, check_values
from web.projects.values import fill_choices, told
from web.projects.words import REACH_MEANINGS
from web.rendering import redirect, register_done
from web.sessions import SignedIn
from web.texts import mark

WHOLE: Final = "whole"
SCRIPT: Final = "projects.js"

register_done({"project-opened": mark("The project is open. Invite those who work in it.")})


def add_opening_routes(blueprint: Blueprint, context: WebContext) -> None:
    """The form, quick or whole, and what becomes of it."""

    @blueprint.route("/projects/new", methods=["GET", "POST"])
    async def new_project() -> Response:
        signed = await context.sessions.required("member")
        if request.method == "GET":
            whole = request.args.get("form") == WHOLE
            return await _page(context, await _form(context, signed, None, whole=whole))
        sent = await context.sessions.checked_form()
        do = sent.get("do", "")
        form = await _form(context, signed, sent, whole=WHOLE in (sent.get("form"), do))
        if do == "add:indicators" and "indicators" in form:
            form.indicators.append_entry()
        if do:
            return await _page(context, form)
        space = await _opened(context, signed, form)
        if space is None:
            return await _page(context, form, status=422)
        return redirect(f"/projects/{space.group.id}/members", done="project-opened")


async def concepts_for(context: WebContext) -> Mapping[str, Sequence[Concept]]:
    """The concepts that the forms of projects offer."""
    return await context.store.query(lambda tx: tx.concepts.of_schemes((PUBLIC, THEME)))


async def _form(context: WebContext, signed: SignedIn, sent: Any, *, whole: bool) -> Any:
    renderer = context.renderer
    language = await renderer.language()
    defaults = {
        "state": "idea",
        "joining": "request",
        "reach": "public",
        "language": signed.language or language,
    }
    form = await renderer.form(WholeOpening if whole else QuickOpening, sent, data=defaults)
    concepts = await concepts_for(context) if whole else {}
    fill_choices(form, concepts, language, await renderer.translate())
    return form


async def _opened(context: WebContext, signed: SignedIn, form: Any) -> Space | None:
    """The new project, or (None) the form says what is wrong."""
    _ = await context.renderer.translate()
    fine = form.validate()
    if not (check_values(form, _) and fine):
        return None
    typed = (form.username.data or "").strip()
    name = typed or suggested_name(form.acronym.data or "", form.name.data)
    free = await context.store.query(lambda tx: free_name(tx, name)) if name else ""
    if free != name and (typed or not free):
        form.refuse("username", _taken(_, free))
        return None
    language = await context.renderer.language()
    draft = told(form, Project(language=signed.language or language))
    pairs = await asyncio.to_thread(generate)
    try:
        return await open_space(
            context.outbox, signed.actor, free, draft, pairs, engagement=form.engagement.data or ""
        )
    except ActRefused as refused:
        if refused.code != "name-refused":
            raise
        form.refuse("username", _taken(_, ""))
        return None


def _taken(_: Any, free: str) -> str:
    if not free:
        return str(_(mark("Choose a name for the address: none can be made from the title.")))
    text = _(mark("This name was given before; names are never given twice. Free is: %s"))
    return str(text).replace("%s", free)


async def _page(context: WebContext, form: Any, *, status: int = 200) -> Response:
    _ = await context.renderer.translate()
    return await context.renderer.render(
        "projects/new.html",
        status=status,
        index=False,
        scripts=[SCRIPT],
        form=form,
        whole="call" in form,
        reach_meanings={name: _(text) for name, text in REACH_MEANINGS.items()},
    )
