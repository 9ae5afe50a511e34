"""Public keys: reading them from actor documents, and verifying with them."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
    load_pem_public_key,
)

from federation.addresses import same_origin
from federation.documents import Document
from federation.errors import FederationError
from federation.multikey import ED25519_PREFIX, RSA_PREFIX, decode_multikey

Algorithm = Literal["rsa", "ed25519"]
SignatureScheme = Literal["rsa-v1_5-sha256", "rsa-v1_5-sha512", "rsa-pss-sha512", "ed25519"]

DEFAULT_SCHEME: Final[dict[Algorithm, SignatureScheme]] = {
    "rsa": "rsa-v1_5-sha256",
    "ed25519": "ed25519",
}
MIN_RSA_BITS: Final = 2_048
MAX_RSA_BITS: Final = 8_192  # what one verification may cost
MAX_PEM_LENGTH: Final = 4_096
MAX_KEYS: Final = 16

_PKCS1: Final = padding.PKCS1v15()
_PSS: Final = padding.PSS(mgf=padding.MGF1(hashes.SHA512()), salt_length=64)


class BadKey(FederationError):
    """A key that is malformed, of an unknown kind, or outside the sizes that we accept."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key with the actor who owns it; `pem` is SubjectPublicKeyInfo."""

    key_id: str
    owner: str
    algorithm: Algorithm
    pem: str

    def verify(
        self, message: bytes, signature: bytes, scheme: SignatureScheme | None = None
    ) -> bool:
        """Whether `signature` over `message` is this key's; `scheme` None means what the key is."""
        try:
            key = load_public(self.pem)
            match scheme or DEFAULT_SCHEME[self.algorithm]:
                case "ed25519" if isinstance(key, Ed25519PublicKey):
                    key.verify(signature, message)
                case "rsa-v1_5-sha256" if isinstance(key, RSAPublicKey):
                    key.verify(signature, message, _PKCS1, hashes.SHA256())
                case "rsa-v1_5-sha512" if isinstance(key, RSAPublicKey):
                    key.verify(signature, message, _PKCS1, hashes.SHA512())
                case "rsa-pss-sha512" if isinstance(key, RSAPublicKey):
                    key.verify(signature, message, _PSS, hashes.SHA512())
                case _:
                    return False
        except (InvalidSignature, BadKey):
            return False
        return True


@lru_cache(maxsize=8_192)
def load_public(pem: str) -> RSAPublicKey | Ed25519PublicKey:
    """The parsed key; raises `BadKey` for anything but Ed25519 and RSA of 2,048 to 8,192 bits."""
    if len(pem) > MAX_PEM_LENGTH:
        raise BadKey("longer than a key can be")
    try:
        key = load_pem_public_key(pem.strip().encode())
    except (ValueError, UnsupportedAlgorithm) as error:
        raise BadKey(f"unreadable key: {error}") from None
    return _checked(key)


def _checked(key: object) -> RSAPublicKey | Ed25519PublicKey:
    if isinstance(key, Ed25519PublicKey):
        return key
    if not isinstance(key, RSAPublicKey):
        raise BadKey(f"neither RSA nor Ed25519: {type(key).__name__}")
    if not MIN_RSA_BITS <= key.key_size <= MAX_RSA_BITS:
        raise BadKey(f"RSA key of {key.key_size} bits")
    if key.public_numbers().e.bit_length() > 32:
        raise BadKey("RSA key with a costly exponent")
    return key


def public_key(key_id: str, owner: str, pem: str) -> PublicKey:
    """A checked key whose kind is read from its PEM; raises `BadKey`."""
    key = load_public(pem)
    return PublicKey(key_id, owner, "rsa" if isinstance(key, RSAPublicKey) else "ed25519", pem)


def public_key_from_multibase(key_id: str, owner: str, text: str) -> PublicKey:
    """A checked key from a Multikey's `publicKeyMultibase`; raises `BadKey`."""
    try:
        prefix, raw = decode_multikey(text)
        if prefix == ED25519_PREFIX:
            key: object = Ed25519PublicKey.from_public_bytes(raw)
        elif prefix == RSA_PREFIX:
            key = load_der_public_key(raw)  # PKCS#1, as FEP-521a writes RSA keys
        else:
            raise BadKey("a Multikey of an unknown kind")
    except (ValueError, UnsupportedAlgorithm) as error:
        raise BadKey(f"unreadable Multikey: {error}") from None
    pem = _checked(key).public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return public_key(key_id, owner, pem.decode())


def keys_of(actor: Document) -> tuple[PublicKey, ...]:
    """The keys that an actor document vouches for: `publicKey` and `assertionMethod`.

    Only keys that name the actor as owner and whose id is under the actor's origin (FEP-fe34);
    malformed ones are left out, and no more than 16 are read.
    """
    owner = actor.id
    if owner is None:
        return ()
    found: dict[str, PublicKey] = {}
    for entry in _entries(actor):
        key = _read(entry, owner)
        if key is not None:
            found.setdefault(key.key_id, key)
    return tuple(found.values())


def listed_key_ids(actor: Document) -> frozenset[str]:
    """The ids of all keys that the document mentions, embedded or by reference."""
    return frozenset(actor.ids("publicKey") + actor.ids("assertionMethod"))


def read_key(document: Document) -> PublicKey | None:
    """A key document that stands by itself; nothing is believed of its owner yet."""
    owner = document.first_id("owner") or document.first_id("controller")
    return None if owner is None else _read(document, owner)


def _entries(actor: Document) -> Iterator[Document]:
    entries = actor.items("publicKey") + actor.items("assertionMethod")
    yield from entries[:MAX_KEYS]


def _read(entry: Document, owner: str) -> PublicKey | None:
    named = entry.first_id("owner") or entry.first_id("controller")
    if entry.id is None or named != owner or not same_origin(entry.id, owner):
        return None
    pem, multibase = entry.text("publicKeyPem"), entry.text("publicKeyMultibase")
    try:
        if pem is not None:
            return public_key(entry.id, owner, pem)
        if multibase is not None:
            return public_key_from_multibase(entry.id, owner, multibase)
    except BadKey:
        return None
    return None
