"""RsaSignature2017: what Mastodon signs verifies; changes, poison and other kinds do not."""

from typing import Any

import pytest
from pyld.nquads import parse_nquads

from federation.errors import Refused
from federation.linked_data_signatures import (
    _bounded_canonicaliser,
    canonical_form,
    signature_creator,
    verify_linked_data_signature,
)
from tests.support import vectors
from tests.support.linked_data import (
    CONTEXT,
    graph,
    linked_data_signed,
    note_by,
    profile_update_by,
)
from tests.support.signing import NOW, Remote

ALICE = Remote()
BOB = Remote(url="https://remote.example/users/bob", rsa_name="bob")
CASES = sorted(path.name[:7] for path in (vectors.FOLDER / "rdf-canon").glob("*-in.nq"))
# What PyLD writes otherwise than RDFC-1.0 (escapes, another hash), and graphs that are refused
# because they would take too long.
DIFFERENT = {"test060", "test075"}
TOO_LONG = {"test044", "test045", "test046", "test074"}


def refusal(document: dict[str, Any], who: Remote = ALICE) -> str:
    """The code with which a signature is refused."""
    with pytest.raises(Refused) as caught:
        verify_linked_data_signature(document, who.rsa_public, NOW)
    assert caught.value.status == 401
    return caught.value.code


@pytest.mark.parametrize("document", [note_by(ALICE), profile_update_by(ALICE)])
def test_what_mastodon_signs_is_valid(document: dict[str, Any]) -> None:
    signed = linked_data_signed(document, ALICE)
    assert signature_creator(signed) == ALICE.rsa_key.key_id
    verify_linked_data_signature(signed, ALICE.rsa_public, NOW)


def test_a_nonce_as_misskey_writes_it_is_signed_too() -> None:
    signed = linked_data_signed(note_by(ALICE), ALICE, nonce="7b5c")
    verify_linked_data_signature(signed, ALICE.rsa_public, NOW)
    signed["signature"]["nonce"] = "7b5d"
    assert refusal(signed) == "ld-invalid"


def test_the_document_is_left_as_it_was() -> None:
    signed, again = (linked_data_signed(note_by(ALICE), ALICE) for _ in range(2))
    verify_linked_data_signature(signed, ALICE.rsa_public, NOW)
    assert signed == again


@pytest.mark.parametrize("name", ["content", "sensitive", "published", "to", "attributedTo"])
def test_a_changed_object_is_refused(name: str) -> None:
    signed = linked_data_signed(note_by(ALICE), ALICE)
    changed = {
        "content": "<p>Bonsoir</p>",
        "sensitive": False,
        "published": "2020-01-01T00:00:00Z",
        "to": ["https://remote.example/users/mallory"],
        "attributedTo": "https://remote.example/users/mallory",
    }
    signed["object"][name] = changed[name]
    assert refusal(signed) == "ld-invalid"


def test_a_part_taken_away_is_noticed() -> None:
    for name in ("content", "sensitive", "tag", "cc"):
        signed = linked_data_signed(note_by(ALICE), ALICE)
        del signed["object"][name]
        assert refusal(signed) == "ld-invalid"


def test_the_order_of_a_list_is_signed() -> None:
    signed = linked_data_signed(note_by(ALICE), ALICE)
    signed["object"]["attachment"][0]["focalPoint"].reverse()
    assert refusal(signed) == "ld-invalid"


def test_another_key_did_not_sign() -> None:
    signed = linked_data_signed(note_by(ALICE), ALICE)
    assert refusal(signed, BOB) == "ld-missing"
    signed["signature"]["creator"] = BOB.rsa_key.key_id
    assert refusal(signed, BOB) == "ld-invalid"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"created": "2026-11-18T10:00:01Z"}, "ld-invalid"),
        ({"created": "2036-11-18T10:00:00Z"}, "ld-invalid"),
        ({"created": None}, "ld-unusual"),
        ({"created": "soon"}, "ld-invalid"),
        ({"signatureValue": "AAAA"}, "ld-invalid"),
        ({"signatureValue": "é"}, "ld-invalid"),
        ({"signatureValue": None}, "ld-invalid"),
        ({"domain": "b.example"}, "ld-invalid"),
        ({"nonce": ["a", "b"]}, "ld-unusual"),
        ({"proofPurpose": "assertionMethod"}, "ld-unusual"),
        ({"type": "RsaSignature2018"}, "ld-missing"),
        ({"type": ["RsaSignature2017"]}, "ld-missing"),
        ({"creator": "acct:alice@remote.example"}, "ld-missing"),
        ({"creator": None}, "ld-missing"),
    ],
)
def test_a_changed_signature_is_refused(change: dict[str, Any], code: str) -> None:
    signed = linked_data_signed(note_by(ALICE), ALICE)
    assert refusal({**signed, "signature": {**signed["signature"], **change}}) == code


@pytest.mark.parametrize("signature", [None, [], "x", 5, {}, [{"type": "RsaSignature2017"}]])
def test_no_signature_of_the_kind_is_none(signature: Any) -> None:
    document = {**note_by(ALICE), "signature": signature}
    assert signature_creator(document) is None
    assert refusal(document) == "ld-missing"


def test_an_ed25519_key_cannot_make_one() -> None:
    signed = linked_data_signed(note_by(ALICE), ALICE)
    signed["signature"]["creator"] = ALICE.ed_key.key_id
    with pytest.raises(Refused):
        verify_linked_data_signature(signed, ALICE.ed_public, NOW)


def test_texts_are_escaped_in_the_graph() -> None:
    injected = 'x" .\n<https://a.example/> <https://a.example/p> "y'
    document = {"@context": CONTEXT, "id": "https://a.example/1", "content": injected}
    assert canonical_form(document).count("\n") == 1


@pytest.mark.parametrize("case", CASES)
def test_our_bounded_canonicaliser_agrees_with_the_w3c_vectors(case: str) -> None:
    folder = vectors.FOLDER / "rdf-canon"
    dataset = parse_nquads((folder / f"{case}-in.nq").read_bytes().decode())
    try:
        form = _bounded_canonicaliser()().main(dataset, {"format": "application/n-quads"})
    except Refused:
        assert case in TOO_LONG
        return
    agrees = form.encode() == (folder / f"{case}-rdfc10.nq").read_bytes()
    assert agrees == (case not in DIFFERENT)
    assert case not in TOO_LONG


def test_a_poison_graph_is_refused_before_its_orders_are_tried() -> None:
    twins = [{"type": "Note", "tag": [{"type": "Mention"}] * 8} for _ in range(8)]
    document = {**note_by(ALICE), "object": {"type": "Note", "tag": twins}}
    with pytest.raises(Refused) as caught:
        canonical_form(document)
    assert caught.value.code == "ld-unusual"


def test_many_quads_and_many_blank_nodes_are_refused() -> None:
    for tags in (
        [{"type": "Mention", "name": str(n)} for n in range(101)],
        [{"id": f"https://a.example/{n}", "type": "Mention"} for n in range(501)],
    ):
        with pytest.raises(Refused, match="more than"):
            canonical_form({**note_by(ALICE), "tag": tags})


def test_a_long_document_is_refused_before_any_graph_is_made() -> None:
    document = note_by(ALICE)
    document["object"]["content"] = "x" * 70_000
    document["signature"] = {
        "type": "RsaSignature2017",
        "creator": ALICE.rsa_key.key_id,
        "created": "2026-11-18T10:00:00Z",
        "signatureValue": "AAAA",
    }
    assert refusal(document) == "ld-unusual"


def test_our_graph_is_the_librarys() -> None:
    for document in (note_by(ALICE), profile_update_by(ALICE)):
        assert canonical_form(document) == graph(document)
