"""Proposing something to a project."""

from typing import Any


def build(proposed: dict[str, Any], group_url: str, reason: str = "") -> dict[str, Any]:
    """An `Offer` of an activity (object) for the Group (target) to do; `reason` says why."""
    return {
        "type": "Offer",
        "object": proposed,
        "target": group_url,
        "to": [group_url],
        **({"content": reason} if reason else {}),
    }
