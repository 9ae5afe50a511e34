"""A digest must be there, be known, and be that of the body."""

import hashlib
from base64 import b64encode
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation.digests import (
    check_content_digest,
    check_digest,
    content_digest_header,
    digest_header,
)
from federation.errors import Refused

BODY = b'{"hello": "world"}'
SHA256 = b64encode(hashlib.sha256(BODY).digest()).decode()
SHA512 = b64encode(hashlib.sha512(BODY).digest()).decode()


def code(check: Callable[[str, bytes], None], value: str) -> str:
    """The code with which a header is refused."""
    with pytest.raises(Refused) as caught:
        check(value, BODY)
    assert caught.value.status == 401
    return caught.value.code


@given(st.binary())
def test_our_own_digests_are_accepted(body: bytes) -> None:
    check_digest(digest_header(body), body)
    check_content_digest(content_digest_header(body), body)


@pytest.mark.parametrize(
    "value",
    [
        f"SHA-256={SHA256}",
        f"sha-256={SHA256}",
        f"SHA-512={SHA512}",
        f"SHA-256={SHA256},SHA-512={SHA512}",
        f"md5=xyz, sha-256={SHA256}",
    ],
)
def test_digests_in_all_spellings_are_accepted(value: str) -> None:
    check_digest(value, BODY)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (digest_header(BODY + b" "), "digest-mismatch"),
        (f"SHA-256={SHA512}", "digest-mismatch"),
        (f"SHA-256={SHA256},SHA-512={SHA256}", "digest-mismatch"),
        ("SHA-256=", "digest-mismatch"),
        (f"SHA-256={SHA256},sha-256={SHA256}", "digest-malformed"),
        (f"SHA-256=:{SHA256}:", "digest-malformed"),
        ("SHA-256=é", "digest-malformed"),
        (f"SHA-1={SHA256}", "digest-unsupported"),
        ("", "digest-unsupported"),
    ],
)
def test_wrong_and_missing_digests_are_refused(value: str, expected: str) -> None:
    assert code(check_digest, value) == expected


@pytest.mark.parametrize(
    "value",
    [
        f"sha-256=:{SHA256}:",
        f"sha-512=:{SHA512}:",
        f"sha-512=:{SHA512}:, sha-256=:{SHA256}:",
        f"unixsum=:AAA=:, sha-256=:{SHA256}:",
    ],
)
def test_content_digests_are_accepted(value: str) -> None:
    check_content_digest(value, BODY)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (f"sha-256=:{SHA512}:", "digest-mismatch"),
        (f"sha-256=:{SHA256}:, sha-512=:{SHA256}:", "digest-mismatch"),
        (f"sha-256={SHA256}", "digest-malformed"),
        (f"SHA-256=:{SHA256}:", "digest-malformed"),
        (f"sha-256=:{SHA256}:, sha-256=:{SHA256}:", "digest-malformed"),
        ("sha-256=:", "digest-malformed"),
        ("", "digest-malformed"),
        ("md5=:AAA=:", "digest-unsupported"),
    ],
)
def test_wrong_and_missing_content_digests_are_refused(value: str, expected: str) -> None:
    assert code(check_content_digest, value) == expected


@given(st.text())
def test_no_header_breaks_the_check(value: str) -> None:
    for check in (check_digest, check_content_digest):
        with pytest.raises(Refused):
            check(value, BODY)
