"""Foreign objects: read into rows, stored once, edited by their author, buried."""

from dataclasses import dataclass, replace
from typing import Any, Final

import orjson

from federation.addresses import same_origin
from federation.documents import Document
from federation.errors import Untrusted
from objects import reading
from objects.cards.keep import keep_card, renew_target
from objects.conversations import leave_conversations
from objects.events.store import end_event, event_in, keep_event, renew_event
from objects.experiences.fields import Experience
from objects.experiences.store import empty_experience, keep_edit, keep_experience
from objects.experiences.wire import experience_of
from objects.projects.store import renew_entry
from objects.quotes import IncomingQuote, change_quote, keep_quote, quote_of, tell_quoters
from objects.reactions import tell_sharers
from objects.reading import Attachment
from objects.visibility import Visibility, of_document
from storage.ids import new_id
from storage.records import ActorRecord, ObjectRecord, PollRecord
from storage.store import Tx

# What is shown as a post; BookWyrm's and Pleroma's own kinds of notes among them.
STORED_TYPES: Final = frozenset(
    {
        "Article", "Audio", "ChatMessage", "Comment", "Document", "Event", "Image", "Note", "Page",
        "Question", "Quotation", "Rating", "Review", "Video",
    }
)  # fmt: skip
LIVE_MS: Final = 600_000


@dataclass(frozen=True, slots=True)
class IncomingObject:
    """A foreign object as rows, and what hangs on it; everything in it is safe to show.

    But `experience`: its texts are what its author typed. `addressed` are the actors and
    collections in its audience without the public and the author's followers; `emojis` are
    (shortcode, image address).
    """

    record: ObjectRecord
    tags: tuple[str, ...] = ()
    mentions: tuple[str, ...] = ()
    addressed: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    emojis: tuple[tuple[str, str], ...] = ()
    poll: PollRecord | None = None
    experience: Experience | None = None
    author_url: str = ""
    quote: IncomingQuote | None = None


def is_readable(document: Document) -> bool:
    """Whether an object is of a kind that we show."""
    return any(kind in STORED_TYPES for kind in document.types)


def object_record(
    document: Document, author: ActorRecord, now: int, *, activity: Document | None = None
) -> IncomingObject:
    """Read a foreign object. Pure; whether the author may speak for it is the caller's business.

    `now` in milliseconds; `activity` lends its audience to an object without one. Nothing is
    kept of the files of an author whose domain may bring none. Raises `Untrusted` when it has
    no web address as id or is of a kind that we do not show.
    """
    if author.severity == "reject_media":
        document = reading.without_media(document)
    url = reading.web_address(document.id)
    if url is None or not is_readable(document):
        raise Untrusted(document.id or "an object", f"not something to show: {document.type!r}")
    attachments = reading.attachments_of(document)
    record = _record(document, url, author, now, activity)
    return IncomingObject(
        replace(record, has_media=int(bool(attachments))),
        reading.hashtags_of(document),
        reading.mentions_of(document),
        reading.addressed_of(_addressed(document, activity), author.followers_url),
        attachments,
        reading.emojis_of(document),
        _poll(document, record.id),
        experience_of(document, author.url),
        author.url,
        quote_of(document),
    )


def _record(
    document: Document, url: str, author: ActorRecord, now: int, activity: Document | None
) -> ObjectRecord:
    published = min(max(document.time("published") or now, 0), now)
    edited = document.time("updated")
    content, language = reading.content_of(document)
    summary = reading.summary_of(document)
    kind = next(kind for kind in document.types if kind in STORED_TYPES)
    return ObjectRecord(
        # What is old is sorted where it belongs; what is new keeps the order of arrival.
        id=new_id() if now - published < LIVE_MS else new_id(published),
        url=url,
        type=kind,
        actor_id=author.id,
        local=0,
        visibility=_visibility(document, author, activity),
        in_reply_to=document.first_id("inReplyTo"),
        in_reply_to_id=None,
        conversation=_conversation(document, url),
        name=reading.title_of(document),
        summary=summary,
        content=content,
        language=language,
        sensitive=int(document.flag("sensitive") or (kind == "Note" and bool(summary))),
        html_url=reading.page_of(document, url),
        document=document.dump().decode(),
        published_at=published,
        edited_at=min(edited, now) if edited is not None and edited > published else None,
        created_at=now,
    )


def _visibility(document: Document, author: ActorRecord, activity: Document | None) -> Visibility:
    """Another server cannot mean the members of this one alone."""
    found = of_document(document, author.followers_url, fallback=activity)
    return "direct" if found == "organisation" and not author.local else found


def _conversation(document: Document, url: str) -> str | None:
    """The conversation (FEP-7888, or Mastodon's); a first post cannot begin one elsewhere."""
    found = document.first_id("context") or document.first_id("conversation")
    address = reading.web_address(found)
    if address and not document.has("inReplyTo") and not same_origin(address, url):
        return None
    return found


def _addressed(document: Document, activity: Document | None) -> Document:
    bare = not document.has("to") and not document.has("cc")
    return activity if activity is not None and bare else document


def _poll(document: Document, object_id: int) -> PollRecord | None:
    found = reading.options_of(document)
    if found is None:
        return None
    options, multiple = found
    return PollRecord(
        object_id,
        int(multiple),
        orjson.dumps(options).decode(),
        reading.voters_of(document, options),
        reading.closing_of(document),
    )


async def store_object(tx: Tx, incoming: IncomingObject) -> bool:
    """Keep a foreign object with its tags, audience, poll and emoji; False when it is known.

    A reply takes the conversation of the object that it answers, when that is here.
    """
    record = await _in_its_thread(tx, incoming.record)
    if not await tx.objects.add(record):
        return False
    if await tx.objects.awaited(record.url):
        await tx.objects.adopt_replies(record)
    if incoming.addressed or incoming.mentions:
        named = list(dict.fromkeys((*incoming.addressed, *incoming.mentions)))
        await tx.objects.address(record.id, named, list(incoming.mentions))
    if incoming.tags:
        await tx.objects.add_tags(record.id, list(incoming.tags))
    if incoming.poll is not None:
        await tx.objects.save_poll(incoming.poll)
        if record.local:
            await tx.objects.expect_end(record.id)
    if incoming.experience is not None:
        await keep_experience(tx, record, incoming.experience, incoming.author_url)
    if incoming.quote is not None and not record.local:
        await keep_quote(tx, record, incoming.quote, record.created_at)
    await keep_event(tx, record)
    await keep_card(tx, record, record.created_at)
    await _save_emojis(tx, incoming)
    return True


async def _in_its_thread(tx: Tx, record: ObjectRecord) -> ObjectRecord:
    if record.in_reply_to is None:
        return record
    parent = await tx.objects.place(record.in_reply_to)
    if parent is None:
        return record
    conversation = parent.conversation or record.conversation
    return replace(record, in_reply_to_id=parent.object_id, conversation=conversation)


async def edit_object(tx: Tx, incoming: IncomingObject, *, belongs: bool = True) -> bool:
    """Take over a newer version of an object, ours or not; True when people see a change.

    `belongs`: it may be an entry of a project, which says something new then. Older versions than
    the one that we have are ignored. New poll counts are taken over without making a version.
    Raises `Untrusted` when the object belongs to somebody else.
    """
    new = incoming.record
    known = await tx.objects.by_url(new.url)
    if known is None or known.deleted_at is not None:
        return False
    if known.actor_id != new.actor_id or known.local != new.local:
        raise Untrusted(new.url, "only its author changes an object, from its own server")
    if (new.edited_at or 0) < (known.edited_at or 0):
        return False
    if incoming.poll is not None:
        await _renew_poll(tx, replace(incoming.poll, object_id=known.id))
    if not known.local:
        await change_quote(tx, known, incoming.quote, new.created_at)
    if not _differs(known, incoming):
        await tx.objects.save_document(known.id, new.document)
        if belongs:
            await renew_entry(tx, replace(new, id=known.id), new.created_at)
        return False
    edited_at = new.edited_at or new.created_at
    changed = replace(new, id=known.id, edited_at=edited_at)
    await tx.objects.edit(changed, new_id())
    if belongs:
        await renew_entry(tx, changed, new.created_at)
    await renew_event(tx, changed, new.created_at)
    await keep_edit(tx, known, changed, incoming.experience, incoming.author_url)
    await tx.objects.set_tags(known.id, list(incoming.tags))
    if incoming.addressed or incoming.mentions:
        named = list(dict.fromkeys((*incoming.addressed, *incoming.mentions)))
        await tx.objects.address(known.id, named, list(incoming.mentions))
    await _save_emojis(tx, incoming)
    await keep_card(tx, changed, new.created_at, edited=True)
    await renew_target(tx, changed, new.created_at)
    await tell_quoters(tx, changed, new.created_at)
    await tell_sharers(tx, changed, new.created_at)
    await tx.streams.edited(known.id)
    return True


async def _renew_poll(tx: Tx, poll: PollRecord) -> None:
    """Take over the counts of a poll; whoever voted for other choices did not vote in it."""
    before = await tx.objects.poll(poll.object_id)
    if before is not None and _choices(before) != _choices(poll):
        await tx.objects.forget_votes(poll.object_id)
    await tx.objects.save_poll(poll)


def _choices(poll: PollRecord) -> list[str]:
    return [name for name, _ in orjson.loads(poll.options)]


async def bury(tx: Tx, record: ObjectRecord, now: int) -> bool:
    """Make a tombstone of an object, ours or not; False when it was one already."""
    await empty_experience(tx, record)
    if record.type == "Event":
        await end_event(tx, record, now)
    await tx.streams.deleted(record.id, record.actor_id)
    await tx.quotes.forget(record.id)
    if record.visibility == "direct":
        await leave_conversations(tx, record)
    await tx.cards.forget(record.id, record.url)
    return await tx.objects.bury(record, now)


def attachments_of(
    record: ObjectRecord, author: ActorRecord | None = None
) -> tuple[Attachment, ...]:
    """The files that a stored object shows; none when the author's domain may show none."""
    if author is not None and author.severity == "reject_media":
        return ()
    return reading.attachments_of(Document(_stored(record)))


async def _save_emojis(tx: Tx, incoming: IncomingObject) -> None:
    if incoming.record.local:
        return  # administrators alone make ours
    host = (reading.web_address(incoming.record.url) or "").split("/")[2]
    for shortcode, url in incoming.emojis:
        await tx.ledger.save_emoji(host, shortcode, url, incoming.record.created_at)


def _differs(known: ObjectRecord, incoming: IncomingObject) -> bool:
    """Whether readers would see a difference between two versions."""
    new = incoming.record
    if incoming.experience is not None or known.type == "Article":
        before = experience_of(Document(_stored(known)), incoming.author_url)
        if before != incoming.experience:
            return True
    if "Event" in (known.type, new.type) and event_in(known) != event_in(new):
        return True
    names = ("type", "name", "summary", "content", "language", "sensitive", "visibility")
    if any(getattr(known, name) != getattr(new, name) for name in names):
        return True
    return attachments_of(known) != attachments_of(new)


def _stored(record: ObjectRecord) -> dict[str, Any]:
    value: dict[str, Any] = orjson.loads(record.document) if record.document else {}
    return value
