"""Agreeing to a request: the `Accept` of a Follow, or of a QuoteRequest."""

from typing import Any


def build(request: str | dict[str, Any], asker_url: str) -> dict[str, Any]:
    """An `Accept` of `request`, addressed to who asked (ActivityPub 7.7)."""
    return {"type": "Accept", "object": request, "to": [asker_url]}


def build_with_result(request: dict[str, Any], asker_url: str, result: str) -> dict[str, Any]:
    """An `Accept` that names what was made because of it: the leave to quote (FEP-044f)."""
    return build(request, asker_url) | {"result": result}
