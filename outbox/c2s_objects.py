"""Objects that clients wrote: what the server completes, corrects and never takes over."""

from typing import Any

from actors.documents import wire_time
from actors.identifiers import Identifiers
from federation.documents import Document
from federation.errors import FederationError
from federation.vocabulary import CONTEXT
from objects.text import sanitise
from outbox.context import OutboxContext
from storage.records import ActorRecord, ObjectRecord

OURS = frozenset(
    {
        "@context", "id", "attributedTo", "actor", "bto", "bcc", "likes", "shares", "replies",
        "proof", "signature", "published", "updated", "context", "conversation", "url", "to", "cc",
        "audience",
    }
)  # fmt: skip
TEXTS = ("content", "summary", "name")
MAX_TAGS = 100


def joined(value: Any) -> Any:
    """A text that a client sent as a list of words, as one text."""
    if isinstance(value, list) and all(isinstance(word, str) for word in value):
        return " ".join(value)
    return value


def cleaned(document: dict[str, Any]) -> dict[str, Any]:
    """A client's properties without those that are the server's, texts made safe."""
    kept = {name: value for name, value in document.items() if name not in OURS}
    for name in TEXTS:
        clean = _clean_html if name == "content" else joined
        if name in kept:
            kept[name] = clean(kept[name])
        texts = kept.get(name + "Map")
        if isinstance(texts, dict):
            kept[name + "Map"] = {language: clean(text) for language, text in texts.items()}
    return kept


def _clean_html(value: Any) -> Any:
    text = joined(value)
    return sanitise(text) if isinstance(text, str) else text


async def people_in(context: OutboxContext, document: Document) -> dict[str, ActorRecord]:
    """The actors behind a client's Mention tags, by the `href` that it wrote."""
    found: dict[str, ActorRecord] = {}
    for tag in document.items("tag")[:MAX_TAGS]:
        href = tag.first_id("href") or tag.text("href")
        if tag.type != "Mention" or href is None:
            continue
        try:
            name = (tag.text("name") or "").removeprefix("@")
            found[href] = await (
                context.remote.by_acct(name) if "@" in name else context.remote.resolve(href)
            )
        except (FederationError, LookupError):
            continue
    return found


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
            actor = people.get(tag.first_id("href") or tag.text("href") or "")
            if actor is not None:
                mention = {"type": "Mention", "name": f"@{actor.account}", "href": actor.url}
                tags.append(mention)
        else:
            tags.append(tag.raw)
    return tags


def addressed(activity: Document, document: Document) -> tuple[list[str], list[str], list[str]]:
    """`to`, `cc` and the hidden rest (bto, bcc) of an activity and its object together."""

    def union(*names: str) -> list[str]:
        both = [*activity.ids(names[0]), *document.ids(names[0])]
        for name in names[1:]:
            both += [*activity.ids(name), *document.ids(name)]
        return list(dict.fromkeys(both))

    return union("to", "audience"), union("cc"), union("bto", "bcc")


def finished(
    document: Document,
    author: ActorRecord,
    number: int,
    *,
    to: list[str],
    cc: list[str],
    tags: list[dict[str, Any]],
    parent: ObjectRecord | None,
    identifiers: Identifiers,
    now: int,
) -> dict[str, Any]:
    """The object that we publish for what a client wrote (ActivityPub 6.2)."""
    url = identifiers.object(number)
    conversation = (parent.conversation if parent else None) or identifiers.conversation(number)
    complete: dict[str, Any] = {
        "@context": CONTEXT,
        "id": url,
        **cleaned(document.raw),
        "attributedTo": author.url,
        "published": wire_time(now),
        "to": to,
        "cc": cc,
        "url": url,
        "context": conversation,
        "conversation": conversation,
    }
    complete.setdefault("type", "Note")
    if tags or "tag" in complete:
        complete["tag"] = tags
    if complete["type"] not in ("Collection", "OrderedCollection"):
        for name in ("replies", "likes", "shares"):
            complete[name] = identifiers.object_collection(url, name)
    return complete


def merged(
    stored: dict[str, Any], changes: Document, tags: list[dict[str, Any]] | None, now: int
) -> dict[str, Any]:
    """A stored object with a client's partial update; null removes a property (6.3.1)."""
    updates = cleaned(changes.raw)
    updates.pop("type", None)
    result = {**stored, **updates, "updated": wire_time(now)}
    for name in TEXTS:
        # One form of a text must not contradict the other.
        if name in updates and name + "Map" not in updates:
            result.pop(name + "Map", None)
    if "content" in updates and "source" not in updates:
        result.pop("source", None)
    if tags is not None:
        result["tag"] = tags
    return {name: value for name, value in result.items() if value is not None}
