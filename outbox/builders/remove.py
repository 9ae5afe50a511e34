"""Taking an object out of a collection of the sender."""

from typing import Any


def build(object_url: str, collection_url: str, to: list[str], cc: list[str]) -> dict[str, Any]:
    """A `Remove` from a collection (ActivityPub 6.7)."""
    return {"type": "Remove", "object": object_url, "target": collection_url, "to": to, "cc": cc}
