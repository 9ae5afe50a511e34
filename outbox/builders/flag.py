"""Reporting an actor and some of their objects to their server."""

from typing import Any


def build(target_url: str, object_urls: list[str], comment: str) -> dict[str, Any]:
    """A `Flag` in the shape that Mastodon reads: the actor first, then the objects."""
    return {
        "type": "Flag",
        "object": [target_url, *object_urls],
        "content": comment,
        "to": [target_url],
    }
