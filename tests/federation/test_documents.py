"""Bytes from strangers become a document, or one clear refusal."""

import json
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation.documents import Document, is_public, parse, parse_time
from federation.errors import Refused

texts = st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**53), 2**53),
    st.floats(allow_nan=False, allow_infinity=False),
    texts,
)
json_values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=20,
)
PROPERTIES = ["id", "type", "actor", "object", "to", "content", "published", "x"]
documents = st.dictionaries(
    st.sampled_from([*PROPERTIES, "contentMap", "@context"]), json_values, max_size=6
)


def refusal(body: bytes, **limits: int) -> tuple[int, str]:
    """The status and code with which `body` is refused."""
    with pytest.raises(Refused) as caught:
        parse(body, **limits)
    return caught.value.status, caught.value.code


@given(st.binary())
def test_arbitrary_bytes_are_a_document_or_refused(body: bytes) -> None:
    try:
        document = parse(body)
    except Refused:
        return
    assert isinstance(document.raw, dict)


@given(documents)
def test_every_json_object_is_read_as_it_was_written(value: dict[str, Any]) -> None:
    assert parse(json.dumps(value, ensure_ascii=False).encode()).raw == value


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "malformed-json"),
        (b"{", "malformed-json"),
        (b'{"a": 1} x', "malformed-json"),
        (b"{'a': 1}", "malformed-json"),
        (b'{"a": NaN}', "malformed-json"),
        (b'{"a": -Infinity}', "malformed-json"),
        (b'{"a": 1e400}', "malformed-json"),
        (b'{"a": "\n"}', "malformed-json"),
        (b'{"a": "\\u0000"}', "malformed-json"),
        (b'{"a": [{"b\\u0000": 1}]}', "malformed-json"),
        (b'\xef\xbb\xbf{"a": 1}', "not-utf8"),
        (b'{"a": "\xff"}', "not-utf8"),
        (b'{"a": "\xed\xa0\x80"}', "not-utf8"),
        ('{"a": "é"}'.encode("latin-1"), "not-utf8"),
        ('{"a": "é"}'.encode("utf-16"), "not-utf8"),
        (b'{"a": "\\ud800"}', "not-utf8"),
        (b'{"\\udc00": "a"}', "not-utf8"),
        (b"[]", "not-an-object"),
        (b'"text"', "not-an-object"),
        (b"null", "not-an-object"),
        (b'{"a": 1, "a": 1}', "duplicate-keys"),
        (b'{"a": 1, "\\u0061": 2}', "duplicate-keys"),
        (b'{"o": [{"b": {"id": 1, "type": 2, "id": 3}}]}', "duplicate-keys"),
    ],
)
def test_what_two_readers_could_read_differently_is_refused(body: bytes, code: str) -> None:
    assert refusal(body) == (400, code)


def test_an_escaped_backslash_before_u0000_is_no_nul() -> None:
    assert parse(b'{"a": "\\\\u0000"}').raw == {"a": "\\u0000"}


def test_too_many_bytes_are_refused_before_they_are_read() -> None:
    assert refusal(b"[" * 1_000_001) == (413, "too-large")
    assert refusal(b'{"a": 1}', max_bytes=7) == (413, "too-large")
    assert parse(b'{"a": 1}', max_bytes=8).raw == {"a": 1}


@pytest.mark.parametrize(("opening", "closing"), [(b'{"a":', b"}"), (b'{"a":[', b"]}")])
def test_thirty_two_levels_are_read_and_thirty_three_are_not(
    opening: bytes, closing: bytes
) -> None:
    levels = 32 // opening.count(b"{") // (1 + opening.count(b"["))
    assert parse(opening * levels + b"1" + closing * levels).raw
    assert refusal(opening * (levels + 1) + b"1" + closing * (levels + 1)) == (400, "too-deep")


@pytest.mark.parametrize("levels", [1_000, 100_000])
def test_abysmal_nesting_is_refused_without_a_crash(levels: int) -> None:
    assert refusal(b'{"a":' * levels + b"1" + b"}" * levels) == (400, "too-deep")
    assert refusal(b'{"a":' + b"[" * levels + b"]" * levels + b"}") == (400, "too-deep")


def test_many_brackets_on_few_levels_are_no_depth() -> None:
    value: dict[str, Any] = {"a": [[] for _ in range(1_000)]}
    assert parse(orjson.dumps(value)).raw == value


@given(documents, st.sampled_from(PROPERTIES))
def test_the_readers_take_any_shape(value: dict[str, Any], name: str) -> None:
    document = Document(value)
    assert document.id is None or document.id == value["id"]
    assert isinstance(document.type, str)
    assert all(isinstance(uri, str) and uri for uri in document.ids(name))
    assert document.first_id(name) is None or document.first_id(name) in document.ids(name)
    assert all(isinstance(item, Document) for item in document.items(name))
    assert isinstance(document.embedded(name), Document | None)
    assert isinstance(document.text(name, "fr"), str | None)
    assert isinstance(document.time(name), int | None)
    number = document.number(name)
    assert number is None or -(2**63) < number < 2**63
    assert document.flag(name) in (True, False)
    assert parse(document.dump()).raw == value


def test_one_and_many_are_read_alike() -> None:
    one = Document({"to": "https://a.example/1", "type": "Note"})
    many = Document({"to": ["https://a.example/1"], "type": ["Note"]})
    assert one.ids("to") == many.ids("to") == ("https://a.example/1",)
    assert one.type == many.type == "Note"


def test_ids_come_from_text_objects_and_links_each_once() -> None:
    document = Document(
        {
            "tag": [
                "https://a.example/1",
                {"id": "https://a.example/2"},
                {"type": "Mention", "href": "https://a.example/3"},
                {"type": "Note"},
                None,
                7,
                "https://a.example/1",
                "",
            ]
        }
    )
    assert document.ids("tag") == tuple(f"https://a.example/{n}" for n in (1, 2, 3))
    assert [item.type for item in document.items("tag")] == ["", "Mention", "Note"]


def test_an_endless_id_is_no_id() -> None:
    assert Document({"id": "https://a.example/" + "x" * 2_040}).id is None


@pytest.mark.parametrize(
    "written", ["Note", "as:Note", "https://www.w3.org/ns/activitystreams#Note"]
)
def test_types_lose_their_namespace(written: str) -> None:
    assert Document({"type": written}).type == "Note"


def test_texts_are_found_in_the_language_asked_for() -> None:
    both = Document({"name": "Bonjour", "nameMap": {"en": "Hello", "fr": "Bonjour", "de": 3}})
    assert both.text("name") == "Bonjour"
    assert both.text("name", "en") == "Hello"
    assert both.text("name", "it") == "Bonjour"
    assert both.texts("name") == {"en": "Hello", "fr": "Bonjour"}
    assert Document({"nameMap": {"en": "Hello"}}).text("name") == "Hello"


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("1970-01-01T00:00:01Z", 1_000),
        ("1970-01-01T00:00:01.5Z", 1_500),
        ("1970-01-01T02:00:01+02:00", 1_000),
        ("1970-01-01T00:00:01", 1_000),
        (" 1970-01-01T00:00:01Z ", 1_000),
        ("yesterday", None),
        ("", None),
    ],
)
def test_moments_are_read_leniently(text: str, moment: int | None) -> None:
    assert parse_time(text) == moment
    assert Document({"published": text}).time("published") == moment


@given(st.text())
def test_no_text_breaks_the_reading_of_moments(text: str) -> None:
    assert isinstance(parse_time(text), int | None)


def test_numbers_that_a_database_cannot_hold_are_none() -> None:
    assert Document({"n": 3}).number("n") == 3
    assert Document({"n": 3.0}).number("n") == 3
    assert Document({"n": 3.5}).number("n") is None
    assert Document({"n": True}).number("n") is None
    assert Document({"n": 2**63}).number("n") is None
    assert Document({"n": 1e300}).number("n") is None


def test_values_are_replaced_and_taken_away_in_a_copy() -> None:
    original = Document({"id": "https://a.example/1", "name": "x"})
    changed = original.with_values(name=None, summary="y")
    assert changed.raw == {"id": "https://a.example/1", "summary": "y"}
    assert original.has("name")
    assert not changed.has("name")


@pytest.mark.parametrize(
    "spelling", ["as:Public", "Public", "https://www.w3.org/ns/activitystreams#Public"]
)
def test_the_public_is_known_in_all_its_spellings(spelling: str) -> None:
    assert is_public(spelling)
    assert not is_public(spelling + "x")
