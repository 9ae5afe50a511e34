"""What somebody else brings is believed for a proof, a signature, or its origin's word."""

from typing import Any

import orjson
import pytest

from federation.errors import Gone, Refused, Unreachable, Untrusted
from federation.proofs import with_proof
from federation.verify import VerifiedActivity, Verifier
from tests.support.linked_data import linked_data_signed, note_by
from tests.support.signing import Clock, MemoryKeys, Origins, Remote

ALICE = Remote()
RELAY = Remote(url="https://relay.example/actor", rsa_name="relay", ed_name="relay")
NOTE = ALICE.url + "/notes/1"
CREATED = "2026-11-18T10:00:00Z"


class World:
    """A verifier, and the servers from which it may fetch."""

    def __init__(self, *people: Remote, allowed: bool = True) -> None:
        self.origins = Origins(ALICE, RELAY, *people)
        self.clock = Clock()
        self.verifier = Verifier(
            keys=MemoryKeys(),
            fetcher=self.origins,
            clock=self.clock,
            fetch_allowed=lambda host: allowed or host == "relay.example",
        )

    async def bring(self, activity: dict[str, Any]) -> VerifiedActivity:
        """The relay delivers an activity that is not its own."""
        return await self.verifier.verify_activity(RELAY.post(activity))

    async def refusal(self, activity: dict[str, Any]) -> tuple[int, str]:
        """The status and code with which it is refused."""
        with pytest.raises(Refused) as caught:
            await self.bring(activity)
        return caught.value.status, caught.value.code


def proven(activity: dict[str, Any], who: Remote = ALICE) -> dict[str, Any]:
    """The activity with somebody's proof."""
    return with_proof(activity, who.ed_key, CREATED)


async def test_a_proof_by_the_actor_is_enough() -> None:
    world, activity = World(), proven(ALICE.activity())
    verified = await world.bring(activity)
    assert (verified.how, verified.actor, verified.sender) == ("proof", ALICE.url, RELAY.url)
    assert verified.document.raw == activity
    assert verified.body == orjson.dumps(activity)
    assert world.origins.asked == [RELAY.url, ALICE.url]


async def test_a_proof_by_somebody_else_is_not() -> None:
    mallory = Remote(url="https://remote.example/users/mallory", ed_name="mallory")
    world = World(mallory)
    assert await world.refusal(proven(ALICE.activity(), mallory)) == (401, "not-confirmed")
    assert await world.refusal(proven(ALICE.activity(), RELAY)) == (401, "not-confirmed")


async def test_a_proof_with_a_rotated_key_is_checked_against_the_new_one() -> None:
    world = World()
    await world.bring(proven(ALICE.activity()))
    rotated = Remote(ed_name="alice-2")
    world.origins.served[ALICE.url] = rotated.document()
    world.clock.now += 100
    assert (await world.bring(proven(ALICE.activity(), rotated))).how == "proof"


async def test_a_broken_proof_leaves_the_word_to_the_origin() -> None:
    world, activity = World(), proven(ALICE.activity())
    world.origins.served[activity["id"]] = ALICE.activity()
    activity["object"]["content"] = "changed on the way"
    verified = await world.bring(activity)
    assert verified.how == "fetched"
    assert verified.document.raw == ALICE.activity()
    assert verified.body == orjson.dumps(ALICE.activity())


async def test_a_linked_data_signature_by_the_actor_is_enough() -> None:
    world, activity = World(), linked_data_signed(note_by(ALICE), ALICE)
    verified = await world.bring(activity)
    assert (verified.how, verified.actor) == ("ld-signature", ALICE.url)
    assert verified.document.raw == activity


async def test_a_linked_data_signature_by_somebody_else_is_not() -> None:
    mallory = Remote(url="https://remote.example/users/mallory", rsa_name="mallory")
    world = World(mallory)
    for signer in (mallory, RELAY):
        forged = linked_data_signed(note_by(ALICE), signer)
        assert await world.refusal(forged) == (401, "not-confirmed")


async def test_an_unusual_signed_document_is_fetched_instead() -> None:
    original = note_by(ALICE)
    signed = linked_data_signed(note_by(ALICE), ALICE)
    signed["object"]["undefinedTerm"] = "not in the graph"
    world = World()
    world.origins.served[original["id"]] = original
    verified = await world.bring(signed)
    assert verified.how == "fetched"
    assert "undefinedTerm" not in verified.document.raw["object"]


async def test_an_activity_that_its_origin_serves_is_taken_from_there() -> None:
    world = World()
    world.origins.served[ALICE.activity()["id"]] = ALICE.activity(summary="as served")
    verified = await world.bring(ALICE.activity(summary="as brought"))
    assert (verified.how, verified.sender) == ("fetched", RELAY.url)
    assert verified.document.text("summary") == "as served"


@pytest.mark.parametrize(
    "served",
    [
        {"actor": "https://remote.example/users/mallory"},
        {"actor": [ALICE.url, "https://remote.example/users/mallory"]},
        {"actor": None},
        {"type": "Note"},
        {"type": "Undo"},
        {"id": "https://remote.example/elsewhere"},
    ],
)
async def test_an_origin_that_serves_something_else_confirms_nothing(
    served: dict[str, Any],
) -> None:
    world = World()
    world.origins.served[ALICE.activity()["id"]] = ALICE.activity(**served)
    assert await world.refusal(ALICE.activity()) == (401, "not-confirmed")


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (Gone(NOTE, 404), (401, "not-confirmed")),
        (Untrusted(NOTE, "text/html"), (401, "not-confirmed")),
        (Unreachable(NOTE, "403", status=403, passing=False), (401, "not-confirmed")),
        (Unreachable(NOTE, "timeout"), (503, "origin-unreachable")),
    ],
)
async def test_an_origin_that_does_not_answer_confirms_nothing(
    error: Exception, expected: tuple[int, str]
) -> None:
    world = World()
    world.origins.served[ALICE.activity()["id"]] = error  # type: ignore[assignment]
    assert await world.refusal(ALICE.activity()) == expected


async def test_an_origin_that_may_not_be_asked_is_not() -> None:
    world = World(allowed=False)
    assert await world.refusal(ALICE.activity()) == (503, "origin-unreachable")
    assert world.origins.asked == [RELAY.url]


def deletion(target: str = NOTE) -> dict[str, Any]:
    """The deletion of a note, with something added that nobody signed."""
    return ALICE.activity("Delete", object={"id": target, "type": "Tombstone"}, summary="lie")


@pytest.mark.parametrize(
    "served", [Gone(NOTE, 410), {"id": NOTE, "type": "Tombstone", "formerType": "Note"}]
)
async def test_a_deletion_that_the_origin_confirms_is_believed_and_no_more_than_that(
    served: Any,
) -> None:
    world = World()
    world.origins.served[NOTE] = served
    verified = await world.bring(deletion())
    assert verified.how == "fetched"
    assert verified.document.raw == {
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": deletion()["id"],
        "type": "Delete",
        "actor": ALICE.url,
        "object": NOTE,
    }


@pytest.mark.parametrize("served", [{"id": NOTE, "type": "Note"}, Gone(NOTE, 404)])
async def test_a_deletion_that_the_origin_does_not_confirm_is_refused(served: Any) -> None:
    world = World()
    world.origins.served[NOTE] = served
    assert await world.refusal(deletion()) == (401, "not-confirmed")


async def test_nobody_deletes_what_is_of_another_origin() -> None:
    world = World()
    elsewhere = "https://victim.example/notes/1"
    world.origins.served[elsewhere] = Gone(elsewhere, 410)
    assert await world.refusal(deletion(elsewhere)) == (401, "not-confirmed")
    assert elsewhere not in world.origins.asked


async def test_a_signed_deletion_needs_no_origin() -> None:
    world = World()
    assert (await world.bring(proven(deletion()))).how == "proof"
    assert NOTE not in world.origins.asked


async def test_the_work_for_one_forwarded_activity_is_bounded() -> None:
    activity = ALICE.activity()
    proofs = [
        {
            **proven(activity)["proof"],
            "verificationMethod": f"https://remote.example/keys/{number}",
        }
        for number in range(50)
    ]
    world = World()
    await world.refusal({**activity, "proof": proofs})
    assert len(world.origins.asked) <= 4
