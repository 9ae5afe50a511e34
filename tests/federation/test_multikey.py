"""Keys written as Multikeys read back as the same keys."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key
from hypothesis import given
from hypothesis import strategies as st

from federation.keys import BadKey, public_key_from_multibase
from federation.multikey import decode_base58, encode_base58, encode_multikey
from tests.support.vectors import feature_documents, feature_values

FEATURE = "fep-8b32/fep-521a.feature"


@given(st.binary(max_size=300))
def test_base_58_reads_back(data: bytes) -> None:
    assert decode_base58(encode_base58(data)) == data


@pytest.mark.parametrize("text", ["", "zé", "z0", "zO", "uAAAA", "6Mkr", "z" + "2" * 5_000])
def test_what_is_not_base_58_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"base[- ]58"):
        decode_base58(text)


def test_an_ed25519_key_is_written_as_fep_521a_says() -> None:
    scenario = "Representing Ed25519 public key"
    raw = bytes.fromhex(feature_values(FEATURE, scenario)[0])
    written = encode_multikey(Ed25519PublicKey.from_public_bytes(raw))
    assert written == feature_documents(FEATURE, scenario)[0]["publicKeyMultibase"]


def test_an_rsa_key_is_written_as_fep_521a_says() -> None:
    scenario = "Representing RSA public key"
    key = load_der_public_key(bytes.fromhex(feature_values(FEATURE, scenario)[0]))
    written = encode_multikey(key)  # type: ignore[arg-type]  # the vector's key is RSA
    assert written == feature_documents(FEATURE, scenario)[0]["publicKeyMultibase"]


@pytest.mark.parametrize(
    ("scenario", "algorithm"),
    [
        ("Representing Ed25519 public key", "ed25519"),
        ("Representing RSA public key", "rsa"),
    ],
)
def test_multikeys_of_fep_521a_are_read(scenario: str, algorithm: str) -> None:
    document = feature_documents(FEATURE, scenario)[0]
    key = public_key_from_multibase(
        document["id"], document["controller"], document["publicKeyMultibase"]
    )
    assert (key.key_id, key.owner, key.algorithm) == (
        document["id"],
        document["controller"],
        algorithm,
    )


@pytest.mark.parametrize(
    "data", [b"", b"\xed", b"\xed\x01short", b"\x85\x24junk", b"\xe7\x01" + b"\x02" * 33]
)
def test_keys_of_unknown_kinds_are_refused(data: bytes) -> None:
    with pytest.raises(BadKey):
        public_key_from_multibase("https://a.example/#k", "https://a.example/", encode_base58(data))
