"""The parts of foreign objects, whatever software wrote them; pure and bounded (rule 8)."""

import mimetypes
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from actors.markup import plain_line
from federation.documents import Document, is_public
from objects.text import markdown_html, normalise_hashtag, paragraphs, plain_text, sanitise

MAX_TEXT: Final = 200_000
MAX_TITLE: Final = 500
MAX_SUMMARY: Final = 5_000
MAX_DESCRIPTION: Final = 10_000
MAX_TAGS: Final = 100
MAX_MENTIONS: Final = 100
MAX_ATTACHMENTS: Final = 32
MAX_ADDRESSED: Final = 500
MAX_OPTIONS: Final = 20
LAST_MS: Final = 253_402_214_400_000
"""The last day of the year 9999: what is later, no clock shows."""
MAX_VOTES: Final = 10**9
"""More than vote anywhere, and such that one more can be counted."""
MAX_LANGUAGE: Final = 35

_MEDIA_TYPES: Final = frozenset({"Audio", "Document", "Image", "Video"})
_PICTURES: Final = frozenset({"icon", "image"})
_TAG_LIKE: Final = re.compile(r"<(?=[A-Za-z/!?])")
_PLAYABLE: Final = ("audio/", "image/", "video/")


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that an object shows; `focus` is its centre of interest, each side from -1 to 1."""

    url: str
    media_type: str
    description: str = ""
    blurhash: str = ""
    width: int | None = None
    height: int | None = None
    focus: tuple[float, float] | None = None


def web_address(url: str | None) -> str | None:
    """The address when it is http or https with a host, else None: nothing else is ever shown."""
    if url is None or not url.lower().startswith(("https://", "http://")):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.hostname and not any(c <= " " for c in url) else None


def content_of(document: Document) -> tuple[str, str]:
    """Sanitised HTML, and its language where that is said.

    Plain text and Markdown (PeerTube's descriptions) become HTML; nothing but `content` is
    shown, so `source` and `_misskey_content` stay in the stored document.
    """
    texts = document.texts("content")
    content = document.text("content") or ""
    language = next((tag for tag, text in texts.items() if text == content), "")
    if len(texts) == 1:
        language = next(iter(texts))
    content = content[:MAX_TEXT]
    match (document.text("mediaType") or "").partition(";")[0].strip().lower():
        case "text/markdown":
            html = markdown_html(content)
        case "text/plain":
            html = sanitise(paragraphs(content))
        case _:
            html = sanitise(content)
    return html, language[:MAX_LANGUAGE] if language.isascii() else ""


def title_of(document: Document) -> str:
    """The name, as one line of plain text."""
    return plain_line(document.text("name") or "", MAX_TITLE)


def summary_of(document: Document) -> str:
    """The content warning of a note, the abstract of an article; plain text."""
    return _plain((document.text("summary") or "")[: MAX_SUMMARY * 4])[:MAX_SUMMARY]


def page_of(document: Document, otherwise: str) -> str:
    """The page for people: of a list of links the HTML one, else the first that is no file."""
    links = list(_links(document.raw.get("url")))
    html = next((url for url, kind in links if kind.startswith("text/html")), None)
    return html or next((url for url, kind in links if not kind), otherwise)


def hashtags_of(document: Document) -> tuple[str, ...]:
    """The hashtags as they compare, each once."""
    named = (
        normalise_hashtag(tag.text("name") or "")
        for tag in document.items("tag")
        if tag.type == "Hashtag"
    )
    return tuple(dict.fromkeys(name for name in named if name))[:MAX_TAGS]


def mentions_of(document: Document) -> tuple[str, ...]:
    """The ids of the actors who are mentioned, each once."""
    found = (tag.first_id("href") for tag in document.items("tag") if tag.type == "Mention")
    return tuple(dict.fromkeys(url for url in found if url))[:MAX_MENTIONS]


def addressed_of(document: Document, followers_url: str) -> tuple[str, ...]:
    """Everybody in `to`, `cc` and `audience` but the public and the author's followers."""
    named = (uri for name in ("to", "cc", "audience") for uri in document.ids(name))
    others = (uri for uri in named if not is_public(uri) and uri != followers_url)
    return tuple(dict.fromkeys(others))[:MAX_ADDRESSED]


def emojis_of(document: Document) -> tuple[tuple[str, str], ...]:
    """Custom emoji: shortcode without colons, image address."""
    found: dict[str, str] = {}
    for tag in document.items("tag"):
        icon = tag.embedded("icon")
        url = web_address(icon.first_id("url")) if icon and tag.type == "Emoji" else None
        name = (tag.text("name") or "").strip(":")
        if url and 0 < len(name) <= MAX_TAGS and name.replace("_", "").isalnum():
            found[name] = url
    return tuple(found.items())[:MAX_TAGS]


def attachments_of(document: Document) -> tuple[Attachment, ...]:
    """The files of an object: its attachments, and the media behind a Video's or Audio's links."""
    found = {item.url: item for item in map(_attachment, document.items("attachment")) if item}
    if document.type in _MEDIA_TYPES:
        files = ((url, kind) for url, kind in _links(document.raw.get("url")) if kind)
        first = next((file for file in files if file[1].startswith(_PLAYABLE)), None)
        if first:
            found.setdefault(first[0], Attachment(*first, description=title_of(document)))
    return tuple(found.values())[:MAX_ATTACHMENTS]


def without_media(document: Document) -> Document:
    """A document without files, pictures and custom emoji: what `reject_media` leaves of it.

    Profile fields stay; the object inside an activity is treated like its activity.
    """
    kept: dict[str, Any] = {
        name: value for name, value in document.raw.items() if name not in _PICTURES
    }
    for name, wanted in (("attachment", _is_field), ("tag", _is_no_emoji)):
        if name in kept:
            values = kept[name] if isinstance(kept[name], list) else [kept[name]]
            kept[name] = [value for value in values if wanted(value)]
    if document.type in _MEDIA_TYPES and "url" in kept:
        kept["url"] = [url for url, kind in _links(kept["url"]) if kind == "text/html"][:1]
    inner = kept.get("object")
    if isinstance(inner, dict):
        kept["object"] = without_media(Document(inner)).raw
    return Document(kept)


def _is_field(value: Any) -> bool:
    return isinstance(value, dict) and value.get("type") == "PropertyValue"


def _is_no_emoji(value: Any) -> bool:
    return not (isinstance(value, dict) and value.get("type") == "Emoji")


def options_of(document: Document) -> tuple[list[tuple[str, int]], bool] | None:
    """The choices of a Question with their votes, and whether several may be chosen."""
    multiple = document.has("anyOf")
    choices = document.items("anyOf" if multiple else "oneOf")[:MAX_OPTIONS]
    if document.type != "Question" or not choices:
        return None
    counted = {title_of(choice): _votes(choice) for choice in choices}
    return list(counted.items()), multiple


def closing_of(document: Document) -> int | None:
    """When a Question closes or closed, in milliseconds; None when it stays open."""
    closed, end = document.time("closed"), document.time("endTime")
    found = end if closed is None else min(closed, end or closed)
    return None if found is None else min(max(found, 0), LAST_MS)


def _plain(text: str) -> str:
    """Plain text in which nothing reads as a tag, for the page that forgets to escape."""
    return _TAG_LIKE.sub("‹", plain_text(text))


def voters_of(document: Document, options: list[tuple[str, int]]) -> int:
    """How many voted in a Question; where it does not say, as many as for one choice at least."""
    said = document.number("votersCount")
    return _counted(max(votes for _, votes in options) if said is None else said)


def _votes(choice: Document) -> int:
    replies = choice.embedded("replies")
    return _counted((replies.number("totalItems") if replies else None) or 0)


def _counted(number: int) -> int:
    return min(max(0, number), MAX_VOTES)


def _attachment(document: Document) -> Attachment | None:
    kind = (document.text("mediaType") or "").strip().lower()
    if document.type not in _MEDIA_TYPES and not kind.startswith(_PLAYABLE):
        return None
    url, found = next(_links(document.raw.get("url")), (None, ""))
    url = url or web_address(document.first_id("href"))
    if url is None:
        return None
    description = document.text("name") or document.text("summary") or ""
    return Attachment(
        url,
        kind or found or mimetypes.guess_type(urlsplit(url).path)[0] or _general(document.type),
        _plain(description[:MAX_DESCRIPTION]),
        (document.text("blurhash") or "")[:100],
        _side(document.number("width")),
        _side(document.number("height")),
        _focus(document.raw.get("focalPoint")),
    )


def _general(kind: str) -> str:
    guesses = {"Image": "image/jpeg", "Audio": "audio/mpeg", "Video": "video/mp4"}
    return guesses.get(kind, "application/octet-stream")


def _side(pixels: int | None) -> int | None:
    return pixels if pixels is not None and 0 < pixels <= 100_000 else None


def _focus(value: Any) -> tuple[float, float] | None:
    match value:
        case [int() | float() as x, int() | float() as y] if abs(x) <= 1 and abs(y) <= 1:
            return float(x), float(y)
    return None


def _links(value: Any) -> Iterator[tuple[str, str]]:
    """Every address under `url` (texts, Links, objects with `url`) with its media type, or ''."""
    for entry in (value if isinstance(value, list) else [value])[:MAX_TAGS]:
        if isinstance(entry, dict):
            link = Document(entry)
            url = web_address(link.first_id("href") or link.first_id("url"))
            kind = (link.text("mediaType") or link.text("mimeType") or "").strip().lower()
        else:
            url, kind = web_address(entry if isinstance(entry, str) else None), ""
        if url:
            yield url, kind
