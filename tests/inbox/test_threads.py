"""What a reply answers is pulled in, up to a depth, and never at the cost of the reply."""

import pytest

from federation.vocabulary import PUBLIC
from tests.support.factories import Json, create, note
from tests.support.fediverse import LocalNode, Network
from tests.support.signing import Remote

ALICE = "https://mastodon.example/users/alice"
BOB = "https://elsewhere.example/users/bob"


@pytest.fixture
async def alice(node: LocalNode) -> Remote:
    """Somebody whom greta follows."""
    person = node.wires.person(ALICE)
    await node.befriend("greta", person)
    return person


def chain(node: LocalNode, author: Remote, length: int) -> list[Json]:
    """Posts of which each answers the one before, served by their origin."""
    notes: list[Json] = []
    for number in range(length):
        answered = {"inReplyTo": notes[-1]["id"]} if notes else {}
        notes.append(note(author, f"{number}", **answered))
        node.wires.serve(notes[-1])
    return notes


async def test_the_ancestors_of_a_reply_are_pulled(node: LocalNode, alice: Remote) -> None:
    bob = node.wires.person(BOB)
    above = chain(node, bob, 5)
    reply = note(alice, "je réponds", inReplyTo=above[-1]["id"])
    assert await node.receive(alice, create(alice, reply)) == "done"
    for each in above:
        assert await node.object(each["id"]) is not None
    assert await node.home("greta") == [reply["id"]], "ancestors are context, not news"
    stored, parent = await node.object(reply["id"]), await node.object(above[-1]["id"])
    assert stored is not None
    assert parent is not None
    assert stored.in_reply_to_id == parent.id
    assert parent.replies_count == 1


async def test_the_depth_is_bounded(network: Network) -> None:
    node = await network.open("node.example", "greta", thread_depth=3)
    alice, bob = node.wires.person(ALICE), node.wires.person(BOB)
    await node.befriend("greta", alice)
    above = chain(node, bob, 10)
    reply = note(alice, inReplyTo=above[-1]["id"])
    await node.receive(alice, create(alice, reply))
    assert [await node.object(each["id"]) is not None for each in above] == (
        [False] * 7 + [True] * 3
    )
    assert sum(node.wires.fetched(each["id"]) for each in above) == 3


async def test_depth_none_fetches_nothing(network: Network) -> None:
    node = await network.open("node.example", "greta", thread_depth=0)
    alice, bob = node.wires.person(ALICE), node.wires.person(BOB)
    await node.befriend("greta", alice)
    above = chain(node, bob, 1)
    await node.receive(alice, create(alice, note(alice, inReplyTo=above[-1]["id"])))
    assert node.wires.fetched(above[0]["id"]) == 0


@pytest.mark.parametrize("trouble", ["silent", "gone", "foreign", "private", "loop", "stranger"])
async def test_trouble_above_never_fails_the_reply(
    node: LocalNode, alice: Remote, trouble: str
) -> None:
    bob = node.wires.person(BOB)
    (parent,) = chain(node, bob, 1)
    url = parent["id"]
    match trouble:
        case "silent":
            node.wires.silent.add("elsewhere.example")
        case "gone":
            node.wires.take_away(url)
        case "foreign":
            node.wires.serve({**parent, "attributedTo": ALICE})
        case "private":
            node.wires.serve({**parent, "to": [f"{BOB}/followers"], "cc": []})
        case "loop":
            node.wires.serve({**parent, "inReplyTo": url})
        case "stranger":
            node.wires.serve({**parent, "type": "Person"})
    reply = note(alice, inReplyTo=url)
    assert await node.receive(alice, create(alice, reply)) == "done"
    assert await node.home("greta") == [reply["id"]]
    assert (await node.object(url) is not None) == (trouble == "loop")
    assert node.wires.fetched(url) <= 2


async def test_nothing_is_pulled_for_what_is_not_kept(node: LocalNode) -> None:
    bob = node.wires.person(BOB)
    above = chain(node, bob, 2)
    reply = note(bob, inReplyTo=above[-1]["id"], to=[PUBLIC])
    await node.receive(bob, create(bob, reply))
    assert node.wires.fetched(above[-1]["id"]) == 0
