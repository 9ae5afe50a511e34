"""Object integrity proofs: the published vectors, round trips, and every kind of tampering."""

import copy
import hashlib
from typing import Any

import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given
from hypothesis import strategies as st

from federation.documents import Document
from federation.errors import Refused
from federation.keys import keys_of, public_key_from_multibase
from federation.multikey import decode_base58, encode_base58
from federation.proofs import create_proof, proof_keys, verify_proof, with_proof
from federation.signing import SigningKey
from tests.support import vectors
from tests.support.signing import NOW, Remote

ALICE = Remote()
CREATED = "2026-11-23T10:00:00Z"
FEATURE = "fep-8b32/fep-8b32.feature"
JCS = "vc-di-eddsa/eddsa-jcs-2022"


def refusal(document: dict[str, Any], now: float = NOW, who: Remote = ALICE) -> str:
    """The code with which a proof is refused."""
    with pytest.raises(Refused) as caught:
        verify_proof(document, who.ed_public, now)
    assert caught.value.status == 401
    return caught.value.code


def signed(**changes: Any) -> dict[str, Any]:
    """An activity with Alice's proof."""
    return with_proof(ALICE.activity(**changes), ALICE.ed_key, CREATED)


def vector_key(key_id: str) -> SigningKey:
    """The key of the vectors (W3C's and the FEP's use the same)."""
    pair = vectors.load("vc-di-eddsa/keyPair.json")
    private = Ed25519PrivateKey.from_private_bytes(decode_base58(pair["privateKeyMultibase"])[2:])
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return SigningKey(key_id, "ed25519", pem.decode())


def test_we_sign_as_fep_8b32_does() -> None:
    document, expected = vectors.feature_documents(FEATURE, "Signing document")
    key = vector_key("https://server.example/users/alice#ed25519-key")
    assert with_proof(document, key, "2023-02-24T23:36:38Z") == expected


def test_the_signed_document_of_fep_8b32_is_valid() -> None:
    document, actor = vectors.feature_documents(FEATURE, "Verifying a signature")
    (key,) = keys_of(Document(actor))
    verify_proof(document, key, NOW)


def test_we_sign_as_the_w3c_cryptosuite_does() -> None:
    expected = vectors.load(f"{JCS}/signedJCS.json")
    options = expected["proof"]
    key = vector_key(options["verificationMethod"])
    unsigned = {name: value for name, value in expected.items() if name != "proof"}
    assert create_proof(unsigned, key, options["created"]) == options


def test_the_w3c_cryptosuites_document_is_valid() -> None:
    signed_document = vectors.load(f"{JCS}/signedJCS.json")
    method = signed_document["proof"]["verificationMethod"]
    pair = vectors.load("vc-di-eddsa/keyPair.json")
    key = public_key_from_multibase(method, "did:key", pair["publicKeyMultibase"])
    verify_proof(signed_document, key, NOW)


@pytest.mark.parametrize("name", ["arrays", "french", "structures", "unicode", "values", "weird"])
def test_our_canonical_json_is_that_of_rfc_8785(name: str) -> None:
    expected = (vectors.FOLDER / f"jcs-rfc8785/outhex/{name}.txt").read_text()
    value = vectors.load(f"jcs-rfc8785/input/{name}.json")
    assert rfc8785.dumps(value) == bytes.fromhex("".join(expected.split()))


texts = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=20)
values = st.recursive(
    st.one_of(
        st.booleans(), st.none(), texts, st.integers(-(2**53) + 1, 2**53 - 1),
        st.floats(allow_nan=False, allow_infinity=False),
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


@given(st.dictionaries(texts, values, max_size=5))
def test_whatever_we_sign_verifies_and_is_not_changed(document: dict[str, Any]) -> None:
    before = copy.deepcopy(document)
    result = with_proof(document, ALICE.ed_key, CREATED)
    assert document == before
    verify_proof(result, ALICE.ed_public, NOW)
    again = copy.deepcopy(result)
    verify_proof(result, ALICE.ed_public, NOW)
    assert result == again
    assert refusal({**result, "added": 1}) == "proof-invalid"


@pytest.mark.parametrize(
    "change",
    [
        {"actor": "https://remote.example/users/mallory"},
        {"id": "https://remote.example/other"},
        {"to": []},
        {"bto": None},
        {"@context": "https://www.w3.org/ns/credentials/v2"},
        {"@context": None},
    ],
)
def test_a_document_that_was_changed_is_refused(change: dict[str, Any]) -> None:
    assert refusal({**signed(), **change}) in ("proof-invalid", "proof-malformed")


def test_a_change_deep_inside_is_refused() -> None:
    document = signed()
    document["object"]["content"] += " "
    assert refusal(document) == "proof-invalid"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"created": "2026-11-23T10:00:01Z"}, "proof-invalid"),
        ({"created": None}, "proof-invalid"),
        ({"domain": "x"}, "proof-invalid"),
        ({"proofValue": "z" + "1" * 64}, "proof-invalid"),
        ({"proofValue": "z0"}, "proof-malformed"),
        ({"proofValue": 5}, "proof-missing"),
        ({"proofPurpose": "authentication"}, "proof-missing"),
        ({"cryptosuite": "eddsa-rdfc-2022"}, "proof-missing"),
        ({"type": "RsaSignature2017"}, "proof-missing"),
        ({"verificationMethod": "https://remote.example/users/mallory#k"}, "proof-missing"),
        ({"previousProof": "urn:uuid:1"}, "proof-missing"),
        ({"@context": ["https://elsewhere.example/"]}, "proof-malformed"),
        ({"expires": "2020-01-01T00:00:00Z"}, "proof-expired"),
        ({"expires": "whenever"}, "proof-expired"),
        ({"expires": "2040-01-01T00:00:00Z"}, "proof-invalid"),
    ],
)
def test_a_proof_that_was_changed_is_refused(change: dict[str, Any], code: str) -> None:
    document = signed()
    assert refusal({**document, "proof": {**document["proof"], **change}}) == code


@pytest.mark.parametrize("proof", [None, [], {}, "x", 5, [None, {}], {"type": []}])
def test_no_proof_of_ours_is_no_proof(proof: Any) -> None:
    document = {**ALICE.activity(), "proof": proof}
    assert refusal(document) == "proof-missing"
    assert proof_keys(document) == ()


def test_an_expiry_is_signed_and_kept_to() -> None:
    document = ALICE.activity()
    options = {
        "@context": document["@context"],
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-jcs-2022",
        "proofPurpose": "assertionMethod",
        "verificationMethod": ALICE.ed_key.key_id,
        "created": CREATED,
        "expires": "2026-11-23T11:00:00Z",
    }
    result = {**document, "proof": by_hand(document, options)}
    eleven = 1_795_431_600
    verify_proof(result, ALICE.ed_public, eleven - 1)
    assert refusal(result, now=eleven) == "proof-expired"


def by_hand(document: dict[str, Any], signed_options: dict[str, Any]) -> dict[str, Any]:
    """A proof made step by step from the text of the FEP."""
    hashes = [hashlib.sha256(rfc8785.dumps(p)).digest() for p in (signed_options, document)]
    return {**signed_options, "proofValue": encode_base58(ALICE.ed_key.sign(b"".join(hashes)))}


def test_a_proof_without_context_is_read_as_fedify_writes_it() -> None:
    document = ALICE.activity()
    options = {k: v for k, v in signed()["proof"].items() if k != "proofValue"}
    proof = by_hand(document, options)
    del proof["@context"]
    verify_proof({**document, "proof": proof}, ALICE.ed_public, NOW)


def test_a_linked_data_signature_added_after_the_proof_does_no_harm() -> None:
    added = {"type": "RsaSignature2017", "creator": ALICE.rsa_key.key_id}
    verify_proof({**signed(), "signature": added}, ALICE.ed_public, NOW)
    before = with_proof({**ALICE.activity(), "signature": added}, ALICE.ed_key, CREATED)
    verify_proof(before, ALICE.ed_public, NOW)
    assert refusal({**signed(), "signatures": added}) == "proof-invalid"


def test_a_moment_in_nanoseconds_is_taken_as_it_is_written() -> None:
    document = with_proof(ALICE.activity(), ALICE.ed_key, "2026-11-23T15:44:18.479658464Z")
    verify_proof(document, ALICE.ed_public, NOW)


def test_contexts_may_be_added_behind_the_signed_ones() -> None:
    document = signed()
    document["@context"] = [document["@context"], "https://w3id.org/security/v1"]
    verify_proof(document, ALICE.ed_public, NOW)
    document["@context"].reverse()
    assert refusal(document) == "proof-malformed"


def test_one_of_several_proofs_is_enough() -> None:
    bob = Remote(url="https://remote.example/users/bob", ed_name="bob")
    document = ALICE.activity()
    proofs = [create_proof(document, who.ed_key, CREATED) for who in (bob, ALICE)]
    document["proof"] = proofs
    assert proof_keys(document) == (bob.ed_key.key_id, ALICE.ed_key.key_id)
    verify_proof(document, ALICE.ed_public, NOW)
    verify_proof(document, bob.ed_public, NOW)


def test_a_key_of_another_kind_proves_nothing() -> None:
    document = ALICE.activity()
    document["proof"] = {
        **create_proof(document, ALICE.ed_key, CREATED),
        "verificationMethod": ALICE.rsa_key.key_id,
    }
    with pytest.raises(Refused):
        verify_proof(document, ALICE.rsa_public, NOW)


def test_numbers_beyond_json_are_refused() -> None:
    document = signed()
    document["big"] = 2**60
    assert refusal(document) == "proof-malformed"
