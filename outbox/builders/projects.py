"""What is done with projects: joining, inviting, leaving, who belongs to them, passing on."""

from typing import Any


def join(group_url: str, message: str = "") -> dict[str, Any]:
    """A `Join` of a Group, with a word to those who decide."""
    said = {"content": message} if message else {}
    return {"type": "Join", "object": group_url, "to": [group_url], **said}


def leave(group_url: str) -> dict[str, Any]:
    """A `Leave` of a Group."""
    return {"type": "Leave", "object": group_url, "to": [group_url]}


def invite(
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


def withdraw_invitation(invitation: dict[str, Any], invited_url: str) -> dict[str, Any]:
    """The `Undo` of an Invite."""
    return {"type": "Undo", "object": invitation, "to": [invited_url]}


def accept_invitation(invite_url: str, group_url: str) -> dict[str, Any]:
    """The `Accept` of an Invite by the one who was invited."""
    return {"type": "Accept", "object": invite_url, "target": group_url, "to": [group_url]}


def reject_invitation(invite_url: str, group_url: str) -> dict[str, Any]:
    """The `Reject` of an Invite by the one who was invited."""
    return {"type": "Reject", "object": invite_url, "target": group_url, "to": [group_url]}


def answer(
    kind: str, request: dict[str, Any], asker_url: str, role: str = "", reason: str = ""
) -> dict[str, Any]:
    """The `Accept` or `Reject` of a Join, an Invite's Accept, an Offer or a Create."""
    return {
        "type": kind,
        "object": request,
        "to": [asker_url],
        **({"cmt:role": role} if role else {}),
        **({"summary": reason} if reason else {}),
    }


def add_member(
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


def remove_member(members_url: str, member_url: str, to: list[str]) -> dict[str, Any]:
    """A `Remove` from the members of the Group that sends it."""
    return {"type": "Remove", "object": member_url, "target": members_url, "to": to}


def pass_on(
    activity: dict[str, Any], group_url: str, to: list[str], cc: list[str], position: int | None
) -> dict[str, Any]:
    """An `Announce` of a whole activity (FEP-1b12), with the host's number for a new entry.

    The activity keeps its context: its proof covers it.
    """
    return {
        "type": "Announce",
        "object": activity,
        "to": to,
        "cc": cc,
        "audience": group_url,
        **({"cmt:position": position} if position else {}),
    }
