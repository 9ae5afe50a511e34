"""Not wanting to hear from somebody."""

from typing import Any


def build(target_url: str) -> dict[str, Any]:
    """A `Block`, sent to the blocked actor's server so that it hides us too (6.9)."""
    return {"type": "Block", "object": target_url, "to": [target_url]}
