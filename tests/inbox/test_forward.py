"""Forwarding replies to followers (ActivityPub 7.1.2): what is proved, and once."""

from typing import Any

import pytest

from federation.proofs import create_proof
from storage.records import FollowRecord, ObjectRecord
from tests.inbox.test_reactions import own_post
from tests.support.factories import Json, activity, create, note
from tests.support.fediverse import LocalNode, Network
from tests.support.signing import Remote

ALICE = "https://mastodon.example/users/alice"
CAROL = "https://friends.example/users/carol"
GRETA = "https://node.example/users/greta"


@pytest.fixture
async def alice(node: LocalNode) -> Remote:
    """Somebody who answers."""
    return node.wires.person(ALICE)


@pytest.fixture
async def carol(node: LocalNode) -> Remote:
    """Somebody who follows greta."""
    person = node.wires.person(CAROL)
    follower = await node.services.remote.by_url(CAROL)
    greta = await node.person("greta")
    follow = FollowRecord(7, follower.id, greta.id, 0, "accepted", f"{CAROL}/follow", 1)
    await node.store.write(lambda tx: tx.relationships.save_follow(follow))
    return person


def proved(author: Remote, document: Json) -> Json:
    """An activity with its author's own proof."""
    return {**document, "proof": create_proof(document, author.ed_key, "2026-11-18T08:00:00Z")}


async def forwarded(network: Network) -> list[Json]:
    """What reached Carol's server."""
    await network.settle()
    return network.wires.delivered(f"{CAROL}/inbox")


def answer(alice: Remote, post: ObjectRecord, **changes: Any) -> Json:
    """A reply of Alice's."""
    return note(alice, "Merci !", inReplyTo=post.url, **changes)


async def test_a_reply_to_ours_reaches_our_followers_unchanged(
    network: Network, node: LocalNode, alice: Remote, carol: Remote
) -> None:
    post = await own_post(node)
    reply = proved(alice, create(alice, answer(alice, post)))
    assert await node.receive(alice, reply) == "done"
    assert await forwarded(network) == [reply]


async def test_it_is_forwarded_once(
    network: Network, node: LocalNode, alice: Remote, carol: Remote
) -> None:
    post = await own_post(node)
    reply = proved(alice, create(alice, answer(alice, post)))
    await node.receive(alice, reply)
    await node.receive(alice, reply, to=node.inbox("greta"))
    assert len(await forwarded(network)) == 1


async def test_edits_and_deletions_follow_the_reply(
    network: Network, node: LocalNode, alice: Remote, carol: Remote
) -> None:
    post = await own_post(node)
    reply = answer(alice, post)
    edit = {**reply, "content": "<p>Merci bien !</p>", "updated": "2026-11-18T09:00:00Z"}
    sent = [
        proved(alice, create(alice, reply)),
        proved(alice, activity(alice, "Update", edit)),
        proved(alice, activity(alice, "Delete", reply["id"])),
    ]
    for each in sent:
        assert await node.receive(alice, each) == "done"
    assert await forwarded(network) == sent


async def test_what_nobody_could_verify_is_not_forwarded(
    network: Network, node: LocalNode, alice: Remote, carol: Remote
) -> None:
    post = await own_post(node)
    await node.receive(alice, create(alice, answer(alice, post)))
    assert await forwarded(network) == []


async def test_private_replies_are_not_forwarded(
    network: Network, node: LocalNode, alice: Remote, carol: Remote
) -> None:
    post = await own_post(node)
    secret = answer(alice, post, to=[GRETA], cc=[])
    assert await node.receive(alice, proved(alice, create(alice, secret))) == "done"
    assert await forwarded(network) == []


async def test_a_reply_to_our_followers_alone_is_for_them(
    network: Network, node: LocalNode, alice: Remote, carol: Remote
) -> None:
    post = await own_post(node)
    mine = answer(alice, post, to=[GRETA], cc=[f"{GRETA}/followers"])
    reply = proved(alice, create(alice, mine))
    await node.receive(alice, reply)
    assert await forwarded(network) == [reply]


async def test_replies_to_others_are_not_ours_to_forward(
    network: Network, node: LocalNode, alice: Remote, carol: Remote
) -> None:
    await node.befriend("greta", alice)
    first = note(alice)
    await node.receive(alice, create(alice, first))
    reply = proved(alice, create(alice, note(alice, inReplyTo=first["id"])))
    await node.receive(alice, reply)
    assert await forwarded(network) == []


async def test_a_forwarded_reply_is_believed_for_its_proof(
    node: LocalNode, alice: Remote, carol: Remote
) -> None:
    """The other end: Carol's server brings what Alice proved."""
    post = await own_post(node)
    reply = proved(alice, create(alice, answer(alice, post)))
    assert await node.receive(carol, reply) == "done"
    stored = await node.object(reply["object"]["id"])
    assert stored is not None
    assert stored.in_reply_to_id == post.id
