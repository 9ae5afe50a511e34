"""Uploads: their type by content, pictures redrawn, everything else offered with care."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from actors.identifiers import Identifiers
from federation.errors import Refused
from objects import office
from objects.recordings import measures
from objects.scanning import refuse_harmful
from storage.files import MediaFiles
from storage.ids import new_id
from storage.records import ActorRecord, MediaRecord
from storage.store import Store, Tx

MAX_DESCRIPTION: Final = 1_500

_SUFFIXES: Final = {
    "application/pdf": ".pdf",
    "audio/flac": ".flac",
    "audio/mp4": ".m4a",
    "audio/mpeg": ".mp3",
    "audio/ogg": ".ogg",
    "audio/wav": ".wav",
    "video/mp4": ".mp4",
    "video/quicktime": ".mov",
    "video/webm": ".webm",
    **office.SUFFIXES,
}
_PICTURE_SUFFIXES: Final = {
    "image/gif": ".gif", "image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp",
}  # fmt: skip
_SIGNATURES: Final = (
    (re.compile(rb"\xff\xd8\xff"), "image/jpeg"),
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "image/png"),
    (re.compile(rb"GIF8[79]a"), "image/gif"),
    (re.compile(rb"RIFF....WEBP", re.DOTALL), "image/webp"),
    (re.compile(rb"RIFF....WAVE", re.DOTALL), "audio/wav"),
    (re.compile(rb"%PDF-[12]\."), "application/pdf"),
    (re.compile(rb"fLaC"), "audio/flac"),
    (re.compile(rb"OggS"), "audio/ogg"),
    (re.compile(rb"ID3|\xff[\xe2-\xe7\xf2-\xf7\xfa-\xff]"), "audio/mpeg"),
    (re.compile(rb"....ftyp(?:M4A |M4B )", re.DOTALL), "audio/mp4"),
    (re.compile(rb"....ftypqt  ", re.DOTALL), "video/quicktime"),
    (
        re.compile(rb"....ftyp(?:isom|iso[2-9]|mp4[12]|avc1|M4V |MSNV|dash|f4v )", re.DOTALL),
        "video/mp4",
    ),
    (re.compile(rb"\x1aE\xdf\xa3.{0,60}webm", re.DOTALL), "video/webm"),
)
MEDIA_TYPES: Final = (
    *dict.fromkeys(media_type for _, media_type in _SIGNATURES),
    *office.SUFFIXES,
)
"""Every type of file that is taken."""
_APPLE: Final = re.compile(rb"....ftyp(?:hei[cxms]|hev[cx]|mif1|msf1|avi[fs])", re.DOTALL)
_MARKUP: Final = re.compile(rb"\s*(?:\xef\xbb\xbf)?\s*<", re.DOTALL)
# Bytes of another program at the front of a text-like file: what a browser might run.
_HEAD: Final = 512


@dataclass(frozen=True, slots=True)
class MediaLimits:
    """How large an upload may be: bytes, and pixels when it is a picture.

    `scanner` is a command that reads a file and says whether it is harmless; empty: none does.
    """

    max_bytes: int
    max_pixels: int
    scanner: str = ""


def recognise(content: bytes) -> str:
    """The media type of some content, by what it begins with and holds, not by its name.

    Raises `Refused` 415 `unsupported-media` with what to do about it.
    """
    head = content[:_HEAD]
    for pattern, media_type in _SIGNATURES:
        if pattern.match(head):
            return media_type
    if _APPLE.match(head):
        raise Refused(415, "unsupported-media", "HEIC and AVIF cannot be read: save it as JPEG.")
    if _MARKUP.match(head):
        detail = "SVG and HTML can carry programs: export the picture as PNG, or send a PDF."
        raise Refused(415, "unsupported-media", detail)
    if head.startswith(office.PREFIX) and (packed := office.office_type(content)):
        return packed
    detail = (
        "Pictures (JPEG, PNG, GIF, WebP), sound, films (MP4, WebM), PDF and office documents "
        "without macros (ODT, ODS, ODP, DOCX, XLSX, PPTX, EPUB) are accepted."
    )
    raise Refused(415, "unsupported-media", detail)


async def store_upload(
    store: Store,
    files: MediaFiles,
    limits: MediaLimits,
    owner: ActorRecord,
    content: bytes,
    description: str,
    now: int,
    *,
    focus: tuple[float, float] | None = None,
) -> MediaRecord:
    """Keep an upload of a local actor: pictures redrawn without metadata, the rest as it is.

    Raises `Refused`: 400 `empty`, 413 `too-large` or `too-many-pixels`, 415
    `unsupported-media`, 422 `harmful`, `broken-image` or `bad-focus`, 503 `not-scanned`.
    """
    media_type = check_size(content, limits)
    await refuse_harmful(content, limits.scanner)
    if focus is not None and max(map(abs, focus)) > 1:
        raise Refused(422, "bad-focus", "Both sides of the focus lie between -1 and 1.")
    record = MediaRecord(
        id=new_id(),
        actor_id=owner.id,
        object_id=None,
        description=description.strip()[:MAX_DESCRIPTION],
        focus_x=focus[0] if focus else None,
        focus_y=focus[1] if focus else None,
        created_at=now,
        **await kept_file(files, content, media_type, limits.max_pixels),
    )
    await store.write(lambda tx: tx.ledger.add_media(record))
    return record


def check_size(content: bytes, limits: MediaLimits) -> str:
    """The media type of an upload of bearable size; raises `Refused` 400, 413, 415."""
    if not content:
        raise Refused(400, "empty", "The file is empty.")
    if len(content) > limits.max_bytes:
        detail = f"{len(content)} bytes; at most {limits.max_bytes} are accepted"
        raise Refused(413, "too-large", detail)
    return recognise(content)


def suffix_of(media_type: str) -> str:
    """What the name of a file of a type that is taken ends with."""
    return (_SUFFIXES | _PICTURE_SUFFIXES)[media_type]


async def kept_file(
    files: MediaFiles, content: bytes, media_type: str, max_pixels: int
) -> dict[str, Any]:
    """Put the content on disk; gives the properties of its row. Raises `Refused` 413, 422."""
    if not media_type.startswith("image/"):
        file = await files.put(content, _SUFFIXES[media_type])
        known = await asyncio.to_thread(measures, content, media_type)
        return {
            "file": file, "media_type": media_type, "size": len(content),
            "blurhash": "", "width": known.width, "height": known.height,
            "duration": known.duration,
        }  # fmt: skip
    from objects.images import redraw  # Pillow would delay every start

    picture = await asyncio.to_thread(redraw, content, media_type, max_pixels)
    return {
        "file": await files.put(picture.content, picture.suffix),
        "preview": await files.put(picture.preview, ".webp") if picture.preview else "",
        "avif": await files.put(picture.avif, ".avif") if picture.avif else "",
        "webp": await files.put(picture.webp, ".webp") if picture.webp else "",
        "media_type": picture.media_type,
        "size": len(picture.content),
        "blurhash": picture.blurhash,
        "width": picture.width,
        "height": picture.height,
    }


def media_address(media: MediaRecord, identifiers: Identifiers, *, guarded: bool = False) -> str:
    """The address of an upload: one that is checked, when it is for the members of a project."""
    if guarded or media.guarded:
        return identifiers.guarded(media.id, media.file)
    return identifiers.media(media.file)


def attachment_document(
    media: MediaRecord, identifiers: Identifiers, *, guarded: bool = False
) -> dict[str, Any]:
    """An upload as the attachment of an object, as Mastodon reads it.

    `guarded`: the object is for the members of a project alone.
    """
    document: dict[str, Any] = {
        "type": "Document",
        "mediaType": media.media_type,
        "url": media_address(media, identifiers, guarded=guarded),
        "name": media.description or None,
    }
    if media.blurhash:
        document["blurhash"] = media.blurhash
    if media.width and media.height:
        document |= {"width": media.width, "height": media.height}
    if media.focus_x is not None and media.focus_y is not None:
        document["focalPoint"] = [media.focus_x, media.focus_y]
    return document


@dataclass(frozen=True, slots=True)
class SmallPictures:
    """The addresses of a picture in newer formats, for pages; empty when there is none."""

    avif_url: str
    webp_url: str


async def small_pictures(
    tx: Tx, identifiers: Identifiers, urls: Sequence[str]
) -> dict[str, SmallPictures]:
    """The smaller pictures behind the addresses of uploads of this node, in one query."""
    local = {url: identifiers.parse(url) for url in urls}
    named = {url: at.value for url, at in local.items() if at is not None and at.kind == "media"}
    found = await tx.ledger.media_by_files(list(named.values()))
    return {
        url: SmallPictures(
            identifiers.media(media.avif) if media.avif else "",
            identifiers.media(media.webp) if media.webp else "",
        )
        for url, file in named.items()
        if (media := found.get(file)) is not None and (media.avif or media.webp)
    }


def media_type_of(media: MediaRecord, file: str) -> str:
    """The media type of one of the files of an upload."""
    if file == media.file:
        return media.media_type
    return "image/avif" if file.endswith(".avif") else "image/webp"


def disposition(media_type: str) -> str:
    """`Content-Disposition` of a file: shown when it cannot act, else only downloaded."""
    safe = media_type.startswith(("image/", "audio/", "video/")) and "svg" not in media_type
    return "inline" if safe else "attachment"
