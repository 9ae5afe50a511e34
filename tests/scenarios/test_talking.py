"""Replies, edits, deletions, likes, shares, polls and moves between nodes."""

from typing import Any

import pytest

from actors.local import ProfileChanges, update_profile
from federation.vocabulary import PUBLIC
from objects.polls import PollDraft, choices, vote
from outbox.acts.change import withdraw
from outbox.builders import move
from outbox.poll_results import PollResults
from outbox.recipients import Recipients
from storage.records import ObjectRecord
from tests.support.fediverse import LocalNode, Network

GRETA, LYCEE = "https://greta.example/users/greta", "https://lycee.example/users/lycee"
CFA = "https://cfa.example/users/cfa"


@pytest.fixture
async def greta(network: Network) -> LocalNode:
    """A training organisation."""
    return await network.node("greta")


@pytest.fixture
async def lycee(network: Network, greta: LocalNode) -> LocalNode:
    """A school that follows greta."""
    return await follower(network, "lycee", "greta@greta.example")


@pytest.fixture
async def cfa(network: Network, greta: LocalNode) -> LocalNode:
    """An apprentices' centre that follows greta too."""
    return await follower(network, "cfa", "greta@greta.example")


async def follower(network: Network, name: str, whom: str) -> LocalNode:
    """A node whose organisation follows somebody."""
    node = await network.node(name)
    await node.ask_to_follow(name, whom)
    await network.settle()
    return node


async def seen(node: LocalNode, url: str) -> ObjectRecord:
    """An object as a node has it."""
    record = await node.object(url)
    assert record is not None
    return record


async def test_an_edit_reaches_who_got_the_post(
    network: Network, greta: LocalNode, lycee: LocalNode
) -> None:
    url = await greta.write("greta", "avant")
    await network.settle()
    network.clock.pass_by(60)
    change: dict[str, Any] = {"id": url, "type": "Note", "content": "<p>après</p>"}
    await greta.act("greta", {"type": "Update", "object": change})
    await network.settle()
    record = await seen(lycee, url)
    assert "après" in record.content
    assert record.edited_at is not None
    assert await lycee.count("object_versions") == 1


async def test_a_deletion_reaches_who_got_the_post(
    network: Network, greta: LocalNode, lycee: LocalNode
) -> None:
    url = await greta.write("greta", "une erreur")
    await network.settle()
    await withdraw(greta.outbox, await greta.person("greta"), await seen(greta, url))
    await network.settle()
    assert (await seen(lycee, url)).deleted_at is not None
    assert await lycee.home("lycee") == []
    assert await greta.home("greta") == []


async def test_a_deletion_reaches_who_was_followed_no_more(
    network: Network, greta: LocalNode, lycee: LocalNode
) -> None:
    url = await greta.write("greta", "une erreur")
    await network.settle()
    follow = await lycee.follow(LYCEE, GRETA)
    assert follow is not None
    await lycee.act("lycee", {"type": "Undo", "object": follow.url})
    await network.settle()
    await greta.act("greta", {"type": "Delete", "object": url})
    await network.settle()
    assert (await seen(lycee, url)).deleted_at is not None


async def test_a_like_is_counted_at_home_and_taken_back(
    network: Network, greta: LocalNode, lycee: LocalNode
) -> None:
    url = await greta.write("greta", "utile ?")
    await network.settle()
    like = await lycee.act("lycee", {"type": "Like", "object": url})
    await network.settle()
    assert (await seen(greta, url)).likes_count == 1
    assert "like" in await greta.notified("greta")
    await lycee.act("lycee", {"type": "Undo", "object": like.url})
    await network.settle()
    assert (await seen(greta, url)).likes_count == 0


async def test_a_share_carries_a_post_to_who_does_not_follow_its_author(
    network: Network, greta: LocalNode, lycee: LocalNode
) -> None:
    cfa = await follower(network, "cfa", "lycee@lycee.example")
    url = await greta.write("greta", "à faire connaître")
    await network.settle()
    share = await lycee.act("lycee", {"type": "Announce", "object": url, "to": [PUBLIC]})
    await network.settle()
    assert await cfa.home("cfa") == [url]
    assert (await seen(greta, url)).shares_count == 1
    await lycee.act("lycee", {"type": "Undo", "object": share.url})
    await network.settle()
    assert await cfa.home("cfa") == []
    assert (await seen(greta, url)).shares_count == 0


async def test_a_reply_comes_back_and_is_forwarded_to_the_other_followers(
    network: Network, greta: LocalNode, lycee: LocalNode, cfa: LocalNode
) -> None:
    url = await greta.write("greta", "Qu’en pensez-vous ?")
    await network.settle()
    reply = await lycee.write("lycee", "Beaucoup de bien", reply_to=url)
    await network.settle()
    assert (await seen(greta, url)).replies_count == 1
    assert "mention" in await greta.notified("greta")
    forwarded = await seen(cfa, reply)
    assert forwarded.in_reply_to_id == (await seen(cfa, url)).id
    assert forwarded.actor_id != (await seen(cfa, url)).actor_id


async def test_who_joins_late_gets_the_thread_above_a_reply(
    network: Network, greta: LocalNode, lycee: LocalNode
) -> None:
    first = await greta.write("greta", "un")
    await network.settle()
    second = await lycee.write("lycee", "deux", reply_to=first)
    await network.settle()
    third = await greta.write("greta", "trois", reply_to=second)
    await network.settle()
    cfa = await follower(network, "cfa", "lycee@lycee.example")
    fourth = await lycee.write("lycee", "quatre", reply_to=third)
    await network.settle()
    assert await cfa.home("cfa") == [fourth]
    above = [await seen(cfa, url) for url in (first, second, third)]
    assert [record.in_reply_to for record in above] == [None, first, second]
    assert (await seen(cfa, fourth)).in_reply_to_id == above[-1].id


async def test_votes_travel_to_the_poll_and_its_counts_back(
    network: Network, greta: LocalNode, lycee: LocalNode
) -> None:
    poll = PollDraft(("oui", "non"), closes_at=network.clock.ms + 3_600_000)
    url = await greta.write("greta", "On continue ?", poll=poll)
    await network.settle()
    assert (await seen(lycee, url)).type == "Question"
    ballot = {"type": "Note", "name": "oui", "inReplyTo": url, "to": [GRETA]}
    await lycee.act("lycee", ballot)
    await network.settle()
    question = await seen(greta, url)
    counted = await greta.store.query(lambda tx: tx.objects.poll(question.id))
    assert counted is not None
    assert (choices(counted), counted.voters_count) == ([("oui", 1), ("non", 0)], 1)
    assert await greta.home("greta") == [url], "a vote is no reply"


async def test_followers_move_along_to_another_node(
    network: Network, greta: LocalNode, lycee: LocalNode
) -> None:
    new = await network.node("cfa")
    async with new.store.transaction() as tx:
        await update_profile(
            tx, await new.person("cfa"), ProfileChanges(also_known_as=[GRETA]), network.clock.ms
        )
    old = await greta.person("greta")
    await greta.store.write(
        lambda tx: greta.outbox.publisher.publish(
            tx,
            old,
            move.build(GRETA, CFA, old.followers_url),
            recipients=Recipients(followers_of=old.id),
        )
    )
    await network.settle()
    moved, left = await lycee.follow(LYCEE, CFA), await lycee.follow(LYCEE, GRETA)
    assert moved is not None
    assert moved.state == "accepted"
    assert left is None
    assert await greta.follow(LYCEE, GRETA) is None
    url = await new.write("cfa", "me voici")
    await network.settle()
    assert await lycee.home("lycee") == [url]


async def test_a_pin_is_seen_by_followers(
    network: Network, greta: LocalNode, lycee: LocalNode
) -> None:
    url = await greta.write("greta", "à lire d’abord")
    await network.settle()
    featured = f"{GRETA}/featured"
    await greta.act("greta", {"type": "Add", "object": url, "target": featured})
    await network.settle()
    assert await lycee.count("featured") == 1
    await greta.act("greta", {"type": "Remove", "object": url, "target": featured})
    await network.settle()
    assert await lycee.count("featured") == 0


async def test_secure_nodes_do_not_lock_each_other_out(network: Network) -> None:
    one = await network.open("un.example", "un", secure_mode=True)
    two = await network.open("deux.example", "deux", secure_mode=True)
    await one.ask_to_follow("un", "deux@deux.example")
    await network.settle()
    url = await two.write("deux", "entre nous", visibility="followers")
    await network.settle()
    assert await one.home("un") == [url]


async def test_a_node_that_was_away_gets_everything_in_order(
    network: Network, greta: LocalNode, lycee: LocalNode
) -> None:
    network.wires.silent.add("lycee.example")
    urls = [await greta.write("greta", f"n° {number}") for number in range(5)]
    await network.settle()
    assert await lycee.home("lycee") == []
    network.wires.silent.clear()
    for _ in range(10):
        network.clock.pass_by(3_600)
        await network.settle()
    assert await lycee.home("lycee") == urls[::-1]


async def test_the_counts_of_a_poll_reach_those_who_only_look(
    network: Network, greta: LocalNode, lycee: LocalNode
) -> None:
    poll = PollDraft(("oui", "non"), closes_at=network.clock.ms + 3_600_000)
    url = await greta.write("greta", "On continue ?", poll=poll)
    await network.settle()
    voter, question = await greta.person("voter"), await greta.object(url)
    assert question is not None
    await greta.store.write(
        lambda tx: vote(tx, question, voter, "oui", f"{url}#vote", network.clock.ms)
    )
    results = PollResults(greta.outbox)
    assert await results.run_once() == 1
    assert await results.run_once() == 0
    await network.settle()

    copy = await lycee.object(url)
    assert copy is not None
    seen = await lycee.store.query(lambda tx: tx.objects.poll(copy.id))
    assert seen is not None
    assert choices(seen) == [("oui", 1), ("non", 0)]
    assert copy.edited_at is None

    network.clock.pass_by(3_601)
    assert await results.run_once() == 1
    assert await results.run_once() == 0
    await network.settle()
    ended = await lycee.object(url)
    assert ended is not None
    assert '"closed"' in ended.document
