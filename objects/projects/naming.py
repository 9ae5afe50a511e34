"""The address of a new project, made from what it is called."""

import re
import unicodedata
from typing import Final

from actors.identifiers import acceptable_username
from storage.store import Tx

LONGEST: Final = 30
_SHORTEST: Final = 2
_TRIES: Final = 50
_BREAKS: Final = re.compile(r"[^a-z0-9]+")
_SPELLED: Final = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o"})


def suggested_name(acronym: str, name: str) -> str:
    """The part before the `@`: the acronym when there is one, else the first words of the name.

    Empty when nothing of it can stand in an address.
    """
    for said in (acronym, name):
        words = [word for word in _BREAKS.split(_plain(said)) if word]
        found = ""
        for word in words:
            longer = f"{found}-{word}" if found else word[:LONGEST]
            if len(longer) > LONGEST:
                break
            found = longer
        if len(found) >= _SHORTEST and acceptable_username(found):
            return found
    return ""


async def free_name(tx: Tx, wanted: str) -> str:
    """The wanted name, or with a number behind it when it was given before; empty for none."""
    for number in range(1, _TRIES):
        end = f"-{number}" if number > 1 else ""
        name = wanted[: LONGEST - len(end)].rstrip("-") + end
        if acceptable_username(name) and await tx.actors.local(name) is None:
            return name
    return ""


def _plain(text: str) -> str:
    bare = unicodedata.normalize("NFKD", text.casefold().translate(_SPELLED))
    return "".join(c for c in bare if not unicodedata.combining(c))
