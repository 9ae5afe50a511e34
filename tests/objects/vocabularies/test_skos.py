"""SKOS in and out, in every format."""

import pytest
import rdflib

from objects.vocabularies.bundle import read_bundled
from objects.vocabularies.files import BadVocabulary
from objects.vocabularies.names import DIGCOMP, OURS
from objects.vocabularies.skos.reading import read_skos
from objects.vocabularies.skos.writing import MEDIA_TYPES, write_skos

SKOS = rdflib.SKOS

TOOLS = """
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix : <https://greta.example/tools/> .

<https://greta.example/tools> a skos:ConceptScheme ; dct:title "Outils"@fr, "Werkzeug"@de ;
    owl:versionInfo "2" ; dct:license <https://creativecommons.org/licenses/by/4.0/> .
:2 a skos:Concept ; skos:inScheme <https://greta.example/tools> ; skos:prefLabel "Perceuse"@fr-FR ;
    skos:altLabel "chignole", "foreuse"@fr, "Bohrer"@de .
:10 a skos:Concept ; skos:inScheme <https://greta.example/tools> ; skos:prefLabel "Étau"@fr ;
    skos:broader :2 .
:1 a skos:Concept ; skos:topConceptOf <https://greta.example/tools> ; skos:prefLabel "Vrille" ;
    skos:replacedBy :2 .
:nameless a skos:Concept ; skos:inScheme <https://greta.example/tools> .
:other a skos:Concept ; skos:inScheme <https://greta.example/places> ; skos:prefLabel "Nef"@fr .
"""


@pytest.mark.parametrize("form", MEDIA_TYPES)
@pytest.mark.parametrize("name", [*OURS, DIGCOMP])
def test_a_scheme_comes_back_whole_from_every_format(name: str, form: str) -> None:
    file = read_bundled(name)
    assert read_skos(write_skos([file], form), form, name) == file


def test_another_reader_finds_labels_hierarchy_and_order_in_what_we_write() -> None:
    graph = rdflib.Graph()
    graph.parse(data=write_skos([read_bundled(DIGCOMP)], "turtle"), format="turtle")
    area = rdflib.URIRef("https://communotic.normandie.fr/ns/digcomp/4")
    below = rdflib.URIRef("https://communotic.normandie.fr/ns/digcomp/4.2")
    assert (area, SKOS.narrower, below) in graph
    assert (below, SKOS.broader, area) in graph
    assert len(set(graph.subjects(rdflib.RDF.type, SKOS.Concept))) == 26
    labels = {(str(o), o.language) for o in graph.objects(below, SKOS.prefLabel)
              if isinstance(o, rdflib.Literal)}  # fmt: skip
    assert ("Protecting personal data and privacy", "en") in labels


def test_the_largest_scheme_of_a_file_is_read_with_its_odd_spellings() -> None:
    file = read_skos(TOOLS.encode(), "turtle", "tools")
    assert file.scheme.labels == {"fr": "Outils"}
    assert file.scheme.version == "2"
    assert file.scheme.licence == "https://creativecommons.org/licenses/by/4.0/"
    assert [concept.notation for concept in file.concepts] == ["1", "2", "10"]
    old, drill, vice = file.concepts
    assert old.labels == {"fr": "Vrille"}
    assert old.replaced_by == drill.uri
    assert old.deprecated
    assert drill.labels == {"fr": "Perceuse"}
    assert drill.synonyms == {"fr": ("chignole", "foreuse")}
    assert vice.broader == drill.uri


def test_another_scheme_of_the_file_is_read_when_it_is_named() -> None:
    file = read_skos(TOOLS.encode(), "turtle", "places", "https://greta.example/places")
    assert [concept.label("fr") for concept in file.concepts] == ["Nef"]


def test_two_concepts_of_one_notation_are_told_apart() -> None:
    twice = TOOLS.replace("skos:broader :2", 'skos:notation "2"')
    notations = [each.notation for each in read_skos(twice.encode(), "turtle", "tools").concepts]
    assert sorted(notations) == ["1", "2", "2-2"]


@pytest.mark.parametrize("text", ["", "@prefix : <https://x.example/> . :a :b :c .", "<not turtle"])
def test_a_file_without_concepts_is_refused(text: str) -> None:
    with pytest.raises(BadVocabulary):
        read_skos(text.encode(), "turtle", "tools")
