"""Belonging to a project, or taking part in an event, no more."""

from typing import Any


def build(target_url: str, to: list[str]) -> dict[str, Any]:
    """A `Leave` of a Group or an Event (FEP-8a8e)."""
    return {"type": "Leave", "object": target_url, "to": to}
