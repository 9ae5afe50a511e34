"""Host names for people: in Unicode when that is safe, in punycode when it could deceive."""

import unicodedata
from functools import lru_cache
from typing import Final

import idna

# Latin letters of European languages that do not decompose into an ASCII letter and an accent.
_PLAIN_LATIN: Final = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-æœøßðþłđ")


@lru_cache(maxsize=1_024)
def display_host(host: str) -> str:
    """A normalised host (`host[:port]`) for people: Unicode, unless a label could deceive.

    A label deceives when it mixes scripts, or when its letters all look like Latin ones
    (SECURITY.md, rule 5). Then the whole name stays in punycode.
    """
    name, separator, port = host.partition(":")
    if "xn--" not in name:
        return host
    labels = [_readable(label) for label in name.split(".")]
    if any(label is None for label in labels):
        return host
    return ".".join(label for label in labels if label) + separator + port


def _readable(label: str) -> str | None:
    """The label in Unicode, or None when it has to stay as it is."""
    if not label.startswith("xn--"):
        return label
    try:
        text = idna.decode(label)
    except UnicodeError:
        return None
    return None if _deceives(text) else text


def _deceives(label: str) -> bool:
    # 900 kB of tables that a node meeting only ASCII names never needs.
    from confusable_homoglyphs import (  # type: ignore[import-untyped]
        categories,
        confusables,
    )

    scripts = set(categories.unique_aliases(label)) - {"COMMON"}
    if scripts == {"LATIN"}:
        return not set(unicodedata.normalize("NFD", label)) - _accents(label) <= _PLAIN_LATIN
    if len(scripts) != 1:
        return True
    letters = {character for character in label if character.isalpha()}
    found = confusables.is_confusable(label, greedy=True, preferred_aliases=["latin"]) or []
    return letters <= {entry["character"] for entry in found}


def _accents(label: str) -> set[str]:
    return {c for c in unicodedata.normalize("NFD", label) if unicodedata.combining(c)}
