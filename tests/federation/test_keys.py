"""An actor document vouches for its own keys, and for no others."""

from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)

from federation.documents import Document
from federation.keys import BadKey, PublicKey, keys_of, listed_key_ids, public_key
from tests.support.signing import Remote, key_pair

ALICE = Remote()


def pem_of(key: rsa.RSAPublicKey | ec.EllipticCurvePublicKey) -> str:
    """A public key as PEM."""
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def test_both_keys_of_an_actor_are_read() -> None:
    assert keys_of(Document(ALICE.document())) == (ALICE.rsa_public, ALICE.ed_public)


def test_a_list_of_keys_is_read() -> None:
    embedded = ALICE.document()["publicKey"]
    second = {**embedded, "id": ALICE.url + "#second"}
    keys = keys_of(Document(ALICE.document(publicKey=[embedded, second, embedded, "x", None])))
    assert [key.key_id for key in keys] == [
        ALICE.url + "#main-key",
        ALICE.url + "#second",
        ALICE.url + "#ed25519-key",
    ]


@pytest.mark.parametrize(
    "changes",
    [
        {"owner": "https://remote.example/users/mallory"},
        {"owner": "https://victim.example/users/bob"},
        {"owner": None},
        {"id": "https://victim.example/users/bob#main-key"},
        {"id": "http://remote.example/users/alice#main-key"},
        {"id": "https://remote.example:8443/users/alice#main-key"},
        {"id": None},
        {"publicKeyPem": None},
        {"publicKeyPem": "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----"},
        {"publicKeyPem": key_pair("rsa", "alice")[0]},
        {"publicKeyPem": ["x"] * 3},
    ],
)
def test_a_key_of_another_owner_or_origin_or_no_key_is_left_out(changes: dict[str, Any]) -> None:
    embedded = {**ALICE.document()["publicKey"], **changes}
    document = Document(ALICE.document(publicKey=embedded, assertionMethod=[]))
    assert keys_of(document) == ()


def test_a_document_without_id_vouches_for_nothing() -> None:
    assert keys_of(Document(ALICE.document(id=None))) == ()


def test_no_more_than_sixteen_keys_are_read() -> None:
    embedded = ALICE.document()["publicKey"]
    many = [{**embedded, "id": f"{ALICE.url}#{number}"} for number in range(100)]
    assert len(keys_of(Document(ALICE.document(publicKey=many)))) == 16


def test_keys_by_reference_are_listed() -> None:
    document = Document(ALICE.document(publicKey=ALICE.url + "/key"))
    assert listed_key_ids(document) == {ALICE.url + "/key", ALICE.url + "#ed25519-key"}


def test_weak_foreign_and_costly_keys_are_refused() -> None:
    weak = rsa.generate_private_key(65_537, 1_024).public_key()  # noqa: S505
    elliptic = ec.generate_private_key(ec.SECP256R1()).public_key()
    modulus = rsa.generate_private_key(65_537, 2_048).public_key().public_numbers().n
    costly = rsa.RSAPublicNumbers(2**64 + 13, modulus).public_key()
    for key in (weak, elliptic, costly):
        with pytest.raises(BadKey):
            public_key("https://a.example/#k", "https://a.example/", pem_of(key))
    with pytest.raises(BadKey):
        public_key("https://a.example/#k", "https://a.example/", "x" * 5_000)


def test_an_rsa_key_verifies_the_scheme_that_is_named_and_no_other() -> None:
    private = load_pem_private_key(key_pair("rsa", "alice")[0].encode(), None)
    assert isinstance(private, rsa.RSAPrivateKey)
    pss = padding.PSS(mgf=padding.MGF1(hashes.SHA512()), salt_length=64)
    signatures = {
        "rsa-v1_5-sha256": private.sign(b"text", padding.PKCS1v15(), hashes.SHA256()),
        "rsa-v1_5-sha512": private.sign(b"text", padding.PKCS1v15(), hashes.SHA512()),
        "rsa-pss-sha512": private.sign(b"text", pss, hashes.SHA512()),
    }
    for made, signature in signatures.items():
        for named in signatures:
            verified = ALICE.rsa_public.verify(b"text", signature, named)  # type: ignore[arg-type]
            assert verified == (made == named)
        assert ALICE.rsa_public.verify(b"text", signature) == (made == "rsa-v1_5-sha256")
        assert not ALICE.rsa_public.verify(b"text", signature, "ed25519")


def test_an_ed25519_key_verifies_only_its_own_kind() -> None:
    signature = ALICE.ed_key.sign(b"text")
    assert ALICE.ed_public.verify(b"text", signature)
    assert ALICE.ed_public.verify(b"text", signature, "ed25519")
    assert not ALICE.ed_public.verify(b"text", signature, "rsa-v1_5-sha256")
    assert not ALICE.ed_public.verify(b"other", signature)
    assert not ALICE.ed_public.verify(b"text", b"")


def test_a_stored_key_that_cannot_be_read_verifies_nothing() -> None:
    assert not PublicKey("k", "o", "rsa", "junk").verify(b"text", b"signature")
