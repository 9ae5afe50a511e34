"""Taking an object out of a collection of the sender."""

from typing import Any


def build(
    about: str | dict[str, Any], collection_url: str, to: list[str], cc: list[str]
) -> dict[str, Any]:
    """A `Remove` from a collection (ActivityPub 6.7); `about` is an id, or a hashtag."""
    return {"type": "Remove", "object": about, "target": collection_url, "to": to, "cc": cc}
