"""Rule 6: what was signed for one moment, place and body is worth nothing at another."""

import pytest

from federation.digests import content_digest_header, digest_header
from federation.errors import Refused
from federation.signing import Scheme
from federation.verify import IncomingRequest, Verifier
from tests.support.signing import (
    HOST,
    NOW,
    Clock,
    MemoryKeys,
    Origins,
    Remote,
    with_body,
    with_header,
)

ALICE = Remote()
HOUR = 3_600
SCHEMES = pytest.mark.parametrize("scheme", ["cavage", "rfc9421"])


async def refusal(incoming: IncomingRequest, at: float = NOW) -> tuple[int, str]:
    """The status and code with which a delivery is turned away at a moment."""
    verifier = Verifier(keys=MemoryKeys(), fetcher=Origins(ALICE), clock=Clock(at))
    with pytest.raises(Refused) as caught:
        await verifier.verify_activity(incoming)
    return caught.value.status, caught.value.code


@SCHEMES
@pytest.mark.parametrize("hours", [2, 13, 48, 24 * 365, -2, -48])
async def test_a_signature_of_another_time_is_refused(scheme: Scheme, hours: int) -> None:
    posted = ALICE.post(ALICE.activity(), scheme)
    assert await refusal(posted, at=NOW + hours * HOUR) == (401, "clock-window")


async def test_a_fresh_date_on_an_old_signature_is_refused() -> None:
    old = ALICE.post(ALICE.activity(), now=NOW - 48 * HOUR)
    fresh = ALICE.post(ALICE.activity())
    redated = with_header(old, "date", fresh.field("date"))
    assert await refusal(redated) == (401, "signature-invalid")


async def test_a_fresh_created_on_an_old_signature_is_refused() -> None:
    old = ALICE.post(ALICE.activity(), "rfc9421", now=NOW - 48 * HOUR)
    was, now = f"created={int(NOW) - 48 * HOUR}", f"created={int(NOW)}"
    redated = with_header(old, "signature-input", old.field("signature-input").replace(was, now))
    assert await refusal(redated) == (401, "signature-invalid")


@SCHEMES
async def test_a_delivery_to_somebody_else_is_not_one_to_us(scheme: Scheme) -> None:
    posted = ALICE.post(ALICE.activity(), scheme)
    elsewhere = IncomingRequest(
        posted.method, posted.target, posted.headers, posted.body, "https", "other.example"
    )
    assert await refusal(elsewhere) == (401, "signature-invalid")


@SCHEMES
async def test_a_host_header_that_fits_the_signature_changes_nothing(scheme: Scheme) -> None:
    """Signed for another host, and sent here with that name: ours is what counts."""
    posted = ALICE.post(ALICE.activity(), scheme)
    renamed = IncomingRequest(
        "POST", posted.target, with_header(posted, "host", HOST).headers, posted.body, "https",
        "other.example",
    )  # fmt: skip
    assert await refusal(renamed) == (401, "signature-invalid")


@SCHEMES
@pytest.mark.parametrize("target", ["/users/bob/inbox", "/inbox/", "//inbox", "/%69nbox"])
async def test_a_delivery_to_another_inbox_is_refused(scheme: Scheme, target: str) -> None:
    posted = ALICE.post(ALICE.activity(), scheme)
    moved = IncomingRequest("POST", target, posted.headers, posted.body, "https", HOST)
    assert await refusal(moved) == (401, "signature-invalid")


async def test_a_query_may_be_added_only_where_servers_leave_it_out() -> None:
    """Cavage is verified with and without the query, RFC 9421 with it."""
    cavage, rfc9421 = (ALICE.post(ALICE.activity(), s) for s in ("cavage", "rfc9421"))
    there = [
        IncomingRequest("POST", "/inbox?x=1", posted.headers, posted.body, "https", HOST)
        for posted in (cavage, rfc9421)
    ]
    verifier = Verifier(keys=MemoryKeys(), fetcher=Origins(ALICE), clock=Clock())
    assert (await verifier.verify_activity(there[0])).actor == ALICE.url
    assert await refusal(there[1]) == (401, "signature-invalid")


async def test_a_signed_get_is_no_post() -> None:
    got = ALICE.get("/inbox")
    body = b"{}"
    headers = (
        *got.headers, ("content-type", "application/activity+json"), ("digest", digest_header(body))
    )  # fmt: skip
    posted = IncomingRequest("POST", "/inbox", headers, body, "https", HOST)
    assert await refusal(posted) == (401, "not-covered")


@SCHEMES
async def test_another_body_is_refused_with_its_digest_or_without(scheme: Scheme) -> None:
    posted = ALICE.post(ALICE.activity(), scheme)
    other = ALICE.activity("Like")
    swapped = with_body(posted, ALICE.post(other).body)
    assert await refusal(swapped) == (401, "digest-mismatch")
    name = "digest" if scheme == "cavage" else "content-digest"
    write = digest_header if scheme == "cavage" else content_digest_header
    fitting = with_header(swapped, name, write(swapped.body))
    assert await refusal(fitting) == (401, "signature-invalid")
    assert await refusal(with_header(swapped, name, None)) == (401, "not-present")


@SCHEMES
@pytest.mark.parametrize(
    "name",
    [
        "signature", "signature-input", "digest", "content-digest", "date", "host",
        "content-type", "content-length", "transfer-encoding",
    ],
)  # fmt: skip
async def test_a_second_copy_of_a_header_that_matters_is_refused(scheme: Scheme, name: str) -> None:
    posted = ALICE.post(ALICE.activity(), scheme)
    value = posted.fields.get(name, "x")
    doubled = with_header(with_header(posted, name, value), name, value, again=True)
    assert await refusal(doubled) == (400, "duplicate-header")


@SCHEMES
@pytest.mark.parametrize("change", [-1, 1, 10_000])
async def test_a_content_length_that_lies_is_refused(scheme: Scheme, change: int) -> None:
    posted = ALICE.post(ALICE.activity(), scheme)
    lying = with_header(posted, "content-length", str(len(posted.body) + change))
    assert await refusal(lying) == (400, "content-length-mismatch")


@SCHEMES
async def test_a_length_beside_chunks_is_refused(scheme: Scheme) -> None:
    smuggled = with_header(ALICE.post(ALICE.activity(), scheme), "transfer-encoding", "chunked")
    assert await refusal(smuggled) == (400, "content-length-mismatch")
