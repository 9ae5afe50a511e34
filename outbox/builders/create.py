"""Publishing a new object."""

from typing import Any

from outbox.builders.shape import without_context


def build(document: dict[str, Any]) -> dict[str, Any]:
    """A `Create` with the object in it, addressed like the object (ActivityPub 6.2)."""
    return {
        "type": "Create",
        "object": without_context(document),
        "to": document.get("to", []),
        "cc": document.get("cc", []),
        "published": document.get("published"),
    }
