"""What every request is asked before its signature is read."""

import pytest

from federation.errors import Refused
from federation.incoming import ClockWindow, IncomingRequest
from federation.verify import claimed_host
from tests.support.signing import HOST, NOW, Remote, with_header

ALICE = Remote()
POSTED = ALICE.post(ALICE.activity())


def code(incoming: IncomingRequest) -> tuple[int, str]:
    """The status and code with which the length of a request is refused."""
    with pytest.raises(Refused) as caught:
        incoming.check_length()
    return caught.value.status, caught.value.code


def test_a_length_that_is_right_passes() -> None:
    POSTED.check_length()
    with_header(POSTED, "content-length", None).check_length()


@pytest.mark.parametrize("length", ["17", "-1", "1e3", "٣", "18, 18", "", "+20", "9" * 5_000])
def test_a_content_length_that_lies_is_refused(length: str) -> None:
    lying = with_header(POSTED, "content-length", length)
    assert code(lying) == (400, "content-length-mismatch")


def test_content_length_beside_chunks_is_refused() -> None:
    both = with_header(POSTED, "transfer-encoding", "chunked")
    assert code(both) == (400, "content-length-mismatch")


@pytest.mark.parametrize(
    "name",
    [
        "signature", "signature-input", "digest", "content-digest", "date", "host",
        "content-type", "content-length", "transfer-encoding", "authorization",
    ],
)  # fmt: skip
def test_a_header_that_matters_may_not_be_there_twice(name: str) -> None:
    once = with_header(POSTED, name, "a")
    assert once.field(name) == "a"
    with pytest.raises(Refused, match=f"two {name} headers"):
        assert with_header(once, name, "a", again=True).fields


def test_other_headers_are_joined_in_order() -> None:
    twice = with_header(with_header(POSTED, "x-a", " 1 "), "x-a", "2", again=True)
    assert twice.field("x-a") == "1, 2"
    assert twice.field("x-absent") == ""


def test_an_endless_header_is_refused() -> None:
    with pytest.raises(Refused, match="header-too-long"):
        with_header(POSTED, "signature", "x" * 9_000).field("signature")


@pytest.mark.parametrize("scheme", ["cavage", "rfc9421"])
def test_the_host_that_a_signature_names_is_told_before_there_is_a_body(scheme: str) -> None:
    posted = ALICE.post(ALICE.activity(), scheme)  # type: ignore[arg-type]
    head = IncomingRequest("POST", posted.target, posted.headers, b"", "https", HOST)
    assert claimed_host(head) == "remote.example"


@pytest.mark.parametrize("header", ["", "x", 'keyId="acct:a@b"', 'keyId="https://a b/"', "é"])
def test_a_signature_that_names_no_host_tells_none(header: str) -> None:
    assert claimed_host(with_header(POSTED, "signature", header)) is None


@pytest.mark.parametrize(
    ("created", "expires", "fresh"),
    [
        (0, None, True),
        (3_600, None, True),
        (3_601, None, False),
        (-3_900, None, True),
        (-3_901, None, False),
        (-40_000, 0, True),
        (-46_801, 1_000, False),
        (-10, -3_600, True),
        (-10, -3_601, False),
    ],
)
def test_the_window_is_that_of_mastodon(created: int, expires: int | None, fresh: bool) -> None:
    moment = None if expires is None else NOW + expires
    if fresh:
        ClockWindow().check(NOW + created, moment, NOW)
        return
    with pytest.raises(Refused, match="clock-window"):
        ClockWindow().check(NOW + created, moment, NOW)
