"""Rule 6 at the door: what came before, or long ago, or for others, has no effect again."""

import pytest

from federation.proofs import create_proof
from tests.support.factories import Json, activity, create, note, undo
from tests.support.fediverse import LocalNode
from tests.support.signing import NOW, Remote

ALICE = "https://mastodon.example/users/alice"
DAY = 24 * 3600


@pytest.fixture
async def alice(node: LocalNode) -> Remote:
    """Somebody whom greta follows."""
    person = node.wires.person(ALICE)
    await node.befriend("greta", person)
    return person


def proved(author: Remote, document: Json) -> Json:
    """An activity that carries its own proof."""
    return {**document, "proof": create_proof(document, author.ed_key, "2026-11-18T08:00:00Z")}


async def test_a_request_that_comes_again_has_no_second_effect(
    node: LocalNode, alice: Remote
) -> None:
    hello, follow = (
        create(alice, note(alice)),
        activity(alice, "Follow", "https://node.example/users/greta"),
    )
    for each in (hello, follow):
        for _ in range(5):
            assert (await node.deliver(alice, each, now=NOW)).status_code == 202
    await node.work_inbox()
    assert await node.count("received") == 2
    assert len(await node.home("greta")) == 1
    assert await node.notified("greta") == ["follow"]


async def test_a_follow_that_was_undone_is_not_brought_back_by_a_replay(
    node: LocalNode, alice: Remote
) -> None:
    greta = "https://node.example/users/greta"
    follow = activity(alice, "Follow", greta)
    await node.receive(alice, follow)
    await node.receive(alice, undo(follow))
    for _ in range(2):
        assert (await node.deliver(alice, follow)).status_code == 202
        await node.work_inbox()
    assert await node.follow(ALICE, greta) is None


async def test_an_old_signature_opens_no_door(node: LocalNode, alice: Remote) -> None:
    node.clock.pass_by(2 * DAY)
    answer = await node.deliver(alice, create(alice, note(alice)), now=NOW)
    assert answer.status_code == 401


async def test_an_old_proof_opens_no_door_once_its_id_may_be_forgotten(
    node: LocalNode, alice: Remote
) -> None:
    courier = node.wires.person("https://evil.example/users/courier")
    hello = proved(alice, create(alice, note(alice)))
    await node.receive(alice, hello)
    node.clock.pass_by(20 * DAY)
    await node.services.inbox_worker.prune()
    answer = await node.deliver(courier, hello)
    assert answer.status_code == 401
    assert await node.count("received") == 0


async def test_an_activity_cannot_be_shut_out_by_using_its_id_first(
    node: LocalNode, alice: Remote
) -> None:
    mallory = node.wires.person("https://evil.example/users/mallory")
    honest = create(alice, note(alice))
    forged = {**create(mallory, note(mallory)), "id": honest["id"]}
    assert (await node.deliver(mallory, forged)).status_code == 403
    assert await node.receive(alice, honest) == "done"
    assert len(await node.home("greta")) == 1


async def test_what_was_signed_for_another_server_is_refused(
    node: LocalNode, alice: Remote
) -> None:
    for scheme in ("cavage", "rfc9421"):
        answer = await node.deliver(
            alice,
            create(alice, note(alice)),
            signed_for="https://other.example/inbox",
            scheme=scheme,
        )
        assert answer.status_code == 401


async def test_what_was_signed_for_one_inbox_is_not_for_another(
    node: LocalNode, alice: Remote
) -> None:
    answer = await node.deliver(
        alice,
        create(alice, note(alice)),
        to="https://node.example/users/greta/inbox",
        signed_for="https://node.example/inbox",
    )
    assert answer.status_code == 401


@pytest.mark.parametrize("name", ["Signature", "Digest", "Date", "Host", "Content-Type"])
async def test_a_header_that_comes_twice_is_refused(
    node: LocalNode, alice: Remote, name: str
) -> None:
    request = alice.post(create(alice, note(alice)))
    headers = [(known, value) for known, value in request.headers if known != "content-length"]
    value = next(value for known, value in headers if known == name.lower())
    answer = await node.app.test_client().post(
        "/inbox", data=request.body, headers=[*headers, (name.lower(), value)]
    )
    assert answer.status_code in (400, 401)
    assert await node.count("received") == 0
