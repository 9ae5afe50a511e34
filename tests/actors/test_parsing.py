"""Actor documents from elsewhere, in the shapes that are in use."""

import json
from typing import Any

import orjson
import pytest

from actors.keys import KeyPairs
from actors.parsing import actor_record, is_complete, key_records, remote_keys
from federation.documents import Document
from federation.errors import Untrusted
from tests.actors.neighbours import remote_document

URL = "https://atelier.example/users/amina"


def read(pairs: KeyPairs, **changes: Any) -> Any:
    return actor_record(Document(remote_document(URL, "amina", pairs, **changes)), 1000)


def test_a_plain_actor_is_read(pairs: KeyPairs) -> None:
    actor = read(pairs, url="https://atelier.example/@amina")
    assert (actor.url, actor.username, actor.host) == (URL, "amina", "atelier.example")
    assert actor.type == "Person"
    assert actor.local == 0
    assert actor.inbox == URL + "/inbox"
    assert actor.followers_url == URL + "/followers"
    assert actor.html_url == "https://atelier.example/@amina"
    assert actor.fetched_at == 0
    assert json.loads(actor.document)["id"] == URL


@pytest.mark.parametrize(
    "changes",
    [
        {"id": None},
        {"id": "did:key:z6Mk"},
        {"id": URL + "#me"},
        {"type": "Note"},
        {"type": None},
        {"inbox": None},
        {"inbox": "javascript:alert(1)"},
        {"preferredUsername": None},
        {"preferredUsername": "a b"},
        {"preferredUsername": "a@b"},
        {"preferredUsername": "a/../b"},
        {"preferredUsername": "x" * 200},
    ],
)
def test_an_unusable_actor_is_not_trusted(pairs: KeyPairs, changes: dict[str, Any]) -> None:
    with pytest.raises(Untrusted):
        read(pairs, **changes)


def test_the_first_type_of_an_actor_counts(pairs: KeyPairs) -> None:
    assert read(pairs, type=["schema:Thing", "as:Group"]).type == "Group"


def test_name_summary_and_fields_are_made_harmless(pairs: KeyPairs) -> None:
    field = {"type": "PropertyValue", "name": "<b>Site</b>", "value": "<a onclick=x>y</a>"}
    actor = read(pairs, name="A<script>x</script>", summary="<img src=x>hi", attachment=[field])
    assert actor.name == "A"
    assert actor.summary == "hi"
    fields = orjson.loads(actor.fields)
    assert fields[0]["name"] == "Site"
    assert "onclick" not in fields[0]["value"]


def test_fields_are_bounded_and_read_in_every_spelling(pairs: KeyPairs) -> None:
    one = {"type": "schema:PropertyValue", "name": "a", "value": "1"}
    two = {"type": "http://schema.org#PropertyValue", "name": "b", "value": "2"}
    image = {"type": "Image", "url": "https://atelier.example/i.png"}
    fields = orjson.loads(read(pairs, attachment=[one, two, image]).fields)
    assert [field["name"] for field in fields] == ["a", "b"]
    assert len(orjson.loads(read(pairs, attachment=[one] * 100).fields)) == 16


@pytest.mark.parametrize(
    "icon",
    [
        "https://cdn.example/i.png",
        {"type": "Image", "url": "https://cdn.example/i.png"},
        [{"type": "Image", "url": [{"type": "Link", "href": "https://cdn.example/i.png"}]}],
        {"type": "Link", "href": "https://cdn.example/i.png"},
    ],
)
def test_a_picture_is_read_in_every_shape(pairs: KeyPairs, icon: Any) -> None:
    assert read(pairs, icon=icon).icon == "https://cdn.example/i.png"


def test_a_picture_that_is_no_web_address_is_left_out(pairs: KeyPairs) -> None:
    assert read(pairs, icon="data:image/svg+xml,<svg/>").icon == ""


def test_the_page_is_the_html_link_among_several(pairs: KeyPairs) -> None:
    links = [
        {"type": "Link", "mediaType": "application/json", "href": "https://atelier.example/j"},
        {"type": "Link", "mediaType": "text/html", "href": "https://atelier.example/page"},
    ]
    assert read(pairs, url=links).html_url == "https://atelier.example/page"
    assert read(pairs, url=None).html_url == URL


def test_collections_of_another_origin_are_not_the_actors(pairs: KeyPairs) -> None:
    actor = read(
        pairs,
        followers="https://victim.example/followers",
        endpoints={"sharedInbox": "https://victim.example/inbox"},
    )
    assert actor.followers_url == ""
    assert actor.shared_inbox == ""
    assert actor.delivery_inbox == URL + "/inbox"


def test_the_shared_inbox_of_the_own_server_is_used(pairs: KeyPairs) -> None:
    actor = read(pairs, endpoints={"sharedInbox": "https://atelier.example/inbox"})
    assert actor.delivery_inbox == "https://atelier.example/inbox"


def test_consent_is_what_was_said_and_nothing_more(pairs: KeyPairs) -> None:
    silent = read(pairs)
    assert (silent.discoverable, silent.indexable, silent.locked) == (0, 0, 0)
    spoken = read(pairs, discoverable=True, indexable=True, manuallyApprovesFollowers=True)
    assert (spoken.discoverable, spoken.indexable, spoken.locked) == (1, 1, 1)


def test_moves_and_aliases_are_read(pairs: KeyPairs) -> None:
    actor = read(pairs, movedTo="https://b.example/u/a", alsoKnownAs=["https://c.example/u/a", 7])
    assert actor.moved_to == "https://b.example/u/a"
    assert orjson.loads(actor.also_known_as) == ["https://c.example/u/a"]


def test_both_keys_become_rows(pairs: KeyPairs) -> None:
    document = Document(remote_document(URL, "amina", pairs))
    rows = key_records(5, remote_keys(document), 1000)
    assert [(row.key_id, row.algorithm, row.private_pem) for row in rows] == [
        (URL + "#main-key", "rsa", None),
        (URL + "#ed25519-key", "ed25519", None),
    ]


def test_the_stub_of_a_secure_server_is_not_a_whole_actor(pairs: KeyPairs) -> None:
    assert is_complete(Document(remote_document(URL, "amina", pairs)))
    assert not is_complete(Document(remote_document(URL, "amina", pairs, outbox=None)))
