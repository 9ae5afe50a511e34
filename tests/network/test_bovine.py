"""A server that knows draft-cavage only and answers nobody who does not sign."""

import pytest

from tests.network.conftest import Network
from tests.network.peers.servers import CAVAGE, RFC9421, BovinePeer
from tests.support.members import Member, public_document
from tests.support.processes import eventually

pytestmark = [pytest.mark.network, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def member(shared_network: Network) -> Member:
    return Member(shared_network.node("asso"))


@pytest.fixture(scope="module")
def bovi(shared_network: Network, member: Member) -> BovinePeer:
    """A bovine server; its actor and our member follow each other."""
    bovi = shared_network.bovine()
    member.follow(bovi.acct)
    eventually(lambda: member.url in bovi.state()["followers"], what="we follow bovine")
    member.wait_following(bovi.actor)
    bovi.do("follow", actor=member.url)
    eventually(lambda: member.url in bovi.state()["following"], what="bovine follows us")
    member.wait_followed_by(bovi.actor)
    return bovi


def posts_to(bovi: BovinePeer) -> list[str]:
    """The signature of each request that delivered something, in order."""
    return [r["spec"] for r in bovi.state()["requests"] if r["method"] == "POST"]


def wait_received(bovi: BovinePeer, note: str) -> None:
    """Wait until bovine processed the Create of a note."""
    bovi.wait("received", lambda item: item["type"] == "Create" and item["object"]["id"] == note)


def test_our_posts_reach_it(member: Member, bovi: BovinePeer) -> None:
    note = member.post("Bonjour les vaches")
    wait_received(bovi, note)
    assert bovi.state()["inbox"]


def test_its_signed_reads_are_answered(member: Member, bovi: BovinePeer) -> None:
    bovi_only = member.post(f"@{bovi.acct} pour toi seul", "direct")
    public = member.post("Lisible par tous")
    wait_received(bovi, bovi_only)
    for note in (public, bovi_only):
        assert bovi.do("fetch", url=note)["status"] == 200
        assert (public_document(note).status_code == 200) == (note == public)


def test_its_posts_reach_our_members(member: Member, bovi: BovinePeer) -> None:
    when = "2026-11-23T10:00:00Z"
    public = bovi.do("post", text="Meuh à tous", visibility="public", published=when)
    member.wait_timeline(public["object"])
    # bovine tells nobody which collection holds its followers: addressed to it alone, a note is
    # for those whom it reached
    few = {"visibility": "followers", "published": when}
    one = {"visibility": "direct", "mentions": [member.url], "published": when}
    for body in (few, one):
        private = bovi.do("post", text="Meuh à peu", **body)["id"]
        member.wait_inbox(private)


def test_the_older_signature_is_remembered(member: Member, bovi: BovinePeer) -> None:
    before = len(posts_to(bovi))
    for n in range(3):
        note = member.post(f"Encore un mot {n}")
        wait_received(bovi, note)
    assert posts_to(bovi)[before:] == [CAVAGE] * 3
    everything = [r["spec"] for r in bovi.state()["requests"]]
    assert everything.count(RFC9421) <= 1
