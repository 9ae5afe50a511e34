"""Stored objects and activities as the documents that we serve; pure builders."""

from collections.abc import Sequence
from typing import Any, Final

import orjson

from actors.documents import tombstone as tombstone_document
from actors.documents import wire_time
from actors.identifiers import Identifiers
from federation.vocabulary import CONTEXT, context_of
from objects.polls import question_document
from storage.activities import Reaction
from storage.records import ActivityRecord, ObjectRecord, PollRecord, ReactionRecord

FIRST_REPLIES: Final = 5
COLLECTIONS: Final = ("Collection", "OrderedCollection")
_HIDDEN: Final = ("bto", "bcc")


def object_document(
    record: ObjectRecord,
    identifiers: Identifiers,
    *,
    poll: PollRecord | None = None,
    replies: Sequence[str] = (),
    now: int = 0,
) -> dict[str, Any]:
    """A stored object as we serve it: ours with the counts of this moment, others' as they came.

    `poll` renews a Question of ours; `replies` are the ids on the first page of answers; `now`
    in milliseconds. A deleted object is its tombstone.
    """
    if record.deleted_at is not None:
        return tombstone(record)
    document = _loaded(record.document)
    if not record.local:
        return document
    document |= _counts(record, identifiers, replies)
    return document if poll is None else question_document(document, poll, now)


def tombstone(record: ObjectRecord) -> dict[str, Any]:
    """What stands in the place of a deleted object (FEP-4f05)."""
    return tombstone_document(record.url, record.type, record.deleted_at or 0)


def collection_document(record: ObjectRecord, items: Sequence[str]) -> dict[str, Any]:
    """A collection that somebody here keeps, with everything in it, latest first."""
    name = "orderedItems" if record.type == "OrderedCollection" else "items"
    return _loaded(record.document) | {"totalItems": len(items), name: list(items)}


def reaction_document(
    kind: Reaction, reaction: ReactionRecord, actor_url: str, object_url: str
) -> dict[str, Any]:
    """A Like or an Announce in brief, as the collection of an object shows it."""
    return {
        "id": reaction.url,
        "type": "Like" if kind == "likes" else "Announce",
        "actor": actor_url,
        "object": object_url,
        "published": wire_time(reaction.created_at),
    }


def activity_document(
    activity: ActivityRecord, about: ObjectRecord | None, identifiers: Identifiers
) -> dict[str, Any]:
    """A stored activity as we serve it.

    `about` is its object as it is now: what was edited since is shown as it is, what was
    deleted by its id; in both cases the proof, which covers what it said then, is left out.
    """
    document = _loaded(activity.document)
    shown = document
    if activity.type == "Announce" and isinstance(document.get("object"), dict):
        shown = document["object"]  # a project passes a whole activity on
    embedded = isinstance(shown.get("object"), dict)
    if about is None or not embedded or shown.get("type") not in {"Create", "Update"}:
        return document
    if about.deleted_at is None and about.edited_at is None:
        return document
    for outdated in (document, shown):
        outdated.pop("proof", None)
    shown["object"] = about.url
    if about.deleted_at is None:
        shown["object"] = object_document(about, identifiers)
        shown["object"].pop("@context", None)
    return document


def replies_collection(
    url: str, items: Sequence[str], following: str | None, total: int
) -> dict[str, Any]:
    """The answers to an object (FEP-7458): a Collection with its first page inside."""
    return {
        "@context": CONTEXT,
        "id": url,
        "type": "Collection",
        "totalItems": total,
        "first": _replies_page(url, items, following),
    }


def replies_page(
    page_url: str, url: str, items: Sequence[str], following: str | None
) -> dict[str, Any]:
    """One page of the answers to an object, oldest first."""
    return {"@context": CONTEXT, "id": page_url, **_replies_page(url, items, following)}


def conversation_collection(
    url: str, author: str | None, items: Sequence[str], following: str | None, total: int
) -> dict[str, Any]:
    """The posts of a conversation, oldest first (FEP-7888, FEP-f228)."""
    document: dict[str, Any] = {
        "@context": CONTEXT,
        "id": url,
        "type": "OrderedCollection",
        "totalItems": total,
        "first": conversation_page(None, url, items, following),
    }
    return document if author is None else document | {"attributedTo": author}


def conversation_page(
    page_url: str | None, url: str, items: Sequence[str], following: str | None
) -> dict[str, Any]:
    """One page of a conversation; inside its collection it has neither id nor context."""
    document: dict[str, Any] = {} if page_url is None else {"@context": CONTEXT, "id": page_url}
    document |= {"type": "OrderedCollectionPage", "partOf": url, "orderedItems": list(items)}
    return document if following is None else document | {"next": following}


def _replies_page(url: str, items: Sequence[str], following: str | None) -> dict[str, Any]:
    document: dict[str, Any] = {"type": "CollectionPage", "partOf": url, "items": list(items)}
    return document if following is None else document | {"next": following}


def _counts(
    record: ObjectRecord, identifiers: Identifiers, replies: Sequence[str]
) -> dict[str, Any]:
    """`replies`, `likes` and `shares` of an object of ours."""
    url = identifiers.object_collection(record.url, "replies")
    counts = {"likes": record.likes_count, "shares": record.shares_count}
    following = f"{url}?page=true"
    return {
        "replies": {
            "id": url,
            "type": "Collection",
            "first": _replies_page(url, replies, following),
        },
        **{
            name: {
                "id": identifiers.object_collection(record.url, name),
                "type": "Collection",
                "totalItems": count,
            }
            for name, count in counts.items()
        },
    }


def _loaded(text: str) -> dict[str, Any]:
    """A stored document, with a context and without hidden recipients."""
    stored: dict[str, Any] = orjson.loads(text) if text else {}
    for name in _HIDDEN:
        stored.pop(name, None)
    return stored if "@context" in stored else {"@context": context_of(stored), **stored}
