"""A Fedify server and a node of ours: follows, posts, edits, reactions, both ways."""

from pathlib import Path
from typing import Any

import pytest

from tests.network.conftest import Network
from tests.network.peers.servers import CAVAGE, RFC9421, FedifyPeer
from tests.support.members import Member, public_document
from tests.support.processes import eventually, web

pytestmark = [pytest.mark.network, pytest.mark.timeout(300)]
Json = dict[str, Any]


@pytest.fixture(scope="module")
def member(shared_network: Network) -> Member:
    return Member(shared_network.node("asso"))


@pytest.fixture(scope="module")
def fedi(shared_network: Network, member: Member) -> FedifyPeer:
    """A server that knows both signatures; it and our member follow each other."""
    fedi = shared_network.fedify("fedi", first_knock=RFC9421)
    befriend(member, fedi)
    return fedi


@pytest.fixture(scope="module")
def cava(shared_network: Network, member: Member) -> FedifyPeer:
    """A server that signs with draft-cavage and refuses RFC 9421."""
    cava = shared_network.fedify("cava", first_knock=CAVAGE, refuse=RFC9421)
    befriend(member, cava)
    return cava


def befriend(member: Member, peer: FedifyPeer) -> None:
    """Let both follow each other, and wait until both know."""
    peer.do("follow", actor=member.url)
    eventually(lambda: member.url in peer.state()["following"], what=f"{peer.name} follows us")
    member.wait_followed_by(peer.actor)
    member.follow(peer.actor)
    eventually(lambda: member.url in peer.state()["followers"], what=f"we follow {peer.name}")
    member.wait_following(peer.actor)


def of_object(peer: FedifyPeer, url: str, kind: str = "Create") -> list[Json]:
    """How Fedify saw each request that carried an activity about an object."""

    def about(entry: Json) -> bool:
        found = entry["activity"]["object"]
        return url == (found if isinstance(found, str) else found["id"])

    return [entry for entry in peer.evidence(kind) if about(entry)]


def test_a_public_post_arrives_with_rfc_9421_and_a_proof(member: Member, fedi: FedifyPeer) -> None:
    note = member.post("Bonjour à toutes et à tous")
    fedi.wait_handled("Create", object_id=note)
    (seen,) = of_object(fedi, note)
    assert seen["status"] == 202
    assert seen["http"] == {"spec": RFC9421, "verified": True, "keyId": f"{member.url}#main-key"}
    assert seen["proof"]["verified"]
    assert seen["proof"]["cryptosuite"] == "eddsa-jcs-2022"


def test_a_server_without_rfc_9421_is_remembered(member: Member, cava: FedifyPeer) -> None:
    first, second = member.post("Premier message"), member.post("Second message")
    cava.wait_handled("Create", object_id=first)
    cava.wait_handled("Create", object_id=second)
    for note in (first, second):
        (seen,) = of_object(cava, note)
        assert seen["http"]["spec"] == CAVAGE
        assert seen["http"]["verified"]
    posts = [r["spec"] for r in cava.state()["requests"] if r["method"] == "POST"]
    # one knock with the newer scheme at most, then never again
    assert posts.count(RFC9421) <= 1
    assert posts[-2:] == [CAVAGE, CAVAGE]


def test_our_signed_reads_verify(member: Member, cava: FedifyPeer, fedi: FedifyPeer) -> None:
    for peer, spec in ((fedi, RFC9421), (cava, CAVAGE)):
        reads = [r for r in peer.state()["requests"] if r["method"] == "GET" and r["spec"]]
        assert spec in {r["spec"] for r in reads if r["status"] == 200}


def test_posts_for_followers_and_for_one_person_arrive_signed(
    member: Member, fedi: FedifyPeer, cava: FedifyPeer
) -> None:
    followers = member.post("Entre abonnés", "followers")
    direct = member.post(f"@{fedi.acct} rien que pour toi", "direct")
    for note in (followers, direct):
        fedi.wait_handled("Create", object_id=note)
        assert of_object(fedi, note)[0]["http"]["verified"]
        assert public_document(note).status_code == 404
    cava.wait_handled("Create", object_id=followers)
    # whatever is sent next came after: the direct one never went there
    later = member.post("Après coup")
    cava.wait_handled("Create", object_id=later)
    assert of_object(cava, direct) == []


def test_fedify_s_posts_reach_our_members(member: Member, fedi: FedifyPeer) -> None:
    for visibility in ("public", "unlisted", "followers"):
        note = fedi.do("post", text=f"Un mot {visibility}", visibility=visibility)["object"]
        member.wait_timeline(note)
    direct = fedi.do("post", text="À toi seule", visibility="direct", mentions=[member.url])
    member.wait_inbox(direct["id"])


def test_a_proofless_cavage_server_s_posts_reach_our_members(
    network: Network, member: Member
) -> None:
    plain = network.fedify("plain", first_knock=CAVAGE, no_proofs=True, no_shared_inbox=True)
    member.follow(plain.actor)
    member.wait_following(plain.actor)
    note = plain.do("post", text="Signé à l’ancienne")["object"]
    member.wait_timeline(note)


def test_an_article_of_fedify_reaches_our_members(member: Member, fedi: FedifyPeer) -> None:
    article = fedi.do(
        "post", type="Article", name="Monter un atelier", content="<h2>Étapes</h2><p>…</p>"
    )
    member.wait_timeline(article["object"])


def test_our_articles_reach_fedify(member: Member, fedi: FedifyPeer, tmp_path: Path) -> None:
    page = tmp_path / "atelier.md"
    page.write_text(
        "---\ntitle: Monter un atelier\nsummary: En trois étapes\ntags: [atelier]\n---\n\n"
        "## Préparer\n\nRéserver la **salle**.\n",
        encoding="utf-8",
    )
    article = member.node.run("publish", member.username, str(page))
    seen = fedi.wait_handled("Create", object_id=article)
    assert "Monter un atelier" in str(seen["json"])
    assert of_object(fedi, article)[0]["proof"]["verified"]
    assert fedi.do("fetch", url=article)["document"]["type"] == "Article"


def test_our_edits_and_deletions_reach_fedify(member: Member, fedi: FedifyPeer) -> None:
    note = member.post("Brouillon")
    fedi.wait_handled("Create", object_id=note)
    member.edit(note, "Version relue")
    updated = fedi.wait_handled("Update", object_id=note)
    assert "Version relue" in str(updated["json"])
    assert of_object(fedi, note, "Update")[0]["proof"]["verified"]
    member.act({"type": "Delete", "object": note})
    fedi.wait_handled("Delete", object_id=note)
    assert public_document(note).status_code == 410
    assert fedi.do("fetch", url=note)["status"] == 410


def test_fedify_s_edits_and_deletions_reach_us(member: Member, fedi: FedifyPeer) -> None:
    note = fedi.do("post", text="Brouillon lointain")["object"]
    member.wait_timeline("Brouillon lointain")
    fedi.do("update", object=note, text="Version lointaine relue")
    member.wait_timeline("Version lointaine relue")
    fedi.do("delete", object=note)
    member.wait_timeline(note, shown=False)


def test_our_reactions_reach_fedify_and_are_undone(member: Member, fedi: FedifyPeer) -> None:
    note = fedi.do("post", text="À aimer et à partager")["object"]
    member.wait_timeline(note)
    for kind in ("Like", "Announce"):
        done = member.act({"type": kind, "object": note})
        assert fedi.wait_handled(kind, object_id=note)["id"] == done["id"]
        member.act({"type": "Undo", "object": done["id"]})
        fedi.wait_handled("Undo", object_id=done["id"])


def test_fedify_s_reactions_reach_us_and_are_undone(member: Member, fedi: FedifyPeer) -> None:
    note = member.post("À aimer et à partager chez vous")
    fedi.wait_handled("Create", object_id=note)
    for act, collection in (("like", "likes"), ("announce", "shares")):
        done = fedi.do(act, object=note)["id"]
        wait_listed(member, f"{note}/{collection}", done)
        fedi.do("undo", activity=done)
        wait_listed(member, f"{note}/{collection}", done, listed=False)


def wait_listed(member: Member, collection: str, url: str, *, listed: bool = True) -> None:
    """Wait until an address stands in a collection of ours, or does not any more."""
    eventually(
        lambda: (url in str(member.items(collection))) == listed, what=f"{url} in {collection}"
    )


def test_replies_find_each_other(member: Member, fedi: FedifyPeer) -> None:
    question = member.post("Qui vient jeudi ?")
    fedi.wait_handled("Create", object_id=question)
    answer = fedi.do(
        "post", text="Moi !", inReplyTo=question, mentions=[member.url], visibility="public"
    )["object"]
    eventually(lambda: answer in str(member.items(f"{question}/replies")), what="reply listed")
    thanks = member.post("Merci !", reply_to=answer)
    seen = fedi.wait_handled("Create", object_id=thanks)
    assert answer in str(seen["json"])


def test_fedify_reads_what_we_publish(member: Member, fedi: FedifyPeer) -> None:
    note = member.post("Lisible par tous")
    actor = fedi.do("fetch", url=member.url)
    assert actor["document"]["id"] == member.url
    found = fedi.do("webfinger", resource=member.url)
    assert {"rel": "self", "href": member.url} in [
        {"rel": link["rel"], "href": link.get("href")} for link in found["links"]
    ]
    links = web.get(f"{member.node.origin}/.well-known/nodeinfo").json()["links"]
    schemas = [link for link in links if "nodeinfo.diaspora" in link["rel"]]
    for link in schemas:
        assert fedi.do("nodeinfo", document=web.get(link["href"]).json())["software"]
    outbox = fedi.do("collection", url=f"{member.url}/outbox")
    assert note in str(outbox["items"])


def test_an_unfollow_ends_the_follow_on_both_sides(network: Network, member: Member) -> None:
    fedi = network.fedify("brief", first_knock=RFC9421)
    befriend(member, fedi)
    assert [entry["http"]["verified"] for entry in fedi.evidence("Accept")] == [True]
    member.node.run("unfollow", member.username, fedi.actor)
    eventually(lambda: member.url not in fedi.state()["followers"], what="we left")
    fedi.do("undo", activity=fedi.do("follow", actor=member.url)["id"])
    eventually(lambda: fedi.actor not in member.items(f"{member.url}/followers"), what="they left")


def test_two_secure_servers_do_not_lock_each_other_out(network: Network) -> None:
    node = network.node("ferme", settings={"COMMUNOTIC_SECURE_MODE": "true"})
    member, fedi = Member(node), network.fedify("sure", secure=True, first_knock=RFC9421)
    befriend(member, fedi)
    ours = member.post("Derrière deux portes")
    fedi.wait_handled("Create", object_id=ours)
    theirs = fedi.do("post", text="Derrière deux portes aussi", visibility="followers")["object"]
    member.wait_timeline(theirs)
    assert public_document(ours).status_code == 401
    assert fedi.do("fetch", url=ours)["status"] == 200


@pytest.mark.slow
def test_what_a_server_missed_while_it_was_down_is_delivered(network: Network) -> None:
    member, fedi = Member(network.node("tenace")), network.fedify("absent")
    befriend(member, fedi)
    fedi.do("settings", down=True)
    note = member.post("Pendant l’absence")
    eventually(lambda: 503 in [e["status"] for e in fedi.state()["requests"]], what="a refusal")
    fedi.do("settings", down=False)
    eventually(
        lambda: note in [item["object"] for item in fedi.state()["handled"]],
        within=120,
        what="delivery after the absence",
    )
    assert len([e for e in of_object(fedi, note) if e["status"] == 202]) == 1
