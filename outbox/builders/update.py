"""Publishing an object or an actor again after a change."""

from typing import Any

from outbox.builders.shape import without_context


def build(document: dict[str, Any], to: list[str], cc: list[str]) -> dict[str, Any]:
    """An `Update` with the whole new document in it (ActivityPub 6.3)."""
    return {"type": "Update", "object": without_context(document), "to": to, "cc": cc}
