"""Pages of a list sorted by id, as Mastodon's clients ask for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from storage.ports import Value

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Span:
    """A page: ids below `max_id`, above `since_id` or `min_id`, at most `limit` of them.

    With `since_id` the latest come first however many lie between; with `min_id` the page is the
    one right above it.
    """

    limit: int = 20
    max_id: int | None = None
    since_id: int | None = None
    min_id: int | None = None

    def bounds(self, column: str, args: list[Value]) -> str:
        """` and column < $n …`; the bounds are added to `args`."""
        text = ""
        above = max((n for n in (self.since_id, self.min_id) if n is not None), default=None)
        for bound, sign in ((self.max_id, "<"), (above, ">")):
            if bound is not None:
                args.append(bound)
                text += f" and {column} {sign} ${len(args)}"
        return text

    def order(self, column: str, args: list[Value], *, extra: int = 0) -> str:
        """` order by … limit …`; `arranged` gives the rows their order afterwards."""
        args.append(self.limit + extra)
        way = "asc" if self.min_id is not None else "desc"
        return f" order by {column} {way} limit ${len(args)}"

    def arranged(self, rows: Sequence[T]) -> list[T]:
        """The rows of the page, latest first."""
        return list(reversed(rows)) if self.min_id is not None else list(rows)
