"""Followers synchronisation (FEP-8fcf), receiving side."""

from typing import Any

import pytest

from actors.synchronisation import digest
from federation.vocabulary import ACTIVITYSTREAMS
from inbox.synchronisation import EVERY_SECONDS, Claimed, parse_header
from tests.inbox.test_follow import published
from tests.support.factories import Json, create, note
from tests.support.fediverse import LocalNode
from tests.support.signing import Remote

ALICE = "https://mastodon.example/users/alice"
LIST = f"{ALICE}/followers_synchronization"
GRETA = "https://node.example/users/greta"
PAUL = "https://node.example/users/paul"


@pytest.fixture
async def alice(node: LocalNode) -> Remote:
    """Somebody whom greta follows."""
    person = node.wires.person(ALICE)
    await node.befriend("greta", person)
    await node.person("paul")
    return person


def serve(node: LocalNode, *followers: str) -> None:
    """What Alice's server lists as her followers here."""
    items: Json = {"type": "OrderedCollection", "orderedItems": list(followers)}
    node.wires.serve({"@context": ACTIVITYSTREAMS, "id": LIST, **items})


async def send(node: LocalNode, alice: Remote, *followers: str, **changes: Any) -> None:
    """Deliver a note with what Alice's server believes about her followers here."""
    values = {"collectionId": f"{ALICE}/followers", "url": LIST, "digest": digest(followers)}
    header = ", ".join(f'{name}="{value}"' for name, value in (values | changes).items())
    hello = create(alice, note(alice))
    await node.receive(alice, hello, headers={"Collection-Synchronization": header})


async def following(node: LocalNode, follower: str) -> bool:
    """Whether we count a follow of Alice."""
    follow = await node.follow(follower, ALICE)
    return follow is not None and follow.state == "accepted"


def test_the_digest_is_the_one_of_the_proposal() -> None:
    """The example of FEP-8fcf."""
    followers = ["https://testing.example.org/users/1", "https://testing.example.org/users/2"]
    assert digest(followers) == digest(reversed(followers))
    assert digest([]) == "0" * 64
    assert digest([followers[0], followers[0]]) == "0" * 64


def test_a_header_is_read_or_left() -> None:
    header = 'collectionId="https://a/f", digest="AB", url="https://a/s"'
    assert parse_header(header) == Claimed("https://a/f", "https://a/s", "ab")
    for broken in ("", "nonsense", 'url="https://a/s"', 'collectionId="", url="u", digest="d"'):
        assert parse_header(broken) is None


async def test_agreement_fetches_nothing(node: LocalNode, alice: Remote) -> None:
    serve(node, GRETA)
    await send(node, alice, GRETA)
    assert node.wires.fetched(LIST) == 0
    assert await following(node, GRETA)


async def test_a_follow_that_they_do_not_list_ends(node: LocalNode, alice: Remote) -> None:
    serve(node)
    await send(node, alice)
    assert not await following(node, GRETA)


async def test_a_follow_that_only_they_know_is_undone(node: LocalNode, alice: Remote) -> None:
    serve(node, GRETA, PAUL, "https://elsewhere.example/users/bob")
    await send(node, alice, GRETA, PAUL)
    assert await following(node, GRETA)
    undone = await published(node, "Undo")
    assert [(each["actor"], each["object"]["object"]) for each in undone] == [(PAUL, ALICE)]


async def test_a_lost_accept_is_made_good(node: LocalNode, alice: Remote) -> None:
    await node.ask_to_follow("paul", ALICE)
    serve(node, GRETA, PAUL)
    await send(node, alice, GRETA, PAUL)
    assert await following(node, PAUL)
    assert await published(node, "Undo") == []


@pytest.mark.parametrize(
    "changes",
    [
        {"collectionId": "https://mastodon.example/users/bob/followers"},
        {"url": "https://elsewhere.example/list"},
        {"url": "https://127.0.0.1/"},
    ],
)
async def test_only_the_sender_s_own_collection_counts(
    node: LocalNode, alice: Remote, changes: dict[str, str]
) -> None:
    serve(node)
    await send(node, alice, **changes)
    assert await following(node, GRETA)
    assert node.wires.fetched(LIST) == 0


async def test_a_list_that_cannot_be_had_changes_nothing(node: LocalNode, alice: Remote) -> None:
    node.wires.take_away(LIST)
    await send(node, alice)
    assert await following(node, GRETA)


async def test_the_same_actor_is_compared_now_and_then(node: LocalNode, alice: Remote) -> None:
    serve(node, GRETA)
    await send(node, alice)
    await send(node, alice)
    assert node.wires.fetched(LIST) == 1
    node.clock.pass_by(EVERY_SECONDS)
    await send(node, alice)
    assert node.wires.fetched(LIST) == 2
