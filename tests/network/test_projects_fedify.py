"""A Fedify server, which knows no projects, follows one, belongs to one, and comes to an event."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from federation.vocabulary import PUBLIC
from tests.network.conftest import Network
from tests.network.peers.servers import RFC9421, FedifyPeer
from tests.support.members import Member, public_document
from tests.support.processes import NodeProcess, eventually

pytestmark = [pytest.mark.network, pytest.mark.timeout(300)]
Json = dict[str, Any]


class Space:
    """A project on one node, with a partner on another; entries are public unless they say."""

    def __init__(self, host: NodeProcess, partner: NodeProcess, joining: str = "open") -> None:
        self.host, self.partner = host, partner
        options = ("--name", "Atelier", "--reach", "public", "--state", "running")
        create = ("project", "create", host.username, "projet", *options, "--joining", joining)
        self.url = host.run(*create)
        self.invite(f"{partner.username}@{partner.domain}")
        accept = ("project", "accept", partner.username, self.url)
        eventually(lambda: partner.run(*accept) or True, every=0.5, what="the invitation")
        self.wait_member(f"{partner.username}@{partner.domain}")

    def invite(self, account: str) -> None:
        self.host.run("project", "invite", self.host.username, self.url, account)

    def members(self) -> dict[str, str]:
        """Accounts that belong to it, with their roles, as its host says."""
        rows = self.host.ask("project", "members", self.host.username, self.url)
        return {row["account"]: row["role"] for row in rows if row["state"] == "member"}

    def wait_member(self, account: str, *, there: bool = True) -> None:
        eventually(
            lambda: (account in self.members()) == there, every=0.5, what=f"{account}: {there}"
        )

    def write(self, node: NodeProcess, text: str, reach: str = "public") -> str:
        return node.run("project", "note", node.username, self.url, text, "--reach", reach)

    def wait_entry(self, node: NodeProcess, url: str) -> None:
        """Wait until a node's organisation sees an entry, and the host has given it its place."""
        command = ("project", "timeline", node.username, self.url)

        def placed() -> bool:
            return any(row["url"] == url and row["position"] for row in node.ask(*command))

        eventually(placed, every=0.5, what=f"{url} at {node.username}")


def announces(peer: FedifyPeer) -> list[Json]:
    """What projects passed on to a peer, in order, with how it was signed and answered."""
    return peer.evidence("Announce")


def wait_announced(peer: FedifyPeer, note: str) -> tuple[Json, Json]:
    """Wait for both shares of a public note: the whole activity, and the id alone."""

    def both() -> tuple[Json, Json] | None:
        whole = [one for one in announces(peer) if created(one) == note]
        bare = [one for one in announces(peer) if one["activity"]["object"] == note]
        return (whole[0], bare[0]) if whole and bare else None

    found = eventually(both, what=f"{note} at {peer.name}")
    assert found is not None
    return found


def created(announce: Json) -> str | None:
    """The object of the Create that was passed on."""
    inner = announce["activity"]["object"]
    if not isinstance(inner, dict) or inner["type"] != "Create":
        return None
    return str(inner["object"]["id"])


def wait_created(peer: FedifyPeer, note: str) -> Json:
    """Wait for the Create of an entry, passed on; the Create."""
    found = eventually(
        lambda: next((one for one in announces(peer) if created(one) == note), None),
        within=120,
        what=f"the Create of {note} at {peer.name}",
    )
    assert found is not None
    return dict(found["activity"]["object"])


@pytest.fixture(scope="module")
def space(shared_network: Network) -> Space:
    return Space(shared_network.node("porteuse"), shared_network.node("centre"))


@pytest.fixture(scope="module")
def reader(shared_network: Network, space: Space) -> FedifyPeer:
    """Somebody who follows the project and belongs to it not."""
    reader = shared_network.fedify("lectrice", first_knock=RFC9421)
    reader.do("follow", actor=space.url)
    eventually(lambda: space.url in reader.state()["following"], what="the follow is accepted")
    return reader


@pytest.fixture(scope="module")
def member(shared_network: Network, space: Space) -> FedifyPeer:
    """Somebody who joined the project."""
    member = shared_network.fedify("membre", first_knock=RFC9421)
    asked = member.do("ask", type="Join", object=space.url, to=space.url)
    member.wait_handled("Accept", object_id=asked["id"])
    space.wait_member(member.acct)
    return member


def test_a_follower_finds_the_project_and_who_belongs_to_it(
    space: Space, reader: FedifyPeer
) -> None:
    found = reader.do("webfinger", resource=space.url)
    assert space.url in [link.get("href") for link in found["links"]]
    group = reader.do("fetch", url=space.url)["document"]
    assert group["type"] == "Group"
    partner = f"{space.partner.base_url}/users/{space.partner.username}"
    lead = f"{space.host.base_url}/users/{space.host.username}"
    members = reader.do("collection", url=group["members"])
    assert {lead, partner} <= set(ids(members))
    assert ids(reader.do("collection", url=group["attributedTo"])) == [lead]


def ids(collection: Json) -> list[str]:
    """What a collection that Fedify read holds."""
    return [item["id"] if isinstance(item, dict) else item for item in collection["items"]]


def test_a_public_note_of_a_partner_reaches_followers_twice_and_proven(
    space: Space, reader: FedifyPeer
) -> None:
    note = space.write(space.partner, "Premier essai des casques")
    whole, bare = wait_announced(reader, note)
    for seen in (whole, bare):
        assert seen["status"] == 202
        assert seen["http"]["verified"]
        assert seen["activity"]["actor"] == space.url
        assert seen["proof"]["verified"]
    inner = whole["activity"]["object"]
    proof = reader.do("verify", document=inner)
    assert proof["verified"]
    assert proof["verificationMethod"].startswith(f"{space.partner.base_url}/users/")
    fetched = reader.do("fetch", url=note)
    assert fetched["document"]["audience"] == space.url
    outbox = reader.do("collection", url=f"{space.url}/outbox")
    assert note in str(outbox["items"])


def test_what_is_for_members_reaches_members_alone(
    space: Space, reader: FedifyPeer, member: FedifyPeer
) -> None:
    secret = space.write(space.partner, "Entre nous", "project")
    inner = wait_created(member, secret)
    assert member.do("verify", document=inner)["verified"]
    assert member.do("fetch", url=secret)["status"] == 200
    assert reader.do("fetch", url=secret)["status"] == 404
    assert public_document(secret).status_code == 404
    assert secret not in str(reader.do("collection", url=f"{space.url}/journal")["items"])
    assert secret in str(member.do("collection", url=f"{space.url}/journal")["items"])
    # whatever is sent next came after
    wait_announced(reader, space.write(space.host, "Pour tous"))
    assert secret not in str(reader.state())


def test_a_member_on_fedify_writes_for_everybody_and_for_members(
    space: Space, reader: FedifyPeer, member: FedifyPeer
) -> None:
    public = member.do("entry", project=space.url, text="Écrit avec Fedify")["object"]
    inside = member.do("entry", project=space.url, text="Entre nous", inside=True)["object"]
    for node in (space.host, space.partner):
        space.wait_entry(node, public)
        space.wait_entry(node, inside)
    wait_announced(reader, public)
    assert inside not in str(reader.state())


def test_a_stranger_on_fedify_is_told_why_nothing_is_taken(
    space: Space, reader: FedifyPeer
) -> None:
    refused = reader.do("entry", project=space.url, text="Bonjour")
    answer = reader.wait_handled("Reject", object_id=refused["id"])
    assert answer["actor"] == space.url
    command = ("project", "timeline", space.host.username, space.url)
    assert refused["object"] not in str(space.host.ask(*command))


def test_who_is_invited_agrees_and_who_leaves_sees_nothing_more(
    shared_network: Network, space: Space
) -> None:
    guest = shared_network.fedify("invitee", first_knock=RFC9421)
    secret = space.write(space.host, "Avant l’invitation", "project")
    space.invite(guest.acct)
    invitation = guest.wait_handled("Invite")
    assert guest.do("fetch", url=secret)["status"] == 404
    guest.do("agree", activity=invitation["id"], to=space.url)
    space.wait_member(guest.acct)
    wait_created(guest, secret)
    assert guest.do("fetch", url=secret)["status"] == 200
    guest.do("ask", type="Leave", object=space.url, to=space.url)
    space.wait_member(guest.acct, there=False)
    assert guest.do("fetch", url=secret)["status"] == 404
    later = space.write(space.host, "Après le départ", "project")
    space.wait_entry(space.partner, later)
    assert later not in str(guest.state())


def test_an_event_is_read_and_joined(space: Space, reader: FedifyPeer) -> None:
    host = Member(space.host)
    start = datetime.now(UTC).replace(microsecond=0) + timedelta(days=7)
    event = {
        "type": "Event",
        "name": "Portes ouvertes",
        "content": "<p>Venez.</p>",
        "startTime": start.isoformat(),
        "endTime": (start + timedelta(hours=2)).isoformat(),
        "timezone": "Europe/Paris",
        "joinMode": "free",
        "location": {"type": "Place", "name": "La halle"},
    }
    done = host.act({"type": "Create", "object": event, "to": [PUBLIC]})
    url = done["object"] if isinstance(done["object"], str) else done["object"]["id"]
    read = reader.do("fetch", url=url)["document"]
    assert (read["type"], read["name"]) == ("Event", "Portes ouvertes")
    asked = reader.do("ask", type="Join", object=url, to=host.url)
    reader.wait_handled("Accept", object_id=asked["id"])
    assert participants(reader, url)() == 1
    reader.do("ask", type="Leave", object=url, to=host.url)
    count = participants(reader, url)
    eventually(lambda: count() == 0, what="the registration ends")


def participants(reader: FedifyPeer, url: str) -> Callable[[], int]:
    return lambda: int(reader.do("fetch", url=url)["document"]["participantCount"])


def test_behind_closed_doors_members_read_everything(network: Network) -> None:
    secure = {"COMMUNOTIC_SECURE_MODE": "true"}
    host = network.node("close", settings=secure)
    space = Space(host, network.node("fermee", settings=secure))
    member = network.fedify("sure", secure=True, first_knock=RFC9421)
    stranger = network.fedify("dehors", first_knock=RFC9421)
    asked = member.do("ask", type="Join", object=space.url, to=space.url)
    member.wait_handled("Accept", object_id=asked["id"])
    secret = space.write(space.partner, "Derrière deux portes", "project")
    open_note = space.write(space.host, "Derrière une porte")
    for note in (secret, open_note):
        space.wait_entry(space.host, note)
        space.wait_entry(space.partner, note)
        wait_created(member, note)
        assert member.do("fetch", url=note)["status"] == 200
        assert public_document(note).status_code == 401
    assert stranger.do("fetch", url=open_note)["status"] == 200
    assert stranger.do("fetch", url=secret)["status"] == 404
    mine = member.do("entry", project=space.url, text="De dehors", inside=True)["object"]
    space.wait_entry(space.partner, mine)
    for page in ("members", "journal"):
        assert public_document(f"{space.url}/{page}").status_code == 401
        assert stranger.do("collection", url=f"{space.url}/{page}")["items"]
    assert secret in str(member.do("collection", url=f"{space.url}/journal")["items"])
