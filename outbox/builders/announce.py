"""Sharing an object."""

from typing import Any


def build(object_url: str, to: list[str], cc: list[str]) -> dict[str, Any]:
    """An `Announce` of an object; its author belongs into `cc` (ActivityPub 7.11)."""
    return {"type": "Announce", "object": object_url, "to": to, "cc": cc}


def build_passed_on(
    activity: dict[str, Any], group_url: str, to: list[str], cc: list[str], position: int | None
) -> dict[str, Any]:
    """An `Announce` of a whole activity (FEP-1b12), with the host's number for a new entry.

    The activity keeps its context: its proof covers it.
    """
    return {
        "type": "Announce",
        "object": activity,
        "to": to,
        "cc": cc,
        "audience": group_url,
        **({"cmt:position": position} if position else {}),
    }
