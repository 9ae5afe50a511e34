"""`/admin/organisation`: how the organisation presents itself, here and on other servers."""

import html
from dataclasses import asdict, replace
from typing import Any, Final

import orjson
from quart import Blueprint, Response

from actors.administration import audit
from actors.local import MAX_FIELDS, ProfileChanges
from actors.numbers import bare, is_nda, is_siret, nda_written, siret_written
from actors.site import LegalNotice, OrganisationFacts, read_site, save_site
from objects.text import plain_text, render_plain
from outbox.c2s_profile import change_profile
from storage.records import ActorRecord
from storage.store import Tx
from web.administration.desk import Desk
from web.administration.pictures import has_errors, uploaded_picture
from web.forms import Form, area, line, mail, ticked, upload
from web.rendering import redirect, register_done
from web.rules import longest, required, web_address
from web.texts import LANGUAGES, mark, texts_of

# The lines of the public profile that this page writes, in their order.
LINES: Final = {
    "siret": mark("SIRET"),
    "nda": mark("Activity number"),
    "territory": mark("Territory"),
    "activity": mark("Fields of activity"),
    "website": mark("Website"),
    "mail": mark("Mail"),
    "telephone": mark("Telephone"),
}
FACTS: Final = ("territory", "activity", "mail", "telephone", "website")

register_done({"organisation-saved": mark("Saved. Other servers are told about it.")})


class OrganisationForm(Form):
    """The organisation's public profile."""

    name = line(mark("Name"), required(mark("The organisation needs a name.")), longest(100))
    biography = area(
        mark("Who you are, what you do"),
        longest(2_000),
        hint=mark("Some sentences for visitors. An empty line begins a paragraph."),
    )
    siret = line(
        mark("SIRET"), longest(30), hint=mark("Fourteen digits."), inputmode="numeric"
    )  # fmt: skip
    nda = line(
        mark("Activity number"),
        longest(30),
        hint=mark("The eleven digits of your declaration as a training organisation."),
        inputmode="numeric",
    )
    territory = line(
        mark("Territory"), longest(200), hint=mark("For example: Calvados, Manche, Orne.")
    )
    activity = line(
        mark("Fields of activity"),
        longest(300),
        hint=mark("For example: literacy, digital skills."),
    )
    website = line(mark("Website"), longest(300), web_address(), type="url")
    mail = mail(
        mark("Public mail address"),
        longest(200),
        hint=mark("An address of a service, such as contact@…, rather than somebody’s own."),
    )
    telephone = line(mark("Public telephone"), longest(40), type="tel")
    logo = upload(
        mark("Logo"), hint=mark("Square, at least 200 pixels wide."), accept="image/*"
    )  # fmt: skip
    remove_logo = ticked(mark("Remove the logo"))
    banner = upload(
        mark("Banner"), hint=mark("A wide picture for the top of the page."), accept="image/*"
    )
    remove_banner = ticked(mark("Remove the banner"))


def add_organisation_routes(blueprint: Blueprint, desk: Desk) -> None:
    """The organisation's profile."""

    @blueprint.get("/admin/organisation")
    async def organisation() -> Response:
        await desk.admin()
        owner = await desk.organisation()
        legal, facts = await _known(desk)
        form = await desk.context.renderer.form(
            OrganisationForm,
            name=owner.name,
            biography=plain_text(owner.summary),
            siret=siret_written(legal.siret),
            nda=nda_written(legal.nda),
            **asdict(facts),
        )
        return await desk.page("organisation", form=form, owner=owner)

    @blueprint.post("/admin/organisation")
    async def save_organisation() -> Response:
        await desk.admin()
        owner = await desk.organisation()
        values = await desk.context.sessions.checked_form()
        form = await desk.context.renderer.form(OrganisationForm, values)
        await _check(desk, form)
        pictures = await _pictures(desk, form, owner) if not has_errors(form) else {}
        if has_errors(form):
            return await desk.page("organisation", form=form, owner=owner, status=422)
        await _save(desk, owner, form.data, pictures)
        return redirect("/admin/organisation", done="organisation-saved")


async def _known(desk: Desk) -> tuple[LegalNotice, OrganisationFacts]:
    async def operation(tx: Tx) -> tuple[LegalNotice, OrganisationFacts]:
        return await read_site(tx, LegalNotice), await read_site(tx, OrganisationFacts)

    return await desk.query(operation)


async def _check(desk: Desk, form: OrganisationForm) -> None:
    """The fields' own rules, and the numbers' check digits."""
    form.validate()
    _ = await desk.context.renderer.translate()
    if form.siret.data and not is_siret(form.siret.data):
        form.refuse("siret", _("This is no SIRET: fourteen digits, of which the last one checks."))
    if form.nda.data and not is_nda(form.nda.data):
        form.refuse("nda", _("This is no activity number: it has eleven digits."))


async def _pictures(desk: Desk, form: OrganisationForm, owner: ActorRecord) -> dict[str, str]:
    """The addresses of new pictures, an empty one for a picture to remove."""
    chosen: dict[str, str] = {}
    for field, place, removed in (
        ("logo", "icon", form.remove_logo.data),
        ("banner", "image", form.remove_banner.data),
    ):
        url = await uploaded_picture(desk, form, field, owner)
        if url is not None:
            chosen[place] = url
        elif removed:
            chosen[place] = ""
    return chosen


async def _save(
    desk: Desk, owner: ActorRecord, data: dict[str, Any], pictures: dict[str, str]
) -> None:
    """Keep the facts, publish the profile."""
    who, now = await desk.who(), desk.now()
    numbers = {name: bare(data[name] or "") for name in ("siret", "nda")}
    facts = OrganisationFacts(**{name: data[name] or "" for name in FACTS})

    async def operation(tx: Tx) -> None:
        before = await read_site(tx, LegalNotice)
        numbered = replace(before, siret=numbers["siret"], nda=numbers["nda"])
        await save_site(tx, who, numbered, now)
        await save_site(tx, who, facts, now)
        await audit(tx, who, "organisation profile", owner.account, "", now)

    await desk.write(operation)
    desk.context.site.forget()
    changes = ProfileChanges(
        name=data["name"],
        summary=render_plain(data["biography"] or "", {}, desk.context.outbox.identifiers).html,
        fields=profile_lines(owner, numbers | asdict(facts), desk.context.settings.language),
        icon=pictures.get("icon"),
        image=pictures.get("image"),
    )
    await change_profile(desk.context.outbox, owner, changes)
    desk.context.renderer.forget()


def profile_lines(
    owner: ActorRecord, values: dict[str, str], language: str
) -> list[tuple[str, str]]:
    """The lines of the profile: ours first, then those that were written elsewhere."""
    _ = texts_of(language)
    ours = [(_(LINES[name]), _shown(name, values[name])) for name in LINES if values[name]]
    names = {texts_of(tag)(text) for tag in LANGUAGES for text in LINES.values()}
    others = [
        (str(line["name"]), str(line["value"]))
        for line in orjson.loads(owner.fields)
        if line["name"] not in names
    ]
    return (ours + others)[:MAX_FIELDS]


def _shown(name: str, value: str) -> str:
    """A value as HTML; addresses are links."""
    safe = html.escape(value)
    match name:
        case "siret":
            return siret_written(value)
        case "nda":
            return nda_written(value)
        case "website":
            return f'<a href="{safe}">{safe}</a>'
        case _:
            return safe
