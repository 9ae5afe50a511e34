"""`kill -9` in the middle of receiving and of sending: nothing is lost, nothing is doubled."""

import uuid
from collections import Counter
from typing import Any

import pytest

from tests.network.conftest import Network
from tests.network.peers.servers import CrowdPeer
from tests.support.members import Member
from tests.support.processes import eventually

pytestmark = [pytest.mark.network, pytest.mark.slow, pytest.mark.timeout(600)]
Json = dict[str, Any]
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
CUTS = 8
INBOXES = 200
# what may be under way or not yet recorded when the current goes
IN_FLIGHT = 16


def note_of(crowd: CrowdPeer, number: int) -> Json:
    """A Create of a public note by the first actor of the crowd."""
    me = crowd.actor_id(0)
    note = {
        "id": f"{me}/notes/{uuid.uuid4()}",
        "type": "Note",
        "attributedTo": me,
        "content": f"<p>Coupure numéro {number}</p>",
        "published": "2026-11-23T10:00:00Z",
        "to": [PUBLIC],
        "cc": [f"{me}/followers"],
    }
    return {
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": f"{note['id']}/create",
        "type": "Create",
        "actor": me,
        "object": note,
        "to": note["to"],
        "cc": note["cc"],
    }


def accept_follow(crowd: CrowdPeer, member: Member) -> None:
    """Let the crowd's first actor accept the follow that it just got."""
    member.follow(crowd.actor_id(0))

    def asked() -> list[Json]:
        return [a for a in crowd.received().get(0, []) if a["type"] == "Follow"]

    follow = eventually(asked, what="the follow")[0]
    accept = {
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": f"{crowd.actor_id(0)}/accepts/1",
        "type": "Accept",
        "actor": crowd.actor_id(0),
        "object": follow["id"],
    }
    sent = crowd.do("send", actor=0, inbox=f"{member.url}/inbox", activity=accept)
    assert sent["status"] == 202
    member.wait_following(crowd.actor_id(0))


def test_what_was_answered_with_202_survives_the_receiver_s_power_cut(network: Network) -> None:
    node, crowd = network.node("asso"), network.crowd(1)
    member = Member(node)
    accept_follow(crowd, member)
    activities = [note_of(crowd, number) for number in range(CUTS)]
    for number, activity in enumerate(activities):
        inbox = f"{member.url}/inbox" if number % 2 else f"{node.base_url}/inbox"
        sent = crowd.do("send", actor=0, inbox=inbox, activity=activity, cut=node.group)
        assert sent["status"] == 202, sent
        node.kill9()
        node.start()

    def shown() -> Counter[str]:
        return Counter(entry["url"] for entry in member.timeline())

    wanted = Counter(activity["object"]["id"] for activity in activities)
    eventually(lambda: set(wanted) <= set(shown()), every=0.5, what="every note")
    # a sender that did not see our 202 sends again
    for activity in activities:
        again = crowd.do("send", actor=0, inbox=f"{member.url}/inbox", activity=activity)
        assert again["status"] == 202
    last = note_of(crowd, CUTS)
    crowd.do("send", actor=0, inbox=f"{member.url}/inbox", activity=last)
    member.wait_timeline(last["object"]["id"])
    assert shown() == wanted + Counter([last["object"]["id"]])
    assert node.ask("inbox", "failed") == []


def creates(crowd: CrowdPeer) -> dict[int, list[str]]:
    """The ids of the Creates that reached each inbox."""
    return {
        number: [a["id"] for a in items if a["type"] == "Create"]
        for number, items in crowd.received().items()
    }


def reached(crowd: CrowdPeer) -> int:
    """How many inboxes got a Create."""
    return sum(map(bool, creates(crowd).values()))


def test_a_fan_out_survives_the_sender_s_power_cut(network: Network) -> None:
    node, crowd = network.node("asso"), network.crowd(INBOXES)
    member = Member(node)
    reader = Member(network.node("lectrice"))
    reader.follow(member.url)
    followed = crowd.do("follow", target=member.url, count=INBOXES)
    assert followed["statuses"] == [202] * INBOXES

    def accepts() -> int:
        return sum(any(a["type"] == "Accept" for a in got) for got in crowd.received().values())

    eventually(lambda: accepts() == INBOXES, within=120, what="200 accepted follows")
    reader.wait_following(member.url)

    crowd.do("settings", latency=0.1)
    note = member.post("À deux cents boîtes")
    eventually(lambda: reached(crowd) >= INBOXES // 10, every=0.02, what="the first deliveries")
    node.kill9()
    before = reached(crowd)
    assert before < INBOXES
    crowd.do("settings", latency=0)
    node.start()

    eventually(
        lambda: reached(crowd) == INBOXES,
        within=180,
        what="every inbox reached",
    )
    reader.wait_timeline(note)

    def waiting() -> list[str]:
        rows = node.ask("deliveries", "--state", "waiting", "--limit", "1000")
        return [row["inbox"] for row in rows if row["type"] == "Create"]

    eventually(lambda: not waiting(), what="every delivery recorded as done")
    received = creates(crowd)
    assert len({activity for ids in received.values() for activity in ids}) == 1
    assert max(map(len, received.values())) <= 2
    again = sum(len(ids) - 1 for ids in received.values())
    assert again <= IN_FLIGHT, f"{again} inboxes got it twice, {before} had it at the cut"
    assert [entry["url"] for entry in reader.timeline()].count(note) == 1
