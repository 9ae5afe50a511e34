"""The schemes that come with the program: read from prepared files, loaded when they changed.

`data/*.ttl` are the sources of those that people write; `data/bundled/*.json` is what the node
loads, made from them and from ROME's tables by `python -m objects.vocabularies.prepare`.
"""

import hashlib
from functools import cache
from importlib.resources import files
from typing import Final

from objects.vocabularies.files import SchemeFile, from_bytes
from objects.vocabularies.names import DIGCOMP, OURS, ROME
from objects.vocabularies.terms import terms_of
from storage.store import Store, Tx

BUNDLED: Final = (*OURS, ROME, DIGCOMP)
_FACT: Final = "bundled-vocabulary:"


async def load_bundled(store: Store, now: int) -> tuple[str, ...]:
    """Put the schemes of this version in the database; gives the names of those that changed.

    `now` in milliseconds. Several processes may call it at once. A scheme that was imported
    since in another version stays until the bundled one changes.
    """

    async def changed(tx: Tx) -> list[str]:
        return [name for name in BUNDLED if await tx.ledger.fact(_FACT + name) != checksum(name)]

    found = await store.query(changed)
    for name in found:
        await _load(store, name, now)
    return tuple(found)


async def _load(store: Store, name: str, now: int) -> None:
    bundled = read_bundled(name)

    async def operation(tx: Tx) -> None:
        await save(tx, bundled, now)
        await tx.ledger.set_fact(_FACT + name, checksum(name))

    await store.write(operation)


async def save(tx: Tx, file: SchemeFile, now: int) -> None:
    """Put one scheme in the database, in the place of what it was."""
    await tx.concepts.replace(file.scheme_at(now), file.concepts, terms_of(file.concepts))


def read_bundled(name: str) -> SchemeFile:
    """One of the schemes that come with the program."""
    return from_bytes(_content(name))


@cache
def checksum(name: str) -> str:
    """What tells that a bundled scheme changed."""
    return hashlib.sha256(_content(name)).hexdigest()


def _content(name: str) -> bytes:
    folder = files("objects.vocabularies") / "data" / "bundled"
    return (folder / f"{name}.json").read_bytes()
