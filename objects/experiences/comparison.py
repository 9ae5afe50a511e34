"""Two versions of an experience side by side: what was taken out, what was put in."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from difflib import SequenceMatcher
from typing import Any, Final, Literal

from objects.experiences.fields import Experience

Kind = Literal["same", "removed", "added"]
_CHANGES: Final[tuple[Kind, ...]] = ("removed", "added")

# Beyond so many words a field is compared by lines: the time grows with the square.
MAX_WORDS: Final = 3_000
MAX_LINES: Final = 2_000
CONCEPT_FIELDS: Final = frozenset({"publics", "modalities", "themes", "maturity", "author_role"})
_HIDDEN: Final = frozenset({"unknown", "consent"})
_WORDS: Final = re.compile(r"\s+|[\w’'-]+|[^\w\s]")
_LINES: Final = re.compile(r"[^\n]*\n|[^\n]+")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text that both versions have, or only one of them."""

    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """A field that differs; the pieces in reading order. `concepts`: the texts are URIs."""

    field: str
    pieces: tuple[Piece, ...]
    concepts: bool = False
    # entries of a list: each piece is one of them
    entries: bool = False


def compare(before: Experience, after: Experience) -> list[Change]:
    """The fields that differ, in the order of the experience; takes a moment for long texts."""
    return list(_changes(before, after))


def _changes(before: Experience, after: Experience) -> Iterator[Change]:
    for field in fields(Experience):
        name = field.name
        old, new = getattr(before, name), getattr(after, name)
        if name in _HIDDEN or old == new:
            continue
        if isinstance(old, tuple):
            pieces = _compared([_line(entry) for entry in old], [_line(entry) for entry in new])
            yield Change(name, tuple(pieces), name in CONCEPT_FIELDS, entries=True)
        elif name in CONCEPT_FIELDS:
            yield Change(name, _replaced(str(old), str(new)), concepts=True)
        else:
            yield Change(name, compare_texts(_text(old), _text(new)))


def compare_texts(before: str, after: str) -> tuple[Piece, ...]:
    """Two texts word by word; line by line when they are very long."""
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    if max(len(old), len(new)) > MAX_WORDS:
        old, new = _LINES.findall(before), _LINES.findall(after)
    if max(len(old), len(new)) > MAX_LINES:
        return _replaced(before, after)
    return tuple(_joined(_compared(old, new)))


def _compared(old: Sequence[str], new: Sequence[str]) -> Iterator[Piece]:
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=True).get_opcodes():
        if tag == "equal":
            yield from (Piece("same", text) for text in old[i1:i2])
        else:
            yield from (Piece("removed", text) for text in old[i1:i2])
            yield from (Piece("added", text) for text in new[j1:j2])


def _joined(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """Neighbours of one kind as one piece; blanks alone do not hold two changes apart."""
    same = ""
    texts: dict[str, str] = {"removed": "", "added": ""}
    for piece in pieces:
        if piece.kind == "same":
            same += piece.text
            continue
        if same and (same.strip() or not any(texts.values())):
            yield from _changed(texts)
            yield Piece("same", same)
        elif same:
            texts = {kind: text + same for kind, text in texts.items()}
        same = ""
        texts[piece.kind] += piece.text
    yield from _changed(texts)
    if same:
        yield Piece("same", same)


def _changed(texts: dict[str, str]) -> Iterator[Piece]:
    """What was gathered of a change, emptied."""
    for kind in _CHANGES:
        if texts[kind]:
            yield Piece(kind, texts[kind])
            texts[kind] = ""


def _replaced(before: str, after: str) -> tuple[Piece, ...]:
    both = (Piece("removed", before), Piece("added", after))
    return tuple(piece for piece in both if piece.text)


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _line(entry: Any) -> str:
    """An entry of a list as one line."""
    if isinstance(entry, str):
        return entry
    values = (getattr(entry, field.name) for field in fields(entry))
    return " · ".join(_text(value) for value in values if value not in (None, ""))
