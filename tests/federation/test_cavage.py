"""Draft-cavage signatures: what must be covered, what must be fresh, what must match."""

from base64 import b64encode
from email.utils import formatdate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation.cavage import parse_parameters, read_cavage
from federation.digests import digest_header
from federation.errors import Refused
from federation.incoming import ClockWindow
from federation.signing import SigningKey
from federation.verify import IncomingRequest
from tests.support.signing import HOST, NOW, Remote, request, with_body, with_header

ALICE = Remote()
WINDOW = ClockWindow()
BODY = b'{"type": "Create"}'
COVERED = "(request-target) host date digest content-type"


def signed(
    covered: str = COVERED,
    *,
    target: str = "/inbox",
    signed_target: str | None = None,
    method: str = "POST",
    body: bytes = BODY,
    key: SigningKey = ALICE.rsa_key,
    parameters: str = 'algorithm="hs2019"',
    now: float = NOW,
    **changes: str,
) -> IncomingRequest:
    """A request signed by hand, so that it can be wrong in any way."""
    headers = {
        "date": formatdate(now, usegmt=True),
        "content-type": "application/activity+json",
        **({"digest": digest_header(body)} if body else {}),
        **{name.replace("_", "-"): value for name, value in changes.items()},
    }
    values = {
        **headers,
        "host": HOST,
        "(request-target)": f"{method.lower()} {signed_target or target}",
        **dict(part.split("=") for part in parameters.replace('"', "").split(",")),
    }
    values |= {"(created)": values.get("created", ""), "(expires)": values.get("expires", "")}
    text = "\n".join(f"{name}: {values[name]}" for name in covered.split())
    signature = b64encode(key.sign(text.encode())).decode()
    header = f'keyId="{key.key_id}",{parameters},headers="{covered}",signature="{signature}"'
    return request(method, target, {**headers, "signature": header}, body)


def valid(incoming: IncomingRequest, now: float = NOW) -> bool:
    """Whether the claim can be read and Alice's keys confirm it."""
    claim = read_cavage(incoming, WINDOW, now)
    keys = {ALICE.rsa_public.key_id: ALICE.rsa_public, ALICE.ed_public.key_id: ALICE.ed_public}
    return claim.signed_by(keys[claim.key_id])


def refusal(incoming: IncomingRequest, now: float = NOW) -> tuple[int, str]:
    """The status and code with which a request is refused."""
    with pytest.raises(Refused) as caught:
        read_cavage(incoming, WINDOW, now)
    return caught.value.status, caught.value.code


def test_a_post_as_mastodon_signs_it_is_valid() -> None:
    assert valid(signed(parameters='algorithm="rsa-sha256"'))


def test_a_get_as_gotosocial_signs_it_is_valid() -> None:
    assert valid(signed("(request-target) host date", method="GET", body=b""))


def test_hs2019_means_what_the_key_says() -> None:
    assert valid(signed())
    assert valid(signed(key=ALICE.ed_key))
    assert valid(signed(key=ALICE.ed_key, parameters='algorithm="ed25519"'))


def test_an_algorithm_that_is_not_the_keys_is_invalid() -> None:
    assert not valid(signed(key=ALICE.ed_key, parameters='algorithm="rsa-sha256"'))
    assert not valid(signed(parameters='algorithm="ed25519"'))
    assert not valid(signed(parameters='algorithm="rsa-sha512"'))


@pytest.mark.parametrize("algorithm", ["hmac-sha256", "rsa-sha1", "ecdsa-sha256", "none"])
def test_other_algorithms_are_refused(algorithm: str) -> None:
    incoming = signed(parameters=f'algorithm="{algorithm}"')
    assert refusal(incoming) == (401, "unsupported-algorithm")


def test_the_query_may_be_signed_or_not() -> None:
    assert valid(signed(target="/inbox?page=1"))
    assert valid(signed(target="/inbox?page=1", signed_target="/inbox"))
    assert not valid(signed(target="/inbox?page=1", signed_target="/inbox?page=2"))
    assert not valid(signed(target="/inbox", signed_target="/inbox?page=1"))


@pytest.mark.parametrize(
    "covered",
    [
        "host date digest",
        "(request-target) date digest",
        "(request-target) host digest",
        "(request-target) host date",
        "date",
        "",
    ],
)
def test_a_signature_that_covers_too_little_is_refused(covered: str) -> None:
    assert refusal(signed(covered)) == (401, "not-covered")


def test_the_created_moment_stands_in_for_the_date() -> None:
    covered = "(request-target) host (created) digest"
    assert valid(signed(covered, parameters=f'algorithm="hs2019",created={int(NOW)}'))
    late = signed(covered, parameters=f'algorithm="hs2019",created={int(NOW) - 4_000}')
    assert refusal(late) == (401, "clock-window")


@pytest.mark.parametrize(
    "parameters",
    ['algorithm="hs2019"', 'algorithm="hs2019",created="soon"', 'algorithm="rsa-sha256",created=1'],
)
def test_a_created_moment_must_be_given_and_belongs_to_hs2019(parameters: str) -> None:
    covered = "(request-target) host (created) digest"
    assert refusal(signed(covered, parameters=parameters)) == (401, "signature-malformed")


@pytest.mark.parametrize("offset", [-3_899, -300, 0, 300, 3_599])
def test_clocks_may_differ_by_an_hour(offset: int) -> None:
    assert valid(signed(now=NOW + offset))


@pytest.mark.parametrize("offset", [-48 * 3_600, -3_901, 3_601, 10**9])
def test_a_date_outside_the_window_is_refused(offset: int) -> None:
    assert refusal(signed(now=NOW + offset)) == (401, "clock-window")


def test_a_signed_expiry_lengthens_a_signature_to_twelve_hours_at_most() -> None:
    covered = "(request-target) host (created) (expires) digest"
    hour = 3_600
    long = f'algorithm="hs2019",created={int(NOW)},expires={int(NOW) + 100 * hour}'
    assert valid(signed(covered, parameters=long), NOW + 12.9 * hour)
    assert refusal(signed(covered, parameters=long), NOW + 13.1 * hour) == (401, "clock-window")
    short = f'algorithm="hs2019",created={int(NOW)},expires={int(NOW) + 10}'
    assert refusal(signed(covered, parameters=short), NOW + hour + 11) == (401, "clock-window")


def test_an_expiry_that_is_not_signed_counts_for_nothing() -> None:
    parameters = f'algorithm="hs2019",created={int(NOW)},expires={int(NOW) + 40_000}'
    incoming = signed("(request-target) host (created) digest", parameters=parameters)
    assert refusal(incoming, NOW + 8_000) == (401, "clock-window")


@pytest.mark.parametrize("date", ["yesterday", "", "Mon, 99 Foo 2026 10:00:00 GMT", "1795000000"])
def test_an_unreadable_date_is_refused(date: str) -> None:
    assert refusal(signed(date=date)) == (401, "date-malformed")


def test_a_body_that_is_not_the_digests_is_refused() -> None:
    assert refusal(with_body(signed(), BODY + b" ")) == (401, "digest-mismatch")


def test_a_digest_that_is_swapped_with_the_body_is_invalid() -> None:
    other = with_header(with_body(signed(), b"{}"), "digest", digest_header(b"{}"))
    assert not valid(other)


def test_a_covered_header_that_is_missing_is_refused() -> None:
    assert refusal(with_header(signed(), "digest", None)) == (401, "not-present")
    assert refusal(with_header(signed(), "date", None)) == (401, "not-present")
    assert refusal(with_header(signed(), "content-type", None)) == (401, "not-present")


def test_a_signature_for_another_host_is_invalid() -> None:
    incoming = signed()
    here = IncomingRequest("POST", "/inbox", incoming.headers, BODY, "https", "elsewhere.example")
    assert not valid(here)


def test_another_method_or_target_is_invalid() -> None:
    incoming = signed()
    for method, target in (("PUT", "/inbox"), ("POST", "/users/bob/inbox")):
        moved = IncomingRequest(method, target, incoming.headers, BODY, "https", HOST)
        assert not valid(moved)


@pytest.mark.parametrize(
    "name", ["signature", "digest", "date", "host", "content-type", "content-length"]
)
def test_a_header_that_is_there_twice_is_refused(name: str) -> None:
    doubled = with_header(signed(), name, "x", again=True)
    assert refusal(doubled) == (400, "duplicate-header")


@pytest.mark.parametrize(
    "header",
    [
        "",
        "junk",
        'keyId="k"',
        'signature="AAAA"',
        'keyId="",signature="AAAA"',
        'keyId="k",keyId="l",signature="AAAA"',
        'keyId="k",signature="AAAA",,',
        'keyId="k\\"",signature="AAAA"',
        'keyId="k",signature="!",headers="(request-target) host date digest"',
        'keyId="k",signature="AAAA",headers="(request-target) host date date digest"',
        'keyId="k",signature="AAAA",headers="(request-target) host date digest (foo)"',
        'keyId="k",signature="AAAA",headers="(request-target) host date digest x:y"',
        'keyId="k",signature="AAAA",headers="(request-target) host date digest '
        + " ".join(f"x{n}" for n in range(40))
        + '"',
        "x" * 10_000,
    ],
)
def test_a_malformed_header_is_refused(header: str) -> None:
    status, _ = refusal(with_header(signed(), "signature", header))
    assert status in (400, 401)


@given(st.text(max_size=200))
def test_no_header_breaks_the_parser(header: str) -> None:
    try:
        parameters = parse_parameters(header)
    except Refused:
        return
    assert parameters["keyId"]
    assert parameters["signature"]


@given(st.data())
def test_any_flipped_byte_is_noticed(data: st.DataObject) -> None:
    incoming = signed(parameters='algorithm="rsa-sha256"')
    name = data.draw(st.sampled_from(["date", "digest", "content-type", "body", "target"]))
    if name == "body":
        changed = with_body(incoming, flip(data, BODY))
    elif name == "target":
        target = flip(data, b"/inbox").decode("latin-1")
        changed = IncomingRequest("POST", target, incoming.headers, BODY, "https", HOST)
    else:
        value = flip(data, incoming.field(name).encode()).decode("latin-1").strip()
        changed = with_header(incoming, name, value)
    try:
        assert not valid(changed)
    except Refused:
        return


def flip(data: st.DataObject, text: bytes) -> bytes:
    """The text with one bit changed."""
    position = data.draw(st.integers(0, len(text) - 1))
    flipped = bytearray(text)
    flipped[position] ^= 1 << data.draw(st.integers(0, 7))
    return bytes(flipped)
