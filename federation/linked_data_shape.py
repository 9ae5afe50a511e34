"""Which JSON-LD documents can be read in one way only.

A linked-data signature covers a graph, not the JSON that we process. These checks let through
only documents whose graph can be written as JSON in no second way that we would read
differently (CVE-2026-46349), and of which nothing is outside the graph (CVE-2026-50128,
CVE-2026-48028). Everything else is refused here and fetched from its origin by the caller.
"""

import re
from dataclasses import dataclass, field
from typing import Any, Final, NoReturn

from federation.contexts import is_pinned
from federation.errors import Refused
from federation.vocabulary import ACTIVITYSTREAMS

MAX_CONTEXTS: Final = 16
MAX_TERMS: Final = 200
MAX_VALUES: Final = 1_000

# No white space, no delimiter of N-Quads, none of the characters that RFC 3987 forbids.
_IRI: Final = re.compile(r'https?://[^\x00-\x20\x7f<>"{}|\\^`]+')
_TERM: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_LANGUAGE: Final = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")
_DEFINITION_KEYS: Final = frozenset({"@id", "@type", "@container"})
# What PyLD keeps about a plain term; anything else (scoped contexts, languages…) is unusual.
_MAPPING_KEYS: Final = frozenset(
    {"@id", "@type", "@container", "reverse", "protected", "_prefix", "_term_has_colon"}
)
# A set has no order: whoever re-orders these changes which value we take for the first.
_SINGLE: Final = frozenset(
    {
        "type", "actor", "object", "target", "origin", "result", "instrument", "attributedTo",
        "inReplyTo", "content", "name", "summary", "published", "updated", "quote", "quoteUrl",
        "movedTo", "inbox", "outbox", "followers", "following", "publicKey",
        "preferredUsername",
    }
)  # fmt: skip

Mappings = dict[str, dict[str, Any]]


def check_contexts(document: dict[str, Any]) -> tuple[list[Any], list[str]]:
    """The document's contexts, and the pinned addresses among them; raises `Refused`.

    Inline contexts may only define plain terms: no keywords, no scoped contexts, no reversal.
    """
    value = document.get("@context")
    contexts = value if isinstance(value, list) else [value]
    if len(contexts) > MAX_CONTEXTS or ACTIVITYSTREAMS not in contexts:
        _unusual("without the ActivityStreams context")
    for context in contexts:
        if isinstance(context, dict):
            _check_inline(context)
        elif not (isinstance(context, str) and is_pinned(context)):
            _unusual("a context that is not pinned")
    return contexts, [context for context in contexts if isinstance(context, str)]


def check_terms(all_terms: Mappings, pinned_terms: Mappings) -> None:
    """Raise `Refused` when an inline context changes what a pinned one defines."""
    for term, mapping in pinned_terms.items():
        if all_terms.get(term) != mapping:
            _unusual(f"{term} is redefined")


def check_shape(document: dict[str, Any], terms: Mappings, pinned: Mappings) -> None:
    """Raise `Refused` 401 `ld-unusual` unless `document` is the only reading of its graph.

    `terms` are all term definitions in force, `pinned` those of the pinned contexts alone.
    The document must be a tree that only its top can be the root of, in which no object with
    an id is described twice, every name is a defined term that says where it leads, and every
    reference is an absolute IRI.
    """
    walk = _Walk(terms, pinned)
    walk.check_node({name: v for name, v in document.items() if name != "@context"})
    root = document.get("id")
    if root is None or root in walk.referenced:
        _unusual("another part of the document could be its top")
    target = document.get("object")
    if isinstance(target, list):
        target = target[0] if target else None
    if isinstance(target, dict) and target.keys() == {"id"}:
        target = target["id"]
    if isinstance(target, str) and target in walk.described:
        _unusual("the object is described in another place")


def is_iri(text: Any) -> bool:
    """Whether `text` is an http(s) IRI that can stand in N-Quads as it is."""
    return isinstance(text, str) and _IRI.fullmatch(text) is not None


def _unusual(reason: str) -> NoReturn:
    raise Refused(401, "ld-unusual", reason)


def _check_inline(context: dict[str, Any]) -> None:
    if len(context) > MAX_TERMS:
        _unusual("too many terms")
    for term, definition in context.items():
        parts = definition if isinstance(definition, dict) else {"@id": definition}
        plain = parts.keys() <= _DEFINITION_KEYS and "@id" in parts
        if not plain or not _TERM.fullmatch(term):
            _unusual(f"an unusual definition of {term[:40]}")
        if not all(isinstance(part, str) for part in parts.values()):
            _unusual(f"an unusual definition of {term[:40]}")


@dataclass
class _Walk:
    """One pass over a document."""

    terms: Mappings
    pinned: Mappings
    described: set[str] = field(default_factory=set)
    referenced: set[str] = field(default_factory=set)
    values: int = 0

    def check_node(self, node: dict[str, Any]) -> None:
        """Check an object and all below it."""
        if "id" in node:
            self._check_id(node)
        for name, value in node.items():
            if name == "type":
                self._check_type(value)
            elif name != "id":
                self._check_values(name, value)

    def _check_id(self, node: dict[str, Any]) -> None:
        identifier = node["id"]
        if not is_iri(identifier):
            _unusual("an id that is no http(s) IRI")
        if len(node) > 1:
            if identifier in self.described:
                _unusual("an object is described twice")
            self.described.add(identifier)

    def _check_type(self, value: Any) -> None:
        names = value if isinstance(value, list) else [value]
        if len(names) != 1 or not isinstance(names[0], str):
            _unusual("not exactly one type")
        mapping = self._term(names[0])
        if _local_name(mapping["@id"]) != names[0]:
            _unusual(f"{names[0][:40]} is another type's alias")

    def _term(self, name: str) -> dict[str, Any]:
        """The definition of a name that is used, if it is a plain one."""
        mapping = self.terms.get(name)
        if not _TERM.fullmatch(name) or mapping is None or not is_iri(mapping.get("@id")):
            _unusual(f"{name[:40]} is not defined")
        if mapping["reverse"] or not mapping.keys() <= _MAPPING_KEYS:
            _unusual(f"an unusual definition of {name[:40]}")
        # With datatypes of the sender's choice, "true" and true could be one and the same.
        if name not in self.pinned and mapping.get("@type") not in (None, "@id"):
            _unusual(f"{name[:40]} has a datatype")
        return mapping

    def _check_values(self, name: str, value: Any) -> None:
        mapping = self._term(name)
        container = list(mapping.get("@container") or ())
        if container == ["@language"] and name in self.pinned:
            _check_language_map(name, mapping, value)
            return
        if container not in ([], ["@list"], ["@set"]):
            _unusual(f"{name[:40]} is an unusual container")
        in_order = name == "orderedItems" and container == ["@list"]
        if _local_name(mapping["@id"]) != name and not in_order:
            _unusual(f"{name[:40]} is another name's alias")
        values = value if isinstance(value, list) else [value]
        if len(values) > 1 and name in _SINGLE:
            _unusual(f"several values of {name}")
        for item in values:
            self._check_value(mapping, item)

    def _check_value(self, mapping: dict[str, Any], value: Any) -> None:
        self.values += 1
        if self.values > MAX_VALUES:
            _unusual("too many values")
        if isinstance(value, dict):
            if "id" in value:
                self.referenced.add(str(value["id"]))
            self.check_node(value)
        elif isinstance(value, list):
            _unusual("a list in a list")
        elif mapping.get("@type") == "@id" and value is not None:
            if value != "as:Public" and not is_iri(value):
                _unusual("a reference that is no http(s) IRI")
            self.referenced.add(value)


def _check_language_map(name: str, mapping: dict[str, Any], value: Any) -> None:
    if name != _local_name(mapping["@id"]) + "Map" or not isinstance(value, dict):
        _unusual(f"{name[:40]} is no language map")
    for language, text in value.items():
        if not _LANGUAGE.fullmatch(language) or not isinstance(text, str):
            _unusual("an unusual language map")


def _local_name(iri: str) -> str:
    """What comes after the last delimiter: one IRI, one name, whoever defines it."""
    return re.split("[#/:]", iri)[-1]
