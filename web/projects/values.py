"""Between the fields of a project and those of its forms."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any, Final

from objects.experiences.fields import Indicator
from objects.experiences.rows import joined, lines
from objects.projects.fields import ENDED, JOININGS, PROJECT_REACHES, STATES, Project
from objects.text import plain_text
from objects.vocabularies.names import PUBLIC, THEME
from outbox.acts.projects.spaces import SpaceDraft
from storage.concepts import Concept
from storage.projects import ProjectRecord
from storage.records import ActorRecord
from web.projects.words import JOINING_NAMES, REACH_NAMES, STATE_NAMES
from web.texts import LANGUAGE_NAMES
from web.workspace.profile import labels_of
from web.workspace.writing.forms import set_choices
from web.workspace.writing.values import whole_number

_PLAIN: Final = (
    "acronym", "purpose", "call", "call_url", "funder", "public_details", "territory",
    "territory_name", "starts", "ends", "governance", "risks", "contact", "language",
)  # fmt: skip
_NUMBERS: Final = ("budget", "own_share")
_CONCEPTS: Final = ("publics", "themes")


def shown(group: ActorRecord, record: ProjectRecord, project: Project) -> dict[str, Any]:
    """The values of the fields of a form, for a project that is there already."""
    values: dict[str, Any] = {field.name: getattr(project, field.name) for field in fields(Project)}
    values |= {n: "" if values[n] is None else str(values[n]) for n in _NUMBERS}
    values |= {n: list(values[n]) for n in _CONCEPTS}
    return values | {
        "name": group.name,
        "summary": plain_text(group.summary),
        "objectives": joined(project.objectives),
        "indicators": [
            {"name": i.name, "before": i.before, "after": i.after, "source": i.source}
            for i in project.indicators
        ],
        "state": record.state,
        "joining": record.joining,
        "reach": record.reach,
    }


def told(form: Any, before: Project) -> SpaceDraft:
    """The project with what a checked form says; fields that the form lacks stay."""
    values: dict[str, Any] = {
        name: (form[name].data or "").strip() for name in _PLAIN if name in form
    }
    values |= {n: whole_number(form[n].data or "") for n in _NUMBERS if n in form}
    values |= {n: tuple(dict.fromkeys(form[n].data or ())) for n in _CONCEPTS if n in form}
    if "objectives" in form:
        values["objectives"] = lines(form.objectives.data or "")
        values["indicators"] = _indicators(form)
    return SpaceDraft(
        name=form.name.data,
        summary=form.summary.data,
        project=replace(before, **values),
        state=form.state.data,
        joining=form.joining.data,
        reach=form.reach.data,
    )


def _indicators(form: Any) -> tuple[Indicator, ...]:
    """The rows in which anything was typed."""
    typed = [
        {part.short_name: (part.data or "").strip() for part in entry.form}
        for entry in form.indicators.entries
    ]
    return tuple(Indicator(**row) for row in typed if any(row.values()))


def fill_choices(
    form: Any,
    concepts: Mapping[str, Sequence[Concept]],
    language: str,
    translate: Callable[[str], str],
    *,
    state: str = "",
) -> None:
    """Give the fields of a form their choices; a project ends elsewhere than in a list of states.

    `state` is what the project is in now: offered in any case.
    """
    states = [name for name in STATES if name not in ENDED or name == state]
    form.state.choices = [(name, translate(STATE_NAMES[name])) for name in states]
    form.joining.choices = [(name, translate(JOINING_NAMES[name])) for name in JOININGS]
    form.reach.choices = [(name, translate(REACH_NAMES[name])) for name in PROJECT_REACHES]
    set_choices(form, "publics", labels_of(concepts.get(PUBLIC, ()), language))
    set_choices(form, "themes", labels_of(concepts.get(THEME, ()), language))
    set_choices(form, "language", list(LANGUAGE_NAMES.items()))
