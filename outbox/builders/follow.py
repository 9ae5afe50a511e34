"""Asking to follow somebody."""

from typing import Any


def build(target_url: str) -> dict[str, Any]:
    """A `Follow` of an actor, addressed to them (ActivityPub 7.5)."""
    return {"type": "Follow", "object": target_url, "to": [target_url]}
