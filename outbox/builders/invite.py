"""Inviting somebody to a project."""

from typing import Any


def build(
    group_url: str, invited_url: str, role: str, by_url: str, message: str = ""
) -> dict[str, Any]:
    """An `Invite` of somebody (object) to the Group (target) that sends it."""
    return {
        "type": "Invite",
        "object": invited_url,
        "target": group_url,
        "to": [invited_url],
        "cmt:role": role,
        "cmt:invitedBy": by_url,
        **({"content": message} if message else {}),
    }
