"""An experience as one Markdown text: what people keep, print or paste elsewhere."""

from collections.abc import Iterator, Mapping
from typing import Final

import orjson

from actors.documents import wire_time
from objects.experiences.fields import LICENCES, Experience
from objects.experiences.labels import label, spoken, written_day, written_number
from storage.concepts import Concept
from storage.records import ActorRecord, ObjectRecord

Concepts = Mapping[str, Concept]

_TEXTS: Final = (
    "adaptations", "context", "approach", "results", "result_here", "caveats", "success_factors",
    "next_steps", "accessibility",
)  # fmt: skip


def named(experience: Experience) -> tuple[str, ...]:
    """The URIs of every concept that an experience names."""
    e = experience
    return (*e.publics, *e.modalities, *e.themes, *((e.maturity,) if e.maturity else ()))


def experience_markdown(
    experience: Experience, record: ObjectRecord, author: ActorRecord, concepts: Concepts
) -> str:
    """The whole experience with a head in YAML (written as JSON), in its own language."""
    parts = [_head(experience, record, author, concepts), f"# {experience.title}"]
    if experience.summary:
        parts.append(f"*{_one_line(experience.summary)}*")
    parts += [f"## {heading}\n\n{text}" for heading, text in _sections(experience, concepts)]
    return "\n\n".join(parts) + "\n"


def _head(e: Experience, record: ObjectRecord, author: ActorRecord, concepts: Concepts) -> str:
    values = {
        "title": e.title,
        "url": record.url,
        "author": author.name or author.username,
        "account": author.account,
        "carried_by": e.carried_by or None,
        "published": wire_time(record.published_at),
        "updated": wire_time(record.edited_at) if record.edited_at else None,
        "licence": e.licence,
        "licence_url": LICENCES.get(e.licence),
        "language": e.language,
        "themes": [_named(uri, e.language, concepts) for uri in e.themes] or None,
        "adapted_from": e.adapted_from or None,
    }
    rows = [f"{name}: {orjson.dumps(value).decode()}" for name, value in values.items() if value]
    return "\n".join(["---", *rows, "---"])


def _sections(e: Experience, concepts: Concepts) -> Iterator[tuple[str, str]]:
    """The headings that have something under them, in the order of the pages."""
    tongue = e.language
    found: dict[str, str] = {name: str(getattr(e, name)).strip() for name in _TEXTS}
    if e.no_caveats and not found["caveats"]:
        found["caveats"] = label("no_caveats", tongue)
    found |= {
        "publics": _joined(_list(e.publics, tongue, concepts), _number(e), e.public_details),
        "objectives": _bullets(e.objectives),
        "modalities": _list(e.modalities, tongue, concepts),
        "tools": _bullets(f"[{t.name}]({t.url})" if t.url else t.name for t in e.tools),
        "period": _bullets(_period(e)),
        "means": _bullets(_means(e)),
        "cost": _joined(_cost(e), e.funder and _said("funder", e.funder, e)),
        "indicator": _indicators(e),
        "transferability": _transferability(e),
        "partners": _bullets(f"[{p.name}]({p.url})" if p.url else p.name for p in e.partners),
        "territory": e.territory_name or e.territory,
        "maturity": _named(e.maturity, tongue, concepts) if e.maturity else "",
        "original": e.adapted_from and f"<{e.adapted_from}>",
        "contact": e.contact,
        "licence": f"[{e.licence}]({LICENCES[e.licence]})" if e.licence in LICENCES else e.licence,
    }
    for key in _ORDER:
        if found[key]:
            yield label(key, tongue), found[key]


_ORDER: Final = (
    "original", "adaptations", "context", "publics", "objectives", "modalities", "approach",
    "tools", "period", "means", "cost", "results", "result_here", "indicator", "caveats",
    "success_factors", "transferability", "next_steps", "accessibility", "partners", "territory",
    "maturity", "contact", "licence",
)  # fmt: skip


def _named(uri: str, language: str, concepts: Concepts) -> str:
    return concepts[uri].label(language) if uri in concepts else uri


def _list(uris: tuple[str, ...], language: str, concepts: Concepts) -> str:
    return ", ".join(_named(uri, language, concepts) for uri in uris)


def _number(e: Experience) -> str:
    if e.public_number is None:
        return ""
    return _said("number", written_number(e.public_number, e.language), e)


def _period(e: Experience) -> Iterator[str]:
    if e.duration:
        yield _said("duration", e.duration, e)
    start, end = written_day(e.starts, e.language), written_day(e.ends, e.language)
    if e.starts and e.ends:
        yield label("from_to", e.language, start=start, end=end)
    elif e.starts:
        yield label("from", e.language, start=start)
    elif e.ends:
        yield label("to", e.language, end=end)
    if e.rhythm:
        yield _said("rhythm", e.rhythm, e)


def _means(e: Experience) -> Iterator[str]:
    for means in e.means:
        if means.days is None:
            yield means.role
        else:
            count = written_number(means.days, e.language)
            key = "day" if abs(means.days) < 2 else "days"
            yield f"{means.role} ({label(key, e.language, count=count)})"


def _cost(e: Experience) -> str:
    low = None if e.cost_from is None else written_number(e.cost_from, e.language)
    high = None if e.cost_to is None else written_number(e.cost_to, e.language)
    if low is not None and high is not None:
        return label("cost_between", e.language, low=low, high=high)
    if low is not None:
        return label("cost_from", e.language, low=low)
    return label("cost_to", e.language, high=high) if high is not None else ""


def _indicators(e: Experience) -> str:
    if not e.indicators:
        return ""
    heads = [label(key, e.language) for key in ("indicator", "before", "after", "source")]
    rows = [heads, ["---"] * 4]
    rows += [[i.name, i.before, i.after, i.source] for i in e.indicators]
    return "\n".join(f"| {' | '.join(_cell(cell) for cell in row)} |" for row in rows)


def _transferability(e: Experience) -> str:
    level = e.transferability
    said = label(f"transferability_{level}", e.language) if level in (1, 2, 3, 4) else ""
    return _joined(said, e.transferability_conditions)


def _said(key: str, value: str, e: Experience) -> str:
    colon = ": " if spoken(e.language) == "en" else " : "
    return label(key, e.language) + colon + value


def _cell(text: str) -> str:
    return _one_line(text).replace("|", "\\|")


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _bullets(lines: Iterator[str] | tuple[str, ...]) -> str:
    return "\n".join(f"- {_one_line(line)}" for line in lines if line.strip())


def _joined(*parts: str) -> str:
    return "\n\n".join(part.strip() for part in parts if part and part.strip())
