"""Rule 4: the signed graph must yield what we process, or the origin is asked instead.

Each attack keeps the graph, so that the signature itself stays valid, and changes what a reader
of JSON sees (CVE-2026-46349), or puts something beside the graph (CVE-2026-50128).
"""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from federation.errors import Refused
from federation.linked_data_signatures import verify_linked_data_signature
from federation.verify import Verifier
from tests.support.linked_data import (
    CONTEXT,
    MASTODON,
    graph,
    linked_data_signed,
    note_by,
    profile_update_by,
)
from tests.support.signing import NOW, Clock, MemoryKeys, Origins, Remote

Json = dict[str, Any]
Attack = Callable[[Json], Json | None]

ALICE = Remote()
ACTIVITYSTREAMS = "https://www.w3.org/ns/activitystreams"
AS = ACTIVITYSTREAMS + "#"
XSD_BOOLEAN = "http://www.w3.org/2001/XMLSchema#boolean"


def unsigned(document: Json) -> Json:
    """The document without its signature."""
    return {name: value for name, value in document.items() if name != "signature"}


def attacked(document: Json, attack: Attack) -> tuple[Json, Json]:
    """The signed document and what the attack makes of it."""
    signed = linked_data_signed(document, ALICE)
    changed = copy.deepcopy(signed)
    changed = attack(changed) or changed
    assert changed != signed
    return signed, changed


def check_refused(document: Json, attack: Attack) -> None:
    """The attack keeps the graph, and is refused nevertheless."""
    signed, changed = attacked(document, attack)
    verify_linked_data_signature(signed, ALICE.rsa_public, NOW)
    assert graph(unsigned(changed)) == graph(unsigned(signed))
    with pytest.raises(Refused) as caught:
        verify_linked_data_signature(changed, ALICE.rsa_public, NOW)
    assert caught.value.code == "ld-unusual"


def inline(document: Json, **terms: Any) -> None:
    """Add terms to the inline context."""
    document["@context"] = [*document["@context"], terms]


def graph_keyword(document: Json) -> Json:
    body = {name: v for name, v in document.items() if name not in ("@context", "signature")}
    return {
        "@context": document["@context"],
        "@graph": [body],
        "signature": document["signature"],
    }


def included_keyword(document: Json) -> None:
    document["@included"] = [document["object"]]
    document["object"] = document["object"]["id"]


def reverse_keyword(document: Json) -> Json:
    """The note comes to the top, and the activity hangs below it, backwards."""
    note = document.pop("object")
    context, signature = document.pop("@context"), document.pop("signature")
    return {"@context": context, **note, "@reverse": {"object": document}, "signature": signature}


def reversed_term(document: Json) -> Json:
    inline(document, objectOf={"@reverse": AS + "object", "@type": "@id"})
    note = document.pop("object")
    context, signature = document.pop("@context"), document.pop("signature")
    return {"@context": context, **note, "objectOf": document, "signature": signature}


def aliased_keyword(document: Json) -> None:
    inline(document, also="@included")
    document["also"] = [document["object"]]
    document["object"] = document["object"]["id"]


def aliased_type(document: Json) -> None:
    inline(document, kind="@type")
    document["object"]["kind"] = document["object"].pop("type")


def aliased_id(document: Json) -> None:
    inline(document, name_of="@id")
    document["object"]["name_of"] = document["object"].pop("id")


def aliased_term(document: Json) -> None:
    inline(document, thing={"@id": "as:object", "@type": "@id"})
    document["thing"] = document.pop("object")


def aliased_content(document: Json) -> None:
    inline(document, text="as:content")
    document["object"]["text"] = document["object"].pop("content")


def renamed_type(document: Json) -> None:
    inline(document, Delete2="as:Create")
    document["type"] = "Delete2"


def swapped_terms(document: Json) -> None:
    inline(document, to={"@id": "as:cc", "@type": "@id"}, cc={"@id": "as:to", "@type": "@id"})
    for part in (document, document["object"]):
        part["to"], part["cc"] = part["cc"], part["to"]


def redefined_type(document: Json) -> None:
    """`Create` reads as a deletion."""
    inline(document, Delete="as:Create")
    document["type"] = "Delete"


def compact_name(document: Json) -> None:
    document["as:object"] = document.pop("object")


def full_name(document: Json) -> None:
    document["object"][AS + "content"] = document["object"].pop("content")


def full_type(document: Json) -> None:
    document["object"]["type"] = AS + "Note"


def keyword_value(document: Json) -> None:
    document["object"]["content"] = {"@value": document["object"]["content"]}


def keyword_id(document: Json) -> None:
    document["object"]["@id"] = document["object"].pop("id")


def keyword_set(document: Json) -> None:
    document["to"] = {"@set": document["to"]}


def nested_context(document: Json) -> None:
    document["object"]["@context"] = {"text": "as:content"}
    document["object"]["text"] = document["object"].pop("content")


def scoped_context(document: Json) -> None:
    inline(
        document, object={"@id": "as:object", "@type": "@id", "@context": {"body": "as:content"}}
    )
    document["object"]["body"] = document["object"].pop("content")


def nested_term(document: Json) -> None:
    inline(document, box="@nest")
    document["object"]["box"] = {"content": document["object"].pop("content")}


def own_vocabulary(document: Json) -> None:
    document["@context"] = [*document["@context"], {"@vocab": AS}]


def own_prefix(document: Json) -> None:
    inline(document, bob="https://remote.example/users/")
    document["actor"] = "bob:alice"


def datatype_of_ones_own(document: Json) -> None:
    """The text "true" is not true to a reader of JSON: the warning is gone."""
    document["@context"] = [
        {**part, "sensitive": {"@id": "as:sensitive", "@type": XSD_BOOLEAN}}
        if isinstance(part, dict)
        else part
        for part in document["@context"]
    ]
    document["object"]["sensitive"] = "true"


def language_of_ones_own(document: Json) -> None:
    inline(document, contenu={"@id": "as:content", "@language": "fr"})
    document["object"]["contenu"] = document["object"].pop("contentMap")["fr"]


def split_object(document: Json) -> None:
    """Half of the note stays at `object`, the other half (its warning) goes to the collection."""
    note = document["object"]
    pages = note["replies"]["first"]
    pages["partOf"] = {"id": pages["partOf"], "type": note["replies"].pop("type")}


def unsigned_property(document: Json) -> None:
    document["object"]["undefinedTerm"] = "https://evil.example/"


def unsigned_property_of_ours(document: Json) -> None:
    document["object"]["quoteUrl"] = "https://evil.example/notes/1"


def unsigned_null_term(document: Json) -> None:
    inline(document, quoteUrl=None)
    document["object"]["quoteUrl"] = "https://evil.example/notes/1"


def unsigned_relative_reference(document: Json) -> None:
    document["object"]["attachment"][0]["icon"] = "../evil"


def unsigned_bare_public(document: Json) -> None:
    """`Public` without a prefix is a relative reference: outside the graph, but read as public."""
    document["object"]["bto"] = ["Public"]


ATTACKS = [
    graph_keyword, included_keyword, reverse_keyword, reversed_term, aliased_keyword,
    aliased_type, aliased_id, aliased_term, aliased_content, renamed_type, swapped_terms,
    redefined_type, compact_name, full_name, full_type, keyword_value, keyword_id, keyword_set,
    nested_context, scoped_context, nested_term, own_vocabulary, own_prefix,
    datatype_of_ones_own, language_of_ones_own, split_object, unsigned_property,
    unsigned_property_of_ours, unsigned_null_term, unsigned_relative_reference,
    unsigned_bare_public,
]  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_a_document_of_the_same_graph_that_reads_otherwise_is_refused(attack: Attack) -> None:
    check_refused(note_by(ALICE), attack)


def test_attribution_domains_are_outside_the_graph_and_refused() -> None:
    """CVE-2026-50128 itself: values that look like names are relative references."""

    def attack(document: Json) -> None:
        document["object"]["attributionDomains"] = ["evil.example"]

    check_refused(profile_update_by(ALICE), attack)


def announcement_of_a_reply() -> Json:
    """An activity that mentions itself further down, so that another part could be the top."""
    note = ALICE.url + "/notes/2"
    return {
        "@context": CONTEXT,
        "id": note + "/announce",
        "type": "Announce",
        "actor": ALICE.url,
        "object": {
            "id": note + "/undo",
            "type": "Undo",
            "actor": ALICE.url,
            "object": note + "/like",
            "context": note + "/announce",
        },
    }


def test_a_part_cannot_be_made_the_whole() -> None:
    """Alice announced that she might undo something; nobody makes an undoing of it."""
    document = announcement_of_a_reply()
    signed = linked_data_signed(document, ALICE)
    top = {name: v for name, v in document.items() if name not in ("@context", "object")}
    turned = {
        "@context": CONTEXT,
        **document["object"],
        "context": {**top, "object": document["object"]["id"]},
        "signature": signed["signature"],
    }
    assert graph(unsigned(turned)) == graph(document)
    for either in (signed, turned):
        with pytest.raises(Refused, match="could be its top"):
            verify_linked_data_signature(either, ALICE.rsa_public, NOW)


def test_an_object_described_elsewhere_is_refused() -> None:
    note = {"id": ALICE.url + "/notes/3", "type": "Note", "content": "x"}
    wrapped = {
        "@context": CONTEXT,
        "id": note["id"] + "/activity",
        "type": "Create",
        "actor": ALICE.url,
        "object": note,
        "tag": [{"type": "Mention", "href": note["id"]}],
    }
    signed = linked_data_signed(wrapped, ALICE)
    verify_linked_data_signature(signed, ALICE.rsa_public, NOW)

    def attack(document: Json) -> None:
        document["tag"][0]["href"] = document["object"]
        document["object"] = document["object"]["id"]

    check_refused(wrapped, attack)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("type", ["Create", "Delete"]),
        ("object", [ALICE.url + "/notes/1", ALICE.url + "/notes/2"]),
        ("attributedTo", [ALICE.url, "https://remote.example/groups/1"]),
        ("content", ["first", "second"]),
    ],
)
def test_values_whose_order_would_matter_are_refused(name: str, values: list[str]) -> None:
    document = {**note_by(ALICE), name: values}
    for order in (values, values[::-1]):
        signed = linked_data_signed({**document, name: order}, ALICE)
        with pytest.raises(Refused) as caught:
            verify_linked_data_signature(signed, ALICE.rsa_public, NOW)
        assert caught.value.code == "ld-unusual"


def test_an_id_cannot_bring_statements_of_its_own() -> None:
    """An id with the delimiters of N-Quads in it would be several statements in the hash."""
    document = note_by(ALICE)
    document["url"] = f"https://a.example/> .\n<{ALICE.url}> <{AS}name> <https://a.example/x"
    signed = linked_data_signed(document, ALICE)
    with pytest.raises(Refused) as caught:
        verify_linked_data_signature(signed, ALICE.rsa_public, NOW)
    assert caught.value.code == "ld-unusual"


@pytest.mark.parametrize(
    "context",
    [
        "https://evil.example/context",
        "http://169.254.169.254/latest/meta-data",
        "file:///etc/passwd",
        None,
        5,
        [[ACTIVITYSTREAMS]],
        {"@import": "https://evil.example/context"},
        {"@base": "https://remote.example/users/"},
        {"@language": "fr"},
        {"@version": 1.1},
    ],
)
def test_unknown_contexts_and_keywords_in_them_are_refused_and_never_fetched(context: Any) -> None:
    signed = linked_data_signed(note_by(ALICE), ALICE)
    for contexts in (context, [ACTIVITYSTREAMS, context], [ACTIVITYSTREAMS, MASTODON, context]):
        with pytest.raises(Refused) as caught:
            verify_linked_data_signature({**signed, "@context": contexts}, ALICE.rsa_public, NOW)
        assert caught.value.code == "ld-unusual"


def test_a_context_of_many_terms_is_refused() -> None:
    signed = linked_data_signed(note_by(ALICE), ALICE)
    terms = {f"t{number}": f"https://a.example/t{number}" for number in range(201)}
    with pytest.raises(Refused, match="too many terms"):
        verify_linked_data_signature(
            {**signed, "@context": [*CONTEXT, terms]}, ALICE.rsa_public, NOW
        )


async def test_the_origin_has_the_last_word_on_an_attack() -> None:
    """Through the front door: a relay brings the attack, and gets what Alice's server says."""
    relay = Remote(url="https://relay.example/actor", rsa_name="relay", ed_name="relay")
    signed, changed = attacked(note_by(ALICE), unsigned_property_of_ours)
    origins = Origins(ALICE, relay)
    origins.served[signed["id"]] = note_by(ALICE)
    verifier = Verifier(keys=MemoryKeys(), fetcher=origins, clock=Clock())
    assert (await verifier.verify_activity(relay.post(signed))).how == "ld-signature"
    verified = await verifier.verify_activity(relay.post(changed))
    assert verified.how == "fetched"
    assert verified.document.raw == note_by(ALICE)
    del origins.served[signed["id"]]
    with pytest.raises(Refused, match="not-confirmed"):
        await verifier.verify_activity(relay.post(changed))
