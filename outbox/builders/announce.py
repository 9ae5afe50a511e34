"""Sharing an object."""

from typing import Any


def build(object_url: str, to: list[str], cc: list[str]) -> dict[str, Any]:
    """An `Announce` of an object; its author belongs into `cc` (ActivityPub 7.11)."""
    return {"type": "Announce", "object": object_url, "to": to, "cc": cc}
