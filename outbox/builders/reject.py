"""Refusing a request, or ending what was accepted: the `Reject` of a Follow."""

from typing import Any


def build(request: str | dict[str, Any], asker_url: str) -> dict[str, Any]:
    """A `Reject` of `request`, addressed to who asked (ActivityPub 7.8)."""
    return {"type": "Reject", "object": request, "to": [asker_url]}


def build_with_reason(request: dict[str, Any], asker_url: str, reason: str) -> dict[str, Any]:
    """A `Reject` that says why, in `summary`."""
    return build(request, asker_url) | ({"summary": reason} if reason else {})


def build_invited(invite_url: str, group_url: str) -> dict[str, Any]:
    """The `Reject` of an Invite to a Group, by the one who was invited."""
    return build(invite_url, group_url) | {"target": group_url}
