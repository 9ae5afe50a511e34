"""The forms in which an experience is written: quick, full, and as an interview."""

from collections.abc import Sequence
from typing import Any, Final

import wtforms

from web.forms import Form, area, choice, line, pick, rows, several, ticked
from web.rules import required
from web.texts import mark
from web.workspace.writing.names import LABELS

# More rows than can be published are read all the same, so that nothing typed is lost.
ROWS_READ: Final = 100
KEPT_AS_TYPED: Final = {"autocomplete": "off"}


class ToolRow(Form):
    """A tool or resource and where it is."""

    name = line(mark("Tool or resource"))
    url = line(mark("Its web address"), inputmode="url", placeholder="https://")


class MeansRow(Form):
    """Who worked, and how long."""

    role = line(mark("Role"))
    days = line(mark("Days"), inputmode="decimal")


class IndicatorRow(Form):
    """What was measured."""

    name = line(mark("Measure"))
    before = line(mark("Before"))
    after = line(mark("After"))
    source = line(mark("Source of the figures"))


class PartnerRow(Form):
    """An organisation that took part."""

    name = line(mark("Name of the partner"))
    url = line(mark("Its web address"), inputmode="url", placeholder="https://")


class ContributorRow(Form):
    """A co-author."""

    url = line(
        mark("Address of the person"), placeholder="prenom@site.example", autocapitalize="none"
    )
    role = pick(mark("Their part"))


class Common(Form):
    """What every form of writing carries: which draft it shows, and how it is published."""

    revision = wtforms.HiddenField(render_kw=KEPT_AS_TYPED)
    window = wtforms.HiddenField(render_kw=KEPT_AS_TYPED)
    step = wtforms.HiddenField(render_kw=KEPT_AS_TYPED, default="0")
    started = wtforms.HiddenField(render_kw=KEPT_AS_TYPED)


class Publication(Common):
    """Who can read it, in which language, under which licence, in whose name."""

    author = choice(mark("Publish in the name of"), (), required())
    reach = choice(LABELS["reach"], (), required())
    project = pick(
        LABELS["project"],
        hint=mark("It is shown among what came of the project, and sent to its partners."),
    )
    licence = pick(LABELS["licence"], (), required())
    language = pick(LABELS["language"], (), required())
    agreed = ticked(
        mark("The person who was interviewed has read this text and agrees to its publication")
    )


class Essentials(Publication):
    """The fields without which nothing can be published; an adaptation has two more."""

    adaptations = area(LABELS["adaptations"], required(), rows=4)
    result_here = area(LABELS["result_here"], required(), rows=4)
    title = line(
        LABELS["title"],
        required(),
        hint=mark("What you did, in one line. For example: “A bus that trains in the villages”."),
    )
    summary = area(
        LABELS["summary"],
        required(),
        rows=3,
        hint=mark("Two or three sentences that make a colleague want to read on."),
    )
    context = area(
        LABELS["context"],
        required(),
        rows=4,
        hint=mark("What was the situation, and what was the need?"),
    )
    publics = several(LABELS["publics"], (), required())
    public_number = line(LABELS["public_number"], inputmode="numeric")
    public_details = line(
        LABELS["public_details"], hint=mark("Level, prerequisites, particular needs…")
    )
    objectives = area(
        LABELS["objectives"],
        required(),
        rows=3,
        hint=mark("What people can do afterwards; one objective on each line."),
    )
    modalities = several(LABELS["modalities"], (), required())
    approach = area(
        LABELS["approach"],
        required(),
        rows=7,
        hint=mark("What did you do first, and then? A colleague should be able to follow you."),
    )
    results = area(
        LABELS["results"],
        required(),
        rows=4,
        hint=mark("What changed, for whom? How do you know?"),
    )
    caveats = area(
        LABELS["caveats"],
        required(),
        rows=4,
        hint=mark("What did not work, what would you warn a colleague about? It helps most."),
    )
    no_caveats = ticked(LABELS["no_caveats"])
    maturity = choice(LABELS["maturity"], (), required())
    consent = ticked(LABELS["consent"])


class QuickForm(Essentials):
    """Exactly the fields that one fills in five minutes."""

    tool_lines = area(
        LABELS["tools"],
        rows=3,
        hint=mark("One on each line; you may add the address of a page behind it."),
    )


class FullForm(Essentials):
    """Every field, in sections."""

    tools = rows(LABELS["tools"], ToolRow, at_most=ROWS_READ)
    duration_number = line(LABELS["duration"], inputmode="decimal", **{"class": "short"})
    duration_unit = pick(mark("Unit"))
    starts = line(LABELS["starts"], type="date", **{"class": "short"})
    ends = line(LABELS["ends"], type="date", **{"class": "short"})
    rhythm = line(LABELS["rhythm"], hint=mark("For example: one day a week for two months."))
    means = rows(LABELS["means"], MeansRow, at_most=ROWS_READ)
    cost_from = line(LABELS["cost_from"], inputmode="numeric", **{"class": "short"})
    cost_to = line(LABELS["cost_to"], inputmode="numeric", **{"class": "short"})
    funder = line(LABELS["funder"])
    indicators = rows(LABELS["indicators"], IndicatorRow, at_most=ROWS_READ)
    success_factors = area(
        LABELS["success_factors"], rows=3, hint=mark("Without what would it not have worked?")
    )
    transferability = choice(LABELS["transferability"])
    transferability_conditions = area(
        LABELS["transferability_conditions"],
        rows=3,
        hint=mark("What would a colleague need to do the same?"),
    )
    next_steps = area(
        LABELS["next_steps"],
        rows=3,
        hint=mark("What would you do differently? What do you plan now?"),
    )
    accessibility = area(LABELS["accessibility"], rows=2)
    partners = rows(LABELS["partners"], PartnerRow, at_most=ROWS_READ)
    territory = line(
        LABELS["territory"],
        hint=mark("For example 50129 (Cherbourg-en-Cotentin), 50 (Manche) or R28 (Normandie)."),
        **{"class": "short"},
    )
    territory_name = line(LABELS["territory_name"])
    contributors = rows(LABELS["contributors"], ContributorRow, at_most=ROWS_READ)
    author_role = pick(LABELS["author_role"])
    contact = line(
        LABELS["contact"],
        hint=mark("An address of the organisation rather than your own; it is shown to readers."),
    )
    themes = several(LABELS["themes"])
    subject = line(mark("Find a subject"), hint=mark("Type a word, for example “virtual class”."))


class InterviewForm(Common):
    """Twelve questions; each field is called as the field that its answer fills."""

    interviewed = line(
        mark("Who answers?"),
        hint=mark("The name of the person, or their address (name@site) if they are a member."),
    )
    summary = area(mark("What did you do, in two or three sentences?"), rows=3)
    context = area(mark("Where did it begin? What was the problem, or the need?"), rows=4)
    public_details = area(mark("For whom was it? How many were they?"), rows=2)
    objectives = area(
        mark("What were people to be able to do afterwards?"),
        rows=3,
        hint=mark("One objective on each line."),
    )
    approach = area(
        mark("How did you go about it? What came first, and then?"), rows=6, hint=mark("As told.")
    )
    tool_lines = area(
        mark("What did you use: tools, rooms, documents?"), rows=3, hint=mark("One on each line.")
    )
    rhythm = line(mark("How long did it take, at which rhythm?"))
    results = area(mark("What changed? How do you know?"), rows=4)
    caveats = area(mark("What was difficult? What would you warn a colleague about?"), rows=4)
    success_factors = area(mark("What helped most?"), rows=3)
    transferability_conditions = area(
        mark("What would somebody need who wants to do the same?"), rows=3
    )
    next_steps = area(mark("What would you do differently? What comes next?"), rows=3)


def set_choices(form: Any, name: str, choices: Sequence[tuple[str, str]]) -> None:
    """Give a field its choices, and those values too that it holds though nobody offers them."""
    if name not in form:
        return
    item = form[name]
    data = item.data if isinstance(item.data, list) else [item.data]
    known = {value for value, _ in choices}
    extra = [(value, value.rpartition("/")[2]) for value in data if value and value not in known]
    item.choices = [*choices, *extra]
