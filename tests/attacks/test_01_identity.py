"""Rule 1: the signer's key belongs to the actor; a document vouches only for its own origin."""

from typing import Any

import orjson
import pytest

from federation.errors import Refused
from federation.proofs import with_proof
from federation.signing import Scheme, SigningKey
from federation.verify import IncomingRequest, Verifier
from tests.support.signing import Clock, MemoryKeys, Origins, Remote, key_pair

VICTIM = Remote(url="https://victim.example/users/bob", rsa_name="bob", ed_name="bob")
MALLORY = Remote(url="https://evil.example/users/mallory", rsa_name="mallory", ed_name="mallory")
SCHEMES = pytest.mark.parametrize("scheme", ["cavage", "rfc9421"])


class World:
    """The victim's server as it is, and Mallory's as she likes it."""

    def __init__(self, mallory: dict[str, Any] | None = None) -> None:
        self.keys = MemoryKeys()
        self.origins = Origins(VICTIM, MALLORY)
        if mallory is not None:
            self.origins.served[MALLORY.url] = mallory
        self.verifier = Verifier(keys=self.keys, fetcher=self.origins, clock=Clock())

    async def refuses(self, incoming: IncomingRequest) -> bool:
        """Whether a delivery is turned away, and no key of Mallory's is taken for the victim's."""
        with pytest.raises(Refused) as caught:
            await self.verifier.verify_activity(incoming)
        assert caught.value.status in (400, 401, 403)
        mallorys = {MALLORY.rsa_public.pem, MALLORY.ed_public.pem}
        return not any(
            key.owner == VICTIM.url and key.pem in mallorys for key in self.keys.keys.values()
        )


def signed_as(key_id: str, activity: dict[str, Any], scheme: Scheme) -> IncomingRequest:
    """A delivery that Mallory signs under a key id of her choice."""
    key = SigningKey(key_id, "rsa", key_pair("rsa", "mallory")[0])
    return MALLORY.post(activity, scheme, key=key)


@SCHEMES
async def test_a_valid_signature_does_not_make_one_somebody_else(scheme: Scheme) -> None:
    assert await World().refuses(MALLORY.post(VICTIM.activity(), scheme))


@SCHEMES
async def test_the_victims_key_id_under_mallorys_signature_is_refused(scheme: Scheme) -> None:
    assert await World().refuses(signed_as(VICTIM.rsa_key.key_id, VICTIM.activity(), scheme))


@SCHEMES
@pytest.mark.parametrize(
    "changes",
    [
        {"owner": VICTIM.url},
        {"id": VICTIM.rsa_key.key_id, "owner": VICTIM.url},
        {"id": VICTIM.rsa_key.key_id, "owner": MALLORY.url},
        {"owner": [VICTIM.url, MALLORY.url]},
        {"owner": None, "controller": VICTIM.url},
    ],
)
async def test_mallorys_document_cannot_vouch_for_the_victim(
    changes: dict[str, Any], scheme: Scheme
) -> None:
    forged = {**MALLORY.document()["publicKey"], **changes}
    world = World(MALLORY.document(publicKey=forged))
    for key_id in (MALLORY.rsa_key.key_id, VICTIM.rsa_key.key_id):
        assert await world.refuses(signed_as(key_id, VICTIM.activity(), scheme))


@SCHEMES
async def test_a_document_at_mallorys_that_says_it_is_the_victim_is_no_owner(
    scheme: Scheme,
) -> None:
    alone = {
        "id": "https://evil.example/keys/1",
        "type": "CryptographicKey",
        "owner": VICTIM.url,
        "publicKeyPem": MALLORY.rsa_public.pem,
    }
    world = World()
    world.origins.served[alone["id"]] = alone
    assert await world.refuses(signed_as(alone["id"], VICTIM.activity(), scheme))


@SCHEMES
async def test_a_key_uploaded_to_the_victims_server_is_not_the_victims(scheme: Scheme) -> None:
    upload = "https://victim.example/media/key.json"
    world = World()
    world.origins.served[upload] = {
        "id": upload,
        "type": "Key",
        "owner": VICTIM.url,
        "publicKeyPem": MALLORY.rsa_public.pem,
    }
    assert await world.refuses(signed_as(upload, VICTIM.activity(), scheme))


@pytest.mark.parametrize(
    "actor",
    [
        "https://victim.example.evil.example/users/bob",
        "https://victim.example@evil.example/users/bob",
        "https://evil.example/users/bob?https://victim.example",
        "https://victim.example:8443/users/bob",
        "http://victim.example/users/bob",
        "https://victim.example/users/bob#mallory",
        "https://VICTIM.example/users/bob",
        "https://victim.example./users/bob",
    ],
)
async def test_an_actor_who_only_looks_like_the_victim_is_not_believed(actor: str) -> None:
    world = World()
    for identifier in (VICTIM.activity()["id"], actor + "/1"):
        posted = MALLORY.post(VICTIM.activity(actor=actor, id=identifier))
        assert await world.refuses(posted)


@pytest.mark.parametrize(
    "actor", [[MALLORY.url, VICTIM.url], [VICTIM.url, MALLORY.url], {"href": VICTIM.url}]
)
async def test_several_actors_or_a_disguised_one_are_refused(actor: Any) -> None:
    assert await World().refuses(MALLORY.post(VICTIM.activity(actor=actor)))


async def test_two_actors_in_one_object_are_refused() -> None:
    body = orjson.dumps(MALLORY.activity())
    doubled = body[:-1] + b',"actor":"' + VICTIM.url.encode() + b'"}'
    assert await World().refuses(MALLORY.post(doubled))


async def test_an_activity_id_under_the_victims_origin_is_refused() -> None:
    stolen = MALLORY.activity(id=VICTIM.url + "/activities/1")
    assert await World().refuses(MALLORY.post(stolen))


async def test_mallorys_proof_on_the_victims_words_is_refused() -> None:
    own = with_proof(VICTIM.activity(), MALLORY.ed_key, "2026-11-18T10:00:00Z")
    borrowed_id = SigningKey(VICTIM.ed_key.key_id, "ed25519", MALLORY.ed_key.private_pem)
    borrowed = with_proof(VICTIM.activity(), borrowed_id, "2026-11-18T10:00:00Z")
    for forged in (own, borrowed):
        assert await World().refuses(MALLORY.post(forged))


async def test_a_proof_on_a_part_is_no_proof_of_the_whole() -> None:
    """The victim proved a note once; that says nothing about an activity around it."""
    note = with_proof(VICTIM.activity()["object"], VICTIM.ed_key, "2026-11-18T10:00:00Z")
    wrapped = VICTIM.activity("Delete", object=note, proof=note["proof"])
    assert await World().refuses(MALLORY.post(wrapped))


async def test_the_victims_deletion_is_not_for_mallory_to_announce() -> None:
    world = World()
    world.origins.served[VICTIM.url + "/notes/1"] = VICTIM.activity()["object"]
    assert await world.refuses(MALLORY.post(VICTIM.activity("Delete")))
    hidden = VICTIM.activity("Delete", object=VICTIM.url + "/notes/for-followers-only")
    assert await world.refuses(MALLORY.post(hidden))


async def test_without_mallory_all_is_well() -> None:
    verified = await World().verifier.verify_activity(VICTIM.post(VICTIM.activity()))
    assert verified.actor == VICTIM.url
