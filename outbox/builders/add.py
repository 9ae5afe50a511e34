"""Putting an object into a collection of the sender."""

from typing import Any


def build(object_url: str, collection_url: str, to: list[str], cc: list[str]) -> dict[str, Any]:
    """An `Add` to a collection (ActivityPub 6.6)."""
    return {"type": "Add", "object": object_url, "target": collection_url, "to": to, "cc": cc}
