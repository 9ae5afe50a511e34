"""Multikey (FEP-521a): keys and signatures as base-58 text with a prefix that tells their kind."""

from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

# Multicodec codes as unsigned varints.
ED25519_PREFIX: Final = b"\xed\x01"
RSA_PREFIX: Final = b"\x85\x24"

MAX_TEXT: Final = 2_048  # base 58 costs the square of its length

_ALPHABET: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_VALUES: Final = {character: value for value, character in enumerate(_ALPHABET)}


def encode_multikey(key: RSAPublicKey | Ed25519PublicKey) -> str:
    """The `publicKeyMultibase` of a key."""
    if isinstance(key, Ed25519PublicKey):
        return encode_base58(ED25519_PREFIX + key.public_bytes_raw())
    return encode_base58(RSA_PREFIX + key.public_bytes(Encoding.DER, PublicFormat.PKCS1))


def decode_multikey(text: str) -> tuple[bytes, bytes]:
    """The two-byte prefix and the bytes of a key; raises `ValueError`."""
    data = decode_base58(text)
    return data[:2], data[2:]


def encode_base58(data: bytes) -> str:
    """Multibase `z`: base 58 in Bitcoin's alphabet."""
    number = int.from_bytes(data)
    digits = []
    while number:
        number, digit = divmod(number, 58)
        digits.append(_ALPHABET[digit])
    zeros = len(data) - len(data.lstrip(b"\0"))
    return "z" + "1" * zeros + "".join(reversed(digits))


def decode_base58(text: str) -> bytes:
    """The bytes of a multibase `z` text; raises `ValueError` for anything else."""
    if not text.startswith("z") or len(text) > MAX_TEXT:
        raise ValueError("not base-58 multibase")
    number = 0
    for character in text[1:]:
        if character not in _VALUES:
            raise ValueError("a character outside base 58")
        number = number * 58 + _VALUES[character]
    digits = text[1:].lstrip("1")
    zeros = len(text) - 1 - len(digits)
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8)
