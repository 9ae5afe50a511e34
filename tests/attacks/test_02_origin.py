"""Rule 2: nobody speaks for another; each wall is tried from outside, through the door."""

from collections.abc import Callable
from typing import Any

import pytest

from federation.vocabulary import PUBLIC
from tests.support.factories import Json, activity, create, note, profile, undo
from tests.support.fediverse import LocalNode
from tests.support.signing import Remote

ALICE = "https://mastodon.example/users/alice"
NEIGHBOUR = "https://mastodon.example/users/mallory"
STRANGER = "https://evil.example/users/mallory"
GRETA = "https://node.example/users/greta"

Forge = Callable[[Remote, Remote, dict[str, Json]], Json]


def _create_in_her_name(mallory: Remote, alice: Remote, did: dict[str, Json]) -> Json:
    return create(mallory, note(alice, "forgé"))


def _create_at_her_address(mallory: Remote, alice: Remote, did: dict[str, Json]) -> Json:
    return create(mallory, note(mallory, "forgé", id=f"{ALICE}/notes/forged"))


def _create_over_hers(mallory: Remote, alice: Remote, did: dict[str, Json]) -> Json:
    return create(mallory, {**did["note"], "attributedTo": mallory.url, "content": "forgé"})


def _edit_hers(mallory: Remote, alice: Remote, did: dict[str, Json]) -> Json:
    edit = {**did["note"], "content": "forgé", "updated": "2026-11-18T10:00:00Z"}
    return activity(mallory, "Update", edit)


def _edit_hers_as_mine(mallory: Remote, alice: Remote, did: dict[str, Json]) -> Json:
    return activity(mallory, "Update", {**did["note"], "attributedTo": [ALICE, mallory.url]})


def _delete_hers(mallory: Remote, alice: Remote, did: dict[str, Json]) -> Json:
    return activity(mallory, "Delete", did["note"]["id"])


def _delete_hers_as_tombstone(mallory: Remote, alice: Remote, did: dict[str, Json]) -> Json:
    return activity(mallory, "Delete", {"id": did["note"]["id"], "type": "Tombstone"})


def _delete_her(mallory: Remote, alice: Remote, did: dict[str, Json]) -> Json:
    return activity(mallory, "Delete", ALICE)


def _rename_her(mallory: Remote, alice: Remote, did: dict[str, Json]) -> Json:
    return activity(mallory, "Update", profile(alice, name="forgée"))


def _undo_her_follow(mallory: Remote, alice: Remote, did: dict[str, Json]) -> Json:
    return undo({**did["follow"], "actor": mallory.url})


def _undo_her_follow_by_id(mallory: Remote, alice: Remote, did: dict[str, Json]) -> Json:
    return activity(mallory, "Undo", did["follow"]["id"])


def _undo_her_follow_bare(mallory: Remote, alice: Remote, did: dict[str, Json]) -> Json:
    bare = {"type": "Follow", "actor": ALICE, "object": GRETA}
    return activity(mallory, "Undo", bare)


def _move_her(mallory: Remote, alice: Remote, did: dict[str, Json]) -> Json:
    return activity(mallory, "Move", ALICE, target=mallory.url)


def _pin_to_her_profile(mallory: Remote, alice: Remote, did: dict[str, Json]) -> Json:
    target = f"{ALICE}/collections/featured"
    return activity(mallory, "Add", did["note"]["id"], target=target)


def _reject_for_her(mallory: Remote, alice: Remote, did: dict[str, Json]) -> Json:
    follow = {"type": "Follow", "actor": GRETA, "object": ALICE, "id": did["asked"]["id"]}
    return activity(mallory, "Reject", follow)


def _announce_a_forgery(mallory: Remote, alice: Remote, did: dict[str, Json]) -> Json:
    return activity(mallory, "Announce", {**did["note"], "content": "forgé"}, to=[PUBLIC])


def _pass_a_forgery_on(mallory: Remote, alice: Remote, did: dict[str, Json]) -> Json:
    forged = create(alice, {**did["note"], "content": "forgé"})
    return activity(mallory, "Announce", {**forged, "type": "Update"}, to=[PUBLIC])


FORGERIES: dict[str, Forge] = {
    name.removeprefix("_").replace("_", " "): forge
    for name, forge in dict(globals()).items()
    if name.startswith("_") and callable(forge) and getattr(forge, "__module__", "") == __name__
}


async def _before(node: LocalNode, alice: Remote) -> dict[str, Json]:
    """What Alice honestly did, and greta's follow of her."""
    await node.befriend("greta", alice)
    asked = await node.follow(GRETA, ALICE)
    assert asked is not None
    hers = note(alice, "d’origine")
    follow = activity(alice, "Follow", GRETA)
    await node.receive(alice, create(alice, hers))
    await node.receive(alice, follow)
    return {"note": hers, "follow": follow, "asked": {"id": asked.url}}


async def _everything(node: LocalNode) -> dict[str, Any]:
    """What must not change."""
    alice, greta = await node.actor(ALICE), await node.actor(GRETA)
    follow, followed = await node.follow(ALICE, GRETA), await node.follow(GRETA, ALICE)
    assert alice is not None
    assert greta is not None
    record = (await node.home("greta"))[-1]
    stored = await node.object(record)
    assert stored is not None
    return {
        "names": (alice.name, alice.state, alice.moved_to, greta.state),
        "follows": (follow and follow.state, followed and followed.state),
        "note": (stored.content, stored.actor_id, stored.deleted_at),
        "pins": await node.count("featured"),
    }


@pytest.mark.parametrize("forgery", FORGERIES)
@pytest.mark.parametrize("who", [NEIGHBOUR, STRANGER], ids=["neighbour", "stranger"])
async def test_a_forgery_changes_nothing(node: LocalNode, forgery: str, who: str) -> None:
    alice, mallory = node.wires.person(ALICE), node.wires.person(who)
    did = await _before(node, alice)
    before = await _everything(node)
    forged = FORGERIES[forgery](mallory, alice, did)
    answer = await node.deliver(mallory, forged)
    assert answer.status_code in (202, 401, 403)
    await node.work_inbox()
    assert await _everything(node) == before


async def test_there_are_forgeries_of_every_kind() -> None:
    assert len(FORGERIES) >= 15
