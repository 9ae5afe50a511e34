"""Objects that clients wrote: what the server completes, corrects and never takes over."""

from typing import Any

from actors.documents import wire_time
from actors.identifiers import Identifiers
from federation.documents import Document
from federation.vocabulary import CONTEXT
from objects.documents import COLLECTIONS
from objects.incoming import STORED_TYPES
from objects.text import sanitise
from outbox.addressing import Addressing, look_all
from outbox.context import ActRefused, OutboxContext
from storage.records import ActorRecord, ObjectRecord

OURS = frozenset(
    {
        "@context", "id", "type", "attributedTo", "actor", "bto", "bcc", "likes", "shares",
        "replies", "proof", "signature", "published", "updated", "deleted", "context",
        "conversation", "url", "to", "cc", "audience", "totalItems", "items", "orderedItems",
        "first", "last",
    }
)  # fmt: skip
TEXTS = ("content", "summary", "name")
MAX_TAGS = 100


def kind_of(document: Document) -> str:
    """The type under which an object is published; raises `ActRefused` for what nobody shows."""
    for kind in document.types:
        if kind in STORED_TYPES or kind in COLLECTIONS:
            return kind
    raise ActRefused(422, "not-supported", f"This node does not publish {document.type!r}.")


def joined(value: Any) -> str | None:
    """A text, also when a client sent it as a list of words; None for anything else."""
    if isinstance(value, list) and all(isinstance(word, str) for word in value):
        return " ".join(value)
    return value if isinstance(value, str) else None


def cleaned(document: dict[str, Any]) -> dict[str, Any]:
    """A client's properties without those that are the server's, texts made safe.

    A text that is null stays null: it takes the text away.
    """
    kept = {name: value for name, value in document.items() if name not in OURS}
    for name in TEXTS:
        if kept.get(name) is not None:
            kept[name] = _clean(name, kept[name])
            if kept[name] is None:
                del kept[name]
        texts = kept.pop(name + "Map", None)
        if isinstance(texts, dict):
            safe = {language: _clean(name, text) for language, text in texts.items()}
            kept[name + "Map"] = {lang: text for lang, text in safe.items() if text is not None}
    return kept


def _clean(name: str, value: Any) -> str | None:
    text = joined(value)
    return sanitise(text) if name == "content" and text is not None else text


def in_both_forms(texts: dict[str, Any], language: str) -> dict[str, Any]:
    """Texts with and without their language: readers look at the one or at the other."""
    both = dict(texts)
    for name in TEXTS:
        mapped = both.get(name + "Map")
        if mapped and both.get(name) is None:
            both[name] = next(iter(mapped.values()))
    if both.get("content") and not both.get("contentMap"):
        both["contentMap"] = {language: both["content"]}
    return {name: value for name, value in both.items() if value != {}}


async def people_in(context: OutboxContext, document: Document) -> dict[str, ActorRecord]:
    """The actors behind a client's Mention tags, by the `href` that it wrote."""
    wanted: dict[str, str] = {}
    for tag in document.items("tag")[:MAX_TAGS]:
        href = _href(tag)
        if tag.type == "Mention" and href:
            name = (tag.text("name") or "").removeprefix("@")
            wanted[href] = name if "@" in name else href
    return await look_all(context, wanted)


def corrected_tags(
    document: Document, people: dict[str, ActorRecord], identifiers: Identifiers
) -> list[dict[str, Any]]:
    """A client's tags with our hashtag pages and the ids of the people mentioned."""
    tags: list[dict[str, Any]] = []
    for tag in document.items("tag")[:MAX_TAGS]:
        if tag.type == "Hashtag":
            name = (tag.text("name") or "").lstrip("#")
            if name:
                href = identifiers.tag(name.lower())
                tags.append({"type": "Hashtag", "name": f"#{name}", "href": href})
        elif tag.type == "Mention":
            actor = people.get(_href(tag))
            if actor is not None:
                mention = {"type": "Mention", "name": f"@{actor.account}", "href": actor.url}
                tags.append(mention)
        else:
            tags.append({name: tag.raw[name] for name in tag.raw if name not in ("bto", "bcc")})
    return tags


def without_strangers(tags: list[dict[str, Any]], addressees: set[str]) -> list[dict[str, Any]]:
    """Tags without mentions of people who are not addressed: servers would show it to them."""
    return [tag for tag in tags if tag.get("type") != "Mention" or tag["href"] in addressees]


def _href(tag: Document) -> str:
    return tag.first_id("href") or ""


def finished(
    written: Document,
    author: ActorRecord,
    number: int,
    *,
    addressing: Addressing,
    tags: list[dict[str, Any]],
    parent: ObjectRecord | None,
    identifiers: Identifiers,
    language: str,
    now: int,
) -> dict[str, Any]:
    """The object that we publish for what a client wrote (ActivityPub 6.2)."""
    url, kind = identifiers.object(number), kind_of(written)
    complete: dict[str, Any] = {
        "@context": CONTEXT,
        "id": url,
        "type": kind,
        **in_both_forms(cleaned(written.raw), language),
        "attributedTo": author.url,
        "published": wire_time(now),
        "to": [*addressing.to],
        "cc": [*addressing.cc],
        "url": url,
    }
    if kind in COLLECTIONS:
        return complete
    conversation = (parent.conversation if parent else None) or identifiers.conversation(number)
    complete |= {"context": conversation, "conversation": conversation}
    if parent is not None:
        complete["inReplyTo"] = parent.url
    if tags or "tag" in complete:
        complete["tag"] = tags
    for name in ("replies", "likes", "shares"):
        complete[name] = identifiers.object_collection(url, name)
    return complete


def merged(
    stored: dict[str, Any],
    changes: Document,
    tags: list[dict[str, Any]] | None,
    language: str,
    now: int,
) -> dict[str, Any]:
    """A stored object with a client's partial update; null removes a property (6.3.1)."""
    updates = cleaned(changes.raw)
    updates.pop("inReplyTo", None)
    spoken = next(iter(stored.get("contentMap") or {}), language)
    result = {**stored, **updates, "updated": wire_time(now)}
    for name in TEXTS:
        # One form of a text must not contradict the other.
        if name in updates and name + "Map" not in updates:
            result.pop(name + "Map", None)
        if name + "Map" in updates and name not in updates:
            result.pop(name, None)
    if "content" in updates and "source" not in updates:
        result.pop("source", None)
    if tags is not None:
        result["tag"] = tags
    kept = {name: value for name, value in result.items() if value is not None}
    return in_both_forms(kept, spoken)
