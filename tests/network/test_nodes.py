"""Three nodes of ours as three processes: two organisations and their region."""

import pytest

from tests.network.conftest import Network
from tests.support.members import Member, public_document
from tests.support.processes import eventually

pytestmark = [pytest.mark.network, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def members(shared_network: Network) -> list[Member]:
    """The organisations' accounts; each follows the two others, by name."""
    members = [Member(node) for node in shared_network.nodes("atelier", "ecole", "region")]
    pairs = [(one, other) for one in members for other in members if one is not other]
    for one, other in pairs:
        one.follow(other.acct)
    for one, other in pairs:
        one.wait_following(other.url)
    return members


def test_a_post_reaches_every_follower_once(members: list[Member]) -> None:
    author, *readers = members
    note = author.post("Un atelier de soudure #apprentissage")
    for reader in readers:
        reader.wait_timeline(note)
        assert [entry["url"] for entry in reader.timeline()].count(note) == 1


def test_a_share_brings_a_post_to_those_who_did_not_follow_its_author(
    members: list[Member], network: Network
) -> None:
    author, region = members[0], members[2]
    stranger = Member(network.node("curieuse"))
    stranger.follow(region.acct)
    stranger.wait_following(region.url)
    note = author.post("À faire connaître")
    region.wait_timeline(note)
    region.act({"type": "Announce", "object": note})
    stranger.wait_timeline(note)
    (shown,) = [entry for entry in stranger.timeline() if entry["url"] == note]
    assert shown["author"] == author.acct
    assert shown["shared_by"] == region.acct


def test_a_direct_post_is_for_one_reader(members: list[Member]) -> None:
    author, addressed, other = members
    direct = author.post(f"@{addressed.acct} à demain", "direct")
    after = author.post("Un mot pour tous")
    other.wait_timeline(after)
    eventually(
        lambda: direct in str(addressed.items(f"{addressed.url}/inbox")), what="the direct post"
    )
    assert direct not in str(other.items(f"{other.url}/inbox"))
    assert public_document(direct).status_code == 404


def test_edits_and_deletions_reach_every_follower(members: list[Member]) -> None:
    author, *readers = members
    note = author.post("Brouillon à relire")
    for reader in readers:
        reader.wait_timeline("Brouillon à relire")
    author.edit(note, "Texte relu")
    for reader in readers:
        reader.wait_timeline("Texte relu")
    author.act({"type": "Delete", "object": note})
    for reader in readers:
        reader.wait_timeline(note, shown=False)


def test_a_node_that_was_restarted_goes_on(members: list[Member]) -> None:
    author, reader, _ = members
    author.node.stop()
    author.node.start()
    note = author.post("Après le redémarrage")
    reader.wait_timeline(note)
