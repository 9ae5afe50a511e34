"""Announcements: what administrators tell the members, and how these answer with a sign."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from actors.administration import NotPossible, audit
from actors.emojis import SHORTCODE, shortcodes
from actors.identifiers import Identifiers
from federation.errors import Refused
from objects.text import find_mentions, render_plain
from objects.visibility import visible_by_ids
from storage.announcements import AnnouncementRecord
from storage.ids import new_id
from storage.records import ActorRecord, ObjectRecord
from storage.store import Tx

MAX_TEXT: Final = 5_000
MAX_KINDS: Final = 8
MAX_SIGN: Final = 60
_JOINER, _SHOWN_AS_PICTURE, _KEYCAP = "\u200d", "\ufe0f", "\u20e3"
# Newer ones than Python knows are in here as well.
_PICTURES: Final = range(0x1F300, 0x1FB00)
_TONES: Final = range(0x1F3FB, 0x1F400)
_FLAG_LETTERS: Final = range(0x1F1E6, 0x1F200)
_TAGS: Final = range(0xE0020, 0xE0080)
# Signs of other kinds than “other symbol” that have a picture of their own.
_PICTURED: Final = frozenset("↔↕↖↗↘↙↩↪⤴⤵‼⁉©®™ℹ▪▫▶◀◻◼◽◾〰〽㊗㊙")
_NO_PICTURE: Final = re.compile("[\u2800-\u28ff\u3200-\u33ff\ufffc\ufffd]")


@dataclass(frozen=True, slots=True)
class Written:
    """What an administrator typed; times in milliseconds."""

    text: str
    starts_at: int | None = None
    ends_at: int | None = None
    all_day: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """An announcement as HTML, with whom and what it names."""

    record: AnnouncementRecord
    html: str
    tags: tuple[str, ...]
    people: tuple[ActorRecord, ...]
    objects: tuple[ObjectRecord, ...]
    emojis: tuple[str, ...]


async def write(
    tx: Tx, who: str, written: Written, now: int, *, number: int | None = None, publish: bool
) -> AnnouncementRecord:
    """Add an announcement, or change the one with this number. Raises `NotPossible`."""
    text = written.text.replace("\r\n", "\n").strip()
    if not text or len(text) > MAX_TEXT:
        raise NotPossible(f"An announcement has 1 to {MAX_TEXT} characters.")
    starts, ends = written.starts_at, written.ends_at
    if starts is not None and ends is not None and ends <= starts:
        raise NotPossible("It ends after it begins.")
    before = await tx.announcements.by_id(number) if number is not None else None
    if number is not None and before is None:
        raise NotPossible(f"There is no announcement {number}.")
    published = (before.published_at if before else None) or now
    record = AnnouncementRecord(
        before.id if before else new_id(),
        text,
        int(written.all_day),
        starts,
        ends,
        published if publish else None,
        now,
        before.created_by if before else who,
    )
    await tx.announcements.put(record)
    if publish:
        await tx.streams.announcement(record.id)
    elif before is not None and before.published_at is not None:
        await tx.streams.announcement_gone(record.id)
    done = "change" if before else "write"
    await audit(tx, who, f"announcement {done}", str(record.id), "", now)
    return record


async def remove(tx: Tx, who: str, number: int, now: int) -> None:
    """Drop an announcement. Raises `NotPossible`."""
    if not await tx.announcements.remove(number):
        raise NotPossible(f"There is no announcement {number}.")
    await tx.streams.announcement_gone(number)
    await audit(tx, who, "announcement remove", str(number), "", now)


async def shown(
    tx: Tx, identifiers: Identifiers, records: Sequence[AnnouncementRecord]
) -> list[Shown]:
    """Announcements as HTML; two queries however many there are."""
    names = {name for r in records for name in find_mentions(r.content)}
    local = {name: identifiers.actor(name) for name in names if "@" not in name}
    known = await tx.actors.by_urls(sorted(local.values()))
    people = {name: known[url] for name, url in local.items() if url in known}
    pages = re.compile(re.escape(identifiers.origin) + r"/objects/([0-9]{1,18})(?![0-9])")
    linked = {r.id: [int(n) for n in pages.findall(r.content)] for r in records}
    objects = await visible_by_ids(tx, [n for found in linked.values() for n in found], None)
    return [
        _shown(record, identifiers, people, [objects[n] for n in linked[record.id] if n in objects])
        for record in records
    ]


def _shown(
    record: AnnouncementRecord,
    identifiers: Identifiers,
    people: dict[str, ActorRecord],
    objects: list[ObjectRecord],
) -> Shown:
    mentions = {name: (a.url, a.html_url or a.url) for name, a in people.items()}
    rendered = render_plain(record.content, mentions, identifiers)
    tags = [_hashtag(tag) for tag in rendered.tags if tag.get("type") == "Hashtag"]
    named = [people[name] for name in find_mentions(record.content) if name in people]
    return Shown(
        record,
        rendered.html,
        tuple(tags),
        tuple({person.id: person for person in named}.values()),
        tuple({one.id: one for one in objects}.values()),
        tuple(shortcodes([record.content])),
    )


def _hashtag(tag: dict[str, Any]) -> str:
    return str(tag["name"]).lstrip("#").lower()


async def dismiss(tx: Tx, actor: ActorRecord, number: int, now: int) -> None:
    """Note that a member read an announcement; raises `Refused` 404."""
    await _current(tx, number, now)
    await tx.announcements.mark_read(actor.id, number)


async def react(
    tx: Tx, identifiers: Identifiers, actor: ActorRecord, number: int, name: str, now: int
) -> bool:
    """Answer an announcement with an emoji; False when that was done already.

    Raises `Refused`: 404 without an announcement, 422 for what is no emoji and for a ninth kind.
    """
    await _current(tx, number, now)
    if not is_emoji(name) and not await _is_ours(tx, identifiers, name):
        detail = "Validation failed: Name is not a recognized emoji"
        raise Refused(422, "no-emoji", detail)
    kinds = {one.name for one in await tx.announcements.reactions(actor.id, [number])}
    if name not in kinds and len(kinds) >= MAX_KINDS:
        raise Refused(422, "too-many", "Validation failed: Limit of different reactions reached")
    if not await tx.announcements.react(number, actor.id, name, now):
        return False
    await tx.streams.announcement_reaction(number, name)
    return True


async def take_back(tx: Tx, actor: ActorRecord, number: int, name: str, now: int) -> None:
    """Take an answer back; raises `Refused` 404."""
    await _current(tx, number, now)
    if not await tx.announcements.take_back(number, actor.id, name):
        raise Refused(404, "not-found", "Record not found")
    await tx.streams.announcement_reaction(number, name)


def is_emoji(text: str) -> bool:
    """Whether a text is one emoji: a picture, a flag, a keycap, or several joined to one."""
    if not text or len(text) > MAX_SIGN:
        return False
    if len(text) == 2 and all(ord(letter) in _FLAG_LETTERS for letter in text):
        return True
    if text[-1] == _KEYCAP:
        return text[0] in "0123456789#*" and text[1:-1] in ("", _SHOWN_AS_PICTURE)
    return all(_is_picture(part) for part in text.split(_JOINER))


def _is_picture(part: str) -> bool:
    """One picture, perhaps with a tone, with the wish for a picture, or as a flag of a region."""
    if not part or not _has_picture(part[0]):
        return False
    return all(
        letter == _SHOWN_AS_PICTURE or ord(letter) in _TONES or ord(letter) in _TAGS
        for letter in part[1:]
    )


def _has_picture(letter: str) -> bool:
    if _NO_PICTURE.match(letter) and letter not in _PICTURED:
        return False
    if ord(letter) in _FLAG_LETTERS:
        return False  # half a flag
    known = letter in _PICTURED or unicodedata.category(letter) == "So"
    return known or ord(letter) in _PICTURES


async def _is_ours(tx: Tx, identifiers: Identifiers, name: str) -> bool:
    if not SHORTCODE.fullmatch(name):
        return False
    return name in await tx.emojis.named(identifiers.host, [name])


async def _current(tx: Tx, number: int, now: int) -> AnnouncementRecord:
    record = await tx.announcements.by_id(number)
    over = record is not None and record.ends_at is not None and record.ends_at <= now
    if record is None or record.published_at is None or over:
        raise Refused(404, "not-found", "Record not found")
    return record
