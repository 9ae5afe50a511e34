"""The documents that we publish about actors."""

from dataclasses import replace

import orjson
import pytest

from actors.documents import (
    actor_document,
    owner_document,
    stub_document,
    tombstone,
    wire_time,
)
from actors.identifiers import Identifiers
from actors.parsing import actor_record, is_complete
from federation.documents import Document
from federation.keys import keys_of
from federation.linked_data import expand
from federation.signing import SigningKey
from federation.vocabulary import CONTEXT
from storage.records import ActorRecord, KeyRecord
from tests.actors.conftest import Node

SECURITY = "https://w3id.org/security#"


@pytest.fixture
async def greta(node: Node) -> tuple[ActorRecord, list[KeyRecord]]:
    """The organisation and its keys."""
    async with node.store.read() as tx:
        return node.people["greta"], await tx.actors.keys(node.people["greta"].id)


Owner = tuple[ActorRecord, list[KeyRecord]]


async def test_the_document_holds_what_others_demand(
    greta: Owner, identifiers: Identifiers
) -> None:
    document = actor_document(*greta, identifiers)
    url = "https://node.example/users/greta"
    assert document["@context"] == CONTEXT
    assert document["id"] == url
    assert document["type"] == "Organization"
    assert document["preferredUsername"] == "greta"
    assert document["webfinger"] == "greta@node.example"
    assert document["url"] == "https://node.example/@greta"
    for name in ("inbox", "outbox", "followers", "following", "featured", "liked"):
        assert document[name] == f"{url}/{name}"
    assert document["endpoints"] == {
        "sharedInbox": "https://node.example/inbox",
        "proxyUrl": "https://node.example/proxy",
        "uploadMedia": f"{url}/media",
    }
    assert document["manuallyApprovesFollowers"] is False
    assert document["published"] == wire_time(greta[0].created_at)


async def test_our_own_reader_understands_our_document(
    greta: Owner, identifiers: Identifiers
) -> None:
    document = Document(actor_document(*greta, identifiers))
    read = actor_record(document, 1)
    assert (read.url, read.username, read.host) == (greta[0].url, "greta", "node.example")
    assert read.shared_inbox == identifiers.shared_inbox
    assert is_complete(document)


async def test_the_document_vouches_for_keys_that_verify(
    greta: Owner, identifiers: Identifiers
) -> None:
    document = Document(actor_document(*greta, identifiers))
    published = {key.algorithm: key for key in keys_of(document)}
    assert set(published) == {"rsa", "ed25519"}
    for record in greta[1]:
        assert record.private_pem is not None
        algorithm = "rsa" if record.algorithm == "rsa" else "ed25519"
        private = SigningKey(record.key_id, algorithm, record.private_pem)  # type: ignore[arg-type]
        key = published[private.algorithm]
        assert key.key_id == record.key_id
        assert key.verify(b"text", private.sign(b"text"))
        assert not key.verify(b"other", private.sign(b"text"))


async def test_no_private_key_is_ever_in_a_document(greta: Owner, identifiers: Identifiers) -> None:
    for build in (actor_document, stub_document):
        assert b"PRIVATE" not in orjson.dumps(build(*greta, identifiers))


async def test_readers_of_linked_data_see_the_keys_too(
    greta: Owner, identifiers: Identifiers
) -> None:
    expanded = expand(actor_document(*greta, identifiers))[0]
    public_key = expanded[SECURITY + "publicKey"][0]
    assert public_key["@id"] == "https://node.example/users/greta#main-key"
    method = expanded[SECURITY + "assertionMethod"][0]
    assert method["@id"] == "https://node.example/users/greta#ed25519-key"
    assert method["@type"] == [SECURITY + "Multikey"]
    assert method[SECURITY + "controller"] == [{"@id": "https://node.example/users/greta"}]
    assert expanded["https://www.w3.org/ns/activitystreams#endpoints"]


async def test_profile_fields_are_written_as_mastodon_reads_them(
    greta: Owner, identifiers: Identifiers
) -> None:
    fields = orjson.dumps([{"name": "Site", "value": "https://greta.example"}]).decode()
    actor = replace(
        greta[0],
        fields=fields,
        icon="https://node.example/media/a.png",
        also_known_as='["https://old.example/greta"]',
        moved_to="https://new.example/greta",
    )
    document = actor_document(actor, greta[1], identifiers)
    assert document["attachment"] == [
        {"type": "PropertyValue", "name": "Site", "value": "https://greta.example"}
    ]
    assert document["icon"] == {
        "type": "Image",
        "mediaType": "image/png",
        "url": "https://node.example/media/a.png",
    }
    assert document["alsoKnownAs"] == ["https://old.example/greta"]
    assert document["movedTo"] == "https://new.example/greta"
    expanded = expand(document)[0]
    attachment = expanded["https://www.w3.org/ns/activitystreams#attachment"][0]
    assert attachment["@type"] == ["http://schema.org#PropertyValue"]


async def test_the_node_actor_is_an_application_named_like_its_host(
    node: Node, identifiers: Identifiers
) -> None:
    async with node.store.read() as tx:
        actor = await tx.actors.local("node.example")
        assert actor is not None
        document = actor_document(actor, await tx.actors.keys(actor.id), identifiers)
    assert document["id"] == "https://node.example/actor"
    assert document["type"] == "Application"
    assert document["preferredUsername"] == "node.example"
    assert document["inbox"] == "https://node.example/inbox"
    assert document["outbox"] == "https://node.example/actor/outbox"
    assert document["implements"][0]["href"].endswith("rfc9421")
    assert len(keys_of(Document(document))) == 2


async def test_only_the_owner_is_told_of_pending_lists(
    greta: Owner, identifiers: Identifiers
) -> None:
    document = actor_document(*greta, identifiers)
    assert "pendingFollowers" not in document
    owned = owner_document(document, identifiers)
    assert owned["pendingFollowing"] == "https://node.example/users/greta/pendingFollowing"


def test_a_tombstone_says_what_was_there_and_when_it_ended() -> None:
    document = tombstone("https://node.example/users/x", "Person", 1_795_000_000_999)
    assert document["type"] == "Tombstone"
    assert document["formerType"] == "Person"
    assert document["deleted"] == wire_time(1_795_000_000_000)
    assert document["deleted"].endswith("Z")
