"""Actors as the ActivityStreams documents that we publish; pure."""

import mimetypes
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

import orjson

from actors.extras import extras_of
from actors.identifiers import Identifiers
from federation.keys import load_public
from federation.multikey import encode_multikey
from federation.vocabulary import CONTEXT, PUBLIC
from storage.records import ActorRecord, FollowRecord, KeyRecord

# FEP-844e: what a reader of this document may rely on; saves the first knock.
IMPLEMENTS: Final = [
    {
        "type": "Link",
        "href": "https://datatracker.ietf.org/doc/html/rfc9421",
        "name": "RFC-9421: HTTP Message Signatures",
    },
    {
        "type": "Link",
        "href": "https://w3id.org/fep/8b32",
        "name": "FEP-8b32: Object Integrity Proofs",
    },
]


def wire_time(ms: int) -> str:
    """A moment as we publish it: `2026-11-23T10:00:00Z`."""
    return datetime.fromtimestamp(ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def actor_document(
    actor: ActorRecord,
    keys: Sequence[KeyRecord],
    identifiers: Identifiers,
    emojis: Sequence[dict[str, Any]] = (),
) -> dict[str, Any]:
    """The whole document of a local actor, keys included (FEP-521a, FEP-2c59, FEP-844e).

    `emojis` are the tags of those custom emoji that name, summary and fields use.
    """
    document = stub_document(actor, keys, identifiers)
    document |= {
        "name": actor.name or actor.username,
        "summary": actor.summary,
        "url": actor.html_url,
        "outbox": actor.outbox,
        "manuallyApprovesFollowers": bool(actor.locked),
        "discoverable": bool(actor.discoverable),
        "indexable": bool(actor.indexable),
        "published": wire_time(actor.created_at),
        "updated": wire_time(actor.updated_at),
        "webfinger": actor.account,
    }
    if emojis:
        document["tag"] = list(emojis)
    if actor.url == identifiers.node_actor:
        return document | {"implements": IMPLEMENTS} | _images(actor)
    return document | _collections(actor, identifiers) | _profile(actor) | _images(actor)


def stub_document(
    actor: ActorRecord, keys: Sequence[KeyRecord], identifiers: Identifiers
) -> dict[str, Any]:
    """What a verifier of our signatures needs and nothing more; secure mode shows it to all."""
    return {
        "@context": CONTEXT,
        "id": actor.url,
        "type": "Service" if extras_of(actor).bot else actor.type,
        "preferredUsername": actor.username,
        "inbox": actor.inbox,
        "endpoints": _endpoints(actor, identifiers),
        **_public_keys(actor, keys),
    }


def suspended_document(
    actor: ActorRecord, keys: Sequence[KeyRecord], identifiers: Identifiers
) -> dict[str, Any]:
    """What is left of a suspended actor: keys and addresses, and that it is suspended."""
    return stub_document(actor, keys, identifiers) | {
        "name": "",
        "summary": "",
        "url": actor.html_url,
        "outbox": actor.outbox,
        "followers": actor.followers_url,
        "following": actor.following_url,
        "manuallyApprovesFollowers": True,
        "discoverable": False,
        "suspended": True,
        "updated": wire_time(actor.updated_at),
    }


def owner_document(document: dict[str, Any], identifiers: Identifiers) -> dict[str, Any]:
    """The document as its owner sees it: with the collections that only they may read."""
    pending = ("pendingFollowers", "pendingFollowing")
    return document | {name: identifiers.collection(document["id"], name) for name in pending}


def follow_document(follow: FollowRecord, follower_url: str, followee_url: str) -> dict[str, Any]:
    """The Follow activity behind a follow, as the lists of pending ones show it."""
    return {
        "id": follow.url,
        "type": "Follow",
        "actor": follower_url,
        "object": followee_url,
        "published": wire_time(follow.created_at),
    }


def tombstone(url: str, former_type: str, deleted_at: int) -> dict[str, Any]:
    """What stands in the place of something that was deleted (FEP-4f05)."""
    return {
        "@context": CONTEXT,
        "id": url,
        "type": "Tombstone",
        "formerType": former_type,
        "deleted": wire_time(deleted_at),
    }


def _public_keys(actor: ActorRecord, keys: Sequence[KeyRecord]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key in keys:
        if key.algorithm == "rsa":
            found["publicKey"] = {
                "id": key.key_id,
                "owner": actor.url,
                "publicKeyPem": key.public_pem,
            }
    found["assertionMethod"] = [
        {
            "id": key.key_id,
            "type": "Multikey",
            "controller": actor.url,
            "publicKeyMultibase": encode_multikey(load_public(key.public_pem)),
        }
        for key in keys
        if key.algorithm == "ed25519"
    ]
    return found


def _endpoints(actor: ActorRecord, identifiers: Identifiers) -> dict[str, Any]:
    endpoints = {"sharedInbox": identifiers.shared_inbox}
    if actor.url != identifiers.node_actor:
        endpoints["proxyUrl"] = identifiers.proxy()
        endpoints["uploadMedia"] = identifiers.upload(actor.url)
    return endpoints


def _collections(actor: ActorRecord, identifiers: Identifiers) -> dict[str, Any]:
    return {
        "followers": actor.followers_url,
        "following": actor.following_url,
        "featured": actor.featured_url,
        "featuredTags": identifiers.collection(actor.url, "featuredTags"),
        "liked": identifiers.collection(actor.url, "liked"),
        "generator": {
            "type": "Application",
            "name": "Communotic",
            "url": identifiers.node_actor,
            "implements": IMPLEMENTS,
        },
    }


def _profile(actor: ActorRecord) -> dict[str, Any]:
    parts: dict[str, Any] = {
        "attachment": [
            {"type": "PropertyValue", "name": field["name"], "value": field["value"]}
            for field in orjson.loads(actor.fields)
        ],
        # FEP-268d: whether posts may be found by those who search.
        "searchableBy": PUBLIC if actor.indexable else actor.url,
    }
    aliases = orjson.loads(actor.also_known_as)
    if aliases:
        parts["alsoKnownAs"] = aliases
    if actor.moved_to:
        parts["movedTo"] = actor.moved_to
    sites = extras_of(actor).attribution_domains
    if sites:
        parts["attributionDomains"] = list(sites)
    return parts


def _images(actor: ActorRecord) -> dict[str, Any]:
    extras = extras_of(actor)
    pictures = {
        "icon": (actor.icon, extras.avatar_description),
        "image": (actor.image, extras.header_description),
    }
    return {name: _image(url, shown) for name, (url, shown) in pictures.items() if url}


def _image(url: str, shown: str = "") -> dict[str, Any]:
    image = {"type": "Image", "url": url}
    media_type = mimetypes.guess_type(url)[0]
    if media_type:
        image["mediaType"] = media_type
    return image | ({"name": shown} if shown else {})
