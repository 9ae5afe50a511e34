"""Hashtags as they stand in documents."""

from urllib.parse import quote

from actors.identifiers import Identifiers


def hashtag_document(identifiers: Identifiers, name: str) -> dict[str, str]:
    """A hashtag (as it compares) with its page here."""
    return {"type": "Hashtag", "href": identifiers.tag(quote(name)), "name": f"#{name}"}
