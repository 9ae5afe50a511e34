"""Agreeing to a request: the `Accept` of a Follow, or of a QuoteRequest."""

from typing import Any


def build(request: str | dict[str, Any], asker_url: str) -> dict[str, Any]:
    """An `Accept` of `request`, addressed to who asked (ActivityPub 7.7)."""
    return {"type": "Accept", "object": request, "to": [asker_url]}


def build_with_result(request: dict[str, Any], asker_url: str, result: str) -> dict[str, Any]:
    """An `Accept` that names what was made because of it: the leave to quote (FEP-044f)."""
    return build(request, asker_url) | {"result": result}


def build_for_project(request: dict[str, Any], asker_url: str, role: str) -> dict[str, Any]:
    """A project's `Accept` of a Join or an Offer, with the role that somebody has now."""
    return build(request, asker_url) | ({"cmt:role": role} if role else {})


def build_invited(invite_url: str, group_url: str) -> dict[str, Any]:
    """The `Accept` of an Invite to a Group, by the one who was invited."""
    return build(invite_url, group_url) | {"target": group_url}
