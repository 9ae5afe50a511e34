"""Territories that somebody wrote in their own words, as départements and regions."""

import re
import unicodedata
from functools import cache
from typing import Final

from objects.search.territories import DEPARTMENTS, REGIONS, facet_values

MAX_READ: Final = 500
_CODE: Final = re.compile(r"\b(?:2[ab]|\d{2,3})(?:\d{3})?\b")


def places_in(text: str) -> tuple[str, ...]:
    """The facet values (`50`, `R28`) that a text names, by name or by INSEE code, in its order.

    `Calvados, Manche` names two départements, `Normandie` a region, `50129 Cherbourg` the
    département of a commune.
    """
    rest = f" {_folded(text[:MAX_READ])} "
    found: list[tuple[int, str]] = []
    for name, value in _names():
        at = rest.find(f" {name} ")
        if at >= 0:
            found.append((at, value))
            rest = rest[: at + 1] + "·" * len(name) + rest[at + 1 + len(name) :]
    if not found:
        for match in _CODE.finditer(rest):
            known = facet_values(match[0])
            if known and known[0] in DEPARTMENTS:
                found.append((match.start(), known[0]))
    return tuple(dict.fromkeys(value for _, value in sorted(found)))


@cache
def _names() -> tuple[tuple[str, str], ...]:
    """Every name with its facet value, the longest first: Seine-et-Marne before Marne."""
    known = [(_folded(name), value) for value, name in (DEPARTMENTS | REGIONS).items()]
    return tuple(sorted(known, key=lambda pair: -len(pair[0])))


def _folded(text: str) -> str:
    """Small letters without accents, words divided by single blanks."""
    bare = "".join(
        character
        for character in unicodedata.normalize("NFKD", text.casefold())
        if not unicodedata.combining(character)
    )
    return " ".join(re.sub(r"[^0-9a-z]+", " ", bare).split())
