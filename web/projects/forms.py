"""The forms in which a project is described: what is needed, or everything."""

from typing import Any, Final

from actors.identifiers import acceptable_username
from objects.experiences.checking import day_of, is_territory
from objects.experiences.rows import lines
from objects.projects.fields import MAX_PURPOSE
from objects.projects.membership import MAX_ENGAGEMENT
from outbox.acts.projects.spaces import MAX_NAME, MAX_SUMMARY
from web.forms import Form, area, choice, line, pick, rows, several, ticked, upload
from web.rules import longest, required, web_address
from web.texts import mark
from web.workspace.writing.values import whole_number

MAX_LINE: Final = 300
MAX_ACRONYM: Final = 30
MAX_DETAILS: Final = 5_000
MAX_ROWS: Final = 50
HUNDRED: Final = 100


class IndicatorRow(Form):
    """What is to change, and by how much."""

    name = line(mark("What is measured"), longest(MAX_LINE))
    before = line(mark("At the start"), longest(MAX_LINE))
    after = line(mark("Aimed at"), longest(MAX_LINE))
    source = line(mark("Source of the figures"), longest(MAX_LINE))


class QuickSpace(Form):
    """What is needed to open a project."""

    name = line(mark("Name of the project"), required(), longest(MAX_NAME))
    acronym = line(mark("Acronym"), longest(MAX_ACRONYM), **{"class": "short"})
    summary = area(
        mark("In short"),
        required(),
        longest(MAX_SUMMARY),
        rows=3,
        hint=mark("Two or three sentences that everybody can read, wherever the project is named."),
    )
    purpose = area(
        mark("Purpose"),
        longest(MAX_PURPOSE),
        rows=4,
        hint=mark("Which need does it answer, and what shall be different at its end?"),
    )
    state = choice(mark("How far is it?"), (), required())
    joining = choice(mark("Who can become a member?"), (), required())
    reach = choice(mark("Who sees it?"), (), required())


class WholeSpace(QuickSpace):
    """Everything that a project says of itself."""

    call = line(mark("Call for projects that it answers"), longest(MAX_LINE))
    call_url = line(
        mark("Web address of the call"),
        web_address(),
        longest(2_000),
        inputmode="url",
        placeholder="https://",
    )
    funder = line(mark("Funder"), longest(MAX_LINE))
    budget = line(mark("Budget in euros"), inputmode="numeric", **{"class": "short"})
    own_share = line(
        mark("Part that the partners pay themselves, in per cent"),
        inputmode="numeric",
        **{"class": "short"},
    )
    publics = several(mark("For whom"))
    public_details = area(mark("About these people"), longest(MAX_DETAILS), rows=2)
    themes = several(mark("Subjects"))
    objectives = area(mark("Objectives"), rows=4, hint=mark("One objective on each line."))
    indicators = rows(
        mark("Target indicators"),
        IndicatorRow,
        at_most=MAX_ROWS,
        hint=mark("To remove a row, empty it."),
    )
    territory = line(
        mark("Place (INSEE code)"),
        longest(9),
        hint=mark("For example 50129 (Cherbourg-en-Cotentin), 50 (Manche) or R28 (Normandie)."),
        **{"class": "short"},
    )
    territory_name = line(mark("Name of the place"), longest(MAX_LINE))
    starts = line(mark("First day"), type="date", **{"class": "short"})
    ends = line(mark("Last day"), type="date", **{"class": "short"})
    governance = area(
        mark("How it is steered"),
        longest(MAX_PURPOSE),
        rows=3,
        hint=mark("Who meets, how often, how decisions are made."),
    )
    risks = area(mark("Risks, and what is done about them"), longest(MAX_PURPOSE), rows=3)
    contact = line(
        mark("Contact"),
        longest(MAX_LINE),
        hint=mark("An address of the organisation rather than your own; it is shown to readers."),
    )
    language = pick(mark("Language of the project"))


class _Opening(Form):
    """What only a new project is asked."""

    username = line(
        mark("Name in its address"),
        longest(30),
        hint=mark(
            "Letters without accents, digits, dashes. It cannot be changed later. Left empty, it "
            "is made from the acronym or the name."
        ),
        autocapitalize="none",
        spellcheck="false",
        **{"class": "short"},
    )
    engagement = line(
        mark("What your organisation does in it"),
        longest(MAX_ENGAGEMENT),
        hint=mark("For example: leads the project, lends the workshop."),
    )


class QuickOpening(QuickSpace, _Opening):
    """A project opened with what is needed."""


class WholeOpening(WholeSpace, _Opening):
    """A project opened with everything that is known of it."""


class SettingsForm(WholeSpace):
    """A project that lives here, changed by those who lead it."""

    icon = upload(mark("Logo"), hint=mark("A square picture; others see it small."))
    remove_icon = ticked(mark("Remove the logo"))
    image = upload(mark("Header"), hint=mark("A wide picture at the top of the page."))
    remove_image = ticked(mark("Remove the header"))


def check_values(form: Any, translate: Any) -> bool:
    """Say beside the fields what no rule of a single field sees; whether all is well."""
    said: list[tuple[str, str]] = []
    if "username" in form and form.username.data and not acceptable_username(form.username.data):
        text = mark(
            "Letters without accents, digits and dashes, at most 30, and no word that "
            "has a meaning in our addresses already."
        )
        said.append(("username", text))
    if "territory" in form:
        said += _whole_problems(form)
    for name, text in said:
        form.refuse(name, translate(text))
    return not said


def _whole_problems(form: Any) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    if form.territory.data and not is_territory(form.territory.data):
        text = mark(
            "Write the INSEE code of a town (five characters), of a département (two or three) "
            "or of a région (R28)."
        )
        found.append(("territory", text))
    days = {name: day_of(form[name].data or "") for name in ("starts", "ends")}
    for name, day in days.items():
        if form[name].data and day is None:
            found.append((name, mark("Write a date that exists, for example 2026-11-23.")))
    if days["starts"] and days["ends"] and days["ends"] < days["starts"]:
        found.append(("ends", mark("The last day comes before the first one.")))
    return [*found, *_numbers(form), *_objectives(form)]


def _numbers(form: Any) -> list[tuple[str, str]]:
    found = []
    if form.budget.data and whole_number(form.budget.data) is None:
        found.append(("budget", mark("Write a number, for example 12.")))
    share = whole_number(form.own_share.data or "")
    if form.own_share.data and (share is None or share > HUNDRED):
        found.append(("own_share", mark("Write a whole number from 0 to 100.")))
    return found


def _objectives(form: Any) -> list[tuple[str, str]]:
    said = lines(form.objectives.data or "")
    if len(said) > MAX_ROWS or any(len(one) > MAX_LINE for one in said):
        return [("objectives", mark("At most 50 objectives, each of at most 300 characters."))]
    return []
