"""From a Follow to what the follower reads, between two nodes."""

import pytest

from actors import relationships
from outbox.acts.follow import answer
from tests.support.fediverse import LocalNode, Network

GRETA, LYCEE = "https://greta.example/users/greta", "https://lycee.example/users/lycee"


@pytest.fixture
async def greta(network: Network) -> LocalNode:
    """A training organisation."""
    return await network.node("greta")


@pytest.fixture
async def lycee(network: Network, greta: LocalNode) -> LocalNode:
    """A school that follows greta."""
    node = await network.node("lycee")
    await node.ask_to_follow("lycee", "greta@greta.example")
    await network.settle()
    return node


async def state(node: LocalNode, follower: str, followee: str) -> str:
    """The state of a follow as a node sees it."""
    follow = await node.follow(follower, followee)
    return follow.state if follow else "none"


async def test_a_follow_is_asked_accepted_and_seen_on_both_sides(
    greta: LocalNode, lycee: LocalNode
) -> None:
    assert await state(greta, LYCEE, GRETA) == "accepted"
    assert await state(lycee, LYCEE, GRETA) == "accepted"
    assert await greta.notified("greta") == ["follow"]
    followed = await lycee.actor(GRETA)
    assert followed is not None
    assert followed.local == 0


@pytest.mark.parametrize("visibility", ["public", "unlisted", "followers"])
async def test_what_is_published_reaches_the_follower(
    network: Network, greta: LocalNode, lycee: LocalNode, visibility: str
) -> None:
    url = await greta.write("greta", "Retour d’expérience", visibility=visibility)
    await network.settle()
    assert await lycee.home("lycee") == [url]
    assert await greta.home("greta") == [url], "one sees what one wrote"
    stored = await lycee.object(url)
    assert stored is not None
    assert stored.visibility == visibility
    assert "Retour d’expérience" in stored.content


async def test_a_direct_note_reaches_only_who_is_named(
    network: Network, greta: LocalNode, lycee: LocalNode
) -> None:
    url = await greta.write("greta", "@paul@lycee.example en privé", visibility="direct")
    await network.settle()
    assert await lycee.object(url) is None, "there is no paul yet"
    await lycee.person("paul")
    url = await greta.write("greta", "@paul@lycee.example en privé", visibility="direct")
    await network.settle()
    assert await lycee.home("lycee") == []
    assert await lycee.notified("paul") == ["mention"]
    assert await lycee.inbox_types("paul") == ["Create"]


async def test_many_posts_arrive_in_order_and_once(
    network: Network, greta: LocalNode, lycee: LocalNode
) -> None:
    urls = [await greta.write("greta", f"n° {number}") for number in range(30)]
    await network.settle()
    assert await lycee.home("lycee") == urls[::-1]


async def test_nothing_arrives_after_unfollowing(
    network: Network, greta: LocalNode, lycee: LocalNode
) -> None:
    await lycee.act("lycee", {"type": "Undo", "object": await _own_follow(lycee)})
    await network.settle()
    assert await state(greta, LYCEE, GRETA) == "none"
    url = await greta.write("greta", "trop tard")
    await network.settle()
    assert await lycee.object(url) is None


async def _own_follow(node: LocalNode) -> str:
    follow = await node.follow(LYCEE, GRETA)
    assert follow is not None
    return follow.url


async def test_who_is_locked_decides_and_the_answer_arrives(
    network: Network, greta: LocalNode, lycee: LocalNode
) -> None:
    prudence = await greta.person("prudence", locked=True)
    await lycee.ask_to_follow("lycee", "prudence@greta.example")
    await network.settle()
    assert await state(lycee, LYCEE, prudence.url) == "pending"
    asker = await greta.actor(LYCEE)
    assert asker is not None
    await answer(greta.outbox, prudence, asker, agreed=True)
    await network.settle()
    assert await state(lycee, LYCEE, prudence.url) == "accepted"
    await answer(greta.outbox, prudence, asker, agreed=False)
    await network.settle()
    assert await state(lycee, LYCEE, prudence.url) == "none"


async def test_people_of_one_node_follow_each_other(network: Network, greta: LocalNode) -> None:
    await greta.person("paul")
    await greta.ask_to_follow("paul", "greta@greta.example")
    await network.settle()
    assert await state(greta, "https://greta.example/users/paul", GRETA) == "accepted"
    url = await greta.write("greta", "pour tout le monde")
    await network.settle()
    assert await greta.home("paul") == [url]
    sent = [each for each in network.wires.log if each.method == "POST"]
    assert sent == [], "nobody writes to oneself over the network"


async def test_a_block_ends_everything_between_two_nodes(
    network: Network, greta: LocalNode, lycee: LocalNode
) -> None:
    url = await greta.write("greta", "avant")
    await network.settle()
    await greta.act("greta", {"type": "Block", "object": LYCEE})
    await network.settle()
    assert await state(greta, LYCEE, GRETA) == "none"
    assert await state(lycee, LYCEE, GRETA) == "none"
    assert await lycee.home("lycee") == []
    after = await greta.write("greta", "après")
    await network.settle()
    assert await lycee.object(after) is None
    reply = await lycee.write("lycee", "@greta@greta.example toc toc")
    await network.settle()
    assert await greta.object(reply) is None
    assert "mention" not in await greta.notified("greta")
    assert await greta.object(url) is not None


async def test_a_lost_unfollow_is_made_good_by_the_next_private_post(
    network: Network, greta: LocalNode, lycee: LocalNode
) -> None:
    """Followers synchronisation between two of our nodes (FEP-8fcf)."""
    member, followed = await lycee.person("lycee"), await lycee.actor(GRETA)
    assert followed is not None
    await lycee.person("paul")
    await lycee.ask_to_follow("paul", "greta@greta.example")
    await network.settle()
    await lycee.store.write(lambda tx: relationships.undo_follow(tx, member, "", followed))
    network.clock.pass_by(3_600)
    await greta.write("greta", "encore", visibility="followers")
    await network.settle()
    assert await state(greta, LYCEE, GRETA) == "none"
    assert await state(greta, "https://lycee.example/users/paul", GRETA) == "accepted"
