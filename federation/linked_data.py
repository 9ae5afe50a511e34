"""JSON-LD to RDF: the one door to PyLD and rdflib, over pinned contexts, never fetching.

Both libraries are imported when they are first needed: they cost 40 MB and half a second.
"""

import asyncio
import json
import logging
from collections.abc import AsyncGenerator, AsyncIterable
from typing import Any, Final, Literal

from federation.contexts import document_loader, is_pinned
from federation.errors import Untrusted
from federation.n_triples import write_n_triples
from federation.vocabulary import ACTIVITYSTREAMS, COMMUNOTIC

log = logging.getLogger(__name__)

TURTLE: Final = "text/turtle"
N_TRIPLES: Final = "application/n-triples"
EXPANDED: Final = "application/ld+json"
MEDIA_TYPES: Final = (TURTLE, N_TRIPLES, EXPANDED)

MAX_DEPTH: Final = 64
MAX_VALUES: Final = 20_000
CHUNK_BYTES: Final = 65_536

_PREFIXES: Final = {
    "as": ACTIVITYSTREAMS + "#",
    "cmt": COMMUNOTIC,
    "gts": "https://gotosocial.org/ns#",
    "ldp": "http://www.w3.org/ns/ldp#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "prov": "http://www.w3.org/ns/prov#",
    "schema": "https://schema.org/",
    "sec": "https://w3id.org/security#",
    "toot": "http://joinmastodon.org/ns#",
    "wf": "https://purl.archive.org/socialweb/webfinger#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}


def expand(
    document: dict[str, Any], *, unknown: Literal["refuse", "strip"] = "refuse"
) -> list[dict[str, Any]]:
    """The expanded form of a JSON-LD document; ActivityStreams when it names no context.

    Contexts that are not pinned are refused, or left out with what only they define. Raises
    `Untrusted` for those, for invalid JSON-LD and for documents of unreasonable size.
    """
    from pyld import jsonld

    checked = _with_known_contexts(document, unknown)
    try:
        expanded: list[dict[str, Any]] = jsonld.expand(checked, _options())
    except _jsonld_errors() as error:
        raise Untrusted(_name(document), f"not JSON-LD: {_reason(error)}") from None
    return expanded


def serialise(document: dict[str, Any], media_type: str) -> bytes:
    """The document as Turtle, N-Triples or expanded JSON-LD (one of `MEDIA_TYPES`), in UTF-8.

    Unknown contexts are left out. Raises `Untrusted` as `expand` does, ValueError for another
    media type.
    """
    if media_type not in MEDIA_TYPES:
        raise ValueError(f"no serialisation as {media_type}")
    expanded = expand(document, unknown="strip")
    if media_type == EXPANDED:
        return json.dumps(expanded, ensure_ascii=False, separators=(",", ":")).encode()
    lines = _n_triples(document, expanded, "b")
    return lines if media_type == N_TRIPLES else _turtle(lines)


async def graph_stream(documents: AsyncIterable[dict[str, Any]]) -> AsyncGenerator[bytes, None]:
    """All documents as one graph in N-Triples, in pieces of about 64 kB.

    One document is held at a time, and others get their turn between two. A document that
    cannot be expressed is left out and logged.
    """
    piece = bytearray()
    number = 0
    async for document in documents:
        number += 1
        try:
            expanded = expand(document, unknown="strip")
            # Blank nodes are named afresh in each document, and must not meet in the whole.
            piece += _n_triples(document, expanded, f"d{number}b")
        except Untrusted as refusal:
            log.warning("left out of the public graph: %s", refusal)
        if len(piece) >= CHUNK_BYTES:
            yield bytes(piece)
            piece.clear()
        await asyncio.sleep(0)
    if piece:
        yield bytes(piece)


def _n_triples(document: dict[str, Any], expanded: list[dict[str, Any]], blank: str) -> bytes:
    """The default graph, one triple a line; blank nodes are called `_:<blank>0`, …"""
    from pyld import jsonld

    try:
        dataset = jsonld.to_rdf(expanded, _options())
    except _jsonld_errors() as error:
        raise Untrusted(_name(document), f"not JSON-LD: {_reason(error)}") from None
    return write_n_triples(dataset.get("@default", []), blank)


def _turtle(n_triples: bytes) -> bytes:
    import rdflib

    # Else rdflib rewrites "…Z" as "…+00:00" and the like: another literal, another triple.
    rdflib.NORMALIZE_LITERALS = False
    graph = rdflib.Graph(bind_namespaces="none")
    for prefix, namespace in _PREFIXES.items():
        graph.bind(prefix, namespace)
    graph.parse(data=n_triples, format="nt")
    return graph.serialize(format="turtle", encoding="utf-8")


def _options() -> dict[str, Any]:
    return {"documentLoader": document_loader, "base": "", "processingMode": "json-ld-1.1"}


def _jsonld_errors() -> tuple[type[Exception], ...]:
    """What PyLD raises at malformed input: its own error, and plain ones where it is careless."""
    from pyld.jsonld import JsonLdError

    return (JsonLdError, ValueError, TypeError, KeyError, AttributeError, RecursionError)


def _with_known_contexts(
    document: dict[str, Any], unknown: Literal["refuse", "strip"]
) -> dict[str, Any]:
    """A copy whose contexts are all pinned or inline, with ActivityStreams as the default."""
    values = _Counter(document)
    copy = {name: _copy(name, value, unknown, values, 0) for name, value in document.items()}
    if all(entry is None for entry in copy.get("@context", ())):
        copy["@context"] = ACTIVITYSTREAMS
    return copy


class _Counter:
    """How much of a document may still be looked at."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._name = _name(document)
        self._left = MAX_VALUES

    def spend(self, depth: int) -> None:
        """One more value, so deep in the document."""
        self._left -= 1
        if self._left < 0 or depth > MAX_DEPTH:
            raise Untrusted(self._name, "too large or too deep to be read as JSON-LD")

    def refuse(self, context: str) -> None:
        """A context that is not pinned."""
        raise Untrusted(self._name, f"unknown JSON-LD context {context[:200]}")


def _copy(name: str, value: Any, unknown: str, values: _Counter, depth: int) -> Any:
    """`value` without the contexts that are not pinned; `name` is the key it stands under."""
    values.spend(depth)
    if name == "@context":
        value = _known(value, unknown, values)
    if isinstance(value, dict):
        return {key: _copy(key, item, unknown, values, depth + 1) for key, item in value.items()}
    if isinstance(value, list):
        return [_copy("", item, unknown, values, depth + 1) for item in value]
    return value


def _known(context: Any, unknown: str, values: _Counter) -> Any:
    """The context with unknown addresses refused or taken out; inline parts stay."""
    entries = context if isinstance(context, list) else [context]
    kept = []
    for entry in entries:
        if not isinstance(entry, str) or is_pinned(entry):
            kept.append(entry)
        elif unknown == "refuse":
            values.refuse(entry)
    return kept


def _name(document: dict[str, Any]) -> str:
    """How a document is called in an error."""
    name = document.get("id", document.get("@id"))
    return name if isinstance(name, str) else "(no id)"


def _reason(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]
