"""Finding an object useful."""

from typing import Any


def build(object_url: str, author_url: str) -> dict[str, Any]:
    """A `Like` of an object, addressed to its author (ActivityPub 7.9)."""
    return {"type": "Like", "object": object_url, "to": [author_url]}
