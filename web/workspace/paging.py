"""Pages of lists that are longer than one: where a page begins, where the next one does."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from quart import request

from federation.errors import Refused

PAGE: Final = 20
MAX_ID: Final = 2**63 - 1

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """The entries of one page; `following` is what `?before=` says on the next one."""

    entries: Sequence[T]
    following: int | None = None


def before() -> int | None:
    """What `?before=` says. Raises `Refused` 400 for what is no number."""
    text = request.args.get("before", "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 20 and int(text) <= MAX_ID):
        raise Refused(400, "bad-page", "This page does not exist.")
    return int(text)
