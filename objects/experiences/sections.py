"""An experience as text for people: its sections in order, as HTML and as Markdown."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from objects.experiences.fields import LICENCES, Experience
from objects.experiences.labels import colon, label, written_day, written_number
from objects.experiences.labels import spoken as heading_language
from objects.text import markdown_html

HEADING: Final = 2
_SPECIAL: Final = re.compile(r"([\\`*_{}\[\]<>#|~&])")
_SPACES: Final = re.compile(r"[ \t\r\n\f\v]+")
_LINE_START: Final = re.compile(r"^(\s*)([-+=]|\d+[.)])", re.MULTILINE)


class Labelled(Protocol):
    """A concept, as far as its name goes."""

    def label(self, language: str) -> str:
        """Its name in a language, or in another one."""


Concepts = Mapping[str, Labelled]
"""Concepts by URI; what is not in it is named by the end of its URI."""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of an experience under a heading; the HTML is sanitised, its headings begin at h3."""

    key: str
    heading: str
    html: str
    markdown: str


def concept_name(uri: str, concepts: Concepts, language: str) -> str:
    """What a concept is called; readable too when nobody here knows it."""
    known = concepts.get(uri)
    if known is not None:
        return known.label(language) or uri
    end = re.split(r"[/#]", uri.rstrip("/#"))[-1]
    return end.replace("-", " ").replace("_", " ") or uri


def sections(experience: Experience, concepts: Concepts, language: str = "") -> list[Section]:
    """The parts that say something, in the order in which they are read.

    Title, summary, themes, maturity and licence are left to whoever shows them. `language` is
    that of the headings, the experience's own unless said.
    """
    spoken = language or experience.language
    return [
        Section(key, label(key, spoken), markdown_html(text, below=HEADING), text)
        for key, text in _parts(experience, concepts, spoken)
        if text
    ]


def render_content(experience: Experience, concepts: Concepts, language: str = "") -> str:
    """The whole as sanitised HTML, for readers who know nothing of our fields."""
    spoken = language or experience.language
    lead = markdown_html(escaped(experience.summary))
    parts = [
        f"<h2>{section.heading}</h2>{section.html}"
        for section in sections(experience, concepts, spoken)
    ]
    return "".join([lead, *parts, markdown_html(_footer(experience, concepts, spoken))])


def render_markdown(experience: Experience, concepts: Concepts, language: str = "") -> str:
    """The whole as Markdown, without the title."""
    spoken = language or experience.language
    parts = [
        f"## {section.heading}\n\n{section.markdown}"
        for section in sections(experience, concepts, spoken)
    ]
    whole = [escaped(experience.summary), *parts, _footer(experience, concepts, spoken)]
    return "\n\n".join(part for part in whole if part)


def escaped(text: str) -> str:
    """Plain text in which Markdown finds nothing to read."""
    quoted = _SPECIAL.sub(r"\\\1", text.strip())
    return _LINE_START.sub(lambda m: f"{m[1]}{m[2][:-1]}\\{m[2][-1]}", quoted)


def _parts(e: Experience, concepts: Concepts, spoken: str) -> Iterator[tuple[str, str]]:
    """Key and Markdown of each part; empty ones too."""
    original = f"[{escaped(e.adapted_from)}]({_target(e.adapted_from)})" if e.adapted_from else ""
    yield "original", original
    yield "adaptations", e.adaptations.strip()
    yield "result_here", e.result_here.strip()
    yield "context", e.context.strip()
    yield "publics", _publics(e, concepts, spoken)
    yield "objectives", _items(escaped(line) for line in e.objectives)
    yield "modalities", _items(_names(e.modalities, concepts, spoken))
    yield "approach", e.approach.strip()
    yield "tools", _items(_named(tool.name, tool.url) for tool in e.tools)
    yield "period", _period(e, spoken)
    yield "means", _means(e, spoken)
    yield "results", _joined(e.results.strip(), _indicators(e, spoken))
    caveats = e.caveats.strip()
    yield "caveats", caveats or (label("no_caveats", spoken) if e.no_caveats else "")
    yield "success_factors", e.success_factors.strip()
    yield "transferability", _transferability(e, spoken)
    yield "next_steps", e.next_steps.strip()
    yield "accessibility", e.accessibility.strip()
    yield "partners", _items(_named(partner.name, partner.url) for partner in e.partners)
    yield "territory", escaped(e.territory_name or e.territory)
    yield "contact", escaped(e.contact)


def _publics(e: Experience, concepts: Concepts, spoken: str) -> str:
    number = _fact("number", str(e.public_number), spoken) if e.public_number is not None else ""
    names = _items(_names(e.publics, concepts, spoken))
    return _joined(names, number, e.public_details.strip())


def _period(e: Experience, spoken: str) -> str:
    start, end = written_day(e.starts, spoken), written_day(e.ends, spoken)
    when = ""
    if start and end:
        when = label("from_to", spoken, start=start, end=end)
    elif start or end:
        when = label("from", spoken, start=start) if start else label("to", spoken, end=end)
    return _items(
        [
            *([_fact("duration", written_duration(e.duration, spoken), spoken)] * bool(e.duration)),
            *([escaped(when)] * bool(when)),
            *([_fact("rhythm", e.rhythm, spoken)] * bool(e.rhythm)),
        ]
    )


_DURATION: Final = re.compile(
    r"P(?:(?P<Y>\d+)Y)?(?:(?P<M>\d+)M)?(?:(?P<W>\d+)W)?(?:(?P<D>\d+)D)?"
    r"(?:T(?:(?P<H>\d+)H)?(?:(?P<m>\d+)M)?)?"
)
_UNITS: Final = {
    "fr": {
        "Y": ("an", "ans"), "M": ("mois", "mois"), "W": ("semaine", "semaines"),
        "D": ("jour", "jours"), "H": ("heure", "heures"), "m": ("minute", "minutes"),
    },
    "en": {
        "Y": ("year", "years"), "M": ("month", "months"), "W": ("week", "weeks"),
        "D": ("day", "days"), "H": ("hour", "hours"), "m": ("minute", "minutes"),
    },
}  # fmt: skip


def written_duration(iso: str, language: str) -> str:
    """`P3DT2H` as people write it: 3 jours, 2 heures; what is no such duration as it is."""
    found = _DURATION.fullmatch(iso)
    if found is None:
        return iso
    units = _UNITS[heading_language(language)]
    counted = [(int(count), units[unit]) for unit, count in found.groupdict().items() if count]
    return ", ".join(f"{count} {names[count > 1]}" for count, names in counted) or iso


def _means(e: Experience, spoken: str) -> str:
    rows = []
    for row in e.means:
        days = ""
        if row.days is not None:
            count = written_number(row.days, spoken)
            days = label("days" if row.days >= 2 else "day", spoken, count=count)
        rows.append(colon(spoken).join(escaped(part) for part in (row.role, days) if part))
    cost = _cost(e, spoken)
    facts = [_fact("cost", cost, spoken)] * bool(cost)
    facts += [_fact("funder", e.funder, spoken)] * bool(e.funder)
    return _items([*rows, *facts])


def _cost(e: Experience, spoken: str) -> str:
    low = None if e.cost_from is None else written_number(e.cost_from, spoken)
    high = None if e.cost_to is None else written_number(e.cost_to, spoken)
    if low is not None and high is not None:
        return label("cost_between", spoken, low=low, high=high)
    if low is not None:
        return label("cost_from", spoken, low=low)
    return "" if high is None else label("cost_to", spoken, high=high)


def _indicators(e: Experience, spoken: str) -> str:
    """A table of what was measured; empty when nothing was."""
    if not e.indicators:
        return ""
    keys = ("indicator", "before", "after", "source")
    rows: list[Sequence[str]] = [[label(key, spoken) for key in keys], ["---"] * len(keys)]
    rows += [
        [escaped(_one_line(cell)) for cell in (row.name, row.before, row.after, row.source)]
        for row in e.indicators
    ]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _transferability(e: Experience, spoken: str) -> str:
    level = ""
    if e.transferability is not None and 1 <= e.transferability <= 4:
        level = f"{label(f'transferability_{e.transferability}', spoken)} ({e.transferability}/4)"
    return _joined(level, e.transferability_conditions.strip())


def _footer(e: Experience, concepts: Concepts, spoken: str) -> str:
    """Maturity and licence."""
    facts = []
    if e.maturity:
        facts.append(_fact("maturity", concept_name(e.maturity, concepts, spoken), spoken))
    if e.licence:
        address = LICENCES.get(e.licence, e.licence if "://" in e.licence else "")
        named = _named(e.licence, address)
        facts.append(f"{label('licence', spoken)}{colon(spoken)}{named}")
    return _items(facts)


def _fact(key: str, value: str, spoken: str) -> str:
    return f"{label(key, spoken)}{colon(spoken)}{escaped(value)}"


def _names(uris: Iterable[str], concepts: Concepts, spoken: str) -> list[str]:
    return [escaped(concept_name(uri, concepts, spoken)) for uri in uris]


def _named(name: str, url: str) -> str:
    shown = escaped(_one_line(name or url))
    return f"[{shown}]({_target(url)})" if url else shown


def _target(url: str) -> str:
    """An address as the target of a Markdown link, which it can neither end nor break."""
    quoted = url.replace("\\", "%5C").replace("<", "%3C").replace(">", "%3E").replace(" ", "%20")
    return f"<{quoted}>"


def _items(lines: Iterable[str]) -> str:
    found = [_one_line(line) for line in lines]
    return "\n".join(f"- {line}" for line in found if line)


def _one_line(text: str) -> str:
    """Without line breaks; the spaces of French punctuation stay."""
    return _SPACES.sub(" ", text).strip()


def _joined(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part)
