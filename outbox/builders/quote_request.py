"""Asking for leave to quote a post (FEP-044f)."""

from typing import Any

from outbox.builders.shape import without_context


def build(quoted_url: str, quoting: dict[str, Any], author_url: str) -> dict[str, Any]:
    """A `QuoteRequest` that carries the quoting post, so that it can be judged."""
    return {
        "type": "QuoteRequest",
        "object": quoted_url,
        "instrument": without_context(quoting),
        "to": [author_url],
    }
