"""Follow, Accept, Reject and their Undo, in both directions."""

import pytest

from actors.relationships import request_follow
from tests.support.factories import Json, activity, undo
from tests.support.fediverse import LocalNode
from tests.support.signing import Remote

ALICE = "https://mastodon.example/users/alice"
GRETA = "https://node.example/users/greta"
OURS = "https://node.example/activities/77"


@pytest.fixture
def alice(node: LocalNode) -> Remote:
    """Somebody on another server."""
    return node.wires.person(ALICE)


async def published(node: LocalNode, kind: str) -> list[Json]:
    """What local actors published, of one type."""

    async def operation(tx):  # type: ignore[no-untyped-def]
        return await tx.connection.fetch_all(
            "select document from activities where local = 1 and type = $1 order by id", kind
        )

    import json

    return [json.loads(row[0]) for row in await node.store.query(operation)]


async def asked(node: LocalNode, target: Remote) -> None:
    """Greta asked to follow somebody."""
    greta = await node.person("greta")
    followee = await node.services.remote.by_url(target.url)
    await node.store.write(lambda tx: request_follow(tx, greta, followee, OURS, 1))


async def state(node: LocalNode, follower: str, followee: str) -> str:
    """The state of a follow."""
    follow = await node.follow(follower, followee)
    return follow.state if follow else "none"


async def test_a_follow_is_accepted_once(node: LocalNode, alice: Remote) -> None:
    follow = activity(alice, "Follow", GRETA)
    assert await node.receive(alice, follow) == "done"
    assert await node.receive(alice, follow, to=node.inbox("greta")) == "done"
    assert await state(node, ALICE, GRETA) == "accepted"
    greta = await node.actor(GRETA)
    assert greta is not None
    assert greta.followers_count == 1
    assert await node.notified("greta") == ["follow"]
    accepts = await published(node, "Accept")
    assert accepts[0]["object"]["id"] == follow["id"]
    assert accepts[0]["actor"] == GRETA


async def test_a_locked_actor_decides_alone(node: LocalNode, alice: Remote) -> None:
    await node.person("prudence", locked=True)
    prudence = "https://node.example/users/prudence"
    await node.receive(alice, activity(alice, "Follow", prudence))
    assert await state(node, ALICE, prudence) == "pending"
    assert await published(node, "Accept") == []
    assert await node.notified("prudence") == ["follow_request"]


@pytest.mark.parametrize(
    "target",
    [
        "https://node.example/objects/123456",
        "https://node.example/users/nobody",
        "https://elsewhere.example/users/x",
        "https://www.w3.org/ns/activitystreams#Public",
        None,
    ],
)
async def test_following_anything_but_an_actor_here_has_no_effect(
    node: LocalNode, alice: Remote, target: str | None
) -> None:
    assert (await node.receive(alice, activity(alice, "Follow", target))).startswith("ignored")
    assert await node.count("follows") == 0


async def test_somebody_blocked_cannot_follow(node: LocalNode, alice: Remote) -> None:
    greta = await node.person("greta")
    blocked = await node.services.remote.by_url(ALICE)
    await node.store.write(lambda tx: tx.relationships.block(greta.id, blocked.id, "u", 1))
    assert (await node.receive(alice, activity(alice, "Follow", GRETA))).startswith("ignored")
    assert await node.count("follows") == 0
    assert await published(node, "Accept") == []


async def test_an_accept_of_our_follow_counts(node: LocalNode, alice: Remote) -> None:
    await asked(node, alice)
    assert await node.receive(alice, activity(alice, "Accept", OURS)) == "done"
    assert await state(node, GRETA, ALICE) == "accepted"


async def test_an_accept_that_embeds_a_follow_without_our_id_counts(
    node: LocalNode, alice: Remote
) -> None:
    await asked(node, alice)
    embedded = {"type": "Follow", "actor": GRETA, "object": ALICE}
    assert await node.receive(alice, activity(alice, "Accept", embedded)) == "done"
    assert await state(node, GRETA, ALICE) == "accepted"


async def test_nobody_else_can_accept_for_the_followed(node: LocalNode, alice: Remote) -> None:
    mallory = node.wires.person("https://evil.example/users/mallory")
    await asked(node, alice)
    assert (await node.receive(mallory, activity(mallory, "Accept", OURS))).startswith("refused")
    embedded = {"type": "Follow", "actor": GRETA, "object": ALICE}
    outcome = await node.receive(mallory, activity(mallory, "Accept", embedded))
    assert outcome.startswith("refused")
    assert await state(node, GRETA, ALICE) == "pending"


async def test_an_accept_of_what_we_never_asked_makes_no_follow(
    node: LocalNode, alice: Remote
) -> None:
    for target in (OURS, {"type": "Follow", "actor": GRETA, "object": ALICE}):
        outcome = await node.receive(alice, activity(alice, "Accept", target))
        assert outcome.startswith("ignored")
    assert await node.count("follows") == 0


async def test_a_reject_ends_waiting_and_following(node: LocalNode, alice: Remote) -> None:
    await asked(node, alice)
    await node.receive(alice, activity(alice, "Reject", OURS))
    assert await state(node, GRETA, ALICE) == "rejected"
    outcome = await node.receive(alice, activity(alice, "Accept", OURS))
    assert outcome.startswith("ignored"), "a rejected Follow is over"


async def test_a_reject_throws_an_accepted_follower_out(node: LocalNode, alice: Remote) -> None:
    await asked(node, alice)
    await node.receive(alice, activity(alice, "Accept", OURS))
    await node.receive(alice, activity(alice, "Reject", OURS))
    assert await state(node, GRETA, ALICE) == "none"


@pytest.mark.parametrize("by_id", [True, False])
async def test_an_undo_ends_a_follow(node: LocalNode, alice: Remote, by_id: bool) -> None:
    follow = activity(alice, "Follow", GRETA)
    await node.receive(alice, follow)
    done = undo(follow, object=follow["id"]) if by_id else undo(follow)
    assert await node.receive(alice, done) == "done"
    assert await state(node, ALICE, GRETA) == "none"
    greta = await node.actor(GRETA)
    assert greta is not None
    assert greta.followers_count == 0


async def test_nobody_can_undo_another_s_follow(node: LocalNode, alice: Remote) -> None:
    mallory = node.wires.person("https://evil.example/users/mallory")
    follow = activity(alice, "Follow", GRETA)
    await node.receive(alice, follow)
    for target in (follow, follow["id"], {**follow, "actor": mallory.url}):
        attempt = activity(mallory, "Undo", target)
        assert (await node.receive(mallory, attempt)).startswith("refused")
    assert await state(node, ALICE, GRETA) == "accepted"
