"""`ap`, a client that others wrote, against our client-to-server half, over TLS."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.network.conftest import Network
from tests.network.peers.servers import ActivityPubCli, install_python_peers
from tests.support.members import Member
from tests.support.processes import LOOPBACK, NodeProcess, eventually, free_port
from tests.support.tls import Authority, TlsProxy

pytestmark = [pytest.mark.network, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def proxies() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def https_node(
    username: str, network: Network, authority: Authority, proxies: ExitStack
) -> NodeProcess:
    """A node behind a proxy that ends TLS, as in production."""
    public = free_port()
    node = network.node(
        username,
        scheme="https",
        public=f"{LOOPBACK}:{public}",
        settings=authority.environment(),
    )
    proxies.enter_context(TlsProxy(authority, public, node.port))
    return node


@pytest.fixture(scope="module")
def node(shared_network: Network, authority: Authority, proxies: ExitStack) -> NodeProcess:
    return https_node("asso", shared_network, authority, proxies)


@pytest.fixture(scope="module")
def far(shared_network: Network, authority: Authority, proxies: ExitStack) -> Member:
    """A member of another node."""
    return Member(https_node("loin", shared_network, authority, proxies))


@pytest.fixture(scope="module")
def claire(node: NodeProcess) -> Member:
    node.run("member", "add", "claire", "--name", "Claire Martin")
    return Member(node, "claire")


def client_of(member: Member, home: Path, authority: Authority) -> ActivityPubCli:
    """`ap`, signed in as a member."""
    install_python_peers()
    token = {"actor_id": member.url, "access_token": member.token, "token_type": "Bearer"}
    (home / ".ap").mkdir(parents=True)
    (home / ".ap" / "token.json").write_text(json.dumps(token), encoding="utf-8")
    return ActivityPubCli(home, authority.environment())


@pytest.fixture(scope="module")
def ap(
    claire: Member, authority: Authority, tmp_path_factory: pytest.TempPathFactory
) -> ActivityPubCli:
    return client_of(claire, tmp_path_factory.mktemp("claire"), authority)


def object_of(activity: str) -> str:
    """The id of the object of an activity that `ap` printed."""
    found = json.loads(activity)["object"]
    return str(found if isinstance(found, str) else found["id"])


def test_it_knows_who_it_is(ap: ActivityPubCli, claire: Member) -> None:
    assert ap.run("whoami").removeprefix("@") == claire.acct


def test_it_reads_documents_here_and_elsewhere(
    ap: ActivityPubCli, claire: Member, far: Member
) -> None:
    assert json.loads(ap.run("get", claire.url))["id"] == claire.url
    assert json.loads(ap.run("get", claire.acct))["id"] == claire.url
    note = far.post("Écrit ailleurs")
    assert json.loads(ap.run("get", note))["id"] == note
    assert json.loads(ap.run("get", far.url))["id"] == far.url


def test_it_posts_for_everyone_and_for_few(ap: ActivityPubCli, claire: Member) -> None:
    public = object_of(ap.run("create", "note", "--public", "Bonjour", "#apprentissage"))
    document = claire.get(public).json()
    assert "https://www.w3.org/ns/activitystreams#Public" in document["to"]
    assert document["tag"][0]["name"] == "#apprentissage"
    followers = object_of(ap.run("create", "note", "--followers-only", "Entre nous"))
    assert claire.get(followers).json()["to"] == [f"{claire.url}/followers"]
    alone = object_of(ap.run("create", "note", "Pense-bête"))
    assert claire.get(alone).json().get("to", []) == []
    listed = ap.run("outbox", "--limit", "100")
    for note in (public, followers, alone):
        created = next(
            item
            for item in claire.items(f"{claire.url}/outbox")
            if note == (item["object"] if isinstance(item["object"], str) else item["object"]["id"])
        )
        assert created["id"] in listed


def test_it_edits_and_deletes(ap: ActivityPubCli, claire: Member) -> None:
    note = object_of(ap.run("create", "note", "--public", "Brouillon"))
    ap.run("update", "note", note, "Version", "relue")
    document = claire.get(note).json()
    assert "Version relue" in document["content"]
    assert document["updated"]
    assert ap.run("delete", note, "--force") == "Deleted."
    assert claire.get(note).status_code == 410


def test_it_likes_and_shares_and_takes_both_back(
    ap: ActivityPubCli, claire: Member, node: NodeProcess
) -> None:
    note = Member(node).post("À aimer et à partager")
    for act, listing in (("like", "likes"), ("share", "shares")):
        done = ap.run(act, note).removeprefix("Share activity: ")
        listed = ap.run(listing, note)
        assert done in listed
        assert claire.acct in listed
        assert done in ap.run("undo", act, note)
        assert done not in ap.run(listing, note)


def test_it_replies_and_lists_replies(ap: ActivityPubCli, claire: Member) -> None:
    question = object_of(ap.run("create", "note", "--public", "Qui vient jeudi ?"))
    answer = object_of(
        ap.run("create", "note", "--public", "Moi !", "--in-reply-to", question, "--to", claire.url)
    )
    listed = ap.run("replies", question)
    assert answer in listed
    assert "Moi !" in listed


def test_it_follows_and_stops(ap: ActivityPubCli, claire: Member, far: Member) -> None:
    assert json.loads(ap.run("follow", far.url))["type"] == "Follow"
    claire.wait_following(far.url)
    assert far.acct in ap.run("following")
    note = far.post("Pour mes abonnés")
    eventually(lambda: note in str(claire.items(f"{claire.url}/inbox")), what="note in the inbox")
    inbox = ap.run("inbox", "--limit", "100")
    assert "Create" in inbox
    assert far.acct in inbox
    assert ap.run("undo", "follow", far.url) == f"Unfollowed {far.url}"
    assert far.acct not in ap.run("following")


def test_it_sees_its_own_requests_until_they_are_answered(
    ap: ActivityPubCli, claire: Member, far: Member
) -> None:
    far.act({"type": "Update", "object": {"id": far.url, "manuallyApprovesFollowers": True}})
    ap.run("follow", far.url)
    assert far.acct in ap.run("pending", "following")
    ap.run("undo", "follow", far.url)
    assert far.acct not in ap.run("pending", "following")
    far.act({"type": "Update", "object": {"id": far.url, "manuallyApprovesFollowers": False}})


def test_it_accepts_and_rejects_followers(ap: ActivityPubCli, claire: Member, far: Member) -> None:
    claire.act({"type": "Update", "object": {"id": claire.url, "manuallyApprovesFollowers": True}})
    far.follow(claire.url)
    eventually(lambda: far.acct in ap.run("pending", "followers"), every=0.5, what="a request")
    assert ap.run("reject", "follower", far.url) == f"Rejected follower {far.url}"
    assert far.acct not in ap.run("pending", "followers")
    assert far.acct not in ap.run("followers")
    far.node.run("unfollow", far.username, claire.url)
    far.follow(claire.url)
    eventually(lambda: far.acct in ap.run("pending", "followers"), every=0.5, what="a request")
    assert ap.run("accept", "follower", far.url) == f"Accepted follower {far.url}"
    assert far.acct in ap.run("followers")
    far.wait_following(claire.url)


def test_it_keeps_collections(ap: ActivityPubCli, claire: Member) -> None:
    made = object_of(ap.run("create", "collection", "--public", "Mes", "ateliers"))
    note = object_of(ap.run("create", "note", "--public", "Un atelier"))
    assert ap.run("add", "--target", made, note).startswith("https://")
    assert note in str(claire.items(made))
    assert ap.run("remove", "--target", made, note).startswith("https://")
    assert note not in str(claire.items(made))


def test_it_uploads_a_picture(ap: ActivityPubCli, tmp_path: Path) -> None:
    from PIL import Image

    picture = tmp_path / "atelier.png"
    Image.new("RGB", (40, 30), "teal").save(picture)
    printed = ap.run("upload", "--title", "Atelier", "--description", "Un carré", str(picture))
    assert "'type': 'Image'" in printed or "'type': 'Document'" in printed
    assert "Un carré" in printed
