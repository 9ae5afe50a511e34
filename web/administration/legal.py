"""`/admin/legal` and `/admin/publishing`: what the law asks for, and how experiences appear."""

from dataclasses import asdict
from datetime import date as day_of
from typing import Any, Final

from quart import Blueprint, Response

from actors.site import LegalNotice, Policy, read_site, save_site
from storage.store import Tx
from web.administration.desk import Desk
from web.forms import Form, area, choice, date, line, mail, pick, ticked
from web.rendering import redirect, register_done
from web.rules import Rule, longest
from web.texts import mark

STATES: Final = (
    ("", mark("Choose")),
    ("non", mark("Not compliant: most rules are not met, or nobody checked")),
    ("partial", mark("Partially compliant: at least half of the rules are met")),
    ("total", mark("Fully compliant: every rule is met")),
)
DEPARTURES: Final = (
    ("organisation", mark("They stay with the organisation")),
    ("person", mark("They leave with the person")),
)

register_done(
    {
        "legal-open": mark("Saved. The legal notice is complete: everybody can see the site."),
        "legal-closed": mark("Saved. Some answers are still missing: visitors see nothing yet."),
    }
)


class _Needed:
    """Marks a field as needed, but lets people save what they have so far."""

    field_flags: Final = {"required": True}

    def __call__(self, *_: object) -> None:
        return


def needed() -> Rule:
    """Without it the public pages stay closed; the form is saved all the same."""
    return _Needed()


class LegalForm(Form):
    """The legal notice."""

    denomination = line(mark("Name of the organisation"), needed(), longest(200))
    legal_form = line(
        mark("Legal form"), longest(200), hint=mark("For example: association, SARL, GIP.")
    )
    register = line(
        mark("Register and capital"),
        longest(300),
        hint=mark("If you are registered: town and number of the register, share capital."),
    )
    address = area(mark("Address of the head office"), needed(), longest(500), rows=3)
    telephone = line(mark("Telephone"), needed(), longest(40), type="tel")
    mail = mail(mark("Mail address"), needed(), longest(200))
    director = line(
        mark("Director of publication"),
        needed(),
        longest(200),
        hint=mark("First name and surname of the person who answers for what is published."),
    )
    host_name = line(
        mark("Who hosts the site"),
        needed(),
        longest(200),
        hint=mark("The company that runs the server. If it is you, write your own name again."),
    )
    host_address = area(mark("Address of the host"), needed(), longest(500), rows=3)
    host_telephone = line(mark("Telephone of the host"), needed(), longest(40), type="tel")
    gdpr_contact = line(
        mark("Contact for personal data"),
        needed(),
        longest(300),
        hint=mark("Who answers questions about personal data: a mail address, or a name with it."),
    )
    privacy_notes = area(
        mark("More about personal data"),
        longest(5_000),
        hint=mark("What your organisation adds to the page about privacy, if anything."),
    )
    accessibility = pick(
        mark("Accessibility of the site"),
        (),
        needed(),
        hint=mark("The footer of each page says it. When in doubt: “not compliant”."),
    )
    accessibility_date = date(mark("Since when is this so?"), needed())
    accessibility_contact = line(
        mark("Whom to tell about an obstacle"),
        needed(),
        longest(300),
        hint=mark("Where people write who cannot use a page: a mail address or a telephone."),
    )


class PolicyForm(Form):
    """How experiences get published."""

    review = ticked(
        mark("An editor reads each experience before it is published"),
        hint=mark("Members send what they wrote; editors publish it or send it back."),
    )
    four_eyes = ticked(
        mark("Nobody approves what they wrote themselves"),
        hint=mark("This holds for editors and administrators too: a second person always reads."),
    )
    departures = choice(
        mark("When somebody leaves, what becomes of their experiences?"),
        (),
        hint=mark("What the page of a departure proposes first. Each time you can choose."),
    )


def add_legal_routes(blueprint: Blueprint, desk: Desk) -> None:
    """The legal notice and the rules of publication."""

    @blueprint.get("/admin/legal")
    async def legal() -> Response:
        await desk.admin()
        known = await desk.query(lambda tx: read_site(tx, LegalNotice))
        values = asdict(known) | {"accessibility_date": _day(known.accessibility_date)}
        if not known.denomination:
            organisation = await desk.context.renderer.organisation()
            values["denomination"] = organisation.name if organisation is not None else ""
        return await _legal_page(desk, await desk.context.renderer.form(LegalForm, **values))

    @blueprint.post("/admin/legal")
    async def save_legal() -> Response:
        await desk.admin()
        values = await desk.context.sessions.checked_form()
        form = await _legal_form(desk, values)
        if not form.validate():
            return await _legal_page(desk, form, status=422)
        found = await _save_legal(desk, form.data)
        desk.context.site.forget()
        return redirect("/admin/legal", done="legal-open" if found.complete else "legal-closed")

    @blueprint.get("/admin/publishing")
    async def publishing() -> Response:
        await desk.admin()
        known = await desk.query(lambda tx: read_site(tx, Policy))
        return await _policy_page(desk, await _policy_form(desk, None, **asdict(known)))

    @blueprint.post("/admin/publishing")
    async def save_publishing() -> Response:
        await desk.admin()
        form = await _policy_form(desk, await desk.context.sessions.checked_form())
        if not form.validate():
            return await _policy_page(desk, form, status=422)
        who, policy = await desk.who(), Policy(**form.data)
        await desk.write(lambda tx: save_site(tx, who, policy, desk.now()))
        desk.context.site.forget()
        return redirect("/admin/publishing", done="saved")


async def _save_legal(desk: Desk, data: dict[str, Any]) -> LegalNotice:
    who, now = await desk.who(), desk.now()
    told = data.pop("accessibility_date")
    values: dict[str, Any] = {name: value or "" for name, value in data.items()}
    values["accessibility_date"] = told.isoformat() if told else ""

    async def operation(tx: Tx) -> LegalNotice:
        # the numbers of the organisation are on its own page
        before = await read_site(tx, LegalNotice)
        found = LegalNotice(**values, siret=before.siret, nda=before.nda)
        await save_site(tx, who, found, now)
        return found

    return await desk.write(operation)


async def _legal_form(desk: Desk, values: Any) -> LegalForm:
    form = await desk.context.renderer.form(LegalForm, values)
    await _fill(desk, form.accessibility, STATES)
    return form


async def _legal_page(desk: Desk, form: LegalForm, status: int = 200) -> Response:
    await _fill(desk, form.accessibility, STATES)
    known = await desk.query(lambda tx: read_site(tx, LegalNotice))
    return await desk.page("legal", form=form, missing=known.missing(), status=status)


async def _policy_form(desk: Desk, values: Any, **known: Any) -> PolicyForm:
    form = await desk.context.renderer.form(PolicyForm, values, **known)
    await _fill(desk, form.departures, DEPARTURES)
    return form


async def _policy_page(desk: Desk, form: PolicyForm, status: int = 200) -> Response:
    return await desk.page("publishing", form=form, status=status)


async def _fill(desk: Desk, field: Any, choices: tuple[tuple[str, str], ...]) -> None:
    _ = await desk.context.renderer.translate()
    field.choices = [(value, _(text)) for value, text in choices]


def _day(text: str) -> day_of | None:
    try:
        return day_of.fromisoformat(text)
    except ValueError:
        return None
