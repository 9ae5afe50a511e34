"""Putting an object into a collection of the sender."""

from typing import Any


def build(
    about: str | dict[str, Any], collection_url: str, to: list[str], cc: list[str]
) -> dict[str, Any]:
    """An `Add` to a collection (ActivityPub 6.6); `about` is an id, or a hashtag."""
    return {"type": "Add", "object": about, "target": collection_url, "to": to, "cc": cc}
