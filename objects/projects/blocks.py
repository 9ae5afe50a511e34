"""The blocks of a draft that came from a project: which still stand, which its author settled.

A block waits as long as its text stands in its field as it was put there and nobody confirmed it.
A text that its author changed, or took out, is their own; spaces and line ends, which forms change
by themselves, do not count.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final

from objects.experiences.fields import Experience
from objects.projects.closing import FACTS, fact_lines, indicator_line, named_line
from storage.draft_sources import SourceRecord
from storage.store import Tx

SUGGESTED: Final = "contributors"
"""People who might be named as authors too; they stand in no field until they are chosen."""
TEXTS: Final = frozenset(
    {"title", "summary", "context", "public_details", "approach", "results", "caveats"}
)
EDITABLE: Final = TEXTS | {"objectives"}
"""Fields of which a block can be rewritten on the page of review."""
_LINES: Final[dict[str, Any]] = {
    "publics": str,
    "modalities": str,
    "objectives": str,
    "themes": str,
    "tools": named_line,
    "partners": named_line,
    "indicators": indicator_line,
}


def stands(experience: Experience, source: SourceRecord) -> bool:
    """Whether the text of a block is in its field, word for word."""
    name, text = source.field, source.text
    if not text.strip():
        return False
    if name in TEXTS:
        return _place(getattr(experience, name), text) is not None
    if name == "facts":
        return fact_lines(experience) == text
    if name in _LINES:
        return set(_lines(text)) <= {_line(name, row) for row in getattr(experience, name)}
    return False


def waits(experience: Experience, source: SourceRecord) -> bool:
    """Whether a block has still to be confirmed by the author."""
    return not source.confirmed and stands(experience, source)


def waiting(experience: Experience, sources: Iterable[SourceRecord]) -> list[SourceRecord]:
    """The blocks that have still to be confirmed."""
    return [source for source in sources if waits(experience, source)]


def without(experience: Experience, source: SourceRecord) -> Experience:
    """The experience without a block; unchanged when it does not stand there."""
    return rewritten(experience, source, "")


def rewritten(experience: Experience, source: SourceRecord, text: str) -> Experience:
    """The experience with another text in the place of a block (empty: with none)."""
    name = source.field
    if not stands(experience, source) or (text and name not in EDITABLE):
        return experience
    if name == "facts":
        empty = Experience()
        return replace(experience, **{fact: getattr(empty, fact) for fact in FACTS})
    value = getattr(experience, name)
    if name in TEXTS:
        place = _place(value, source.text)
        assert place is not None
        before, after = value[: place[0]], value[place[1] :]
        changed: Any = "\n\n".join(
            part.strip("\n") for part in (before, text.strip(), after) if part.strip()
        )
        return replace(experience, **{name: changed})
    changed = _relined(name, value, source.text, text)
    return replace(experience, **{name: changed})


def _relined(name: str, rows: tuple[Any, ...], old: str, new: str) -> tuple[Any, ...]:
    """Rows without those of a block; new lines stand where its first one was."""
    gone = set(_lines(old))
    kept = [row for row in rows if _line(name, row) not in gone]
    first = next((i for i, row in enumerate(rows) if _line(name, row) in gone), len(kept))
    return (*kept[:first], *_lines(new), *kept[first:])


def _place(value: str, text: str) -> tuple[int, int] | None:
    """From where to where a text stands in another one, however it is spaced."""
    if not text.strip():
        return None
    found = re.search(r"\s+".join(map(re.escape, text.split())), value)
    return found.span() if found else None


def _lines(text: str) -> list[str]:
    """The lines of a text that say something, evenly spaced."""
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]


def _line(name: str, row: Any) -> str:
    return " ".join(_LINES[name](row).split())


async def waiting_of(tx: Tx, draft_id: int, experience: Experience) -> list[SourceRecord]:
    """The blocks of a draft that its author has not confirmed; one short query for any draft."""
    return waiting(experience, await tx.draft_sources.of_draft(draft_id))
