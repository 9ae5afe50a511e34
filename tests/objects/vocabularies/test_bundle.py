"""What comes with the program: complete, in two languages, in step with its sources."""

import re

import pytest

from objects.vocabularies.bundle import BUNDLED, load_bundled, read_bundled
from objects.vocabularies.names import DIGCOMP, MATURITY, OURS, ROME, THEME, concept_uri
from objects.vocabularies.prepare import from_source
from objects.vocabularies.terms import terms_of
from storage.store import Store, Tx

WRITTEN = (*OURS, DIGCOMP)


@pytest.mark.parametrize("name", WRITTEN)
def test_what_is_loaded_says_what_its_turtle_file_says(name: str) -> None:
    assert read_bundled(name) == from_source(name), "run: python -m objects.vocabularies.prepare"


@pytest.mark.parametrize("name", OURS)
def test_each_of_our_concepts_has_a_label_and_a_meaning_in_french_and_english(name: str) -> None:
    for concept in read_bundled(name).concepts:
        for texts in (concept.labels, concept.definitions):
            assert set(texts) == {"fr", "en"}, concept.uri
        assert concept.uri == concept_uri(name, concept.notation)
        assert re.fullmatch(r"[a-z0-9-]+", concept.notation)


@pytest.mark.parametrize("name", BUNDLED)
def test_notations_and_labels_are_given_once_and_a_source_and_licence_are_named(name: str) -> None:
    file = read_bundled(name)
    notations = [concept.notation for concept in file.concepts]
    assert len(set(notations)) == len(notations)
    for language in ("fr", "en"):
        labels = [c.labels[language] for c in file.concepts if language in c.labels]
        assert len(set(labels)) == len(labels)
    assert file.scheme.licence
    assert file.scheme.source
    assert file.scheme.version
    uris = {concept.uri for concept in file.concepts}
    assert {concept.broader for concept in file.concepts} <= uris | {""}


def test_there_are_at_most_forty_themes_and_maturity_goes_from_idea_to_stopped() -> None:
    assert len(read_bundled(THEME).concepts) <= 40
    assert [concept.notation for concept in read_bundled(MATURITY).concepts] == [
        "idee", "en-test", "eprouvee", "generalisee", "arretee",
    ]  # fmt: skip


def test_rome_and_digcomp_are_whole() -> None:
    rome = read_bundled(ROME).concepts
    assert len([c for c in rome if len(c.notation) == 5]) == 1_584
    assert len([c for c in rome if len(c.notation) == 1]) == 14
    titles = sum(len(concept.synonyms.get("fr", ())) for concept in rome)
    assert titles >= 11_500
    digcomp = read_bundled(DIGCOMP)
    assert len([c for c in digcomp.concepts if "." in c.notation]) == 21
    assert len([c for c in digcomp.concepts if "." not in c.notation]) == 5
    assert "traduction non officielle" in digcomp.scheme.note


def test_no_synonym_of_ours_belongs_to_two_themes() -> None:
    owners: dict[tuple[str, str], set[str]] = {}
    for term in terms_of(read_bundled(THEME).concepts):
        owners.setdefault((term.language, term.term), set()).add(term.concept)
    shared = {term: sorted(uris) for term, uris in owners.items() if len(uris) > 1}
    assert shared == {}


async def test_schemes_are_loaded_once_and_again_when_they_changed(store: Store) -> None:
    assert await load_bundled(store, 1_000) == BUNDLED
    assert await load_bundled(store, 2_000) == ()

    async def forget(tx: Tx) -> None:
        await tx.ledger.set_fact("bundled-vocabulary:theme", "another")

    await store.write(forget)
    assert await load_bundled(store, 3_000) == (THEME,)
    schemes = await store.query(lambda tx: tx.concepts.schemes())
    assert {s.name: s.loaded_at for s in schemes}[THEME] == 3_000
    counts = await store.query(lambda tx: tx.concepts.counts())
    assert counts[ROME] == 1_598
    assert counts[THEME] == len(read_bundled(THEME).concepts)
