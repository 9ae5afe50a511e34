"""The peers work among themselves: what fails against them is ours."""

import ssl
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.network.conftest import Network
from tests.network.peers.servers import (
    CAVAGE,
    RFC9421,
    ActivityPubCli,
    BovinePeer,
    FedifyPeer,
    install_python_peers,
)
from tests.support.processes import eventually, free_port, web
from tests.support.tls import Authority, TlsProxy

pytestmark = [pytest.mark.network, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def anna(shared_network: Network) -> FedifyPeer:
    return shared_network.fedify("anna", first_knock=RFC9421)


@pytest.fixture(scope="module")
def bea(shared_network: Network) -> FedifyPeer:
    return shared_network.fedify("bea", first_knock=CAVAGE, secure=True)


@pytest.fixture(scope="module")
def bovi(shared_network: Network) -> BovinePeer:
    return shared_network.bovine()


def follows(follower: Any, followed: Any) -> bool:
    return followed.actor in follower.state()["following"]


def befriend(one: Any, other: Any) -> None:
    one.do("follow", actor=other.actor)
    eventually(lambda: follows(one, other), what=f"{one.name} follows {other.name}")


def test_fedify_servers_follow_and_post_with_both_signatures_and_proofs(
    anna: FedifyPeer, bea: FedifyPeer
) -> None:
    befriend(anna, bea)
    befriend(bea, anna)
    note = anna.do("post", text="Bonjour", visibility="followers")["object"]
    bea.wait_handled("Create", object_id=note)
    evidence = bea.evidence("Create")[-1]
    assert evidence["http"]["verified"]
    assert evidence["proof"]["verified"]
    specs = {entry["spec"] for peer in (anna, bea) for entry in peer.state()["requests"]}
    assert specs >= {CAVAGE, RFC9421}


def test_fedify_reports_edits_reactions_and_deletions(anna: FedifyPeer, bea: FedifyPeer) -> None:
    befriend(bea, anna)
    note = anna.do("post", text="Premier jet")["object"]
    bea.wait_handled("Create", object_id=note)
    anna.do("update", object=note, text="Version relue")
    updated = bea.wait_handled("Update", object_id=note)
    assert "Version relue" in str(updated["json"])
    for act in ("like", "announce"):
        done = bea.do(act, object=note)["id"]
        anna.wait_id(done)
        bea.do("undo", activity=done)
        anna.wait_handled("Undo", object_id=done)
    anna.do("delete", object=note)
    bea.wait_handled("Delete", object_id=note)
    assert web.get(note).status_code == 410


def test_a_secure_fedify_answers_signed_readers_only(anna: FedifyPeer, bea: FedifyPeer) -> None:
    assert anna.do("fetch", url=bea.actor)["status"] == 200
    assert anna.do("fetch", url=bea.actor, signed=False)["status"] == 401


def test_an_altered_document_fails_fedify_s_proof_check(anna: FedifyPeer, bea: FedifyPeer) -> None:
    befriend(anna, bea)
    created = bea.do("post", text="Texte intact")
    anna.wait_handled("Create", object_id=created["object"])
    whole = anna.evidence("Create")[-1]
    assert whole["proof"]["verified"]
    altered = {**whole["activity"], "published": "2020-01-01T00:00:00Z"}
    sent = web.post(f"{anna.origin}/inbox", json=altered)
    assert sent.status_code == 401
    assert not anna.evidence("Create")[-1]["proof"]["verified"]


def test_fedify_and_bovine_follow_each_other_and_post(anna: FedifyPeer, bovi: BovinePeer) -> None:
    befriend(anna, bovi)
    befriend(bovi, anna)
    note = anna.do("post", text="De Fedify")["object"]
    bovi.wait("received", lambda item: item["type"] == "Create" and item["object"]["id"] == note)
    reply = bovi.do("post", text="De bovine", published="2026-11-23T10:00:00Z")["object"]
    anna.wait_handled("Create", object_id=reply)
    assert {entry["spec"] for entry in bovi.state()["requests"] if entry["method"] == "POST"} >= {
        CAVAGE
    }


def test_a_server_answers_over_tls_to_those_who_trust_the_authority(
    network: Network, tmp_path: Path
) -> None:
    crowd, authority, port = network.crowd(1), Authority(tmp_path), free_port()
    trusting = httpx.Client(verify=ssl.create_default_context(cafile=authority.bundle))
    with TlsProxy(authority, port, crowd.port), trusting:
        url = f"https://127.0.0.1:{port}/actors/0"
        assert trusting.get(url).json()["id"] == crowd.actor_id(0)
        with pytest.raises(httpx.ConnectError, match="certificate"):
            web.get(url)


def test_the_command_line_client_runs(tmp_path: Path) -> None:
    install_python_peers()
    assert ActivityPubCli(tmp_path, {}).run("version").endswith("0.5.1")


def test_a_crowd_follows_and_counts(network: Network) -> None:
    fedi, crowd = network.fedify("mia", no_shared_inbox=True), network.crowd(5)
    answer = crowd.do("follow", target=fedi.actor, count=5)
    assert answer["statuses"] == [202] * 5
    eventually(lambda: len(fedi.state()["followers"]) == 5)
    created = fedi.do("post", text="À toute la foule")["id"]

    def counted() -> bool:
        received = crowd.received()
        return all(
            [item["id"] for item in received.get(n, []) if item["type"] == "Create"] == [created]
            for n in range(5)
        )

    eventually(counted)
