"""Follows and blocks: the declared states, and what happens to counts and timelines."""

import pytest

from actors.relationships import (
    TRANSITIONS,
    accept_follow,
    block,
    may_interact,
    next_state,
    receive_follow,
    reject_follow,
    request_follow,
    unblock,
    undo_follow,
)
from storage.ids import new_id
from storage.records import ActorRecord, FollowRecord
from tests.actors.conftest import Node

BOB = "https://atelier.example/users/bob"
FOLLOW = "https://atelier.example/follows/1"
STATES = ("none", "pending", "accepted", "rejected")


@pytest.fixture
async def bob(node: Node) -> ActorRecord:
    """Somebody elsewhere."""
    return await node.stranger(BOB, "bob")


@pytest.fixture
async def greta(node: Node) -> ActorRecord:
    """The organisation here."""
    return node.people["greta"]


async def received(node: Node, bob: ActorRecord, greta: ActorRecord) -> FollowRecord:
    async with node.store.transaction() as tx:
        return await receive_follow(tx, bob, greta, FOLLOW, node.clock.ms)


async def accepted(node: Node, greta: ActorRecord) -> FollowRecord | None:
    async with node.store.transaction() as tx:
        return await accept_follow(tx, greta, FOLLOW)


async def counts(node: Node, *people: ActorRecord) -> list[tuple[int, int]]:
    """(followers, following) of each."""
    found = [await node.reload(person) for person in people]
    return [(person.followers_count, person.following_count) for person in found]


def test_only_declared_transitions_exist() -> None:
    assert {state for state, _ in TRANSITIONS} <= set(STATES)
    assert set(TRANSITIONS.values()) <= set(STATES)
    for event in ("accept", "reject", "undo"):
        assert next_state("none", event) is None
    assert next_state("rejected", "accept") is None


async def test_a_follow_is_accepted_once_however_often_it_comes(
    node: Node, bob: ActorRecord, greta: ActorRecord
) -> None:
    assert (await received(node, bob, greta)).state == "pending"
    assert await counts(node, greta) == [(0, 0)]
    for _ in range(2):
        follow = await accepted(node, greta)
        assert follow is not None
        assert follow.state == "accepted"
        assert await counts(node, greta, bob) == [(1, 0), (0, 1)]
    again = await received(node, bob, greta)
    assert again.state == "accepted"
    assert follow is not None
    assert again.id == follow.id
    assert await counts(node, greta, bob) == [(1, 0), (0, 1)]


async def test_an_accept_for_a_follow_that_nobody_sent_is_refused(
    node: Node, bob: ActorRecord, greta: ActorRecord
) -> None:
    async with node.store.transaction() as tx:
        assert await accept_follow(tx, bob, "https://node.example/activities/9", greta) is None
        assert await tx.relationships.follow(greta.id, bob.id) is None


async def test_nobody_accepts_in_the_place_of_the_followed(
    node: Node, bob: ActorRecord, greta: ActorRecord
) -> None:
    eve = await node.stranger("https://evil.example/users/eve", "eve")
    await received(node, bob, greta)
    async with node.store.transaction() as tx:
        assert await accept_follow(tx, eve, FOLLOW) is None
        assert await reject_follow(tx, eve, FOLLOW) is None
        assert await undo_follow(tx, eve, FOLLOW) is None
        follow = await tx.relationships.follow_by_url(FOLLOW)
    assert follow is not None
    assert follow.state == "pending"


async def test_a_request_of_ours_is_answered_by_its_activity_or_by_the_pair(
    node: Node, bob: ActorRecord, greta: ActorRecord
) -> None:
    async with node.store.transaction() as tx:
        mine = await request_follow(tx, greta, bob, "https://node.example/activities/1", 5)
        assert (mine.state, mine.follower_local) == ("pending", 1)
        answered = await accept_follow(tx, bob, "https://atelier.example/unknown", greta)
    assert answered is not None
    assert answered.id == mine.id
    async with node.store.transaction() as tx:
        again = await request_follow(tx, greta, bob, "https://node.example/activities/2", 6)
    assert (again.state, again.url) == ("accepted", "https://node.example/activities/1")


async def test_a_reject_after_an_accept_removes_the_follower(
    node: Node, bob: ActorRecord, greta: ActorRecord
) -> None:
    await received(node, bob, greta)
    await accepted(node, greta)
    async with node.store.transaction() as tx:
        assert await reject_follow(tx, greta, FOLLOW, bob) is None
        assert await tx.relationships.follow(bob.id, greta.id) is None
    assert await counts(node, greta, bob) == [(0, 0), (0, 0)]


async def test_a_refused_request_is_remembered_and_may_be_asked_again(
    node: Node, bob: ActorRecord, greta: ActorRecord
) -> None:
    await received(node, bob, greta)
    async with node.store.transaction() as tx:
        refused = await reject_follow(tx, greta, FOLLOW)
    assert refused is not None
    assert refused.state == "rejected"
    assert await accepted(node, greta) is None
    assert (await received(node, bob, greta)).state == "pending"


async def test_undoing_twice_changes_nothing_more(
    node: Node, bob: ActorRecord, greta: ActorRecord
) -> None:
    await received(node, bob, greta)
    await accepted(node, greta)
    async with node.store.transaction() as tx:
        assert await undo_follow(tx, bob, FOLLOW) is not None
        assert await undo_follow(tx, bob, FOLLOW, greta) is None
    assert await counts(node, greta, bob) == [(0, 0), (0, 0)]


async def test_an_undo_without_a_known_id_ends_the_follow_of_the_pair(
    node: Node, bob: ActorRecord, greta: ActorRecord
) -> None:
    await received(node, bob, greta)
    async with node.store.transaction() as tx:
        assert await undo_follow(tx, bob, "", greta) is not None


async def test_nobody_follows_themselves(node: Node, greta: ActorRecord) -> None:
    async with node.store.transaction() as tx:
        follow = await request_follow(tx, greta, greta, "https://node.example/activities/1", 1)
        assert follow.state == "rejected"
        assert await tx.relationships.follow(greta.id, greta.id) is None


async def test_a_block_ends_follows_both_ways_and_keeps_new_ones_out(
    node: Node, bob: ActorRecord, greta: ActorRecord
) -> None:
    await received(node, bob, greta)
    await accepted(node, greta)
    async with node.store.transaction() as tx:
        await request_follow(tx, greta, bob, "https://node.example/activities/1", 5)
        ended = await block(tx, greta, bob, "https://node.example/activities/2", 6)
        assert len(ended) == 2
        assert not await may_interact(tx, bob, greta)
        assert not await may_interact(tx, greta, bob)
        assert await block(tx, greta, bob, "https://node.example/activities/3", 7) == ()
    assert await counts(node, greta, bob) == [(0, 0), (0, 0)]
    assert (await received(node, bob, greta)).state == "rejected"
    async with node.store.transaction() as tx:
        assert await tx.relationships.follow(bob.id, greta.id) is None
        assert await unblock(tx, greta, bob)
        assert not await unblock(tx, greta, bob)
    assert (await received(node, bob, greta)).state == "pending"


async def test_a_block_hides_the_blocked_from_the_timeline(
    node: Node, bob: ActorRecord, greta: ActorRecord
) -> None:
    async with node.store.transaction() as tx:
        await tx.connection.execute(
            "insert into timeline (owner_id, id, actor_id, home, inbox) values ($1, $2, $3, 1, 1)",
            greta.id,
            new_id(),
            bob.id,
        )
        await block(tx, greta, bob, "https://node.example/activities/2", 6)
        left = await tx.connection.fetch_value("select count(*) from timeline")
    assert left == 0


async def test_nobody_interacts_with_the_suspended(
    node: Node, bob: ActorRecord, greta: ActorRecord
) -> None:
    async with node.store.transaction() as tx:
        assert await may_interact(tx, bob, greta)
        await tx.actors.set_state(bob.id, "suspended", 1)
    suspended = await node.reload(bob)
    async with node.store.transaction() as tx:
        assert not await may_interact(tx, suspended, greta)
