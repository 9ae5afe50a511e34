"""Text of strangers made harmless: names as plain text, profiles through a strict allow-list."""

import html
import re
from functools import cache
from typing import Final

import nh3

MAX_NAME: Final = 200
MAX_SUMMARY: Final = 20_000
MAX_FIELD_VALUE: Final = 2_048
# What is typed in a few hundred letters, with every name in it as a link.
MAX_OWN_FIELD: Final = 16_384

# Controls, and the marks that turn the direction of text: a name could hide its own end.
_INVISIBLE: Final = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_TAG_LIKE: Final = re.compile(r"<(?=[A-Za-z/!?])")


@cache
def _profile_cleaner() -> nh3.Cleaner:
    return nh3.Cleaner(
        tags={
            "a", "b", "blockquote", "br", "code", "del", "em", "i", "li", "ol", "p", "pre",
            "span", "strong", "u", "ul",
        },
        clean_content_tags={"script", "style"},
        attributes={"a": {"href"}},
        allowed_classes={
            "a": {"hashtag", "mention", "u-url"},
            "span": {"ellipsis", "h-card", "invisible", "mention"},
        },
        url_schemes={"http", "https", "mailto"},
        url_relative="deny",
        link_rel="nofollow noopener",
    )  # fmt: skip


@cache
def _own_field_cleaner() -> nh3.Cleaner:
    """As profiles, but a link may say that what it leads to is the same person's."""
    return nh3.Cleaner(
        tags={"a", "b", "br", "code", "em", "i", "p", "span", "strong"},
        clean_content_tags={"script", "style"},
        attributes={"a": {"href", "rel"}},
        attribute_filter=_own_attribute,
        allowed_classes={
            "a": {"hashtag", "mention", "u-url"},
            "span": {"ellipsis", "h-card", "invisible", "mention"},
        },
        url_schemes={"http", "https", "mailto"},
        url_relative="deny",
        link_rel=None,
    )


def _own_attribute(_tag: str, attribute: str, value: str) -> str | None:
    if attribute != "rel":
        return value
    return ("me " if "me" in value.split() else "") + "nofollow noopener"


@cache
def _text_cleaner() -> nh3.Cleaner:
    return nh3.Cleaner(tags=set(), clean_content_tags={"script", "style"}, link_rel=None)


def profile_html(text: str) -> str:
    """Profile text or the value of a profile field, as HTML that is safe to show."""
    return _profile_cleaner().clean(text[:MAX_SUMMARY]).strip()


def field_html(text: str) -> str:
    """The value of a profile field, as HTML that is safe to show."""
    return _profile_cleaner().clean(text[:MAX_FIELD_VALUE]).strip()


def own_field_html(text: str) -> str:
    """The value of a profile field of a local actor: its links may say `rel="me"`."""
    return _own_field_cleaner().clean(text[:MAX_OWN_FIELD]).strip()


def plain_line(text: str, limit: int = MAX_NAME) -> str:
    """One line of plain text without markup, controls and direction marks; not HTML-escaped.

    What would still read as a tag after unescaping is defused, so that a page that forgot to
    escape shows it all the same as text.
    """
    stripped = html.unescape(_text_cleaner().clean(text[: limit * 8]))
    visible = " ".join(_INVISIBLE.sub(" ", stripped).split())
    return _TAG_LIKE.sub("‹", visible)[:limit]
