"""What a member typed to find posts: words, "phrases", -words, `from:me`, `has:media`…"""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from objects.search.query import LONGEST, parse_query
from storage.ids import first_id_at
from storage.post_search import Where
from storage.search_terms import Term
from storage.tags import DAY_MS

_OPERATOR: Final = re.compile(
    r"(?<!\S)(?P<minus>-)?(?P<name>from|has|is|language|before|after|during|in):(?P<value>\S+)",
    re.IGNORECASE,
)
_HAS: Final = {"media": "m", "image": "m", "video": "m", "audio": "m", "poll": "q"}
_IS: Final = {"reply": "r", "sensitive": "s"}
_IN: Final[dict[str, Where]] = {"all": "all", "public": "public", "library": "library"}
_LANGUAGE: Final = re.compile(r"[a-z]{2}")


@dataclass(slots=True)
class PostQuery:
    """A query, understood; `authors` are `(name as typed, wanted)`, bounds are ids."""

    terms: tuple[Term, ...] = ()
    unwanted: tuple[Term, ...] = ()
    marks: list[str] = field(default_factory=list)
    unmarked: list[str] = field(default_factory=list)
    authors: list[tuple[str, bool]] = field(default_factory=list)
    after: int | None = None
    before: int | None = None
    where: Where = "all"
    nothing: bool = False
    """Something was asked for that no post can have."""


def parse_post_query(text: str) -> PostQuery:
    """Understand what was typed; an operator with a value that means nothing finds nothing."""
    cut = text[:LONGEST]
    query = PostQuery()
    for match in _OPERATOR.finditer(cut):
        _understand(query, match["name"].lower(), match["value"], unwanted=bool(match["minus"]))
    parsed = parse_query(_OPERATOR.sub(" ", cut))
    query.terms, query.unwanted = parsed.terms, parsed.unwanted
    return query


def _understand(query: PostQuery, name: str, value: str, *, unwanted: bool) -> None:
    if name == "from":
        query.authors.append((value, not unwanted))
    elif name in ("before", "after", "during"):
        _bound(query, name, value)
    elif name == "in":
        query.where = _IN.get(value.lower(), query.where)
    else:
        mark = _mark(name, value.lower())
        if not mark:
            query.nothing = True
        (query.unmarked if unwanted else query.marks).append(mark)


def _mark(name: str, value: str) -> str:
    if name == "language":
        return f"l{value[:2]}" if _LANGUAGE.fullmatch(value[:2]) else ""
    return (_HAS if name == "has" else _IS).get(value, "")


def _bound(query: PostQuery, name: str, value: str) -> None:
    try:
        start = int(datetime.strptime(value, "%Y-%m-%d").replace(tzinfo=UTC).timestamp() * 1000)
    except (ValueError, OverflowError):
        query.nothing = True
        return
    if name in ("before", "during"):
        end = start if name == "before" else start + DAY_MS
        query.before = min(first_id_at(end), query.before or 2**63 - 1)
    if name in ("after", "during"):
        begin = start if name == "during" else start + DAY_MS
        query.after = max(first_id_at(begin) - 1, query.after or 0)
