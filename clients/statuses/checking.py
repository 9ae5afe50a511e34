"""What a post may be: length, files, poll, language; refused in the words of Mastodon."""

import re
from typing import Final

from clients.door import numbers
from clients.statuses.parameters import PollParameters, StatusParameters
from federation.errors import Refused
from objects.limits import (
    CHARACTERS_PER_URL,
    MAX_ATTACHMENTS,
    MAX_CHARACTERS,
    MAX_OPTION_CHARACTERS,
    MAX_OPTIONS,
    MAX_POLL_SECONDS,
    MIN_POLL_SECONDS,
)
from objects.polls import PollDraft
from storage.records import ActorRecord, MediaRecord
from storage.store import Tx

CONTENT_TYPES: Final = frozenset({"text/plain", "text/markdown"})
_URL: Final = re.compile(r"https?://[^\s<>\"]+")
_MENTION: Final = re.compile(r"(?<!\w)@(\w[\w.-]*)@[\w.-]+\w")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*", re.IGNORECASE)


def invalid(detail: str) -> Refused:
    """The refusal of what is not valid: 422."""
    return Refused(422, "invalid", f"Validation failed: {detail}")


def checked_text(sent: StatusParameters, *, may_be_empty: bool) -> tuple[str, str]:
    """Text and content warning; a warning alone is the text. Raises `Refused` 422."""
    text = (sent.status or "").replace("\0", "").strip()
    spoiler = (sent.spoiler_text or "").replace("\0", "").strip()
    if not text and spoiler:
        text, spoiler = spoiler, ""
    if not text and not may_be_empty:
        raise invalid("Text can't be blank")
    if counted(text) + len(spoiler) > MAX_CHARACTERS:
        raise invalid(f"Text character limit of {MAX_CHARACTERS} exceeded")
    return text, spoiler


def counted(text: str) -> int:
    """How long a text is, as apps count it."""
    bare = _URL.sub("x" * CHARACTERS_PER_URL, text)
    return len(_MENTION.sub(r"@\1", bare))


def is_markdown(sent: StatusParameters, otherwise: bool = False) -> bool:
    """Whether the text is Markdown; raises `Refused` 422 for what is neither that nor plain."""
    kind = (sent.content_type or "").partition(";")[0].strip().lower()
    if kind and kind not in CONTENT_TYPES:
        raise invalid("Content type is not included in the list")
    return kind == "text/markdown" if kind else otherwise


def language_of(named: str | None, otherwise: str) -> str:
    """A language tag; what is none is the usual one."""
    tag = (named or "").strip().replace("_", "-")
    return tag[:35] if _LANGUAGE.fullmatch(tag) else otherwise


def asked_poll(sent: StatusParameters) -> PollParameters | None:
    """The poll that is really meant: an empty one is none."""
    poll = sent.poll
    return poll if poll is not None and (poll.options or poll.expires_in is not None) else None


def poll_draft(sent: StatusParameters, now: int) -> PollDraft | None:
    """The poll of a post; raises `Refused` 422. `now` in milliseconds."""
    poll = asked_poll(sent)
    if poll is None:
        return None
    if any("\0" in option for option in poll.options or ()):
        raise invalid("Poll options can't contain zero bytes")
    options = tuple(text for option in poll.options or () if (text := " ".join(option.split())))
    if len(options) < 2:
        raise invalid("Poll options must have more than one item")
    if len(options) > MAX_OPTIONS:
        raise invalid(f"Poll options can't contain more than {MAX_OPTIONS} items")
    if any(len(option) > MAX_OPTION_CHARACTERS for option in options):
        limit = MAX_OPTION_CHARACTERS
        raise invalid(f"Poll options cannot be longer than {limit} characters each")
    if len(set(options)) < len(options):
        raise invalid("Poll options contain duplicate items")
    seconds = poll.expires_in
    if seconds is None:
        raise invalid("Poll expires at can't be blank")
    if seconds < MIN_POLL_SECONDS:
        raise invalid("Poll expires at is too soon")
    if seconds > MAX_POLL_SECONDS:
        raise invalid("Poll expires at is too far into the future")
    return PollDraft(
        options, now + seconds * 1000, bool(poll.multiple), hide_totals=bool(poll.hide_totals)
    )


async def checked_media(
    tx: Tx,
    author: ActorRecord,
    sent: StatusParameters,
    *,
    object_id: int | None = None,
    scheduled_id: int | None = None,
) -> list[MediaRecord]:
    """The files of a post in their order; those that it has already may stay.

    `scheduled_id` is the post for later for which they are kept. Raises `Refused` 422.
    """
    # forms without a file send an empty field
    texts = list(filter(None, dict.fromkeys(sent.media_ids or ())))
    if len(texts) > MAX_ATTACHMENTS or (texts and asked_poll(sent) is not None):
        detail = f"Cannot attach more than {MAX_ATTACHMENTS} files"
        raise Refused(422, "too-many-media", detail)
    ids = numbers(texts)
    known = await tx.ledger.media_by_ids(ids)
    kept = await tx.scheduled.reserved(ids)
    if scheduled_id is not None:
        own = await tx.scheduled.media([scheduled_id])
        kept -= {media.id for media in own.get(scheduled_id, ())}
    free = [
        media
        for number in ids
        if (media := known.get(number)) is not None
        and media.actor_id == author.id
        and media.object_id in (None, object_id)
        and number not in kept
    ]
    missing = [text for text in texts if text not in {str(media.id) for media in free}]
    if missing:
        named = ", ".join(missing)[:200]
        detail = f"Media {named} not found or already attached to another post"
        raise Refused(422, "no-media", detail)
    if any(media.state != "ready" for media in free):
        detail = "Cannot attach files that have not finished processing. Try again in a moment!"
        raise Refused(422, "media-not-ready", detail)
    if len(free) > 1 and any(m.media_type.startswith(("audio/", "video/")) for m in free):
        detail = "Cannot attach a video to a post that already contains images"
        raise Refused(422, "mixed-media", detail)
    return free
