"""Publishing: what is stored, signed, promised, and never written down."""

import json
import logging

import pytest

from federation.documents import Document
from federation.keys import public_key
from federation.proofs import verify_proof
from federation.vocabulary import PUBLIC
from outbox.publish import without_hidden
from outbox.recipients import Recipients
from storage.records import ActivityRecord
from tests.outbox.desk import GRETA, Desk
from tests.outbox.wires import OK, Says
from tests.support.factories import Json, note

FAN = "https://far.example/users/fan/inbox"


async def publish(desk: Desk, activity: Json, visibility: str = "public") -> ActivityRecord:
    """Publish something for nobody in particular."""
    author = await desk.author()
    publisher = desk.node.outbox.publisher
    return await desk.node.store.write(
        lambda tx: publisher.publish(
            tx, author, activity, recipients=Recipients(), visibility=visibility
        )
    )


@pytest.mark.parametrize("visibility", ["public", "unlisted"])
async def test_what_is_public_carries_a_proof_that_holds(desk: Desk, visibility: str) -> None:
    done = await publish(desk, {"type": "Like", "object": "https://o/1"}, visibility)
    document = json.loads(done.document)
    keys = await desk.node.store.query(lambda tx: tx.actors.keys(done.actor_id))
    ed = next(key for key in keys if key.algorithm == "ed25519")
    assert document["proof"]["verificationMethod"] == ed.key_id
    verify_proof(document, public_key(ed.key_id, GRETA, ed.public_pem), desk.node.clock())


@pytest.mark.parametrize("visibility", ["followers", "direct"])
async def test_what_is_private_carries_none(desk: Desk, visibility: str) -> None:
    done = await publish(desk, {"type": "Like", "object": "https://o/1"}, visibility)
    assert "proof" not in json.loads(done.document)


async def test_a_number_without_canonical_form_costs_the_proof_and_nothing_else(
    desk: Desk,
) -> None:
    done = await publish(desk, {"type": "Like", "object": "https://o/1", "size": 2**60})
    assert "proof" not in json.loads(done.document)


async def test_an_activity_gets_id_actor_context_and_date(desk: Desk) -> None:
    done = await publish(desk, {"type": "Like", "object": "https://o/1", "@context": "mine"})
    document = json.loads(done.document)
    assert document["id"] == done.url == f"https://node.example/activities/{done.id}"
    assert (document["actor"], document["object"]) == (GRETA, "https://o/1")
    assert document["@context"][0] == "https://www.w3.org/ns/activitystreams"
    assert document["published"].endswith("Z")


def test_hidden_recipients_are_taken_out_at_every_level() -> None:
    found = without_hidden(
        {"bto": ["x"], "to": ["y"], "object": {"bcc": ["z"], "object": {"bto": ["x"]}, "id": "i"}}
    )
    assert found == {"to": ["y"], "object": {"object": {}, "id": "i"}}


async def test_a_failed_transaction_publishes_nothing(desk: Desk) -> None:
    author = await desk.author()
    publisher = desk.node.outbox.publisher
    document = {"type": "Create", "object": {"id": "https://o/1"}}

    async def publish_and_fail() -> None:
        async with desk.node.store.transaction() as tx:
            audience = Recipients(followers_of=author.id)
            await publisher.publish(tx, author, document, recipients=audience)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await publish_and_fail()
    for table in ("activities", "fanouts", "received"):
        assert await desk.node.count(table) == 0


async def test_no_key_and_no_token_is_written_to_queues_and_log(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await desk.followed_by("far.example", "gone.example")
    desk.wires.answers("far.example", Says(500, body=b"broken"))
    desk.wires.answers("gone.example", 410)
    token = await desk.token()
    answer = await desk.post(
        {"type": "Note", "content": "Bonjour", "to": [PUBLIC], "bto": [FAN]}, token=token
    )
    assert answer.status_code == 201
    await desk.settle()
    written = await desk.stored_text() + caplog.text
    keys = await desk.node.store.query(lambda tx: tx.connection.fetch_all("select * from keys"))
    secrets = [str(key["private_pem"]).splitlines()[1] for key in keys if key["private_pem"]]
    assert secrets
    assert not [secret for secret in (token, "PRIVATE KEY", *secrets) if secret in written]


async def test_followers_only_posts_carry_the_synchronisation_header(desk: Desk) -> None:
    await desk.followed_by("far.example")
    await desk.node.write("greta", "Entre nous", visibility="followers")
    await desk.node.write("greta", "Pour tous")
    await desk.send()
    private, public = [sent for sent in desk.wires.log if sent.url == FAN]
    header = private.headers["collection-synchronization"]
    assert f'collectionId="{GRETA}/followers"' in header
    assert f'url="{GRETA}/followers_synchronization"' in header
    assert "collection-synchronization" not in public.headers


async def test_a_host_without_followers_gets_no_header(desk: Desk) -> None:
    luc = desk.wires.person("https://other.example/users/luc")
    await desk.followed_by("far.example")
    await desk.node.write("greta", "@luc@other.example entre nous", visibility="followers")
    await desk.send()
    (sent,) = [sent for sent in desk.wires.log if sent.url == f"{luc.url}/inbox"]
    assert "collection-synchronization" not in sent.headers


async def test_a_delivery_is_signed_with_the_sender_s_own_key(desk: Desk) -> None:
    await desk.followed_by("far.example", whom="paul")
    await desk.node.write("paul", "Bonjour")
    await desk.send()
    (sent,) = [sent for sent in desk.wires.log if sent.url == FAN]
    assert "users/paul#main-key" in sent.headers["signature-input"]
    assert sent.headers["content-type"] == "application/activity+json"


async def test_a_host_that_wants_the_older_signature_is_remembered(desk: Desk) -> None:
    await desk.followed_by("far.example")
    desk.wires.answers(FAN, 401, OK)
    for _ in range(2):
        await desk.node.write("greta", "Bonjour")
        await desk.send()
    schemes = ["signature-input" in sent.headers for sent in desk.wires.log if sent.url == FAN]
    assert schemes == [True, False, False]


async def test_what_is_here_is_delivered_without_the_network(desk: Desk) -> None:
    await desk.befriend_here("paul")
    url = await desk.node.write("greta", "Bonjour")
    await desk.settle()
    assert await desk.node.home("paul") == [url]
    assert [sent for sent in desk.wires.log if sent.method == "POST"] == []


async def test_a_forwarded_reply_goes_on_unchanged_and_not_back(desk: Desk) -> None:
    luc = desk.wires.person("https://far.example/users/luc")
    await desk.befriend(luc)
    await desk.followed_by("other.example")
    reply = note(luc, "Réponse")
    body = {"id": f"{reply['id']}#create", "type": "Create", "actor": luc.url, "object": reply}
    author, sender = await desk.author(), await desk.knows(luc)
    record = ActivityRecord(
        9,
        f"{reply['id']}#create",
        "Create",
        sender.id,
        0,
        "public",
        str(reply["id"]),
        None,
        json.dumps(body),
        1,
    )
    publisher = desk.node.outbox.publisher
    await desk.node.store.write(lambda tx: tx.activities.add(record))
    await desk.node.store.write(
        lambda tx: publisher.forward(tx, record, author, Recipients(followers_of=author.id))
    )
    await desk.send()
    assert desk.wires.delivered(f"{luc.url}/inbox") == []
    assert desk.wires.delivered("https://other.example/users/fan/inbox") == [body]


async def test_our_follow_can_be_fetched_by_whoever_answers_it(desk: Desk) -> None:
    luc = desk.wires.person("https://far.example/users/luc")
    done = await desk.act({"type": "Follow", "object": luc.url})
    await desk.send()
    assert (await desk.read(done["id"]))["object"] == luc.url
    assert Document(done).first_id("to") == luc.url
