"""An experience out of a project and its notes: every block with the note that it was taken from.

Pure and deterministic: the same notes give the same text. Nothing is invented; what the notes do
not say stays empty.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from objects.experiences.fields import (
    MAX_CONCEPTS,
    MAX_LINE,
    MAX_MARKDOWN,
    MAX_ROWS,
    MAX_SUMMARY,
    MAX_TITLE,
    Experience,
    Indicator,
    Partner,
    Tool,
)
from objects.experiences.labels import written_day
from objects.projects.fields import Project
from objects.projects.material import NARRATED, TOLD, Material, Spoken, Told
from objects.projects.telling import words
from objects.vocabularies.names import MATURITY, concept_uri

FACTS: Final = ("starts", "ends", "duration", "cost_to", "funder", "territory", "territory_name",
                "maturity")  # fmt: skip
"""Short fields that stand in one block, `name value` on each line."""
_MATURITY: Final = {
    "closed": concept_uri(MATURITY, "eprouvee"),
    "abandoned": concept_uri(MATURITY, "arretee"),
}
_GOING_ON: Final = concept_uri(MATURITY, "en-test")
_DAYS_OF_A_MONTH: Final = 30.4
_FEW_DAYS: Final = 45


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a field as it stands there; `object_id` None: the project says it of itself."""

    field: str
    text: str
    object_id: int | None = None


@dataclass(frozen=True, slots=True)
class Composed:
    """The experience, and its blocks in the order in which they are read."""

    experience: Experience
    blocks: tuple[Block, ...]


def compose(material: Material) -> Composed:
    """What the notes of a project tell, as an experience to be finished by its author."""
    blocks = tuple(_bounded(_blocks(material)))
    project = material.project
    experience = Experience(
        title=_joined(blocks, "title"),
        summary=_joined(blocks, "summary"),
        context=_joined(blocks, "context"),
        publics=_uris(blocks, "publics"),
        public_details=_joined(blocks, "public_details"),
        objectives=project.objectives[:MAX_ROWS],
        modalities=_uris(blocks, "modalities"),
        approach=_joined(blocks, "approach"),
        results=_joined(blocks, "results"),
        caveats=_joined(blocks, "caveats"),
        tools=_tools(material),
        indicators=_indicators(project),
        partners=material.partners[:MAX_ROWS],
        themes=project.themes[:MAX_CONCEPTS],
        language=project.language,
        reach=material.reach,
        project=material.url,
        **_facts(material),
    )
    return Composed(experience, blocks)


def fact_lines(experience: Experience) -> str:
    """The short fields of an experience as the text of their block."""
    found = ((name, getattr(experience, name)) for name in FACTS)
    return "\n".join(f"{name} {value}" for name, value in found if value not in ("", None))


def indicator_line(row: Indicator) -> str:
    """A row of measures as one line."""
    return " | ".join(part for part in (row.name, row.before, row.after, row.source) if part)


def named_line(row: Tool | Partner) -> str:
    """A tool or a partner as one line."""
    return f"{row.name} {row.url}".strip()


def _blocks(m: Material) -> Iterator[Block]:
    p = m.project
    yield Block("title", m.name[:MAX_TITLE].strip())
    yield Block("summary", _summary(m))
    yield Block("context", p.purpose.strip())
    yield from (_need(told, p.language) for told in _of(m, "help"))
    yield from _concepts(m, "publics", p.publics, m.publics)
    yield Block("public_details", p.public_details.strip())
    yield Block("objectives", "\n".join(p.objectives[:MAX_ROWS]))
    yield from _concepts(m, "modalities", (), m.modalities)
    yield from _approach(m)
    yield from _results(m)
    yield from (Block("caveats", _titled(t), t.object_id) for t in _of(m, "difficulty"))
    for told in _of(m, "deliverable"):
        yield Block("tools", "\n".join(map(named_line, _tools_of(told))), told.object_id)
    yield Block("indicators", "\n".join(map(indicator_line, _indicators(p))))
    yield Block("partners", "\n".join(map(named_line, m.partners[:MAX_ROWS])))
    yield Block("themes", "\n".join(p.themes[:MAX_CONCEPTS]))
    yield Block("facts", fact_lines(Experience(**_facts(m))))


def _bounded(blocks: Iterable[Block]) -> Iterator[Block]:
    """Blocks that say something, each text once in its field, as long as the field has room."""
    used: dict[str, int] = {}
    seen: set[tuple[str, str]] = set()
    for block in blocks:
        length = used.get(block.field, 0) + len(block.text) + 2
        if not block.text or (block.field, block.text) in seen or length > MAX_MARKDOWN:
            continue
        seen.add((block.field, block.text))
        used[block.field] = length
        yield block


def _joined(blocks: Iterable[Block], name: str) -> str:
    return "\n\n".join(block.text for block in blocks if block.field == name)


def _uris(blocks: Iterable[Block], name: str) -> tuple[str, ...]:
    found = (line for block in blocks if block.field == name for line in block.text.splitlines())
    return tuple(dict.fromkeys(found))[:MAX_CONCEPTS]


def _of(m: Material, *kinds: str) -> list[Told]:
    """Entries of some kinds, by the day of which they tell."""
    found = [told for told in m.entries if told.entry.kind in kinds]
    return sorted(found, key=lambda told: (told.day, told.object_id))


def _summary(m: Material) -> str:
    text = m.summary.strip() or m.project.purpose.strip().partition("\n\n")[0]
    line = " ".join(text.split())
    return line if len(line) <= MAX_SUMMARY else line[: MAX_SUMMARY - 1].rstrip() + "…"


def _concepts(
    m: Material, name: str, chosen: tuple[str, ...], spoken_of: tuple[Spoken, ...]
) -> Iterator[Block]:
    """What the project chose itself; else what its notes speak of, each with its note."""
    if chosen:
        yield Block(name, "\n".join(chosen[:MAX_CONCEPTS]))
        return
    for concept in spoken_of:
        told = next((t for t in _of(m, *TOLD) if _says(t, concept)), None)
        yield Block(name, concept.uri, told.object_id if told else None)


def _says(told: Told, concept: Spoken) -> bool:
    text = " ".join(f"{told.entry.title} {told.text}".lower().split())
    return any(words_said in text for words_said in concept.said)


def _need(told: Told, language: str) -> Block:
    title = told.entry.title.strip()
    head = f"**{words('need', language, title=title)}**" if title else ""
    return Block("context", _paragraphs(head, told.text), told.object_id)


def _approach(m: Material) -> Iterator[Block]:
    """What happened, by milestone and by day; what belongs to no milestone stands first."""
    language = m.project.language
    narrated = _of(m, *NARRATED)
    milestones = sorted(
        _of(m, "milestone"), key=lambda t: (t.entry.due or "9999", t.day, t.object_id)
    )
    known = {milestone.url for milestone in milestones}
    yield from (_step(t, language) for t in narrated if t.entry.milestone not in known)
    for milestone in milestones:
        steps = [t for t in narrated if t.entry.milestone == milestone.url]
        title = milestone.entry.title.strip()
        if title and (steps or milestone.text):
            yield Block("approach", _paragraphs(f"### {title}", milestone.text),
                        milestone.object_id)  # fmt: skip
        yield from (_step(t, language) for t in steps)


def _step(told: Told, language: str) -> Block:
    entry, title = told.entry, told.entry.title.strip()
    head = title
    if entry.kind == "meeting":
        head = words("meeting", language, title=title) if title else words(
            "meeting_untitled", language
        )  # fmt: skip
    elif entry.kind == "decision":
        key = entry.state if entry.state in {"adopted", "rejected"} else "decided"
        head = words(key, language, title=title)
    outcome = words("outcome", language, text=entry.outcome) if entry.outcome else ""
    when = written_day(told.day, language)
    line = " – ".join(part for part in (when, head) if part)
    return Block("approach", _paragraphs(f"**{line}**", told.text, outcome), told.object_id)


def _results(m: Material) -> Iterator[Block]:
    """The milestones that were reached, and what came out of the project."""
    language = m.project.language
    for told in _of(m, "milestone"):
        if told.entry.state == "reached" and told.entry.title:
            text = words("reached", language, title=told.entry.title.strip())
            when = written_day(told.entry.due, language) if told.entry.due else ""
            yield Block("results", f"{text} ({when})." if when else f"{text}.", told.object_id)
    yield from (Block("results", _titled(t), t.object_id) for t in _of(m, "deliverable"))


def _titled(told: Told) -> str:
    title = told.entry.title.strip()
    return _paragraphs(f"**{title}**" if title else "", told.text)


def _paragraphs(*parts: str) -> str:
    return "\n\n".join(part.strip() for part in parts if part.strip())


def _tools(m: Material) -> tuple[Tool, ...]:
    found = (tool for told in _of(m, "deliverable") for tool in _tools_of(told))
    return tuple(dict.fromkeys(found))[:MAX_ROWS]


def _tools_of(told: Told) -> tuple[Tool, ...]:
    """A deliverable where it is, and its files."""
    name = " ".join((told.entry.title or told.text).split())[:MAX_LINE].strip()
    made = (Tool(name, told.entry.link),) if name and (told.entry.link or not told.files) else ()
    return (*made, *told.files)


def _indicators(project: Project) -> tuple[Indicator, ...]:
    """Targets as rows to be measured: what was aimed at is not yet what came of it."""
    return tuple(
        replace(row, after=words("aimed", project.language, value=row.after) if row.after else "")
        for row in project.indicators[:MAX_ROWS]
    )


def _facts(m: Material) -> dict[str, Any]:
    """The short fields: dates, money, place, how far it got."""
    p = m.project
    days = sorted(told.day for told in m.entries if told.day)
    starts = p.starts or next(iter(days), "")
    ends = p.ends or (days[-1] if days else "")
    if starts and ends and ends < starts:
        ends = ""
    return {
        "starts": starts,
        "ends": ends,
        "duration": _duration(starts, ends),
        "cost_to": p.budget,
        "funder": p.funder,
        "territory": p.territory,
        "territory_name": p.territory_name,
        "maturity": _MATURITY.get(m.state, _GOING_ON),
    }


def _duration(starts: str, ends: str) -> str:
    try:
        days = (date.fromisoformat(ends) - date.fromisoformat(starts)).days + 1
    except ValueError:
        return ""
    return f"P{days}D" if days < _FEW_DAYS else f"P{round(days / _DAYS_OF_A_MONTH)}M"
