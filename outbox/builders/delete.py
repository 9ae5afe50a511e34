"""Withdrawing an object or an actor."""

from typing import Any

from federation.vocabulary import PUBLIC


def build_object(object_url: str, former_type: str, to: list[str], cc: list[str]) -> dict[str, Any]:
    """A `Delete` that carries a Tombstone (ActivityPub 6.4)."""
    tombstone = {"id": object_url, "type": "Tombstone", "formerType": former_type}
    return {"type": "Delete", "object": tombstone, "to": to, "cc": cc}


def build_actor(actor_url: str) -> dict[str, Any]:
    """A `Delete` of the sender; the object is the bare id, which Mastodon requires."""
    return {"type": "Delete", "object": actor_url, "to": [PUBLIC]}


def build_authorization(document: dict[str, Any], to: list[str], cc: list[str]) -> dict[str, Any]:
    """A `Delete` of the leave to quote a post (FEP-044f)."""
    return {"type": "Delete", "object": document, "to": to, "cc": cc}
