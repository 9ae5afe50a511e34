"""SKOS out: schemes and concepts as linked data."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final

from objects.vocabularies.files import SchemeFile
from storage.concepts import Concept, Scheme

if TYPE_CHECKING:
    from rdflib import Graph, Node

MEDIA_TYPES: Final = {
    "turtle": "text/turtle",
    "xml": "application/rdf+xml",
    "json-ld": "application/ld+json",
    "nt": "application/n-triples",
}
"""What rdflib calls a format → its media type."""

ORDERED: Final = 200
"""Schemes of at most so many concepts say their order."""

_PREFIXES: Final = ("dct", "owl", "skos")
Triple = tuple["Node", "Node", "Node"]


def write_skos(files: Iterable[SchemeFile], form: str) -> bytes:
    """Schemes as SKOS, in UTF-8; `form` is one of `MEDIA_TYPES`."""
    graph = _graph()
    for file in files:
        for triple in _of_scheme(file.scheme):
            graph.add(triple)
        for concept in file.concepts:
            for triple in _of_concept(concept, file.scheme.uri):
                graph.add(triple)
        _add_order(graph, file)
    if form == "json-ld":
        context = {name: str(uri) for name, uri in graph.namespaces() if name in _PREFIXES}
        return graph.serialize(format="json-ld", encoding="utf-8", context=context, indent=1)
    return graph.serialize(format=form, encoding="utf-8")


def _graph() -> "Graph":
    from rdflib import DCTERMS, OWL, SKOS, Graph

    graph = Graph(bind_namespaces="none")
    spaces: dict[str, Any] = {"dct": DCTERMS, "owl": OWL, "skos": SKOS}
    for prefix in _PREFIXES:
        graph.bind(prefix, spaces[prefix])
    return graph


def _of_scheme(scheme: Scheme) -> Iterator[Triple]:
    from rdflib import DCTERMS, OWL, RDF, SKOS, Literal, URIRef

    node = URIRef(scheme.uri)
    yield node, RDF.type, SKOS.ConceptScheme
    for language, label in scheme.labels.items():
        yield node, SKOS.prefLabel, Literal(label, lang=language)
    if scheme.version:
        yield node, OWL.versionInfo, Literal(scheme.version)
    if scheme.source:
        yield node, DCTERMS.source, _address_or_text(scheme.source)
    if scheme.licence:
        yield node, DCTERMS.license, _address_or_text(scheme.licence)
    if scheme.note:
        yield node, SKOS.note, Literal(scheme.note, lang="fr")


def _of_concept(concept: Concept, scheme: str) -> Iterator[Triple]:
    from rdflib import DCTERMS, OWL, RDF, SKOS, Literal, URIRef

    node = URIRef(concept.uri)
    yield node, RDF.type, SKOS.Concept
    yield node, SKOS.inScheme, URIRef(scheme)
    yield node, SKOS.notation, Literal(concept.notation)
    for language, label in concept.labels.items():
        yield node, SKOS.prefLabel, Literal(label, lang=language)
    for language, synonyms in concept.synonyms.items():
        for synonym in synonyms:
            yield node, SKOS.altLabel, Literal(synonym, lang=language)
    for language, definition in concept.definitions.items():
        yield node, SKOS.definition, Literal(definition, lang=language)
    if concept.broader:
        yield node, SKOS.broader, URIRef(concept.broader)
        yield URIRef(concept.broader), SKOS.narrower, node
    else:
        yield URIRef(scheme), SKOS.hasTopConcept, node
    if concept.replaced_by:
        yield node, DCTERMS.isReplacedBy, URIRef(concept.replaced_by)
    if concept.deprecated:
        yield node, OWL.deprecated, Literal(True)


def _add_order(graph: "Graph", file: SchemeFile) -> None:
    from rdflib import RDF, SKOS, BNode, URIRef
    from rdflib.collection import Collection

    if len(file.concepts) <= ORDERED:
        node, members = URIRef(file.scheme.uri + "#order"), BNode()
        graph.add((node, RDF.type, SKOS.OrderedCollection))
        graph.add((node, SKOS.memberList, members))
        Collection(graph, members, [URIRef(concept.uri) for concept in file.concepts])


def _address_or_text(text: str) -> "Node":
    from rdflib import Literal, URIRef

    is_address = text.startswith(("http://", "https://")) and " " not in text
    return URIRef(text) if is_address else Literal(text)
