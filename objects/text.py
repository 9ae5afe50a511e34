"""Text of people, made into HTML; HTML from elsewhere, made harmless."""

import html as entities
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

import nh3

from actors.identifiers import Identifiers

if TYPE_CHECKING:  # imported when somebody writes Markdown: it would delay every start
    from markdown_it import MarkdownIt
    from markdown_it.rules_core import StateCore
    from markdown_it.token import Token

MAX_HASHTAG: Final = 100
MAX_TAGS: Final = 10_000
MAX_LINK: Final = 2_048

# The classes that Mastodon lets through: microformats, and how it shortens links.
_CLASSES: Final = frozenset(
    {
        "dt-published", "e-content", "ellipsis", "h-card", "h-entry", "hashtag", "invisible",
        "mention", "p-author", "p-category", "p-name", "quote-inline", "u-photo", "u-uid", "u-url",
    }
)  # fmt: skip
_TAGS: Final = frozenset(
    {
        "a", "abbr", "b", "blockquote", "br", "caption", "cite", "code", "dd", "del", "div", "dl",
        "dt", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "ins", "kbd", "li", "ol", "p",
        "pre", "q", "rp", "rt", "ruby", "s", "samp", "small", "span", "strong", "sub", "sup",
        "table", "tbody", "td", "tfoot", "th", "thead", "tr", "u", "ul", "var",
    }
)  # fmt: skip
_CLEANER: Final = nh3.Cleaner(
    tags=set(_TAGS),
    clean_content_tags={"iframe", "math", "noscript", "script", "style", "svg", "template"},
    attributes={
        "a": {"href", "hreflang", "title", "translate"},
        "abbr": {"title"},
        "ol": {"reversed", "start"},
        "li": {"value"},
        "span": {"lang", "translate"},
        "p": {"dir", "lang"},
        "td": {"colspan", "rowspan"},
        "th": {"colspan", "rowspan", "scope"},
    },
    allowed_classes={tag: set(_CLASSES) for tag in ("a", "blockquote", "div", "p", "span")},
    link_rel="nofollow noopener noreferrer",
    url_schemes={"http", "https", "mailto"},
    url_relative="deny",
)
_STRIPPER: Final = nh3.Cleaner(
    tags=set(), clean_content_tags={"script", "style", "svg", "math", "template"}, attributes={}
)
_BREAK: Final = re.compile(r"<br\b[^<>]*>|</(?:div|h[1-6]|li|tr)\s*>", re.IGNORECASE)
_ANY_TAG: Final = re.compile(r"<[^<>]*>")
_PARAGRAPH: Final = re.compile(r"</(?:p|blockquote|pre|ul|ol|table)\s*>", re.IGNORECASE)

_MENTION: Final = r"@(?P<user>[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?)(?:@(?P<host>[\w.:-]*\w))?"
_HASHTAG: Final = r"[#＃](?P<hashtag>\w*[^\W\d_]\w*)"
_SPECIAL: Final = re.compile(
    rf"(?P<url>\bhttps?://[^\s<>\"']+)|(?<![\w/.@]){_MENTION}|(?<![\w/&#＃]){_HASHTAG}",
    re.IGNORECASE,
)

_ADDRESS: Final = re.compile(r"\bhttps?://[^\s<>\"']+", re.IGNORECASE)

Mentions = Mapping[str, tuple[str, str]]
"""Account as `find_mentions` gives it → (actor id, profile page)."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """Safe HTML, and the `tag` entries (Mention, Hashtag) of what it names."""

    html: str
    tags: list[dict[str, str]]


def sanitise(html: str) -> str:
    """HTML of which nothing is alive: allow-listed tags, classes and address schemes only."""
    if html.count("<") > MAX_TAGS:
        return entities.escape(_without_tags(html))
    return _CLEANER.clean(html)


def plain_text(html: str) -> str:
    """The text of some HTML, with line breaks where a reader would see them."""
    if "<" not in html and "&" not in html:
        return html.strip()
    if html.count("<") > MAX_TAGS:
        return _without_tags(html)
    broken = _PARAGRAPH.sub(r"\g<0>" + "\n\n", _BREAK.sub(r"\g<0>" + "\n", html))
    return entities.unescape(_STRIPPER.clean(broken)).strip()


def _without_tags(html: str) -> str:
    """What is left without a parser, whose time grows with the square of the nesting."""
    return entities.unescape(_ANY_TAG.sub("", html)).strip()


def find_mentions(text: str) -> list[str]:
    """The accounts that a text names, lower-case: `user@host`, or `user` for somebody here."""
    found = (_account(match) for match in _SPECIAL.finditer(text) if match["user"])
    return list(dict.fromkeys(found))


def normalise_hashtag(name: str) -> str:
    """A hashtag without `#`, compatibility forms joined, lower-case, at most 100 characters."""
    joined = unicodedata.normalize("NFKC", name.strip().lstrip("#＃"))
    return joined.lower()[:MAX_HASHTAG]


def render_plain(text: str, mentions: Mentions, identifiers: Identifiers) -> Rendered:
    """Plain text as Mastodon would show it: paragraphs, links, #hashtags, @mentions."""
    tags: dict[str, dict[str, str]] = {}
    paragraphs = re.split(r"\n{2,}", text.replace("\r\n", "\n").strip())
    html = "".join(
        f"<p>{_enrich(part, mentions, identifiers, tags).replace(chr(10), '<br />')}</p>"
        for part in paragraphs
        if part
    )
    return Rendered(html, list(tags.values()))


def render_markdown(text: str, mentions: Mentions, identifiers: Identifiers) -> Rendered:
    """Markdown (CommonMark and tables, no HTML) as sanitised HTML."""
    environment: dict[str, Any] = {"mentions": mentions, "identifiers": identifiers, "tags": {}}
    html = sanitise(_markdown().render(text, environment))
    return Rendered(html.strip(), list(environment["tags"].values()))


def markdown_html(text: str, *, below: int = 0) -> str:
    """Markdown as sanitised HTML; addresses become links, hashtags and mentions stay text.

    Its headings stand `below` headings of that level: `#` becomes h3 below 2.
    """
    parser, environment = _foreign_markdown(), {"below": below}
    return sanitise(parser.render(text, environment)).strip()


def paragraphs(text: str) -> str:
    """Plain text as escaped paragraphs."""
    parts = re.split(r"\n{2,}", text.replace("\r\n", "\n").strip())
    escaped = (entities.escape(part, quote=False).replace("\n", "<br />") for part in parts if part)
    return "".join(f"<p>{part}</p>" for part in escaped)


@cache
def _foreign_markdown() -> "MarkdownIt":
    parser = _commonmark()
    parser.core.ruler.push("link_addresses", _link_tokens)
    return parser


def _commonmark() -> "MarkdownIt":
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])


@cache
def _markdown() -> "MarkdownIt":
    parser = _commonmark()
    parser.core.ruler.push("name_people_and_subjects", _enrich_tokens)
    return parser


def _link_tokens(state: "StateCore") -> None:
    """Lower the headings as far as asked, and link the addresses in the text."""
    below = int(state.env.get("below", 0))
    for block in state.tokens:
        if below and block.type in {"heading_open", "heading_close"}:
            block.tag = f"h{min(int(block.tag[1:]) + below, 6)}"
        depth = 0
        for token in block.children or ():
            depth += token.nesting if token.type in {"link_open", "link_close"} else 0
            if token.type == "text" and not depth and "://" in token.content:
                token.type, token.content = "html_inline", _linked(token.content)


def _linked(text: str) -> str:
    """Escaped text in which web addresses are links."""
    pieces: list[str] = []
    end = 0
    for match in _ADDRESS.finditer(text):
        url, rest = _split_trailing(match[0])
        known = len(url) <= MAX_LINK
        pieces.append(entities.escape(text[end : match.start()], quote=False))
        pieces.append(_link(url) if known else entities.escape(url, quote=False))
        pieces.append(entities.escape(rest, quote=False))
        end = match.end()
    pieces.append(entities.escape(text[end:], quote=False))
    return "".join(pieces)


def _enrich_tokens(state: "StateCore") -> None:
    """Give the text tokens outside links their links, hashtags and mentions."""
    environment = state.env
    for block in state.tokens:
        depth = 0
        for token in block.children or ():
            depth += token.nesting if token.type in {"link_open", "link_close"} else 0
            if token.type == "text" and not depth:
                token.type, token.content = "html_inline", _enrich(
                    token.content, environment["mentions"], environment["identifiers"],
                    environment["tags"],
                )  # fmt: skip
            elif token.type == "image":
                _show_as_link(token, inside_link=depth > 0)


def _show_as_link(image: "Token", *, inside_link: bool) -> None:
    """Images travel as attachments; in the text their description links to them."""
    label = entities.escape(image.content or str(image.attrs.get("src", "")))
    source = entities.escape(str(image.attrs.get("src", "")))
    image.type = "html_inline"
    image.content = label if inside_link else f'<a href="{source}">{label}</a>'


def _enrich(
    text: str, mentions: Mentions, identifiers: Identifiers, tags: dict[str, dict[str, str]]
) -> str:
    """Escape a piece of text and mark up what it names; `tags` collects the entries."""
    pieces: list[str] = []
    end = 0
    for match in _SPECIAL.finditer(text):
        pieces.append(entities.escape(text[end : match.start()], quote=False))
        pieces.append(_marked_up(match, mentions, identifiers, tags))
        end = match.end()
    pieces.append(entities.escape(text[end:], quote=False))
    return "".join(pieces)


def _marked_up(
    match: re.Match[str], mentions: Mentions, identifiers: Identifiers, tags: dict[str, Any]
) -> str:
    if match["url"]:
        url, rest = _split_trailing(match["url"])
        if len(url) > MAX_LINK:
            return entities.escape(match[0], quote=False)
        return _link(url) + entities.escape(rest, quote=False)
    if match["hashtag"]:
        return _hashtag(match["hashtag"], identifiers, tags)
    known = mentions.get(_account(match))
    if known is None:
        return entities.escape(match[0], quote=False)
    url, profile = known
    host = match["host"] or identifiers.host
    tags.setdefault(url, {"type": "Mention", "href": url, "name": f"@{match['user']}@{host}"})
    return (
        f'<span class="h-card"><a href="{entities.escape(profile)}" class="u-url mention">'
        f"@<span>{match['user']}</span></a></span>"
    )


def _hashtag(name: str, identifiers: Identifiers, tags: dict[str, Any]) -> str:
    href = identifiers.tag(quote(normalise_hashtag(name)))
    tags.setdefault(href, {"type": "Hashtag", "href": href, "name": f"#{name}"})
    link = f'<a href="{entities.escape(href)}" class="mention hashtag" rel="tag">'
    return f"{link}#<span>{name}</span></a>"


def _account(match: re.Match[str]) -> str:
    return match["user"].lower() + (f"@{match['host'].lower()}" if match["host"] else "")


def _split_trailing(url: str) -> tuple[str, str]:
    """An address, and the punctuation after it that belongs to the sentence."""
    end = len(url)
    unopened = url.count(")") - url.count("(")
    while end and (url[end - 1] in ".,;:!?*_~»”’…]" or (url[end - 1] == ")" and unopened > 0)):
        unopened -= url[end - 1] == ")"
        end -= 1
    return url[:end], url[end:]


def _link(url: str) -> str:
    """A link whose text is shortened by classes, as on Mastodon: copying gives all of it."""
    scheme = re.match(r"https?://(?:www\.)?", url, re.IGNORECASE)
    start = scheme.end() if scheme else 0
    shown, hidden = url[start : start + 30], url[start + 30 :]
    style = ' class="ellipsis"' if hidden else ""
    parts: Iterable[str] = (
        f'<a href="{entities.escape(url)}" rel="nofollow noopener noreferrer">',
        f'<span class="invisible">{entities.escape(url[:start])}</span>',
        f"<span{style}>{entities.escape(shown)}</span>",
        f'<span class="invisible">{entities.escape(hidden)}</span></a>',
    )
    return "".join(parts)
