"""Signing with RsaSignature2017 as Mastodon does, without any of our own guards."""

import hashlib
from base64 import b64encode
from typing import Any

from pyld import jsonld

from federation.contexts import document_loader
from tests.support.signing import Remote

MASTODON: dict[str, Any] = {
    "ostatus": "http://ostatus.org#",
    "atomUri": "ostatus:atomUri",
    "conversation": "ostatus:conversation",
    "sensitive": "as:sensitive",
    "toot": "http://joinmastodon.org/ns#",
    "votersCount": "toot:votersCount",
    "Emoji": "toot:Emoji",
    "focalPoint": {"@container": "@list", "@id": "toot:focalPoint"},
    "blurhash": "toot:blurhash",
    "Hashtag": "as:Hashtag",
    "schema": "http://schema.org#",
    "PropertyValue": "schema:PropertyValue",
    "value": "schema:value",
    "discoverable": "toot:discoverable",
    "attributionDomains": {"@id": "toot:attributionDomains", "@type": "@id"},
    "manuallyApprovesFollowers": "as:manuallyApprovesFollowers",
}
CONTEXT: list[Any] = [
    "https://www.w3.org/ns/activitystreams",
    "https://w3id.org/security/v1",
    MASTODON,
]
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"


def graph(document: dict[str, Any]) -> str:
    """The canonical graph, straight from the library."""
    options = {
        "algorithm": "URDNA2015",
        "base": None,
        "format": "application/n-quads",
        "documentLoader": document_loader,
    }
    normalised = jsonld.normalize(document, options)
    assert isinstance(normalised, str)
    return normalised


def linked_data_signed(
    document: dict[str, Any], who: Remote, created: str = "2026-11-18T10:00:00Z", **options: Any
) -> dict[str, Any]:
    """The document with a signature by `who`."""
    signed = {"creator": who.rsa_key.key_id, "created": created, **options}
    hashed = {**signed, "@context": "https://w3id.org/identity/v1"}
    digests = [hashlib.sha256(graph(part).encode()).hexdigest() for part in (hashed, document)]
    value = b64encode(who.rsa_key.sign("".join(digests).encode())).decode()
    return {
        **document,
        "signature": {"type": "RsaSignature2017", **signed, "signatureValue": value},
    }


def note_by(who: Remote) -> dict[str, Any]:
    """The creation of a note, as Mastodon writes it."""
    note, followers = who.url + "/statuses/1", who.url + "/followers"
    bob = "https://b.example/users/bob"
    addressed: dict[str, Any] = {"to": [PUBLIC], "cc": [followers, bob]}
    return {
        "@context": CONTEXT,
        "id": note + "/activity",
        "type": "Create",
        "actor": who.url,
        "published": "2026-11-18T10:00:00Z",
        **addressed,
        "object": {
            "id": note,
            "type": "Note",
            "summary": None,
            "inReplyTo": None,
            "published": "2026-11-18T10:00:00Z",
            "url": "https://remote.example/@alice/1",
            "attributedTo": who.url,
            **addressed,
            "sensitive": True,
            "atomUri": note,
            "conversation": "tag:remote.example,2026-11-18:objectId=1:objectType=Conversation",
            "content": '<p>"Été" \\ fin\n</p>',
            "contentMap": {"fr": '<p>"Été" \\ fin\n</p>'},
            "attachment": [
                {
                    "type": "Document",
                    "mediaType": "image/jpeg",
                    "url": "https://remote.example/media/1.jpg",
                    "name": None,
                    "blurhash": "UXFG",
                    "focalPoint": [0.0, -0.5],
                    "width": 640,
                }
            ],
            "tag": [
                {
                    "type": "Mention",
                    "href": "https://b.example/users/bob",
                    "name": "@bob@b.example",
                },
                {"type": "Hashtag", "href": "https://remote.example/tags/a", "name": "#a"},
                {
                    "id": "https://remote.example/emojis/1",
                    "type": "Emoji",
                    "name": ":blob:",
                    "icon": {"type": "Image", "url": "https://remote.example/e.png"},
                },
            ],
            **_collections(note),
        },
    }


def _collections(note: str) -> dict[str, Any]:
    """What hangs on a note."""
    return {
        "replies": {
            "id": note + "/replies",
            "type": "Collection",
            "first": {
                "type": "CollectionPage",
                "next": note + "/replies?page=true",
                "partOf": note + "/replies",
                "items": [],
            },
        },
        "likes": {"id": note + "/likes", "type": "Collection", "totalItems": 0},
    }


def profile_update_by(who: Remote) -> dict[str, Any]:
    """The update of a profile, whose object is its own actor."""
    actor = {name: value for name, value in who.document().items() if name != "@context"}
    del actor["assertionMethod"]
    return {
        "@context": CONTEXT,
        "id": who.url + "#updates/1",
        "type": "Update",
        "actor": who.url,
        "to": [PUBLIC],
        "object": {
            **actor,
            "outbox": who.url + "/outbox",
            "manuallyApprovesFollowers": False,
            "discoverable": True,
            "attachment": [{"type": "PropertyValue", "name": "Site", "value": "<a>x</a>"}],
            "endpoints": {"sharedInbox": "https://remote.example/inbox"},
        },
    }
