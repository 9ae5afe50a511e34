"""Linked-data signatures of type RsaSignature2017, verified on forwarded activities.

Only over pinned contexts, only on documents of one reading (`linked_data_shape`), and with
bounded work: no caller has to wait for a poison graph.
"""

import hashlib
from base64 import b64decode
from functools import cache, lru_cache
from math import factorial
from typing import TYPE_CHECKING, Any, Final

import orjson

from federation.contexts import document_loader, is_pinned
from federation.documents import parse_time
from federation.errors import Refused
from federation.keys import PublicKey
from federation.linked_data_shape import Mappings, check_contexts, check_shape, check_terms, is_iri

if TYPE_CHECKING:
    from pyld.canon import URDNA2015

KIND: Final = "RsaSignature2017"
IDENTITY: Final = "https://w3id.org/identity/v1"
MAX_BYTES: Final = 65_536
MAX_QUADS: Final = 500
MAX_BLANK_NODES: Final = 100
MAX_PERMUTATIONS: Final = 2_000
SKEW_S: Final = 3_600

# What the hash of the options leaves out, and what else they may hold.
_NOT_SIGNED: Final = frozenset({"@context", "id", "signatureValue", "type"})
_SIGNED: Final = frozenset({"created", "creator", "domain", "nonce"})


def signature_creator(document: dict[str, Any]) -> str | None:
    """The id of the key that is said to have signed, if the signature is of our kind."""
    signature = document.get("signature")
    if not isinstance(signature, dict) or signature.get("type") != KIND:
        return None
    creator = signature.get("creator")
    return creator if is_iri(creator) else None


def verify_linked_data_signature(document: dict[str, Any], public: PublicKey, now: float) -> None:
    """Raise `Refused` 401 unless `public` signed exactly what `document` says.

    Code `ld-unusual` for documents that had better be fetched, `ld-invalid` for wrong
    signatures. Takes milliseconds of CPU, never more than a few hundred: run it in a thread.
    """
    signature = document.get("signature")
    if not isinstance(signature, dict) or signature_creator(document) != public.key_id:
        raise Refused(401, "ld-missing", f"no {KIND} by {public.key_id}")
    _check_options(signature, now)
    plain = {name: value for name, value in document.items() if name != "signature"}
    if len(orjson.dumps(plain)) > MAX_BYTES:
        raise Refused(401, "ld-unusual", f"more than {MAX_BYTES} bytes")
    options = {name: signature[name] for name in signature.keys() & _SIGNED}
    options["@context"] = IDENTITY
    _check_document(plain)
    message = (_hash(options) + _hash(plain)).encode()
    try:
        value = b64decode(signature["signatureValue"], validate=True)
    except (KeyError, TypeError, ValueError):
        raise Refused(401, "ld-invalid", "the signature is not base64") from None
    if public.algorithm != "rsa" or not public.verify(message, value):
        raise Refused(401, "ld-invalid", f"not made by {public.key_id}, or changed since")


def _check_options(signature: dict[str, Any], now: float) -> None:
    if not signature.keys() <= _SIGNED | _NOT_SIGNED:
        raise Refused(401, "ld-unusual", "unknown members in the signature")
    if not all(isinstance(signature[name], str) for name in signature.keys() & _SIGNED):
        raise Refused(401, "ld-unusual", "members of the signature that are not text")
    created = parse_time(signature.get("created", ""))
    if created is None or created > (now + SKEW_S) * 1000:
        raise Refused(401, "ld-invalid", "not created at a moment in the past")


def _check_document(document: dict[str, Any]) -> None:
    """Raise `Refused` unless the document is the one reading of its graph."""
    contexts, addresses = check_contexts(document)
    terms, pinned = _mappings(orjson.dumps(contexts)), _mappings(orjson.dumps(addresses))
    check_terms(terms, pinned)
    check_shape(document, terms, pinned)


@lru_cache(maxsize=64)  # one program writes one context; 64 kB each at most
def _mappings(contexts: bytes) -> Mappings:
    """The term definitions that are in force after `contexts` (JSON), not to be changed."""
    from pyld import jsonld

    processor, options = jsonld.JsonLdProcessor(), _options()
    try:
        active = processor.process_context(
            processor.process_context(None, None, options), orjson.loads(contexts), options
        )
    except (jsonld.JsonLdError, ValueError, TypeError, KeyError) as error:
        raise Refused(401, "ld-unusual", f"contexts: {_first_line(error)}") from None
    mappings: Mappings = active["mappings"]
    return mappings


def _hash(document: dict[str, Any]) -> str:
    return hashlib.sha256(canonical_form(document).encode()).hexdigest()


def canonical_form(document: dict[str, Any]) -> str:
    """The graph of `document` as canonical N-Quads (URDNA2015).

    Raises `Refused` 401 `ld-unusual` when it is no JSON-LD or would take too long.
    """
    from pyld import jsonld

    try:
        dataset = jsonld.to_rdf(document, _options())
        if sum(map(len, dataset.values())) > MAX_QUADS:
            raise Refused(401, "ld-unusual", f"more than {MAX_QUADS} quads")
        form: str = _bounded_canonicaliser()().main(dataset, {"format": "application/n-quads"})
    except (jsonld.JsonLdError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise Refused(401, "ld-unusual", f"not JSON-LD: {_first_line(error)}") from None
    return form


@cache
def _bounded_canonicaliser() -> "type[URDNA2015]":
    """PyLD's algorithm with a limit: look-alike blank nodes make it try all their orders."""
    from pyld.canon import URDNA2015

    class Bounded(URDNA2015):  # type: ignore[misc]  # PyLD is untyped
        """Counts the orders before they are tried."""

        orders = 0

        def hash_first_degree_quads(self, id_: str) -> str:
            if len(self.blank_node_info) > MAX_BLANK_NODES:
                raise Refused(401, "ld-unusual", f"more than {MAX_BLANK_NODES} blank nodes")
            value: str = super().hash_first_degree_quads(id_)
            return value

        def create_hash_to_related(self, id_: str, issuer: Any) -> dict[str, list[str]]:
            related: dict[str, list[str]] = super().create_hash_to_related(id_, issuer)
            self.orders += sum(factorial(min(len(nodes), 20)) for nodes in related.values())
            if self.orders > MAX_PERMUTATIONS:
                raise Refused(401, "ld-unusual", "a graph that takes too long")
            return related

    return Bounded


def _options() -> dict[str, Any]:
    """Options of PyLD: pinned contexts, and a cache of our own, as this may run in a thread."""
    from pyld.context_resolver import ContextResolver

    return {
        "base": None,  # an empty one would be replaced by an address of the library's own
        "processingMode": "json-ld-1.1",
        "documentLoader": _static_loader,
        "contextResolver": ContextResolver(_shared_contexts(), _static_loader),
    }


def _static_loader(url: str, options: Any = None) -> dict[str, Any]:
    """Pinned contexts, marked as what PyLD may keep worked out."""
    return {**document_loader(url, options), "tag": "static"}


class _PinnedOnly(dict[str, Any]):
    """A cache that forgets what the sender wrote inline."""

    def __setitem__(self, key: str, value: Any) -> None:
        if is_pinned(key):
            super().__setitem__(key, value)


@cache
def _shared_contexts() -> _PinnedOnly:
    return _PinnedOnly()


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]
