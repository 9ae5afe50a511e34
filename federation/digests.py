"""Digests of request bodies: `Digest` (RFC 3230) and `Content-Digest` (RFC 9530)."""

import hashlib
from base64 import b64decode, b64encode
from typing import Final

from federation.errors import Refused

_ALGORITHMS: Final = {"sha-256": hashlib.sha256, "sha-512": hashlib.sha512}


def digest_header(body: bytes) -> str:
    """The value of `Digest` for `body`, in the spelling that every peer reads."""
    return "SHA-256=" + b64encode(hashlib.sha256(body).digest()).decode()


def content_digest_header(body: bytes) -> str:
    """The value of `Content-Digest` for `body`."""
    return f"sha-256=:{b64encode(hashlib.sha256(body).digest()).decode()}:"


def check_digest(value: str, body: bytes) -> None:
    """Raise `Refused` 401 unless a `Digest` header has a known algorithm and all known agree."""
    _check([member.strip() for member in value.split(",")], body)


def check_content_digest(value: str, body: bytes) -> None:
    """Raise `Refused` 401 unless a `Content-Digest` header has a known algorithm and all agree."""
    members = []
    for member in value.split(","):
        name, _, text = member.strip().partition("=")
        if len(text) < 2 or text[0] != ":" or text[-1] != ":" or name != name.lower():
            raise Refused(401, "digest-malformed", "not a structured field of byte sequences")
        members.append(f"{name}={text[1:-1]}")
    _check(members, body)


def _check(members: list[str], body: bytes) -> None:
    """Compare each `name=base64` of a known name with the body."""
    seen: set[str] = set()
    for member in members:
        name, _, text = member.partition("=")
        name = name.lower()
        algorithm = _ALGORITHMS.get(name)
        if algorithm is None:
            continue
        if name in seen:
            raise Refused(401, "digest-malformed", f"two values for {name}")
        seen.add(name)
        if _decode(text) != algorithm(body).digest():
            raise Refused(401, "digest-mismatch", f"the body does not have this {name} digest")
    if not seen:
        raise Refused(401, "digest-unsupported", "neither sha-256 nor sha-512")


def _decode(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except ValueError:
        raise Refused(401, "digest-malformed", "not base64") from None
