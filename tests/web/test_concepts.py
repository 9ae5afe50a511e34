"""Vocabularies, concepts and the namespace, for visitors and machines."""

import pytest
import rdflib
from quart.typing import TestClientProtocol

from federation.vocabulary import COMMUNOTIC
from objects.experiences.terms import TERMS
from objects.vocabularies.bundle import load_bundled, save
from objects.vocabularies.files import SchemeFile
from objects.vocabularies.names import concept_uri
from storage.concepts import Concept, Scheme
from tests.support.fediverse import LocalNode

PERSON = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
OLD = Concept(
    uri="https://tools.example/1", scheme="tools", notation="1", labels={"fr": "Vrille"},
    replaced_by="https://tools.example/2", deprecated=True,
)  # fmt: skip
NEW = Concept(
    uri="https://tools.example/2", scheme="tools", notation="2",
    labels={"fr": "<script>alert(1)</script>"},
)  # fmt: skip
TOOLS = SchemeFile(
    Scheme(name="tools", uri="https://tools.example/", labels={"fr": "Outils"}), (OLD, NEW)
)


@pytest.fixture
async def site(node: LocalNode) -> TestClientProtocol:
    """The node with its vocabularies and one foreign one."""
    await load_bundled(node.store, node.clock.ms)
    await node.store.write(lambda tx: save(tx, TOOLS, node.clock.ms))
    return node.app.test_client()


async def read(site: TestClientProtocol, path: str, language: str = "fr") -> str:
    """A page as text; it must be there."""
    answer = await site.get(path, headers=PERSON | {"Accept-Language": language})
    assert answer.status_code == 200, path
    return await answer.get_data(as_text=True)


async def graph(site: TestClientProtocol, path: str, form: str) -> rdflib.Graph:
    """A file as another program reads it."""
    answer = await site.get(path)
    assert answer.status_code == 200, path
    found = rdflib.Graph()
    found.parse(data=await answer.get_data(), format=form)
    return found


async def test_every_vocabulary_is_listed_with_its_source_and_licence(
    site: TestClientProtocol,
) -> None:
    page = await read(site, "/vocabularies")
    for text in ("Thèmes de Communotic", "ROME 4.0", "Licence Ouverte 2.0", "CC BY 4.0"):
        assert text in page
    assert 'href="/concepts/theme/afest"' in page
    assert "Work-based learning" in await read(site, "/vocabularies", "en")


async def test_a_small_vocabulary_is_shown_whole_a_large_one_by_its_top_and_searched(
    site: TestClientProtocol,
) -> None:
    assert (await read(site, "/vocabularies/public")).count('href="/concepts/public/') == 20
    top = await read(site, "/vocabularies/rome")
    assert "Transport et logistique" in top
    assert "Boulang" not in top
    assert "Boulanger / Boulangère" in await read(site, "/vocabularies/rome?q=boulang")
    nothing = await read(site, "/vocabularies/rome?q=<b>zzz</b>&from=x")
    assert "<b>zzz" not in nothing


async def test_a_concept_shows_what_it_means_and_what_stands_around_it(
    site: TestClientProtocol,
) -> None:
    page = await read(site, "/concepts/digcomp/4")
    assert 'href="/concepts/digcomp/4.2"' in page
    assert "traduction non officielle" in page
    page = await read(site, "/concepts/rome/K2111")
    assert 'href="/concepts/rome/K"' in page
    page = await read(site, "/concepts/theme/afest")
    assert "/experiences.atom?theme=https" in page
    assert concept_uri("theme", "afest") in page


async def test_a_replaced_concept_points_to_what_replaces_it_and_labels_are_only_text(
    site: TestClientProtocol,
) -> None:
    page = await read(site, "/concepts/tools/1")
    assert 'href="/concepts/tools/2"' in page
    assert "<script>alert" not in page
    assert "Vrille" not in await read(site, "/vocabularies/tools")


@pytest.mark.parametrize(
    ("suffix", "form"), [("ttl", "turtle"), ("rdf", "xml"), ("jsonld", "json-ld")]
)
async def test_one_vocabulary_and_all_of_them_are_had_as_skos(
    site: TestClientProtocol, suffix: str, form: str
) -> None:
    afest = rdflib.URIRef(concept_uri("theme", "afest"))
    one = await graph(site, f"/vocabularies/theme.{suffix}", form)
    assert (afest, rdflib.RDF.type, rdflib.SKOS.Concept) in one
    everything = await graph(site, f"/vocabularies.{suffix}", form)
    assert len(set(everything.subjects(rdflib.RDF.type, rdflib.SKOS.ConceptScheme))) == 8
    assert (rdflib.URIRef(OLD.uri), rdflib.DCTERMS.isReplacedBy, rdflib.URIRef(NEW.uri)) in (
        everything
    )


async def test_a_file_that_did_not_change_is_not_sent_again(site: TestClientProtocol) -> None:
    first = await site.get("/vocabularies/role.ttl")
    again = await site.get(
        "/vocabularies/role.ttl", headers={"If-None-Match": first.headers["ETag"]}
    )
    assert again.status_code == 304


@pytest.mark.parametrize(
    "path",
    ["/vocabularies/nothing", "/vocabularies/nothing.ttl", "/concepts/rome/X9", "/concepts/x/y"],
)
async def test_what_is_not_there_is_not_found(site: TestClientProtocol, path: str) -> None:
    assert (await site.get(path, headers=PERSON)).status_code == 404


async def test_the_namespace_explains_each_term_to_people_and_machines(
    site: TestClientProtocol,
) -> None:
    page = await read(site, "/ns")
    assert all(f'id="{term.name}"' in page for term in TERMS)
    found = await graph(site, "/ns.ttl", "turtle")
    for term in TERMS:
        comments = set(found.objects(rdflib.URIRef(COMMUNOTIC + term.name), rdflib.RDFS.comment))
        assert len(comments) == 2
    answer = await site.get("/ns", headers={"Accept": "text/turtle"})
    assert answer.content_type == "text/turtle"
    answer = await site.get("/ns", headers={"Accept": "application/ld+json"})
    assert answer.content_type == "application/ld+json"


async def test_the_uris_of_concepts_lead_to_their_pages(site: TestClientProtocol) -> None:
    answer = await site.get("/ns/theme/afest")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/concepts/theme/afest")
    answer = await site.get("/ns/theme")
    assert answer.headers["Location"] == "/vocabularies/theme"
