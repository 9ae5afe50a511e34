"""Vocabularies as files: SKOS in Turtle, RDF/XML and JSON-LD, made once and kept a while."""

import asyncio
import hashlib
from collections import OrderedDict
from typing import Final

from quart import Response, request

from actors.problems import not_found
from objects.vocabularies.files import SchemeFile
from objects.vocabularies.skos.writing import MEDIA_TYPES, write_skos
from storage.store import Store, Tx

MAX_DOWNLOAD: Final = 5_000
"""Larger schemes are to be had at their source: writing them would keep the node busy."""
KEPT: Final = 8
_FORMS: Final = {"ttl": "turtle", "rdf": "xml", "jsonld": "json-ld"}
_NAMES: Final = (("Turtle", "ttl"), ("RDF/XML", "rdf"), ("JSON-LD", "jsonld"))


def file_names(address: str) -> tuple[tuple[str, str], ...]:
    """Name of a format → address of the file."""
    return tuple((name, f"{address}.{suffix}") for name, suffix in _NAMES)


class VocabularyFiles:
    """Writes files, one at a time, and remembers the latest few."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._kept: OrderedDict[tuple[str, str, int], bytes] = OrderedDict()
        self._writing = asyncio.Lock()

    async def answer(self, name: str, suffix: str) -> Response:
        """A scheme (an empty name: all that are not too large) as a file. Raises `Refused` 404."""
        content = await self._content(name, suffix)
        response = Response(
            content,
            content_type=f"{MEDIA_TYPES[_FORMS[suffix]]}; charset=utf-8"
            if suffix == "ttl"
            else MEDIA_TYPES[_FORMS[suffix]],
        )
        file = f"{name or 'vocabularies'}.{suffix}"
        response.headers["Content-Disposition"] = f'attachment; filename="{file}"'
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Cache-Control"] = "public, max-age=3600"
        response.set_etag(hashlib.sha256(content).hexdigest()[:32])
        await response.make_conditional(request)
        return response

    async def _content(self, name: str, suffix: str) -> bytes:
        async with self._writing:
            marks = await self._store.query(lambda tx: _marks(tx, name))
            if not marks:
                raise not_found("vocabulary")
            key = (name, suffix, hash(tuple(sorted(marks.items()))))
            if key not in self._kept:
                files = await self._store.query(lambda tx: _whole(tx, list(marks)))
                self._kept[key] = await asyncio.to_thread(write_skos, files, _FORMS[suffix])
                while len(self._kept) > KEPT:
                    self._kept.popitem(last=False)
            self._kept.move_to_end(key)
            return self._kept[key]


async def _marks(tx: Tx, name: str) -> dict[str, int]:
    """The wanted schemes that are not too large → when each was loaded."""
    sizes = await tx.concepts.counts()
    return {
        scheme.name: scheme.loaded_at
        for scheme in await tx.concepts.schemes()
        if name in ("", scheme.name) and sizes.get(scheme.name, 0) <= MAX_DOWNLOAD
    }


async def _whole(tx: Tx, names: list[str]) -> list[SchemeFile]:
    found = await tx.concepts.of_schemes(names, deprecated=True)
    return [
        SchemeFile(scheme, tuple(found[scheme.name]))
        for scheme in await tx.concepts.schemes()
        if scheme.name in names
    ]
