"""`/projects/ID/settings`: what a project says of itself, changed by those who lead it."""

from dataclasses import replace
from typing import Any, Final

from quart import Blueprint, Response, request

from federation.errors import Refused
from objects.projects.fields import ENDED
from objects.projects.offers import other_space
from objects.projects.wire import properties
from outbox.acts.projects.offers import make_offer
from outbox.acts.projects.spaces import SpaceDraft, change_space
from web.context import WebContext
from web.projects.desk import TABS, Space, led_space, member_space
from web.projects.forms import SettingsForm, check_values
from web.projects.opening import concepts_for
from web.projects.refusals import done
from web.projects.values import fill_choices, shown, told
from web.projects.words import REACH_MEANINGS
from web.rendering import redirect, register_done
from web.texts import mark
from web.workspace.profile import picture_problem, uploaded_picture

PICTURES: Final = ("icon", "image")

register_done(
    {
        "project-saved": mark("The project is saved; its members and followers are told."),
        "given-up": mark("The project is given up. What it published stays readable."),
    }
)


def add_settings_routes(blueprint: Blueprint, context: WebContext) -> None:
    """All fields, pictures, and giving up."""

    @blueprint.route("/projects/<int:number>/settings", methods=["GET", "POST"])
    async def settings(number: int) -> Response:
        await context.sessions.required("reader")
        space = await member_space(context, number)
        if not space.leads:
            raise Refused(403, "not-a-lead", "Only those who lead the project do this.")
        sent = await context.sessions.checked_form() if request.method == "POST" else None
        form = await _form(context, space, sent)
        do = sent.get("do", "") if sent is not None else ""
        if do == "add:indicators":
            form.indicators.append_entry()
        elif sent is not None:
            draft = await _checked(context, space, form)
            if draft is not None:
                said = await _saved(context, space, draft)
                return redirect(f"{space.base}/settings", done=said)
        return await _page(context, space, form, status=422 if sent is not None and not do else 200)

    @blueprint.route("/projects/<int:number>/give-up", methods=["GET", "POST"])
    async def give_up(number: int) -> Response:
        await context.sessions.required("reader")
        space = await led_space(context, number)
        if space.record.state in ENDED:
            raise Refused(409, "project-ended", "This project has ended already.")
        if request.method == "POST":
            await context.sessions.checked_form()
            draft = replace(_as_it_is(space), state="abandoned")
            await done(context, change_space(context.outbox, space.member, space.group, draft))
            return redirect(space.base, done="given-up")
        return await context.renderer.render(
            "projects/give_up.html", index=False, space=space, tabs=TABS
        )


async def _form(context: WebContext, space: Space, sent: Any) -> Any:
    renderer = context.renderer
    language, _ = await renderer.language(), await renderer.translate()
    files = await request.files if sent is not None else None
    data = shown(space.group, space.record, space.project)
    form = await renderer.form(SettingsForm, sent, files=files, data=data)
    fill_choices(form, await concepts_for(context), language, _, state=space.record.state)
    if not space.group.local:
        for name in (*PICTURES, *(f"remove_{name}" for name in PICTURES)):
            del form[name]
    return form


async def _saved(context: WebContext, space: Space, draft: SpaceDraft) -> str:
    """Let the project say this, where it lives or from here; gives what to tell the lead."""
    if space.group.local:
        await done(context, change_space(context.outbox, space.member, space.group, draft))
        return "project-saved"
    identifiers = context.outbox.identifiers

    def terms(of: SpaceDraft) -> dict[str, Any]:
        said = properties(
            space.group, of.project, of.state, of.joining, of.reach, identifiers, inside=True
        )
        return said | {"name": of.name, "summary": of.summary}

    change = other_space(terms(_as_it_is(space)), terms(draft))
    if change.said:
        await done(context, make_offer(context.outbox, space.member, space.group, change))
    return "sent-on"


async def _checked(context: WebContext, space: Space, form: Any) -> SpaceDraft | None:
    """The project with what the form says; None when something is wrong, said beside its field."""
    _ = await context.renderer.translate()
    fine = form.validate()
    if not (check_values(form, _) and fine):
        return None
    pictures: dict[str, str | None] = dict.fromkeys(PICTURES)
    for name in PICTURES if space.group.local else ():
        try:
            pictures[name] = await uploaded_picture(context, space.group, form, name)
        except Refused as refused:
            form.refuse(name, await picture_problem(context, refused))
    if form.errors:
        return None
    return replace(told(form, space.project), icon=pictures["icon"], image=pictures["image"])


def _as_it_is(space: Space) -> SpaceDraft:
    """The project as a draft that changes nothing."""
    values = shown(space.group, space.record, space.project)
    return SpaceDraft(
        name=space.group.name,
        summary=values["summary"],
        project=space.project,
        state=values["state"],
        joining=values["joining"],
        reach=values["reach"],
    )


async def _page(context: WebContext, space: Space, form: Any, *, status: int = 200) -> Response:
    _ = await context.renderer.translate()
    return await context.renderer.render(
        "projects/settings.html",
        status=status,
        index=False,
        space=space,
        tabs=TABS,
        form=form,
        ended=space.record.state in ENDED,
        reach_meanings={name: _(text) for name, text in REACH_MEANINGS.items()},
    )
