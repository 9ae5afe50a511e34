"""A scheme as a file that loads quickly: JSON, one concept a line so that changes can be read."""

from dataclasses import dataclass, replace
from typing import Any

import orjson

from storage.concepts import Concept, Scheme


class BadVocabulary(ValueError):
    """A file from which no scheme can be read; the text says why, for people."""


@dataclass(frozen=True, slots=True)
class SchemeFile:
    """A scheme with all its concepts, in their order."""

    scheme: Scheme
    concepts: tuple[Concept, ...]

    def scheme_at(self, now: int) -> Scheme:
        """The scheme, marked as loaded at a time."""
        return replace(self.scheme, loaded_at=now)


def to_bytes(file: SchemeFile) -> bytes:
    """The file, without what is empty."""
    lines = [_line(_values(file.scheme, "loaded_at"))]
    lines += [_line(_values(concept, "scheme")) for concept in file.concepts]
    return b"[\n" + b",\n".join(lines) + b"\n]\n"


def from_bytes(content: bytes) -> SchemeFile:
    """The scheme that `to_bytes` wrote. Raises `ValueError`, `KeyError`, `TypeError`."""
    first, *rest = orjson.loads(content)
    scheme = Scheme(**first)
    return SchemeFile(scheme, tuple(_concept(scheme.name, values) for values in rest))


def _concept(scheme: str, values: dict[str, Any]) -> Concept:
    synonyms = values.pop("synonyms", {})
    return Concept(
        scheme=scheme,
        synonyms={language: tuple(words) for language, words in synonyms.items()},
        **values,
    )


def _values(record: Scheme | Concept, *without: str) -> dict[str, Any]:
    names = [name for name in record.__dataclass_fields__ if name not in without]
    return {name: value for name in names if (value := getattr(record, name))}


def _line(values: dict[str, Any]) -> bytes:
    return orjson.dumps(values)
