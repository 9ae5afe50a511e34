"""The one path to a verified activity: who may go it, and what turns others away."""

import copy
import dataclasses
from typing import Any

import orjson
import pytest

from federation.documents import Document
from federation.errors import Gone, Refused, Unreachable
from federation.signing import Scheme
from federation.verify import (
    IncomingRequest,
    VerifiedActivity,
    VerifiedSender,
    Verifier,
    restore,
)
from tests.support.signing import (
    HOST,
    NOW,
    Clock,
    MemoryKeys,
    Origins,
    Remote,
    request,
    with_body,
    with_header,
)

ALICE = Remote()
RELAY = "https://relay.example/actor"
BOTH = pytest.mark.parametrize("scheme", ["cavage", "rfc9421"])


class World:
    """A verifier, its keys, and the servers from which it may fetch."""

    def __init__(self, *people: Remote) -> None:
        self.keys = MemoryKeys()
        self.origins = Origins(*people)
        self.clock = Clock()
        self.verifier = Verifier(keys=self.keys, fetcher=self.origins, clock=self.clock)

    async def refusal(self, incoming: IncomingRequest) -> tuple[int, str]:
        """The status and code with which a delivery is refused."""
        with pytest.raises(Refused) as caught:
            await self.verifier.verify_activity(incoming)
        return caught.value.status, caught.value.code


@BOTH
async def test_an_activity_signed_by_its_actor_is_verified(scheme: Scheme) -> None:
    world, activity = World(ALICE), ALICE.activity()
    verified = await world.verifier.verify_activity(ALICE.post(activity, scheme))
    assert verified.document == Document(activity)
    assert (verified.actor, verified.sender, verified.how) == (ALICE.url, ALICE.url, "http")
    assert verified.body == orjson.dumps(activity)
    assert world.origins.asked == [ALICE.url]


async def test_a_known_actor_costs_no_fetch() -> None:
    world = World(ALICE)
    for scheme in ("cavage", "rfc9421", "cavage"):
        await world.verifier.verify_activity(ALICE.post(ALICE.activity(), scheme))
    assert world.origins.asked == [ALICE.url]


async def test_an_ed25519_key_signs_requests_too() -> None:
    world = World(ALICE)
    for scheme in ("cavage", "rfc9421"):
        posted = ALICE.post(ALICE.activity(), scheme, key=ALICE.ed_key)
        assert (await world.verifier.verify_activity(posted)).actor == ALICE.url


@BOTH
async def test_a_signed_get_tells_who_reads(scheme: Scheme) -> None:
    sender = await World(ALICE).verifier.verify_request(ALICE.get("/users/bob?page=1", scheme))
    assert (sender.actor, sender.key_id) == (ALICE.url, ALICE.rsa_key.key_id)


async def test_an_unsigned_request_is_refused() -> None:
    world = World(ALICE)
    body = orjson.dumps(ALICE.activity())
    unsigned = request("POST", "/inbox", {"content-type": "application/activity+json"}, body)
    assert await world.refusal(unsigned) == (401, "signature-missing")
    with pytest.raises(Refused, match="signature-missing"):
        await world.verifier.verify_request(request("GET", "/users/bob", {}, b""))


@BOTH
async def test_a_signature_by_another_key_is_refused(scheme: Scheme) -> None:
    world = World(ALICE)
    forged = Remote(rsa_name="mallory").post(ALICE.activity(), scheme)
    assert await world.refusal(forged) == (401, "signature-invalid")


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "text/html", "application/ld+json", "", "application/x-activity+json"],
)
async def test_another_content_type_is_refused(content_type: str) -> None:
    posted = with_header(ALICE.post(ALICE.activity()), "content-type", content_type)
    assert await World(ALICE).refusal(posted) == (415, "content-type")


@pytest.mark.parametrize(
    "content_type",
    [
        "application/activity+json; charset=utf-8",
        'application/ld+json; profile="https://www.w3.org/ns/activitystreams"',
        'APPLICATION/LD+JSON;profile="https://example.org/ https://www.w3.org/ns/activitystreams"',
    ],
)
async def test_the_content_types_of_activitystreams_are_taken(content_type: str) -> None:
    posted = ALICE.post(ALICE.activity(), "rfc9421")
    posted = with_header(posted, "content-type", content_type)
    assert (await World(ALICE).verifier.verify_activity(posted)).how == "http"


@BOTH
@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"{", (400, "malformed-json")),
        (b"\xff", (400, "not-utf8")),
        (b'{"a":1,"a":2}', (400, "duplicate-keys")),
        (b"[]", (400, "not-an-object")),
        (b'{"a":' * 40 + b"1" + b"}" * 40, (400, "too-deep")),
        (b" " * 1_000_001, (413, "too-large")),
        (b"{}", (400, "no-actor")),
    ],
)
async def test_a_signed_body_that_is_no_activity_is_refused(
    scheme: Scheme, body: bytes, expected: tuple[int, str]
) -> None:
    world = World(ALICE)
    assert await world.refusal(ALICE.post(body, scheme)) == expected
    assert world.origins.asked == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"actor": None}, (400, "no-actor")),
        ({"actor": [ALICE.url, "https://remote.example/users/bob"]}, (400, "no-actor")),
        ({"actor": 7}, (400, "no-actor")),
        ({"id": None}, (400, "no-id")),
        ({"id": {}}, (400, "no-id")),
        ({"type": None}, (400, "no-type")),
        ({"id": "https://elsewhere.example/1"}, (403, "foreign-id")),
        ({"id": "urn:uuid:1"}, (403, "foreign-id")),
        ({"actor": "acct:alice@remote.example"}, (403, "foreign-id")),
    ],
)
async def test_an_activity_needs_one_actor_a_type_and_an_id_of_its_origin(
    changes: dict[str, Any], expected: tuple[int, str]
) -> None:
    world = World(ALICE)
    assert await world.refusal(ALICE.post(ALICE.activity(**changes))) == expected
    assert world.origins.asked == []


async def test_an_embedded_actor_is_read_by_its_id() -> None:
    posted = ALICE.post(ALICE.activity(actor=[{"id": ALICE.url, "type": "Person"}]))
    assert (await World(ALICE).verifier.verify_activity(posted)).actor == ALICE.url


@BOTH
async def test_a_rotated_key_is_fetched_once(scheme: Scheme) -> None:
    world = World(ALICE)
    await world.verifier.verify_activity(ALICE.post(ALICE.activity(), scheme))
    rotated = Remote(rsa_name="alice-2")
    world.origins.served[ALICE.url] = rotated.document()
    world.clock.now += 100
    posted = rotated.post(rotated.activity(), scheme, now=world.clock.now)
    assert (await world.verifier.verify_activity(posted)).actor == ALICE.url
    assert await world.refusal(ALICE.post(ALICE.activity(), scheme)) == (401, "signature-invalid")
    assert world.origins.asked == [ALICE.url, ALICE.url]


async def test_garbage_makes_us_fetch_a_key_once_a_minute_at_most() -> None:
    world = World(ALICE)
    await world.verifier.verify_activity(ALICE.post(ALICE.activity()))
    forger = Remote(rsa_name="mallory")
    world.clock.now += 100
    for _ in range(20):
        await world.refusal(forger.post(ALICE.activity(), now=world.clock.now))
    assert world.origins.asked == [ALICE.url, ALICE.url]


async def test_a_key_server_out_of_reach_is_a_reason_to_come_back() -> None:
    world = World()
    world.origins.served[ALICE.url] = Unreachable(ALICE.url, "timeout")
    assert await world.refusal(ALICE.post(ALICE.activity())) == (503, "key-unreachable")


@pytest.mark.parametrize("status", [404, 410])
async def test_the_deletion_of_an_actor_who_is_gone_is_accepted_and_ignored(status: int) -> None:
    world = World()
    world.origins.served[ALICE.url] = Gone(ALICE.url, status)
    farewell = ALICE.activity("Delete", object=ALICE.url)
    assert await world.refusal(ALICE.post(farewell)) == (202, "unknown-actor-deleted")
    assert await world.refusal(ALICE.post(ALICE.activity())) == (401, "key-gone")


@BOTH
async def test_a_body_under_another_digest_is_refused_before_any_fetch(scheme: Scheme) -> None:
    world = World(ALICE)
    posted = with_body(ALICE.post(ALICE.activity(), scheme), b"{}")
    assert await world.refusal(posted) == (401, "digest-mismatch")
    assert world.origins.asked == []


async def test_a_length_that_lies_is_refused() -> None:
    posted = with_header(ALICE.post(ALICE.activity()), "content-length", "1")
    assert await World(ALICE).refusal(posted) == (400, "content-length-mismatch")


def doubly_signed(first: Remote, second: Remote, activity: dict[str, Any]) -> IncomingRequest:
    """A request with the RFC 9421 signatures of two."""
    one, two = (who.post(activity, "rfc9421") for who in (first, second))
    inputs, signatures = (
        f"{one.field(name)}, {two.field(name).replace('sig1', 'sig2', 1)}"
        for name in ("signature-input", "signature")
    )
    return with_header(with_header(one, "signature-input", inputs), "signature", signatures)


async def test_of_two_signatures_that_of_the_actors_server_counts() -> None:
    proxy = Remote(url="https://proxy.example/actor", rsa_name="proxy")
    world = World(ALICE, proxy)
    for posted in (
        doubly_signed(ALICE, proxy, ALICE.activity()),
        doubly_signed(proxy, ALICE, ALICE.activity()),
    ):
        assert (await world.verifier.verify_activity(posted)).how == "http"
    both = doubly_signed(ALICE, ALICE, ALICE.activity())
    assert await world.refusal(both) == (401, "several-signatures")
    with pytest.raises(Refused, match="several-signatures"):
        await world.verifier.verify_request(both)


async def test_an_rfc_9421_signature_without_its_input_is_nothing() -> None:
    world = World(ALICE)
    posted = ALICE.post(ALICE.activity(), "rfc9421")
    stripped = with_header(posted, "signature-input", None)
    assert await world.refusal(stripped) == (400, "signature-malformed")


def test_nobody_else_can_say_that_something_was_verified() -> None:
    with pytest.raises(TypeError):
        VerifiedActivity(Document({}), ALICE.url, ALICE.url, "http", b"{}", object())
    with pytest.raises(TypeError):
        VerifiedSender(ALICE.url, ALICE.rsa_key.key_id, None)
    with pytest.raises(TypeError):
        VerifiedSender(ALICE.url, ALICE.rsa_key.key_id)  # type: ignore[call-arg]


async def test_a_verified_activity_cannot_be_altered() -> None:
    verified = await World(ALICE).verifier.verify_activity(ALICE.post(ALICE.activity()))
    with pytest.raises(dataclasses.FrozenInstanceError):
        verified.actor = "https://victim.example/users/bob"  # type: ignore[misc]
    with pytest.raises((TypeError, ValueError)):
        dataclasses.replace(verified, actor=RELAY)  # type: ignore[call-arg]
    assert copy.copy(verified) == verified


@pytest.mark.parametrize("how", ["http", "proof", "ld-signature", "fetched", "local"])
def test_a_stored_activity_is_restored_as_it_was(how: str) -> None:
    body = orjson.dumps(ALICE.activity())
    restored = restore(body, ALICE.url, RELAY, how)
    assert restored.document.raw == ALICE.activity()
    assert (restored.actor, restored.how, restored.body) == (ALICE.url, how, body)


@pytest.mark.parametrize(
    ("actor", "how"), [("https://victim.example/users/bob", "http"), (ALICE.url, "believed")]
)
def test_a_row_that_does_not_hold_together_is_not_restored(actor: str, how: str) -> None:
    with pytest.raises(ValueError, match="hold together"):
        restore(orjson.dumps(ALICE.activity()), actor, actor, how)


async def test_the_time_is_the_clocks_that_was_given() -> None:
    world = World(ALICE)
    world.clock.now = NOW + 100_000
    assert await world.refusal(ALICE.post(ALICE.activity())) == (401, "clock-window")
    posted = ALICE.post(ALICE.activity(), now=NOW + 100_000)
    assert (await world.verifier.verify_activity(posted)).how == "http"
    assert posted.host == HOST
