"""Bytes to checked JSON, and readers that never raise on the odd shapes of the fediverse."""

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, NoReturn

import orjson

from federation.errors import Refused
from federation.vocabulary import ACTIVITYSTREAMS, PUBLIC

MAX_BYTES: Final = 1_000_000
MAX_DEPTH: Final = 32
MAX_ID_LENGTH: Final = 2_048
MAX_NUMBER: Final = 2**63 - 1

_PUBLIC_SPELLINGS: Final = frozenset({PUBLIC, "as:Public", "Public"})
_TYPE_PREFIXES: Final = ("as:", ACTIVITYSTREAMS + "#")


def is_public(uri: str) -> bool:
    """Whether `uri` names the public audience, in any of the spellings in use."""
    return uri in _PUBLIC_SPELLINGS


@dataclass(frozen=True, slots=True)
class Document:
    """One JSON object from the wire, read leniently: absent and malformed look the same."""

    raw: dict[str, Any]

    @property
    def id(self) -> str | None:
        """The object's own id."""
        return _usable_id(self.raw.get("id"))

    @property
    def type(self) -> str:
        """The first type, without a namespace; empty when there is none."""
        return next(iter(self.types), "")

    @property
    def types(self) -> tuple[str, ...]:
        """All types, ActivityStreams ones without their namespace."""
        return tuple(_short_type(t) for t in _values(self.raw.get("type")) if isinstance(t, str))

    def has(self, name: str) -> bool:
        """Whether the property is there with a value other than null."""
        return self.raw.get(name) is not None

    def ids(self, name: str) -> tuple[str, ...]:
        """Every id under `name` (text, embedded object or Link), in order, each once."""
        found = (_reference(value) for value in _values(self.raw.get(name)))
        return tuple(dict.fromkeys(uri for uri in found if uri is not None))

    def first_id(self, name: str) -> str | None:
        """The id of the first value under `name`, whether text, embedded object or Link."""
        return _reference(next(_values(self.raw.get(name)), None))

    def embedded(self, name: str) -> "Document | None":
        """The first value under `name`, when it is an object."""
        value = next(_values(self.raw.get(name)), None)
        return Document(value) if isinstance(value, dict) else None

    def items(self, name: str) -> "tuple[Document, ...]":
        """Every embedded object under `name`."""
        return tuple(Document(v) for v in _values(self.raw.get(name)) if isinstance(v, dict))

    def texts(self, name: str) -> dict[str, str]:
        """The language map beside `name` (`<name>Map`): language to text."""
        value = self.raw.get(name + "Map")
        if not isinstance(value, dict):
            return {}
        return {language: text for language, text in value.items() if isinstance(text, str)}

    def text(self, name: str, language: str | None = None) -> str | None:
        """The text under `name`, in `language` when the language map has it."""
        translations = self.texts(name)
        if language is not None and language in translations:
            return translations[language]
        plain = (v for v in _values(self.raw.get(name)) if isinstance(v, str))
        return next(plain, next(iter(translations.values()), None))

    def time(self, name: str) -> int | None:
        """The moment under `name` in milliseconds since the epoch; UTC when no zone is given."""
        value = next(_values(self.raw.get(name)), None)
        return parse_time(value) if isinstance(value, str) else None

    def number(self, name: str) -> int | None:
        """The whole number under `name`, if it fits 63 bits."""
        value = next(_values(self.raw.get(name)), None)
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        if isinstance(value, float) and (not math.isfinite(value) or value != int(value)):
            return None
        return int(value) if abs(value) <= MAX_NUMBER else None

    def flag(self, name: str) -> bool:
        """Whether the property says true."""
        return next(_values(self.raw.get(name)), None) is True

    def dump(self) -> bytes:
        """The document as compact JSON."""
        return orjson.dumps(self.raw)

    def with_values(self, **changes: Any) -> "Document":
        """A copy with some properties replaced; None takes the property away."""
        merged = {**self.raw, **changes}
        return Document({name: value for name, value in merged.items() if value is not None})


def parse(body: bytes, *, max_bytes: int = MAX_BYTES, max_depth: int = MAX_DEPTH) -> Document:
    """Read one JSON object strictly, so that nobody can read the same bytes differently.

    Raises `Refused`: 413 `too-large`; 400 `not-utf8` (a byte order mark and lone surrogates
    included), `malformed-json` (NaN, infinities and NUL characters included), `too-deep`,
    `duplicate-keys`, `not-an-object`.
    """
    if len(body) > max_bytes:
        raise Refused(413, "too-large", f"{len(body)} bytes, at most {max_bytes} are read")
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        _explain(error)
    if not isinstance(value, dict):
        raise Refused(400, "not-an-object", "the JSON text is not an object")
    # Only documents with more brackets than levels can be too deep: most need no walk.
    if body.count(b"{") + body.count(b"[") > max_depth and _deeper_than(value, max_depth):
        raise Refused(400, "too-deep", f"nested deeper than {max_depth} levels")
    _refuse_duplicate_keys(body)
    if b"\\u0000" in body and _holds_nul(value):
        raise Refused(400, "malformed-json", "a text holds a NUL character")
    return Document(value)


def parse_time(text: str) -> int | None:
    """Milliseconds since the epoch of an ISO 8601 moment, or None."""
    try:
        moment = datetime.fromisoformat(text.strip())
        zoned = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return round(zoned.timestamp() * 1000)
    except (ValueError, OverflowError):
        return None


class _DuplicateKey(Exception):
    """Thrown out of the decoder at the second member of one name."""


def _check_names(pairs: list[tuple[str, Any]]) -> None:
    if len({name for name, _ in pairs}) != len(pairs):
        raise _DuplicateKey


# orjson keeps the last of two equal names and has no hook; the second, slower decoder only
# compares names. It runs after the depth check, so its recursion is bounded.
_NAME_CHECKER: Final = json.JSONDecoder(object_pairs_hook=_check_names)


def _refuse_duplicate_keys(body: bytes) -> None:
    try:
        _NAME_CHECKER.decode(body.decode())
    except _DuplicateKey:
        raise Refused(400, "duplicate-keys", "an object has two members of one name") from None


def _explain(error: orjson.JSONDecodeError) -> NoReturn:
    """Raise the `Refused` that says best why orjson could not read the bytes."""
    text = str(error)
    if text.startswith("depth limit"):
        raise Refused(400, "too-deep", text) from None
    if "UTF-8" in text or "surrogate" in text:
        raise Refused(400, "not-utf8", text) from None
    raise Refused(400, "malformed-json", text) from None


def _deeper_than(value: Any, limit: int) -> bool:
    """Whether containers are nested deeper than `limit`; level by level, without recursion."""
    level = [value]
    for _ in range(limit):
        children = (item.values() if isinstance(item, dict) else item for item in level)
        level = [child for group in children for child in group if isinstance(child, dict | list)]
        if not level:
            return False
    return True


def _holds_nul(value: Any) -> bool:
    """Whether any name or text holds U+0000, which databases refuse."""
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, dict):
        return any("\0" in name or _holds_nul(item) for name, item in value.items())
    return isinstance(value, list) and any(_holds_nul(item) for item in value)


def _values(value: Any) -> Iterator[Any]:
    """One, many or none, as many; nulls are nothing."""
    if isinstance(value, list):
        return (item for item in value if item is not None)
    return iter(()) if value is None else iter((value,))


def _usable_id(value: Any) -> str | None:
    """The id itself; longer than 2,048 characters (indexes have limits) is no id."""
    return value if isinstance(value, str) and 0 < len(value) <= MAX_ID_LENGTH else None


def _reference(value: Any) -> str | None:
    if isinstance(value, dict):
        return _usable_id(value.get("id")) or _usable_id(value.get("href"))
    return _usable_id(value)


def _short_type(name: str) -> str:
    for prefix in _TYPE_PREFIXES:
        if name.startswith(prefix):
            return name[len(prefix) :]
    return name
