"""Refusing a request, or ending what was accepted: the `Reject` of a Follow."""

from typing import Any


def build(request: str | dict[str, Any], asker_url: str) -> dict[str, Any]:
    """A `Reject` of `request`, addressed to who asked (ActivityPub 7.8)."""
    return {"type": "Reject", "object": request, "to": [asker_url]}
