"""SKOS in: a scheme out of a Turtle, RDF/XML, JSON-LD or N-Triples file of anybody."""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from objects.vocabularies.files import BadVocabulary, SchemeFile
from objects.vocabularies.names import is_scheme_name, notation_of
from objects.vocabularies.skos.guards import check
from storage.concepts import Concept, Scheme

if TYPE_CHECKING:
    from rdflib import Graph, Literal, Node, URIRef

SUFFIXES: Final = {
    ".ttl": "turtle", ".rdf": "xml", ".xml": "xml", ".owl": "xml",
    ".jsonld": "json-ld", ".json": "json-ld", ".nt": "nt",
}  # fmt: skip
"""How a file's name tells its format."""

MAX_CONCEPTS: Final = 100_000
MAX_LABEL: Final = 300
MAX_DEFINITION: Final = 4_000
MAX_SYNONYMS: Final = 200
MAX_URI: Final = 500
LANGUAGES: Final = ("fr", "en")

_URI: Final = re.compile(r"https?://[^\s<>\"{}|\\^`]+")
_PLAIN: Final = re.compile(r"[\w.-]{1,80}", re.ASCII)
_SKOS: Final = "http://www.w3.org/2004/02/skos/core#"


def read_skos(content: bytes, form: str, name: str, uri: str = "") -> SchemeFile:
    """The scheme in a SKOS file, called `name` here; of several, `uri` or the largest.

    `form` is one of `FORMATS`. Texts in French and English are kept, those without a language
    count as French. Raises `BadVocabulary` with what is wrong, for people.
    """
    if not is_scheme_name(name):
        raise BadVocabulary(f"{name!r}: a scheme's name is made of small letters, digits and -")
    graph = _parse(content, form)
    return _Reader(graph, name).scheme(uri)


def _parse(content: bytes, form: str) -> "Graph":
    from rdflib import Graph

    check(content, form)
    graph = Graph(bind_namespaces="none")
    try:
        graph.parse(data=content, format=form, publicID="about:blank")
    except RecursionError:
        raise BadVocabulary("The file is nested too deeply.") from None
    # rdflib's parsers raise whatever their own code stumbles over.
    except Exception as error:  # noqa: BLE001
        reason = " ".join(str(error).split())[:300] or type(error).__name__
        raise BadVocabulary(f"The file is not valid {form}: {reason}") from None
    return graph


class _Reader:
    """Turns a graph into a scheme; what is unreasonable is left out."""

    def __init__(self, graph: "Graph", name: str) -> None:
        from rdflib import RDF, SKOS

        self._graph = graph
        self._name = name
        self._concepts = [
            each for each in graph.subjects(RDF.type, SKOS.Concept) if _is_address(each)
        ]

    def scheme(self, uri: str) -> SchemeFile:
        """The scheme `uri`, or the one with most concepts."""
        from rdflib import SKOS

        sizes = Counter(
            str(scheme)
            for concept in self._concepts
            for predicate in (SKOS.inScheme, SKOS.topConceptOf)
            for scheme in set(self._graph.objects(concept, predicate))
            if _is_address(scheme)
        )
        chosen = uri or (sizes.most_common(1)[0][0] if sizes else "")
        concepts = self._concepts if not sizes else self._members(chosen)
        if not concepts:
            raise BadVocabulary("The file has no SKOS concept in that scheme.")
        if len(concepts) > MAX_CONCEPTS:
            raise BadVocabulary(f"More than {MAX_CONCEPTS} concepts.")
        return SchemeFile(self._described(chosen), tuple(self._read(concepts)))

    def _members(self, scheme: str) -> list["Node"]:
        from rdflib import SKOS, URIRef

        wanted = URIRef(scheme)
        return [
            concept
            for concept in self._concepts
            if (concept, SKOS.inScheme, wanted) in self._graph
            or (concept, SKOS.topConceptOf, wanted) in self._graph
        ]

    def _described(self, uri: str) -> Scheme:
        from rdflib import DC, DCTERMS, OWL, RDFS, SKOS, URIRef

        node = URIRef(uri or f"urn:communotic:{self._name}")
        labels = self._texts(node, SKOS.prefLabel, DCTERMS.title, DC.title, RDFS.label)
        return Scheme(
            name=self._name,
            uri=str(node),
            labels=labels or {"fr": self._name},
            version=self._line(node, OWL.versionInfo, DCTERMS.hasVersion),
            source=self._line(node, DCTERMS.source, DCTERMS.publisher),
            licence=self._line(node, DCTERMS.license, DCTERMS.rights),
            note=self._line(node, SKOS.note, DCTERMS.description),
        )

    def _read(self, concepts: list["Node"]) -> Iterator[Concept]:
        from rdflib import DCTERMS, OWL, SKOS, URIRef

        replaced = (DCTERMS.isReplacedBy, URIRef(_SKOS + "replacedBy"))
        taken: set[str] = set()
        for notation, node in self._ordered(concepts):
            labels = self._texts(node, SKOS.prefLabel)
            if not labels:
                continue
            successor = self._address(node, *replaced)
            yield Concept(
                uri=str(node),
                scheme=self._name,
                notation=_unused(notation, taken),
                labels=labels,
                synonyms=self._lists(node, SKOS.altLabel, SKOS.hiddenLabel),
                definitions=self._texts(
                    node, SKOS.definition, SKOS.scopeNote, DCTERMS.description, limit=MAX_DEFINITION
                ),
                broader=self._address(node, SKOS.broader),
                replaced_by=successor,
                deprecated=bool(successor) or self._line(node, OWL.deprecated).lower() == "true",
            )

    def _ordered(self, concepts: list["Node"]) -> list[tuple[str, "Node"]]:
        """With their notations, in the order of the file's ordered collections, then by these."""
        from rdflib import RDF, SKOS
        from rdflib.collection import Collection

        places: dict[Node, int] = {}
        for collection in sorted(self._graph.subjects(RDF.type, SKOS.OrderedCollection), key=str):
            for members in self._graph.objects(collection, SKOS.memberList):
                with suppress(ValueError):  # a list that runs in a circle
                    for node in Collection(self._graph, members):
                        places.setdefault(node, len(places))
        last = len(places)
        found = [(self._notation(node), node) for node in concepts]
        return sorted(
            found, key=lambda each: (places.get(each[1], last), _natural(each[0]), str(each[1]))
        )

    def _notation(self, node: "Node") -> str:
        from rdflib import SKOS

        written = self._line(node, SKOS.notation)
        end = re.split(r"[/#]", str(node).rstrip("/#"))[-1]
        text = written or end
        return text if _PLAIN.fullmatch(text) else notation_of(text) or "x"

    def _values(self, node: "Node", *predicates: "URIRef") -> Iterator["Literal"]:
        from rdflib import Literal

        for predicate in predicates:
            found = [v for v in self._graph.objects(node, predicate) if isinstance(v, Literal)]
            yield from sorted(found)

    def _texts(self, node: "Node", *predicates: "URIRef", limit: int = MAX_LABEL) -> dict[str, str]:
        found: dict[str, str] = {}
        for value in self._values(node, *predicates):
            language = (value.language or "fr").partition("-")[0].lower()
            text = " ".join(str(value).split())[:limit]
            if text:
                found.setdefault(language, text)
        ours: dict[str, str] = {each: found[each] for each in LANGUAGES if each in found}
        return ours or dict(list(found.items())[:1])

    def _lists(self, node: "Node", *predicates: "URIRef") -> dict[str, tuple[str, ...]]:
        found: dict[str, list[str]] = {}
        for value in self._values(node, *predicates):
            language = (value.language or "fr").partition("-")[0].lower()
            text = " ".join(str(value).split())[:MAX_LABEL]
            if text and language in LANGUAGES:
                found.setdefault(language, []).append(text)
        return {
            language: tuple(dict.fromkeys(words))[:MAX_SYNONYMS]
            for language, words in sorted(found.items())
        }

    def _line(self, node: "Node", *predicates: "URIRef") -> str:
        for predicate in predicates:
            for value in sorted(self._graph.objects(node, predicate), key=str):
                return " ".join(str(value).split())[:1_000]
        return ""

    def _address(self, node: "Node", *predicates: "URIRef") -> str:
        for predicate in predicates:
            found = sorted(str(v) for v in self._graph.objects(node, predicate) if _is_address(v))
            if found:
                return found[0]
        return ""


def _is_address(node: "Node") -> bool:
    from rdflib import URIRef

    text = str(node)
    return isinstance(node, URIRef) and len(text) <= MAX_URI and bool(_URI.fullmatch(text))


def _unused(notation: str, taken: set[str]) -> str:
    """The notation, with a number when another concept has it already."""
    found, number = notation, 2
    while found in taken:
        found, number = f"{notation}-{number}", number + 1
    taken.add(found)
    return found


def _natural(text: str) -> list[tuple[int, int, str]]:
    """A key by which 2 comes before 10."""
    parts = re.findall(r"\d+|\D+", text)
    return [(0, int(p[:18]), "") if p.isdecimal() else (1, 0, p) for p in parts]
