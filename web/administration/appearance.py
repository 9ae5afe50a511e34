"""`/admin/appearance`: the logo, one colour and one sentence of the site."""

from dataclasses import dataclass, replace
from typing import Final

from quart import Blueprint, Response

from actors.site import COLOUR, Appearance, read_site, save_site
from web.administration.desk import Desk
from web.administration.pictures import has_errors, uploaded_picture
from web.colours import DARK, LIGHT, Ground, contrast, rgb, shades
from web.forms import Form, line, ticked, upload
from web.rendering import redirect
from web.rules import longest
from web.texts import mark

THEMES: Final = ((mark("Light pages"), LIGHT), (mark("Dark pages"), DARK))


class AppearanceForm(Form):
    """How the site looks."""

    tagline = line(
        mark("One sentence about the site"),
        longest(160),
        hint=mark("It stands at the bottom of each page."),
    )
    logo = upload(
        mark("Logo of the site"),
        hint=mark("It stands at the top of each page, 42 pixels high."),
        accept="image/*",
    )
    remove_logo = ticked(mark("Remove the logo"))
    own_colour = ticked(mark("Use our own colour for links and buttons"))
    accent = line(
        mark("Our colour"),
        hint=mark("A shade that can be read on light and on dark pages is worked out from it."),
        type="color",
    )


@dataclass(frozen=True, slots=True)
class Shown:
    """What becomes of a colour in one theme."""

    theme: str
    colour: str
    ratio: float
    changed: bool


def shown(accent: str) -> list[Shown]:
    """What becomes of `#rrggbb` on light and on dark pages."""
    return [_shown(theme, accent, ground) for theme, ground in THEMES]


def _shown(theme: str, accent: str, ground: Ground) -> Shown:
    used = shades(accent, ground).accent
    ratio = contrast(rgb(used), rgb(ground.paper))
    return Shown(theme, used, round(ratio, 1), used != accent)


def add_appearance_routes(blueprint: Blueprint, desk: Desk) -> None:
    """How the site looks."""

    @blueprint.get("/admin/appearance")
    async def appearance() -> Response:
        await desk.admin()
        known = await desk.query(lambda tx: read_site(tx, Appearance))
        form = await desk.context.renderer.form(
            AppearanceForm,
            tagline=known.tagline,
            own_colour=bool(known.accent),
            accent=known.accent or shades("#3a6416", LIGHT).accent,
        )
        return await _page(desk, form, known)

    @blueprint.post("/admin/appearance")
    async def save_appearance() -> Response:
        await desk.admin()
        known = await desk.query(lambda tx: read_site(tx, Appearance))
        values = await desk.context.sessions.checked_form()
        form = await desk.context.renderer.form(AppearanceForm, values)
        form.validate()
        _ = await desk.context.renderer.translate()
        accent = (form.accent.data or "").lower() if form.own_colour.data else ""
        if accent and not COLOUR.fullmatch(accent):
            form.refuse("accent", _("This is no colour; one looks like #3a6416."))
        logo = "" if form.remove_logo.data else known.logo
        if not has_errors(form):
            owner = await desk.organisation()
            logo = await uploaded_picture(desk, form, "logo", owner) or logo
        if has_errors(form):
            return await _page(desk, form, known, status=422)
        who = await desk.who()
        changed = replace(known, logo=logo, accent=accent, tagline=form.tagline.data or "")
        await desk.write(lambda tx: save_site(tx, who, changed, desk.now()))
        desk.context.site.forget()
        return redirect("/admin/appearance", done="saved")


async def _page(desk: Desk, form: AppearanceForm, known: Appearance, status: int = 200) -> Response:
    found = shown(known.accent) if known.accent else []
    return await desk.page("appearance", form=form, known=known, shown=found, status=status)
