"""Putting an object into a collection of the sender."""

from typing import Any


def build(
    about: str | dict[str, Any], collection_url: str, to: list[str], cc: list[str]
) -> dict[str, Any]:
    """An `Add` to a collection (ActivityPub 6.6); `about` is an id, or a hashtag."""
    return {"type": "Add", "object": about, "target": collection_url, "to": to, "cc": cc}


def build_member(
    members_url: str, member_url: str, role: str, engagement: str, to: list[str]
) -> dict[str, Any]:
    """An `Add` to the members of the Group that sends it; again with another role, a change."""
    return {
        "type": "Add",
        "object": member_url,
        "target": members_url,
        "to": to,
        "cmt:role": role,
        **({"cmt:engagement": engagement} if engagement else {}),
    }
