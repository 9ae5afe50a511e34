"""Ordered collections and their pages as we publish them; pure builders."""

from collections.abc import Sequence
from typing import Any

from federation.vocabulary import CONTEXT

PAGE_SIZE = 40


def collection(
    url: str, total: int, first: str | None = None, *, attributed_to: str | None = None
) -> dict[str, Any]:
    """An `OrderedCollection` of `total` items; without `first` its items stay hidden."""
    document: dict[str, Any] = {
        "@context": CONTEXT,
        "id": url,
        "type": "OrderedCollection",
        "totalItems": total,
    }
    if attributed_to is not None:
        document["attributedTo"] = attributed_to
    if first is not None:
        document["first"] = first
    return document


def whole(url: str, items: Sequence[Any], *, attributed_to: str | None = None) -> dict[str, Any]:
    """A short `OrderedCollection` that holds its items itself."""
    document = collection(url, len(items), attributed_to=attributed_to)
    return document | {"orderedItems": list(items)}


def page(
    url: str,
    part_of: str,
    items: Sequence[Any],
    *,
    next: str | None = None,  # noqa: A002 - the name of the property
    prev: str | None = None,
    total: int | None = None,
) -> dict[str, Any]:
    """An `OrderedCollectionPage`; `orderedItems` is there even when it is empty."""
    document: dict[str, Any] = {
        "@context": CONTEXT,
        "id": url,
        "type": "OrderedCollectionPage",
        "partOf": part_of,
    }
    links = {"totalItems": total, "next": next, "prev": prev}
    document |= {name: value for name, value in links.items() if value is not None}
    document["orderedItems"] = list(items)
    return document
