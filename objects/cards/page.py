"""What a page says of itself to those who link to it: OpenGraph, Twitter, plain HTML; pure."""

import codecs
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Final
from urllib.parse import urljoin

import nh3

from actors.markup import plain_line
from federation.addresses import AddressGuard
from federation.documents import Document
from federation.errors import Untrusted

MAX_HEAD: Final = 256_000
MAX_TAGS: Final = 10_000
MAX_ENTITIES: Final = 10_000
MAX_TITLE: Final = 300
MAX_DESCRIPTION: Final = 1_000
MAX_NAME: Final = 150
MAX_SIDE: Final = 20_000
OEMBED: Final = "application/json+oembed"

# html5ever, as for everything else that comes from elsewhere: only these elements come through.
_HEAD: Final = nh3.Cleaner(
    tags={"link", "meta", "title"},
    clean_content_tags={"noscript", "script", "style", "svg", "template"},
    attributes={"link": {"href", "rel", "type"}, "meta": {"content", "name", "property"}},
    url_schemes={"http", "https"},
    link_rel=None,
)
_CHARSET: Final = re.compile(rb"<meta[^<>]{0,200}charset\s*=\s*[\"']?([\w-]{1,40})", re.IGNORECASE)
_LANGUAGE: Final = re.compile(
    r"<html\b[^<>]{0,2000}\slang\s*=\s*[\"']?([\w-]{2,35})", re.IGNORECASE
)
_TAG: Final = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8})*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Preview:
    """What is shown of a page; all of it is plain text and addresses that may be shown."""

    title: str = ""
    description: str = ""
    author_name: str = ""
    author_url: str = ""
    provider_name: str = ""
    provider_url: str = ""
    language: str = ""
    image: str = ""
    image_description: str = ""
    width: int = 0
    height: int = 0
    published_at: int | None = None


@dataclass(slots=True)
class _Facts:
    metas: dict[str, str] = field(default_factory=dict)
    title: str = ""
    oembed: str = ""


class _Reader(HTMLParser):
    """Reads what the cleaner left: well-formed, and nothing but these elements and text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.facts = _Facts()
        self._titles = 0
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "title":
            self._titles += 1
            self._in_title = self._titles == 1
        elif tag == "meta":
            name = (values.get("property") or values.get("name") or "").strip().lower()
            if name and values.get("content", "").strip():
                self.facts.metas.setdefault(name, values["content"])
        elif "alternate" in values.get("rel", "").lower().split():
            offers_more = values.get("type", "").strip().lower() == OEMBED
            self.facts.oembed = self.facts.oembed or (values.get("href", "") if offers_more else "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "title":
            self._in_title = False

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.facts.title += data


def read_page(
    body: bytes, content_type: str, url: str, guard: AddressGuard
) -> tuple[Preview, str | None]:
    """The preview of the page at `url`, and where it offers more (oEmbed)."""
    text = decoded(body, content_type)
    facts = _facts(text)
    metas = facts.metas

    def first(*names: str) -> str:
        return next((metas[name] for name in names if name in metas), "")

    image = _shown(first("og:image:secure_url", "og:image", "twitter:image"), url, guard)
    preview = Preview(
        title=plain_line(first("og:title", "twitter:title") or facts.title, MAX_TITLE),
        description=plain_line(
            first("og:description", "twitter:description", "description"), MAX_DESCRIPTION
        ),
        author_name=plain_line(first("author", "article:author:name"), MAX_NAME),
        provider_name=plain_line(first("og:site_name", "application-name"), MAX_NAME),
        language=_language(first("og:locale"), text),
        image=image,
        image_description=plain_line(first("og:image:alt", "twitter:image:alt"), MAX_TITLE)
        if image
        else "",
        width=_side(first("og:image:width")) if image else 0,
        height=_side(first("og:image:height")) if image else 0,
        published_at=_moment(first("article:published_time", "date")),
    )
    oembed = _shown(facts.oembed, url, guard, image=False) or None
    return preview, oembed


def with_oembed(preview: Preview, document: Document, url: str, guard: AddressGuard) -> Preview:
    """A preview with what its page left open, from an oEmbed answer; its HTML is never read."""
    image = _shown(document.text("thumbnail_url") or "", url, guard)
    found = Preview(
        title=plain_line(document.text("title") or "", MAX_TITLE),
        author_name=plain_line(document.text("author_name") or "", MAX_NAME),
        author_url=_shown(document.text("author_url") or "", url, guard, image=False),
        provider_name=plain_line(document.text("provider_name") or "", MAX_NAME),
        provider_url=_shown(document.text("provider_url") or "", url, guard, image=False),
    )
    names = ("title", "author_name", "author_url", "provider_name", "provider_url")
    values = {name: getattr(preview, name) or getattr(found, name) for name in names}
    if image and not preview.image:
        sides: Mapping[str, int | None] = {
            name: document.number(f"thumbnail_{name}") for name in ("width", "height")
        }
        preview = replace(
            preview,
            image=image,
            width=_bounded(sides["width"] or 0),
            height=_bounded(sides["height"] or 0),
        )
    return replace(preview, **values)


def decoded(body: bytes, content_type: str) -> str:
    """The text of a page, in the encoding that it or its server names."""
    _, _, parameters = content_type.partition("charset=")
    named = _CHARSET.search(body[:2_048])
    wanted = parameters.partition(";")[0].strip(" \"'") or (
        named[1].decode("ascii", "replace") if named else ""
    )
    try:
        info = codecs.lookup(wanted or "utf-8")
        # Some codecs of Python turn bytes into bytes: those are no encodings of text.
        return body.decode(info.name if info._is_text_encoding else "utf-8", "replace")
    except (LookupError, UnicodeError, ValueError):
        return body.decode("utf-8", "replace")


def _facts(text: str) -> _Facts:
    head = _head(text)
    if head.count("<") > MAX_TAGS or head.count("&") > MAX_ENTITIES:
        return _Facts()
    reader = _Reader()
    reader.feed(_HEAD.clean(head))
    reader.close()
    return reader.facts


def _head(text: str) -> str:
    """What stands before the body, without scripts and styles, which may be long."""
    lower = text.lower()
    if len(lower) != len(text):  # letters whose small form is longer
        lower = text
    pieces: list[str] = []
    start = 0
    while True:
        opened = min(
            (at for at in (lower.find("<script", start), lower.find("<style", start)) if at >= 0),
            default=-1,
        )
        body = lower.find("<body", start)
        if opened < 0 or 0 <= body < opened:
            pieces.append(text[start : body if body >= 0 else len(text)])
            break
        pieces.append(text[start:opened])
        end = lower.find("</script" if lower.startswith("<script", opened) else "</style", opened)
        closed = lower.find(">", end) if end >= 0 else -1
        if closed < 0:
            break
        start = closed + 1
    return "".join(pieces)[:MAX_HEAD]


def _shown(address: str, base: str, guard: AddressGuard, *, image: bool = True) -> str:
    """An absolute address that may be shown; pictures come by https alone."""
    if not address.strip():
        return ""
    try:
        url = urljoin(base, address.strip())
        checked = guard.check_url(url)
    except (Untrusted, ValueError):
        return ""
    return checked if checked.startswith("https://") or not image else ""


def _side(text: str) -> int:
    return _bounded(int(text)) if text.isascii() and text.isdigit() and len(text) < 7 else 0


def _bounded(number: int) -> int:
    return number if 0 < number <= MAX_SIDE else 0


def _language(locale: str, text: str) -> str:
    named = _LANGUAGE.search(text[:8_192])
    tag = (named[1] if named else locale).replace("_", "-")
    return tag.partition("-")[0].lower() if _TAG.fullmatch(tag) else ""


def _moment(text: str) -> int | None:
    try:
        found = datetime.fromisoformat(text.strip())
        moment = found if found.tzinfo else found.replace(tzinfo=UTC)
        return max(0, int(moment.timestamp() * 1000)) or None
    except (ValueError, OverflowError):
        return None
