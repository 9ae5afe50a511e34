"""Where the words of a query stand in a text: pieces to mark, and an excerpt around them."""

import re
from collections.abc import Set as AbstractSet
from functools import lru_cache
from typing import Final

from objects.search.words import both_stems, fold

_TOKEN: Final = re.compile(r"[^\W_]+")
_MARKDOWN: Final = re.compile(
    r"!?\[([^\]]*)\]\([^)]*\)|[*_`#>|]+|^\s*(?:[-+]|\d+[.)])\s+", re.MULTILINE
)
_SPACES: Final = re.compile(r"\s+")


def pieces(text: str, marks: AbstractSet[str]) -> list[tuple[str, bool]]:
    """A text in pieces, True for those that a query asked for; `marks` are stems."""
    found: list[tuple[str, bool]] = []
    end = 0
    for token in _TOKEN.finditer(text) if marks else ():
        if not _fits(token.group(), marks):
            continue
        if token.start() > end:
            found.append((text[end : token.start()], False))
        found.append((token.group(), True))
        end = token.end()
    if end < len(text):
        found.append((text[end:], False))
    return found


def excerpt(texts: list[str], marks: AbstractSet[str], size: int = 180) -> str:
    """The part of the texts, about `size` characters, with the first word of a query; or empty.

    Markdown signs are left out; an ellipsis stands where something was cut.
    """
    for text in texts:
        plain = _SPACES.sub(" ", _MARKDOWN.sub(r"\1", text)).strip()
        for token in _TOKEN.finditer(plain):
            if _fits(token.group(), marks):
                return _around(plain, token.start(), size)
    return ""


def _around(text: str, place: int, size: int) -> str:
    start = max(place - size // 3, 0)
    if start:
        start = text.find(" ", start) + 1 or start
    end = min(start + size, len(text))
    if end < len(text):
        end = max(text.rfind(" ", place, end), place + 1) if " " in text[place:end] else end
    return f"{'… ' if start else ''}{text[start:end].strip()}{' …' if end < len(text) else ''}"


def _fits(word: str, marks: AbstractSet[str]) -> bool:
    return not marks.isdisjoint(_stems(word))


@lru_cache(maxsize=4_096)
def _stems(word: str) -> tuple[str, ...]:
    folded = fold(word)
    return (folded, *both_stems(folded))
