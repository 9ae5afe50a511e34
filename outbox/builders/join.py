"""Asking to belong to a project, or to take part in an event."""

from typing import Any


def build(target_url: str, to: list[str], message: str = "") -> dict[str, Any]:
    """A `Join` of a Group or an Event (FEP-8a8e), with a word to those who decide."""
    said = {"content": message} if message else {}
    return {"type": "Join", "object": target_url, "to": to, **said}
