"""Experiences on the wire: every field there and back, and anything else without a crash."""

from dataclasses import fields, replace
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actors.identifiers import Identifiers
from federation.documents import Document, parse
from federation.linked_data import EXPANDED, N_TRIPLES, TURTLE, expand, serialise
from federation.vocabulary import COMMUNOTIC, NETWORK, ORGANISATION, PUBLIC
from objects.experiences.documents import experience_document, hashtags
from objects.experiences.fields import Experience
from objects.experiences.terms import TERMS
from objects.experiences.wire import (
    KNOWN,
    NESTED,
    PREFIXES,
    experience_of,
    is_experience,
)
from storage.concepts import Concept
from storage.records import ActorRecord
from tests.objects.experiences.made_up import EXPERIENCES, FULL, NS

IDENTIFIERS = Identifiers("https://a.example", "a.example")
AUTHOR = ActorRecord(
    1, "https://a.example/users/author", 1, "Person", "author", "a.example",
    followers_url="https://a.example/users/author/followers",
)  # fmt: skip
NOW = 1_790_000_000_000


def document_of(experience: Experience, **values: Any) -> dict[str, Any]:
    """The document as it arrives elsewhere."""
    options = {"concepts": {}, **values}
    made = experience_document(experience, AUTHOR, 42, IDENTIFIERS, NOW, **options)
    return parse(orjson.dumps(made)).raw


def concept(uri: str, **labels: str) -> Concept:
    """A concept with these names."""
    return Concept(uri=uri, scheme="theme", notation=uri.rpartition("/")[2], labels=labels)


def test_every_field_survives_a_round_trip() -> None:
    empty = Experience()
    stays_here = {"consent"}
    for each in fields(FULL):
        if each.name not in stays_here | {"reach", "language", "no_caveats"}:
            assert getattr(FULL, each.name) != getattr(empty, each.name), each.name
    assert experience_of(Document(document_of(FULL))) == FULL


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(EXPERIENCES)
def test_any_experience_survives_a_round_trip(experience: Experience) -> None:
    assert experience_of(Document(document_of(experience))) == experience


@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(EXPERIENCES, EXPERIENCES)
def test_an_edit_keeps_the_terms_that_this_version_does_not_know(
    theirs: Experience, ours: Experience
) -> None:
    read = experience_of(Document(document_of(theirs)))
    assert read is not None
    edited = replace(ours, unknown=read.unknown)
    again = experience_of(Document(document_of(edited, published=NOW - 5000)))
    assert again is not None
    assert again.unknown == theirs.unknown
    assert replace(again, unknown={}) == replace(ours, unknown={})


def test_consent_never_leaves() -> None:
    given_consent = document_of(replace(FULL, consent=True))
    assert given_consent == document_of(FULL)


_ODD = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    # the parser refuses zero bytes and lone surrogates before anything reads them
    | st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
    | st.sampled_from(["https://x.example/", "javascript:alert(1)", PUBLIC, "2026-02-31"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "name", "url", "type", "cmt:level", "cmt:days", "cmt:role"]),
            inner,
        )
    ),
    max_leaves=6,
)
_NAMES = sorted(
    KNOWN | {"name", "summary", "attributedTo", "startTime", "endTime", "location", "contentMap"}
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.dictionaries(st.sampled_from(_NAMES), _ODD, max_size=12))
def test_odd_shapes_never_raise_and_never_show_a_live_address(odd: dict[str, Any]) -> None:
    read = experience_of(Document({"type": "Article", "cmt:context": "x", **odd}))
    if read is None:
        assert odd.get("cmt:context", "x") is None or "cmt:context" in odd
        return
    for things in (read.tools, read.partners):
        assert all(thing.url == "" or thing.url.startswith("https://") for thing in things)
    for uri in (*read.themes, *read.publics, *read.modalities, read.maturity, read.carried_by):
        assert uri == "" or uri.startswith("https://")
    document_of(read)


def test_what_is_too_much_is_cut() -> None:
    huge = {
        "type": "Article",
        "name": "T" * 9_000,
        "summary": "S" * 9_000,
        "cmt:context": "c" * 200_000,
        "schema:teaches": ["o" * 5_000] * 4_000,
        "schema:about": [f"https://x.example/{number}" for number in range(4_000)],
        "cmt:indicator": [{"name": "n"}] * 4_000,
        "attributedTo": [f"https://x.example/{number}" for number in range(4_000)],
        "cmt:secret": "x" * 100_000,
    }
    read = experience_of(Document(huge))
    assert read is not None
    assert (len(read.title), len(read.summary), len(read.context)) == (150, 500, 50_000)
    assert len(read.objectives) == 50
    assert len(read.objectives[0]) == 300
    assert (len(read.themes), len(read.indicators), len(read.contributors)) == (30, 50, 15)
    assert read.unknown == {}


@pytest.mark.parametrize(
    "document",
    [
        {"type": "Article", "name": "Un billet", "content": "<p>Bonjour</p>"},
        {"type": "Note", "cmt:context": "a note is no experience"},
        {"type": "Article", "schema:about": "https://x.example/", "schema:license": "MIT"},
        {},
    ],
)
def test_other_things_are_no_experiences(document: dict[str, Any]) -> None:
    assert not is_experience(Document(document))
    assert experience_of(Document(document)) is None


def test_an_experience_without_any_field_is_one_all_the_same() -> None:
    assert experience_of(Document(document_of(Experience(title="Une idée")))) is not None


def test_the_reach_is_in_the_address() -> None:
    assert document_of(FULL)["to"] == [PUBLIC]
    assert document_of(FULL)["searchableBy"] == [PUBLIC]
    network = document_of(replace(FULL, reach="network"))
    assert network["to"] == [NETWORK]
    assert PUBLIC not in orjson.dumps(network).decode()
    here = document_of(replace(FULL, reach="organisation"))
    assert (here["to"], here["cc"]) == ([ORGANISATION], [])
    assert PUBLIC not in orjson.dumps(here).decode()


def test_the_author_comes_first_and_the_others_are_listed() -> None:
    made = document_of(FULL)
    assert made["attributedTo"] == [AUTHOR.url, "https://b.example/users/lea"]
    alone = document_of(replace(FULL, contributors=()))
    assert alone["attributedTo"] == AUTHOR.url


def test_the_author_who_vouches_need_not_stand_first() -> None:
    made = document_of(FULL)
    made["attributedTo"].reverse()
    read = experience_of(Document(made), AUTHOR.url)
    assert read == FULL


def test_hashtags_are_the_french_names_in_camel_case_with_accents() -> None:
    uris = [f"{NS}/theme/{number}" for number in range(4)]
    concepts = {
        uris[0]: concept(uris[0], fr="Illettrisme et compétences clés", en="Literacy"),
        uris[1]: concept(uris[1], fr="Formation en situation de travail (AFEST)"),
        uris[2]: concept(uris[2], fr="Éducation à l’environnement"),
        uris[3]: concept(uris[3], fr="2026"),
    }
    experience = Experience(themes=tuple(uris), language="en")
    assert hashtags(experience, concepts) == [
        "IllettrismeEtCompétencesClés",
        "FormationEnSituationDeTravail",
        "ÉducationÀLEnvironnement",
    ]
    tags = document_of(experience, concepts=concepts)["tag"]
    assert tags[2] == {
        "type": "Hashtag",
        "name": "#ÉducationÀLEnvironnement",
        "href": "https://a.example/tags/%C3%A9ducation%C3%A0lenvironnement",
    }


def test_linked_data_readers_find_our_terms() -> None:
    made = document_of(FULL)
    node = expand(made)[0]
    assert node[f"{COMMUNOTIC}context"][0]["@value"] == FULL.context
    assert node["https://schema.org/about"][0]["@id"] == FULL.themes[0]
    assert node["https://schema.org/license"][0]["@id"].startswith("https://creativecommons.org/")
    derived = node["http://www.w3.org/ns/prov#wasDerivedFrom"][0]
    assert derived["@id"] == FULL.adapted_from
    assert node[f"{COMMUNOTIC}kind"][0]["@id"] == f"{COMMUNOTIC}Experience"
    for media_type in (TURTLE, N_TRIPLES, EXPANDED):
        assert FULL.themes[0].encode() in serialise(made, media_type)


def test_nothing_that_we_write_is_lost_as_linked_data() -> None:
    text = orjson.dumps(expand(document_of(FULL))).decode()
    for name in KNOWN - {"cmt:noCaveat"}:
        prefix, _, rest = name.partition(":")
        base = {"cmt": COMMUNOTIC, "schema": "https://schema.org/", "prov": "ns/prov#"}[prefix]
        assert f"{base}{rest}" in text, name


def test_every_term_of_our_namespace_is_explained_and_used() -> None:
    explained = {term.name for term in TERMS}
    nested = {name for names in NESTED.values() for name in names}
    rows = {"cmt:role", "cmt:days", "cmt:before", "cmt:after", "cmt:source", "cmt:insee"}
    used = {name.removeprefix("cmt:") for name in KNOWN | nested | rows if name.startswith("cmt:")}
    assert explained == used | {"Experience", "Network", "Organisation"}
    assert all(term.comment_fr and term.comment_en and term.label_fr for term in TERMS)
    assert all(name.startswith(PREFIXES) for name in KNOWN)
