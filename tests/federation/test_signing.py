"""What we send verifies; each host is knocked at twice at most; keys stay out of sight."""

from collections.abc import AsyncIterator, Callable

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation.addresses import AddressGuard
from federation.cavage import read_cavage
from federation.client import HttpClient
from federation.errors import Refused
from federation.incoming import ClockWindow
from federation.message_signatures import read_message_signatures
from federation.signing import DoubleKnock, RequestSigner, Scheme
from federation.verify import IncomingRequest
from federation.vocabulary import ACTIVITY_JSON
from tests.support.signing import HOST, NOW, Clock, Remote

ALICE = Remote()
INBOX = f"https://{HOST}/inbox"
SCHEMES: tuple[Scheme, ...] = ("rfc9421", "cavage")

Answering = Callable[[httpx.Request], httpx.Response]


def received(sent: httpx.Request) -> IncomingRequest:
    """What arrives when `sent` is sent."""
    headers = tuple((name.lower(), value) for name, value in sent.headers.items())
    target = sent.url.raw_path.decode()
    return IncomingRequest(sent.method, target, headers, sent.content, "https", HOST)


def scheme_of(incoming: IncomingRequest) -> Scheme:
    """The scheme of a request that carries a valid signature by Alice."""
    window = ClockWindow()
    if "signature-input" in incoming.fields:
        (claim,) = read_message_signatures(incoming, window, NOW)
        scheme: Scheme = "rfc9421"
    else:
        claim, scheme = read_cavage(incoming, window, NOW), "cavage"
    assert claim.signed_by(ALICE.rsa_public)
    return scheme


class Nothing(httpx.AsyncByteStream):
    """A body of no bytes, unread as from the network."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield b""


def reply(status: int, headers: dict[str, str] | None = None) -> httpx.Response:
    """An answer without a body."""
    return httpx.Response(status, headers=headers, stream=Nothing())


def client_for(answer: Answering) -> HttpClient:
    """The real client over a transport that answers at once."""
    return HttpClient(
        user_agent="test", guard=AddressGuard(), transport=httpx.MockTransport(answer)
    )


class Host:
    """A server that takes some schemes, and answers the others with `refusal`."""

    def __init__(self, *takes: Scheme, refusal: int = 401, success: int = 202) -> None:
        self.takes = takes
        self.refusal = refusal
        self.success = success
        self.seen: list[Scheme] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(scheme_of(received(request)))
        accepted = self.seen[-1] in self.takes
        return reply(self.success if accepted else self.refusal)


@given(
    st.binary(max_size=500),
    st.sampled_from(SCHEMES),
    st.sampled_from(["/inbox", "/users/zo%C3%AB/inbox?a=1&b", "/", "/inbox?"]),
)
def test_what_we_post_verifies(body: bytes, scheme: Scheme, target: str) -> None:
    request = httpx.Request(
        "POST", f"https://{HOST}{target}", content=body, headers={"Content-Type": ACTIVITY_JSON}
    )
    sent = next(RequestSigner(ALICE.rsa_key, scheme, Clock()).auth_flow(request))
    assert scheme_of(received(sent)) == scheme


@pytest.mark.parametrize("scheme", SCHEMES)
async def test_the_client_signs_beside_the_event_loop(scheme: Scheme) -> None:
    host = Host(*SCHEMES, success=200)
    signer = RequestSigner(ALICE.rsa_key, scheme, Clock())
    client = client_for(host)
    assert (await client.post(INBOX, b"{}", content_type=ACTIVITY_JSON, signer=signer)).ok
    assert (await client.get(f"https://{HOST}/users/bob", accept="*/*", signer=signer)).ok
    assert host.seen == [scheme, scheme]


async def test_each_hop_of_a_redirect_is_signed_for_where_it_goes() -> None:
    asked: list[IncomingRequest] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(received(request))
        if request.url.path == "/old":
            return reply(302, {"Location": "/new"})
        return reply(200)

    signer = RequestSigner(ALICE.rsa_key, "rfc9421", Clock())
    await client_for(answer).get(f"https://{HOST}/old", accept="*/*", signer=signer)
    assert [incoming.target for incoming in asked] == ["/old", "/new"]
    assert [scheme_of(incoming) for incoming in asked] == ["rfc9421", "rfc9421"]


def test_a_port_of_its_own_is_part_of_the_signature() -> None:
    request = httpx.Request("GET", "https://node.example:8443/inbox")
    sent = next(RequestSigner(ALICE.rsa_key, "cavage", Clock()).auth_flow(request))
    incoming = received(sent)
    at_port = IncomingRequest("GET", "/inbox", incoming.headers, b"", "https", "node.example:8443")
    assert scheme_of(at_port) == "cavage"
    with pytest.raises(AssertionError):
        scheme_of(incoming)


async def deliver(host: Host, preferred: Scheme | None) -> tuple[int, Scheme | None]:
    """One delivery: the status that counts and the scheme that worked."""
    answer, worked = await DoubleKnock(Clock()).deliver(
        client_for(host), INBOX, b"{}", ALICE.rsa_key, preferred
    )
    return answer.status, worked


async def test_an_unknown_host_gets_rfc_9421_first() -> None:
    host = Host(*SCHEMES)
    assert await deliver(host, None) == (202, "rfc9421")
    assert host.seen == ["rfc9421"]


@pytest.mark.parametrize("refusal", [400, 401, 403])
async def test_the_other_scheme_is_tried_after_a_refusal(refusal: int) -> None:
    host = Host("cavage", refusal=refusal)
    assert await deliver(host, None) == (202, "cavage")
    assert host.seen == ["rfc9421", "cavage"]


@pytest.mark.parametrize("breakdown", [500, 501])
async def test_a_host_that_breaks_down_at_first_contact_is_knocked_at_again(
    breakdown: int,
) -> None:
    host = Host("cavage", refusal=breakdown)
    assert await deliver(host, None) == (202, "cavage")
    assert host.seen == ["rfc9421", "cavage"]


@pytest.mark.parametrize("preferred", SCHEMES)
async def test_a_host_that_is_known_may_break_down_for_other_reasons(preferred: Scheme) -> None:
    host = Host(refusal=500)
    assert await deliver(host, preferred) == (500, None)
    assert host.seen == [preferred]


async def test_the_scheme_that_a_host_takes_goes_first() -> None:
    host = Host("cavage")
    assert await deliver(host, "cavage") == (202, "cavage")
    assert host.seen == ["cavage"]


async def test_a_host_that_changed_its_mind_is_noticed() -> None:
    host = Host("rfc9421")
    assert await deliver(host, "cavage") == (202, "rfc9421")


@pytest.mark.parametrize("preferred", [None, "rfc9421", "cavage"])
async def test_a_host_that_refuses_both_is_knocked_at_twice(preferred: Scheme | None) -> None:
    host = Host()
    assert await deliver(host, preferred) == (401, None)
    assert sorted(host.seen) == ["cavage", "rfc9421"]


@pytest.mark.parametrize("status", [404, 410, 413, 429, 502, 503])
async def test_other_answers_are_no_reason_to_knock_again(status: int) -> None:
    host = Host(refusal=status)
    assert await deliver(host, None) == (status, None)
    assert host.seen == ["rfc9421"]


async def test_the_refusal_of_the_known_scheme_is_the_one_that_tells() -> None:
    statuses = iter([403, 401])
    client = client_for(lambda _: reply(next(statuses)))
    answer, _ = await DoubleKnock(Clock()).deliver(client, INBOX, b"{}", ALICE.rsa_key, "cavage")
    assert answer.status == 403


async def test_a_signed_get_is_knocked_twice_too() -> None:
    host = Host("cavage", success=200)
    answer, worked = await DoubleKnock(Clock()).fetch(
        client_for(host), f"https://{HOST}/users/bob", ALICE.rsa_key, None, accept=ACTIVITY_JSON
    )
    assert (answer.status, worked) == (200, "cavage")


async def test_further_headers_are_sent_along() -> None:
    seen: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers["collection-synchronization"])
        return reply(202)

    await DoubleKnock(Clock()).deliver(
        client_for(answer), INBOX, b"{}", ALICE.rsa_key, None,
        headers={"Collection-Synchronization": "x"},
    )  # fmt: skip
    assert seen == ["x"]


@pytest.mark.parametrize("kind", ["rsa", "ed25519"])
def test_a_key_never_shows_its_secret(kind: str) -> None:
    key = ALICE.rsa_key if kind == "rsa" else ALICE.ed_key
    assert "PRIVATE" not in repr(key)
    assert key.private_pem.splitlines()[1] not in f"{key} {key!r} {[key]}"
    assert key.key_id in repr(key)


def test_a_body_that_changes_after_signing_is_refused() -> None:
    request = httpx.Request("POST", INBOX, content=b"{}")
    sent = next(RequestSigner(ALICE.rsa_key, "rfc9421", Clock()).auth_flow(request))
    changed = httpx.Request("POST", INBOX, headers=sent.headers, content=b"[]")
    with pytest.raises(Refused) as caught:
        scheme_of(received(changed))
    assert caught.value.code == "digest-mismatch"
