"""Custom emoji: pictures checked and redrawn, and named in the documents that use them."""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from actors.administration import NotPossible, audit
from actors.emojis import SHORTCODE, emoji_tags, shortcodes
from actors.identifiers import Identifiers
from objects.media import MediaLimits, recognise
from storage.emojis import EmojiRecord
from storage.files import MediaFiles
from storage.ids import new_id
from storage.records import ActorRecord, MediaRecord
from storage.store import Store, Tx

MAX_BYTES: Final = 262_144
MAX_CATEGORY: Final = 50
TYPES: Final = ("image/png", "image/gif", "image/webp")
MAX_PIXELS: Final = 1_048_576


async def add_emoji(
    store: Store,
    files: MediaFiles,
    identifiers: Identifiers,
    who: str,
    owner: ActorRecord,
    shortcode: str,
    content: bytes,
    category: str,
    now: int,
) -> EmojiRecord:
    """Add an emoji of this node, or give the one of this name another picture.

    `owner` is the organisation. Raises `NotPossible` for names and pictures that cannot be
    used, `Refused` for what is no picture.
    """
    if not SHORTCODE.fullmatch(shortcode):
        raise NotPossible("A name has 2 to 60 letters without accents, digits or _.")
    if len(category) > MAX_CATEGORY:
        raise NotPossible(f"A category has at most {MAX_CATEGORY} characters.")
    if len(content) > MAX_BYTES:
        raise NotPossible(f"The picture has at most {MAX_BYTES // 1024} kilobytes.")
    media_type = recognise(content)
    if media_type not in TYPES:
        raise NotPossible("The picture is PNG, GIF or WebP.")
    media = await _drawn(files, owner, content, media_type, now)
    emoji = EmojiRecord(
        identifiers.host,
        shortcode,
        identifiers.media(media.file),
        now,
        category.strip(),
        static_url=identifiers.media(media.preview) if media.preview else "",
        file=media.file,
    )

    async def operation(tx: Tx) -> EmojiRecord:
        await tx.ledger.add_media(media)
        before = (await tx.emojis.named(identifiers.host, [shortcode])).get(shortcode)
        kept = replace(emoji, hidden=before.hidden if before else 0)
        await tx.emojis.put(kept)
        await audit(tx, who, "emoji add", shortcode, "", now)
        return kept

    return await store.write(operation)


async def hide_emoji(
    tx: Tx, identifiers: Identifiers, who: str, shortcode: str, now: int, *, hidden: bool
) -> None:
    """Offer an emoji no more, or again; where it is used it stays. Raises `NotPossible`."""
    if not await tx.emojis.set_hidden(identifiers.host, shortcode, int(hidden)):
        raise NotPossible(f"There is no emoji {shortcode}.")
    await audit(tx, who, f"emoji {'hide' if hidden else 'show'}", shortcode, "", now)


async def remove_emoji(
    tx: Tx, identifiers: Identifiers, who: str, shortcode: str, now: int
) -> None:
    """Drop an emoji; its name stays text wherever it stands. Raises `NotPossible`."""
    if not await tx.emojis.remove(identifiers.host, shortcode):
        raise NotPossible(f"There is no emoji {shortcode}.")
    await audit(tx, who, "emoji remove", shortcode, "", now)


async def with_emojis(
    store: Store, identifiers: Identifiers, document: dict[str, Any]
) -> dict[str, Any]:
    """An object of ours with the emoji that its texts use among its tags."""
    texts = list(_texts(document))
    if not shortcodes(texts):
        return document
    found = await store.query(lambda tx: emoji_tags(tx, identifiers, texts))
    others = [tag for tag in _listed(document.get("tag")) if not _is_emoji(tag)]
    return document | {"tag": [*others, *found]}


def _texts(document: Mapping[str, Any]) -> Iterator[str]:
    """What people read of a document: its texts, and the choices of a question."""
    for name in ("name", "summary", "content"):
        if isinstance(document.get(name), str):
            yield document[name]
    for name in ("oneOf", "anyOf"):
        for choice in _listed(document.get(name)):
            if isinstance(choice, dict) and isinstance(choice.get("name"), str):
                yield choice["name"]


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _is_emoji(tag: Any) -> bool:
    return isinstance(tag, dict) and tag.get("type") == "Emoji"


async def _drawn(
    files: MediaFiles, owner: ActorRecord, content: bytes, media_type: str, now: int
) -> MediaRecord:
    """The picture as it is kept; an animation with its first picture beside it."""
    from objects.images import redraw, still_of  # Pillow would delay every start

    limits = MediaLimits(MAX_BYTES, MAX_PIXELS)
    picture = await asyncio.to_thread(redraw, content, media_type, limits.max_pixels)
    still = await asyncio.to_thread(still_of, picture)
    return MediaRecord(
        id=new_id(),
        actor_id=owner.id,
        object_id=None,
        file=await files.put(picture.content, picture.suffix),
        media_type=picture.media_type,
        description="",
        blurhash=picture.blurhash,
        width=picture.width,
        height=picture.height,
        size=len(picture.content),
        focus_x=None,
        focus_y=None,
        created_at=now,
        preview=await files.put(still, ".webp") if still else "",
    )
