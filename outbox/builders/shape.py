"""What several builders do to the documents that they embed."""

from typing import Any


def without_context(document: dict[str, Any]) -> dict[str, Any]:
    """A copy for embedding: the activity around it carries the context."""
    return {name: value for name, value in document.items() if name != "@context"}
