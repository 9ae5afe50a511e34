"""Keys come from the store or their origin, are believed only when listed, and cost few fetches."""

import asyncio
from typing import Any

import pytest

from federation.documents import Document
from federation.errors import Gone, Unreachable, Untrusted
from federation.key_lookup import KeyLookup, KeyUnavailable
from tests.support.signing import Clock, MemoryKeys, Origins, Remote

ALICE = Remote()
COOLDOWN = 300.0


class World:
    """A lookup with everything that it works with."""

    def __init__(self, *people: Remote, allowed: bool = True) -> None:
        self.clock = Clock()
        self.keys = MemoryKeys()
        self.origins = Origins(*people)
        self.hosts: list[str] = []
        self.allowed = allowed
        self.lookup = KeyLookup(self.keys, self.origins, self.clock, self.allow, COOLDOWN)

    def allow(self, host: str) -> bool:
        """Note who is to be asked."""
        self.hosts.append(host)
        return self.allowed

    async def failure(self, key_id: str) -> tuple[int, str]:
        """The status and code with which a key cannot be had."""
        with pytest.raises(KeyUnavailable) as caught:
            await self.lookup.get(key_id)
        return caught.value.status, caught.value.code


async def test_a_known_key_is_not_fetched() -> None:
    world = World()
    world.keys.keys[ALICE.rsa_public.key_id] = ALICE.rsa_public
    assert await world.lookup.get(ALICE.rsa_public.key_id) == ALICE.rsa_public
    assert world.origins.asked == []


async def test_an_unknown_key_is_fetched_and_remembered_with_its_siblings() -> None:
    world = World(ALICE)
    assert await world.lookup.get(ALICE.rsa_public.key_id) == ALICE.rsa_public
    assert await world.lookup.get(ALICE.ed_public.key_id) == ALICE.ed_public
    assert world.origins.asked == [ALICE.url]
    assert world.keys.actors == [ALICE.url]
    assert world.hosts == ["remote.example"]


async def test_a_key_with_a_path_of_its_own_leads_to_its_owner() -> None:
    gotosocial = Remote(key_path="/main-key")
    world = World(gotosocial)
    world.origins.served[gotosocial.url + "/main-key"] = gotosocial.document()
    assert await world.lookup.get(gotosocial.rsa_public.key_id) == gotosocial.rsa_public


def key_document(person: Remote, **changes: Any) -> dict[str, Any]:
    """A key that stands by itself."""
    return {**person.document()["publicKey"], "type": "CryptographicKey", **changes}


@pytest.mark.parametrize("listing", ["embedded", "reference"])
async def test_a_key_document_counts_when_its_owner_lists_it(listing: str) -> None:
    alone = Remote(key_path="/keys/1")
    world = World()
    changes = {} if listing == "embedded" else {"publicKey": alone.rsa_key.key_id}
    world.origins.served[alone.url] = alone.document(**changes)
    world.origins.served[alone.rsa_key.key_id] = key_document(alone)
    assert await world.lookup.get(alone.rsa_key.key_id) == alone.rsa_public
    assert world.origins.asked == [alone.rsa_key.key_id, alone.url]


async def test_a_key_that_its_owner_does_not_list_is_refused() -> None:
    mallory = Remote(url="https://remote.example/users/mallory", rsa_name="mallory")
    world = World(ALICE)
    forged_id = "https://remote.example/files/forged"
    world.origins.served[forged_id] = key_document(mallory, id=forged_id, owner=ALICE.url)
    assert await world.failure(forged_id) == (401, "key-untrusted")
    assert world.keys.keys == {}


async def test_an_owner_who_lists_another_key_under_the_same_id_is_believed_over_the_key() -> None:
    real = Remote(key_path="/keys/1")
    forged = Remote(key_path="/keys/1", rsa_name="mallory")
    world = World(real)
    world.origins.served[real.rsa_key.key_id] = key_document(forged)
    assert await world.lookup.get(real.rsa_key.key_id) == real.rsa_public


@pytest.mark.parametrize(
    "changes",
    [
        {"owner": "https://victim.example/users/bob"},
        {"id": "https://victim.example/users/bob#main-key"},
        {"publicKeyPem": "junk"},
    ],
)
async def test_an_actor_vouches_only_for_keys_of_its_own(changes: dict[str, Any]) -> None:
    world = World()
    key = {**ALICE.document()["publicKey"], **changes}
    world.origins.served[ALICE.url] = ALICE.document(publicKey=key)
    assert await world.failure(ALICE.rsa_key.key_id) == (401, "key-untrusted")


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (Gone(ALICE.url, 404), (401, "key-gone")),
        (Gone(ALICE.url, 410), (401, "key-gone")),
        (Untrusted(ALICE.url, "text/html"), (401, "key-untrusted")),
        (Unreachable(ALICE.url, "refused", status=403, passing=False), (401, "key-unavailable")),
        (Unreachable(ALICE.url, "timeout"), (503, "key-unreachable")),
    ],
)
async def test_each_failure_has_its_answer(error: Exception, expected: tuple[int, str]) -> None:
    world = World()
    world.origins.served[ALICE.url] = error  # type: ignore[assignment]
    assert await world.failure(ALICE.rsa_key.key_id) == expected


@pytest.mark.parametrize("key_id", ["", "main-key", "acct:a@b.example", "did:key:z6Mk#z6Mk", "#"])
async def test_an_id_that_is_no_address_is_refused(key_id: str) -> None:
    world = World()
    assert await world.failure(key_id) == (401, "key-untrusted")
    assert world.origins.asked == []


async def test_a_lasting_failure_is_not_asked_for_again_until_later() -> None:
    world = World()
    for _ in range(5):
        assert await world.failure(ALICE.rsa_key.key_id) == (401, "key-gone")
    assert world.origins.asked == [ALICE.url]
    world.clock.now += COOLDOWN + 1
    world.origins.served[ALICE.url] = ALICE.document()
    assert await world.lookup.get(ALICE.rsa_key.key_id) == ALICE.rsa_public


async def test_a_passing_failure_is_not_held_against_the_key() -> None:
    world = World()
    world.origins.served[ALICE.url] = Unreachable(ALICE.url, "timeout")
    assert await world.failure(ALICE.rsa_key.key_id) == (503, "key-unreachable")
    world.origins.served[ALICE.url] = ALICE.document()
    assert await world.lookup.get(ALICE.rsa_key.key_id) == ALICE.rsa_public


async def test_a_host_that_may_not_be_asked_is_not() -> None:
    world = World(ALICE, allowed=False)
    assert await world.failure(ALICE.rsa_key.key_id) == (503, "key-unreachable")
    assert world.origins.asked == []


async def test_a_key_is_renewed_once_and_then_left_in_peace() -> None:
    world = World(ALICE)
    world.keys.keys[ALICE.rsa_public.key_id] = ALICE.rsa_public
    rotated = Remote(rsa_name="alice-2")
    world.origins.served[ALICE.url] = rotated.document()
    assert await world.lookup.renew(ALICE.rsa_key.key_id) == rotated.rsa_public
    for _ in range(5):
        assert await world.lookup.renew(ALICE.rsa_key.key_id) is None
    assert world.origins.asked == [ALICE.url]
    world.clock.now += COOLDOWN + 1
    assert await world.lookup.renew(ALICE.rsa_key.key_id) == rotated.rsa_public


async def test_a_renewal_that_failed_in_passing_is_tried_again() -> None:
    world = World()
    world.origins.served[ALICE.url] = Unreachable(ALICE.url, "timeout")
    with pytest.raises(KeyUnavailable, match="key-unreachable"):
        await world.lookup.renew(ALICE.rsa_key.key_id)
    rotated = Remote(rsa_name="alice-2")
    world.origins.served[ALICE.url] = rotated.document()
    assert await world.lookup.renew(ALICE.rsa_key.key_id) == rotated.rsa_public


@pytest.mark.parametrize("now_served", ["nothing", "another key"])
async def test_a_key_that_its_origin_dropped_is_forgotten(now_served: str) -> None:
    world = World()
    world.keys.keys[ALICE.rsa_public.key_id] = ALICE.rsa_public
    if now_served == "another key":
        world.origins.served[ALICE.url] = Remote(key_path="#key-2").document()
    with pytest.raises(KeyUnavailable):
        await world.lookup.renew(ALICE.rsa_key.key_id)
    assert world.keys.keys == {}


class SlowOrigins(Origins):
    """Origins that answer when they are told to."""

    def __init__(self, *people: Remote) -> None:
        super().__init__(*people)
        self.answer = asyncio.Event()

    async def document(self, url: str) -> Document:
        self.asked.append(url)
        await self.answer.wait()
        self.asked.pop()
        return await super().document(url)


async def test_all_who_wait_for_one_key_share_one_fetch() -> None:
    world, slow = World(), SlowOrigins(ALICE)
    lookup = KeyLookup(world.keys, slow, world.clock, world.allow, COOLDOWN)
    waiting = [asyncio.create_task(lookup.get(ALICE.rsa_key.key_id)) for _ in range(50)]
    await asyncio.sleep(0)
    waiting[0].cancel()
    await asyncio.sleep(0)
    slow.answer.set()
    outcomes = await asyncio.gather(*waiting, return_exceptions=True)
    assert isinstance(outcomes[0], asyncio.CancelledError)
    assert outcomes[1:] == [ALICE.rsa_public] * 49
    assert slow.asked == [ALICE.url]
    assert world.keys.actors == [ALICE.url]


async def test_the_memory_of_failures_is_bounded() -> None:
    world = World()
    for number in range(10_050):
        with pytest.raises(KeyUnavailable):
            await world.lookup.get(f"https://junk.example/{number}#k")
    assert len(world.lookup._failures) == len(world.lookup._fetched_at) == 10_000
