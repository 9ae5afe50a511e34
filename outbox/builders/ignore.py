"""Not deciding about a request: the `Ignore` of a Join (FEP-8a8e)."""

from typing import Any


def build(request: str, asker_url: str) -> dict[str, Any]:
    """An `Ignore` of a Join to an event whose registrations are kept elsewhere."""
    return {"type": "Ignore", "object": request, "to": [asker_url]}
