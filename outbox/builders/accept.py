"""Agreeing to a request: the `Accept` of a Follow."""

from typing import Any


def build(request: str | dict[str, Any], asker_url: str) -> dict[str, Any]:
    """An `Accept` of `request`, addressed to who asked (ActivityPub 7.7)."""
    return {"type": "Accept", "object": request, "to": [asker_url]}
