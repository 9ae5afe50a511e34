"""Votes in polls of ours."""

from typing import Any

import pytest

from storage.records import ObjectRecord, PollRecord
from tests.inbox.test_reactions import own_post
from tests.support.factories import Json, create, note
from tests.support.fediverse import LocalNode
from tests.support.signing import Remote

ALICE = "https://mastodon.example/users/alice"
GRETA = "https://node.example/users/greta"


@pytest.fixture
def alice(node: LocalNode) -> Remote:
    """Somebody on another server."""
    return node.wires.person(ALICE)


async def question(node: LocalNode, **changes: Any) -> ObjectRecord:
    """A poll of greta's: yes or no."""
    record = await own_post(node, type="Question")
    values = {"multiple": 0, "options": '[["oui", 0], ["non", 0]]', "voters_count": 0}
    poll = PollRecord(object_id=record.id, **{**values, "closes_at": None, **changes})
    await node.store.write(lambda tx: tx.objects.save_poll(poll))
    return record


def vote(voter: Remote, record: ObjectRecord, choice: str) -> Json:
    """A vote as Mastodon sends it: a note that is only a name."""
    ballot = note(voter, name=choice, content=None, inReplyTo=record.url, to=[GRETA], cc=None)
    return create(voter, ballot)


async def counted(node: LocalNode, record: ObjectRecord) -> tuple[str, int]:
    """The choices and the number of voters."""
    poll = await node.store.query(lambda tx: tx.objects.poll(record.id))
    assert poll is not None
    return poll.options, poll.voters_count


async def test_a_vote_counts_once(node: LocalNode, alice: Remote) -> None:
    record = await question(node)
    assert await node.receive(alice, vote(alice, record, "oui")) == "done"
    assert (await node.receive(alice, vote(alice, record, "oui"))).startswith("ignored")
    assert (await node.receive(alice, vote(alice, record, "non"))).startswith("ignored")
    assert await counted(node, record) == ('[["oui",1],["non",0]]', 1)
    assert await node.inbox_types("greta") == [], "a vote is not a message"


async def test_a_vote_in_a_closed_poll_or_for_no_choice_does_not_count(
    node: LocalNode, alice: Remote
) -> None:
    closed = await question(node, closes_at=node.clock.ms - 1)
    running = await question(node)
    assert (await node.receive(alice, vote(alice, closed, "oui"))).startswith("ignored")
    assert (await node.receive(alice, vote(alice, running, "peut-être"))).startswith("ignored")
    assert await node.count("votes") == 0


async def test_nobody_votes_for_another(node: LocalNode, alice: Remote) -> None:
    bob = node.wires.person("https://mastodon.example/users/bob")
    record = await question(node)
    ballot = vote(alice, record, "oui")
    forged = {**create(bob, ballot["object"]), "to": [GRETA]}
    assert await node.receive(bob, forged) != "done"
    assert await node.count("votes") == 0


async def test_who_may_not_see_a_poll_cannot_vote(node: LocalNode, alice: Remote) -> None:
    record = await question(node)
    await node.store.write(
        lambda tx: tx.connection.execute(
            "update objects set visibility = 'followers' where id = $1", record.id
        )
    )
    assert (await node.receive(alice, vote(alice, record, "oui"))).startswith("ignored")
