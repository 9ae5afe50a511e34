"""Publishing a new object."""

from typing import Any

from outbox.builders.shape import without_context


def build(document: dict[str, Any]) -> dict[str, Any]:
    """A `Create` with the object in it, addressed like the object (ActivityPub 6.2)."""
    return {
        "type": "Create",
        "object": without_context(document),
        "to": document.get("to", []),
        "cc": document.get("cc", []),
        "published": document.get("published"),
    }


def build_vote(
    ballot_url: str, voter_url: str, choice: str, question_url: str, to: list[str]
) -> dict[str, Any]:
    """The `Create` of a vote: a Note that is only a name, as Mastodon counts it."""
    ballot = {
        "id": ballot_url,
        "type": "Note",
        "name": choice,
        "attributedTo": voter_url,
        "inReplyTo": question_url,
        "to": to,
    }
    return {"type": "Create", "object": ballot, "to": to}
