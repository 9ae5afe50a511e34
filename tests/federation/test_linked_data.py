"""JSON-LD to RDF: pinned contexts only, and the same triples in every serialisation."""

import json
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyld import jsonld
from rdflib import Graph, Literal, URIRef
from rdflib.compare import isomorphic
from rdflib.namespace import RDF

from federation import contexts, linked_data
from federation.documents import parse
from federation.errors import Refused, Untrusted
from federation.linked_data import (
    EXPANDED,
    MEDIA_TYPES,
    N_TRIPLES,
    TURTLE,
    expand,
    graph_stream,
    serialise,
)
from federation.vocabulary import ACTIVITYSTREAMS, CONTEXT
from tests.support.hostile import HostileServer

AS = ACTIVITYSTREAMS + "#"
VECTORS = Path(__file__).parents[1] / "data" / "activitystreams"
# One example of the specification holds raw line breaks inside a string.
BROKEN = VECTORS / "vocabulary-ex196-jsonld.json"
WELL_FORMED = sorted(set(VECTORS.glob("*.json")) - {BROKEN})

ACTOR: dict[str, Any] = {
    "@context": CONTEXT,
    "id": "https://atelier.example/users/amina",
    "type": "Person",
    "preferredUsername": "amina",
    "name": 'Amina "Zoé" \\ Lefèvre\n\tformatrice',
    "inbox": "https://atelier.example/users/amina/inbox",
    "published": "2026-11-23T10:00:00Z",
    "summaryMap": {"fr": "Formatrice à Caen", "en": "Trainer in Caen"},
    "attachment": [
        {"type": "PropertyValue", "name": "Ville", "value": "Caen"},
        {"type": "PropertyValue", "name": "Métier", "value": "Formatrice"},
    ],
    "publicKey": {
        "id": "https://atelier.example/users/amina#main-key",
        "owner": "https://atelier.example/users/amina",
        "publicKeyPem": "-----BEGIN PUBLIC KEY-----\n…\n-----END PUBLIC KEY-----\n",
    },
}
AMINA = URIRef("https://atelier.example/users/amina")


def test_the_turtle_of_an_actor_says_the_same_as_its_n_triples() -> None:
    turtle = Graph().parse(data=serialise(ACTOR, TURTLE), format="turtle")
    triples = Graph().parse(data=serialise(ACTOR, N_TRIPLES), format="nt")
    expanded = Graph().parse(data=_n_quads(json.loads(serialise(ACTOR, EXPANDED))), format="nt")
    assert isomorphic(turtle, triples)
    assert isomorphic(expanded, triples)
    assert (AMINA, RDF.type, URIRef(AS + "Person")) in triples
    assert (AMINA, URIRef(AS + "name"), Literal(ACTOR["name"])) in triples
    assert (AMINA, URIRef(AS + "summary"), Literal("Formatrice à Caen", lang="fr")) in triples
    assert len(list(triples.objects(AMINA, URIRef(AS + "attachment")))) == 2


def test_turtle_is_written_with_the_usual_prefixes() -> None:
    text = serialise(ACTOR, TURTLE).decode()
    assert "@prefix as: <https://www.w3.org/ns/activitystreams#> ." in text
    assert "a as:Person" in text
    assert '"2026-11-23T10:00:00Z"^^xsd:dateTime' in text


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=40))
@settings(deadline=None)
def test_any_text_survives_every_serialisation(text: str) -> None:
    note = {"@context": ACTIVITYSTREAMS, "id": "https://a.example/1", "content": text}
    subject, content = URIRef("https://a.example/1"), URIRef(AS + "content")
    for media_type, name in ((TURTLE, "turtle"), (N_TRIPLES, "nt")):
        graph = Graph().parse(data=serialise(note, media_type), format=name)
        assert str(graph.value(subject, content)) == text


@pytest.mark.parametrize("path", WELL_FORMED, ids=lambda path: path.stem)
def test_an_activitystreams_document_reads_the_same_in_both_serialisations(path: Path) -> None:
    document = parse(path.read_bytes())
    triples = Graph().parse(data=serialise(document.raw, N_TRIPLES), format="nt")
    turtle = Graph().parse(data=serialise(document.raw, TURTLE), format="turtle")
    assert isomorphic(triples, turtle)
    if document.id is not None and document.types:
        assert (URIRef(document.id), RDF.type, None) in triples


def test_the_vectors_are_all_there() -> None:
    assert len(WELL_FORMED) == 211
    with pytest.raises(Refused, match="malformed-json"):
        parse(BROKEN.read_bytes())


@pytest.mark.parametrize("path", sorted((VECTORS / "fail").glob("*.json")), ids=lambda p: p.stem)
def test_a_bad_activitystreams_document_is_refused_or_read_without_an_accident(path: Path) -> None:
    try:
        document = parse(path.read_bytes())
        for media_type in MEDIA_TYPES:
            serialise(document.raw, media_type)
    except (Refused, Untrusted):
        return
    assert path.stem in {
        "collection-with-non-page-first",
        "content-map-with-invalid-language-tag",
        "name-as-namemap",
        "namemap-as-name",
        "number-as-actor",
        "number-as-content",
        "number-as-name",
        "number-as-object",
        "ordered-collection-with-items",
        "ordered-collection-with-non-page-first",
        "other-context",
        "relative-uri-for-url",
        "unordered-collection-with-ordered-items",
    }


def test_every_pinned_context_can_be_used_without_the_network() -> None:
    index = json.loads((Path(contexts.__file__).parent / "contexts/index.json").read_bytes())
    assert len(index) == 16
    for url in index:
        assert "@context" in contexts.pinned_context(url)
        assert expand({"@context": [url], "@id": "https://a.example/", "@type": AS + "Note"})


@pytest.mark.parametrize(
    "url",
    [
        "http://www.w3.org/ns/activitystreams",
        "https://www.w3.org/ns/activitystreams#",
        "https://www.w3.org/ns/activitystreams.jsonld",
        "https://schema.org",
        "http://schema.org",
        "https://schema.org/",
    ],
)
def test_the_other_spellings_of_a_context_are_known(url: str) -> None:
    assert contexts.is_pinned(url)


def test_no_document_is_ever_left_without_the_activitystreams_context() -> None:
    contextless: list[dict[str, Any]] = [{}, {"@context": None}, {"@context": []}]
    for context in contextless:
        note = {**context, "id": "https://a.example/1", "type": "Note"}
        assert expand(note)[0]["@type"] == [AS + "Note"]


HIDING_PLACES: list[Any] = [
    lambda url: {"@context": url},
    lambda url: {"@context": [ACTIVITYSTREAMS, url]},
    lambda url: {"object": {"@context": url, "type": "Note"}},
    lambda url: {"tag": [{"@context": [url]}]},
    lambda url: {"@context": {"x": {"@id": "https://x.example/x", "@context": url}}, "x": {}},
    lambda url: {"@context": [ACTIVITYSTREAMS, {"@import": url}]},
    lambda url: {"@graph": [{"@context": url}]},
    lambda url: {"@included": {"@context": url, "type": "Note"}},
]


@pytest.mark.parametrize("hide", HIDING_PLACES)
async def test_a_foreign_context_is_never_fetched(hide: Any) -> None:
    async with HostileServer() as server:
        url = server.url("/context.jsonld")
        note = {"@context": ACTIVITYSTREAMS, "id": "https://a.example/1", "type": "Note"}
        document = {**note, **hide(url)}
        with pytest.raises(Untrusted):
            expand(document)
        for media_type in MEDIA_TYPES:
            try:
                assert url.encode() not in serialise(document, media_type)
            except Untrusted:
                assert "@import" in json.dumps(document)
        assert server.connections == 0


def test_what_only_an_unknown_context_defines_is_left_out() -> None:
    note = {
        "@context": [ACTIVITYSTREAMS, "https://pleroma.example/schemas/litepub-0.1.jsonld"],
        "id": "https://a.example/1",
        "type": "Note",
        "content": "kept",
        "unknownThing": "dropped",
    }
    text = serialise(note, N_TRIPLES).decode()
    assert "kept" in text
    assert "dropped" not in text


def test_the_given_document_is_not_changed() -> None:
    note = {"@context": ["https://unknown.example/c"], "id": "https://a.example/1", "type": "Note"}
    before = json.dumps(note)
    serialise(note, TURTLE)
    assert json.dumps(note) == before


@pytest.mark.parametrize(
    "smuggled",
    [
        "https://a.example/1> <https://e.example/p> <https://e.example/o> .\n<https://e.example/s",
        "https://a.example/1 2",
        'https://a.example/"',
        "https://a.example/{x}",
        "https://a.example/\n",
    ],
)
def test_an_identifier_cannot_smuggle_triples_in(smuggled: str) -> None:
    note = {
        "@context": ACTIVITYSTREAMS,
        "id": "https://a.example/1",
        "type": "Note",
        "url": smuggled,
        "attributedTo": {"id": smuggled, "type": "Person"},
    }
    for media_type, name in ((TURTLE, "turtle"), (N_TRIPLES, "nt")):
        graph = Graph().parse(data=serialise(note, media_type), format=name)
        assert set(graph) == {(URIRef("https://a.example/1"), RDF.type, URIRef(AS + "Note"))}


def test_documents_of_unreasonable_size_or_depth_are_refused() -> None:
    deep: dict[str, Any] = {"type": "Note"}
    for _ in range(200):
        deep = {"object": deep}
    for document in (deep, {"tag": [{"name": str(n)} for n in range(20_000)]}):
        with pytest.raises(Untrusted, match="too large or too deep"):
            serialise(document, N_TRIPLES)


def test_another_media_type_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="text/html"):
        serialise(ACTOR, "text/html")


async def test_many_documents_become_one_graph_without_mixing_their_blank_nodes() -> None:
    people = [{**ACTOR, "id": f"https://atelier.example/users/{n}"} for n in range(5)]

    async def documents() -> AsyncIterator[dict[str, Any]]:
        for person in people:
            yield person
        yield {"@context": 7}

    data = b"".join([piece async for piece in graph_stream(documents())])
    together = Graph().parse(data=data, format="nt")
    apart = sum(len(serialise(person, N_TRIPLES).splitlines()) for person in people)
    shared_key = len(serialise(ACTOR, N_TRIPLES).decode().split("#main-key> <")) - 1
    assert len(together) == apart - 4 * shared_key
    for number in range(5):
        person = URIRef(f"https://atelier.example/users/{number}")
        fields = list(together.objects(person, URIRef(AS + "attachment")))
        assert len(fields) == 2
        assert all(len(list(together.triples((field, None, None)))) == 3 for field in fields)


async def test_the_stream_comes_in_pieces_and_holds_one_document_at_a_time() -> None:
    drawn = 0

    async def documents() -> AsyncIterator[dict[str, Any]]:
        nonlocal drawn
        for number in range(200):
            drawn += 1
            yield {
                "@context": ACTIVITYSTREAMS,
                "id": f"https://a.example/{number}",
                "content": "x" * 2_000,
            }

    stream = graph_stream(documents())
    first = await anext(stream)
    assert len(first) < 2 * linked_data.CHUNK_BYTES
    assert drawn < 40
    await stream.aclose()


def test_the_heavy_libraries_are_imported_only_when_needed() -> None:
    code = (
        "import sys, federation.linked_data;"
        "print([m for m in ('rdflib', 'pyld', 'pyoxigraph', 'requests') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def _n_quads(expanded: Any) -> bytes:
    """PyLD's own writing of an expanded document, as a second opinion."""
    return jsonld.to_rdf(expanded, {"format": "application/n-quads"}).encode()
