"""Pages of lists: `max_id`, `since_id`, `min_id`, `limit`, and the `Link` header."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from quart import request

from actors.identifiers import Identifiers
from storage.spans import Span

BOUNDS: Final = ("max_id", "since_id", "min_id")
MAX_ID: Final = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Paged:
    """The items of a page, and the ids at its ends (before anything was left out of it).

    The items are a list, or one entity that holds them. `more`: there may be older ones.
    """

    items: Any
    newest: int | str | None = None
    oldest: int | str | None = None
    more: bool = True

    @classmethod
    def of(cls, items: Any, ids: Sequence[int], span: Span) -> "Paged":
        """A page whose rows had these ids, latest first."""
        if not ids:
            return cls(items)
        return cls(items, ids[0], ids[-1], len(ids) >= span.limit or span.min_id is not None)


def requested_span(default: int = 20, most: int = 40) -> Span:
    """The page that the current request asks for; nonsense counts as nothing said."""
    limit = _number("limit")
    bounds = {name: _number(name) for name in BOUNDS}
    return Span(min(max(limit if limit is not None else default, 1), most), **bounds)


def link_header(identifiers: Identifiers, paged: Paged) -> str:
    """The `Link` header of a page, with the request's own filters; empty for an empty page."""
    links = []
    if paged.oldest is not None and paged.more:
        links.append(_link(identifiers, "max_id", paged.oldest, "next"))
    if paged.newest is not None:
        links.append(_link(identifiers, "min_id", paged.newest, "prev"))
    return ", ".join(links)


def _link(identifiers: Identifiers, bound: str, number: int | str, rel: str) -> str:
    kept = [(k, v) for k, v in request.args.items(multi=True) if k not in (*BOUNDS, "access_token")]
    query = urlencode([*kept, (bound, str(number))])
    return f'<{identifiers.origin}{request.path.rstrip("/")}?{query}>; rel="{rel}"'


def _number(name: str) -> int | None:
    text = request.args.get(name, "")
    if not (text.isascii() and text.isdigit()) or len(text) > 19:
        return None
    return min(int(text), MAX_ID)
