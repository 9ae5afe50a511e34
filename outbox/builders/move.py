"""Telling followers where an actor went."""

from typing import Any


def build(actor_url: str, target_url: str, followers_url: str) -> dict[str, Any]:
    """A `Move` of the sender to an actor that names it in `alsoKnownAs` (FEP-7628)."""
    return {"type": "Move", "object": actor_url, "target": target_url, "to": [followers_url]}
