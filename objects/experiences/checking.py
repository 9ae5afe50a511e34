"""What an experience lacks to be published, each problem with the field that it belongs to."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from objects.experiences.fields import (
    LICENCES,
    MAX_CONCEPTS,
    MAX_LINE,
    MAX_MARKDOWN,
    MAX_ROWS,
    MAX_SUMMARY,
    MAX_TITLE,
    REACHES,
    Experience,
)
from objects.reading import web_address

MARKDOWN: Final = (
    "context", "approach", "results", "caveats", "success_factors", "next_steps", "adaptations",
    "result_here",
)  # fmt: skip
LINES: Final = ("rhythm", "funder", "territory_name", "contact")
DETAILS: Final = ("public_details", "transferability_conditions", "accessibility")
REQUIRED: Final = (
    "title", "summary", "context", "publics", "objectives", "modalities", "approach", "results",
    "maturity",
)  # fmt: skip
CONCEPTS: Final = ("publics", "modalities", "themes")
MAX_DETAILS: Final = 5_000
MAX_DAYS: Final = 10_000
MAX_COUNT: Final = 10_000_000

_DURATION: Final = re.compile(
    r"P(?=\d|T\d)(?:\d{1,4}Y)?(?:\d{1,4}M)?(?:\d{1,4}W)?(?:\d{1,5}D)?"
    r"(?:T(?=\d)(?:\d{1,5}H)?(?:\d{1,5}M)?(?:\d{1,5}S)?)?",
    re.ASCII,
)
# A commune (28129, 2A004, 97411), a département (50, 2A, 976) or a région by its R (R28).
_TERRITORY: Final = re.compile(r"(?:\d{2}|2[AB])\d{3}|\d{2,3}|2[AB]|R\d{2,3}", re.ASCII)
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a field; `row` counts from 0 in fields that have rows."""

    field: str
    code: str
    row: int | None = None


def check(
    experience: Experience, *, pictures: bool = False, known: Collection[str] | None = None
) -> list[Problem]:
    """Everything that keeps an experience from being published, in the order of the form.

    `pictures`: there are pictures, for which the people in them must have agreed. `known`: the
    concepts that exist among those that it names (None: not asked); see `concepts_of`.
    """
    e = experience
    return [
        *_required(e),
        *_lengths(e),
        *_concepts(e, known),
        *_rows(e),
        *_dates(e),
        *_amounts(e),
        *_choices(e),
        *([Problem("consent", "consent")] if pictures and not e.consent else []),
    ]


def concepts_of(experience: Experience) -> list[str]:
    """Every concept that an experience names, each once."""
    e = experience
    roles = [contributor.role for contributor in e.contributors]
    named = [*e.publics, *e.modalities, *e.themes, e.maturity, e.author_role, *roles]
    return [uri for uri in dict.fromkeys(named) if uri]


def is_duration(text: str) -> bool:
    """Whether this is an ISO 8601 duration such as `P3D` or `PT21H`."""
    return _DURATION.fullmatch(text) is not None


def day_of(text: str) -> date | None:
    """The day of a date such as `2026-11-23`; None for anything else."""
    try:
        return date.fromisoformat(text) if len(text) == len("2026-11-23") else None
    except ValueError:
        return None


def is_territory(code: str) -> bool:
    """Whether this is the INSEE code of a commune, a département or (behind an R) a région."""
    return _TERRITORY.fullmatch(code) is not None


def _required(e: Experience) -> Iterator[Problem]:
    for name in REQUIRED:
        value = getattr(e, name)
        if not (value.strip() if isinstance(value, str) else value):
            yield Problem(name, "required")
    if not e.caveats.strip() and not e.no_caveats:
        yield Problem("caveats", "say-none")
    if e.reach == "project" and not e.project:
        yield Problem("project", "required")
    if e.adapted_from:
        for name in ("adaptations", "result_here"):
            if not getattr(e, name).strip():
                yield Problem(name, "required")


def _lengths(e: Experience) -> Iterator[Problem]:
    limits = {
        "title": MAX_TITLE,
        "summary": MAX_SUMMARY,
        **dict.fromkeys(MARKDOWN, MAX_MARKDOWN),
        **dict.fromkeys(LINES, MAX_LINE),
        **dict.fromkeys(DETAILS, MAX_DETAILS),
    }
    for name, limit in limits.items():
        if len(getattr(e, name)) > limit:
            yield Problem(name, "too-long")
    for name in ("objectives", "tools", "means", "indicators", "partners", "contributors"):
        if len(getattr(e, name)) > MAX_ROWS:
            yield Problem(name, "too-many")
    for name in CONCEPTS:
        if len(getattr(e, name)) > MAX_CONCEPTS:
            yield Problem(name, "too-many")


def _concepts(e: Experience, known: Collection[str] | None) -> Iterator[Problem]:
    if known is None:
        return
    named = {name: getattr(e, name) for name in CONCEPTS}
    single = {"maturity": e.maturity, "author_role": e.author_role}
    for name, uris in {**named, **{key: (uri,) for key, uri in single.items() if uri}}.items():
        if any(uri not in known for uri in uris):
            yield Problem(name, "unknown-concept")
    for row, contributor in enumerate(e.contributors):
        if contributor.role and contributor.role not in known:
            yield Problem("contributors", "unknown-concept", row)


def _rows(e: Experience) -> Iterator[Problem]:
    for name in ("tools", "partners"):
        for row, entry in enumerate(getattr(e, name)):
            yield from _named(name, row, entry.name)
            if entry.url and web_address(entry.url) is None:
                yield Problem(name, "bad-url", row)
    for row, means in enumerate(e.means):
        yield from _named("means", row, means.role)
        if means.days is not None and not 0 <= means.days <= MAX_DAYS:
            yield Problem("means", "bad-number", row)
    for row, indicator in enumerate(e.indicators):
        yield from _named("indicators", row, indicator.name)
    for row, contributor in enumerate(e.contributors):
        if web_address(contributor.url) is None:
            yield Problem("contributors", "unknown-person", row)
    for row, objective in enumerate(e.objectives):
        yield from _named("objectives", row, objective)


def _named(name: str, row: int, text: str) -> Iterator[Problem]:
    """A row says what it is about, in one line."""
    if not text.strip():
        yield Problem(name, "required", row)
    elif len(text) > MAX_LINE:
        yield Problem(name, "too-long", row)


def _dates(e: Experience) -> Iterator[Problem]:
    if e.duration and not is_duration(e.duration):
        yield Problem("duration", "bad-duration")
    starts, ends = day_of(e.starts), day_of(e.ends)
    if e.starts and starts is None:
        yield Problem("starts", "bad-date")
    if e.ends and ends is None:
        yield Problem("ends", "bad-date")
    if starts and ends and ends < starts:
        yield Problem("ends", "dates-order")


def _amounts(e: Experience) -> Iterator[Problem]:
    for name in ("public_number", "cost_from", "cost_to"):
        value = getattr(e, name)
        if value is not None and not 0 <= value <= MAX_COUNT:
            yield Problem(name, "bad-number")
    if e.cost_from is not None and e.cost_to is not None and e.cost_to < e.cost_from:
        yield Problem("cost_to", "cost-order")
    if e.transferability is not None and e.transferability not in {1, 2, 3, 4}:
        yield Problem("transferability", "bad-choice")


def _choices(e: Experience) -> Iterator[Problem]:
    if e.territory and not is_territory(e.territory):
        yield Problem("territory", "bad-territory")
    for name in ("carried_by", "adapted_from", "project"):
        if getattr(e, name) and web_address(getattr(e, name)) is None:
            yield Problem(name, "bad-url")
    if e.licence not in LICENCES:
        yield Problem("licence", "bad-choice")
    if e.reach not in REACHES:
        yield Problem("reach", "bad-choice")
    if not _LANGUAGE.fullmatch(e.language):
        yield Problem("language", "bad-choice")
