"""Foreign objects: stored once, joined to their thread, edited by their author only."""

from dataclasses import replace
from typing import Any

import orjson
import pytest

from federation.documents import Document
from federation.errors import Untrusted
from federation.vocabulary import PUBLIC
from objects.incoming import (
    IncomingObject,
    attachments_of,
    bury,
    edit_object,
    object_record,
    store_object,
)
from storage.records import ActorRecord, ObjectRecord
from storage.store import Store, Tx
from tests.objects.people import HERE, NOW, arrive, person, post, publish

HOUR = 3_600_000


def note(author: ActorRecord, number: int = 1, **changes: Any) -> dict[str, Any]:
    """A public note as it comes in."""
    raw = {
        "id": f"{author.url}/notes/{number}",
        "type": "Note",
        "attributedTo": author.url,
        "content": "<p>Bonjour</p>",
        "published": "2026-11-18T09:00:00Z",
        "to": [PUBLIC],
        "cc": [author.followers_url],
    }
    return {**raw, **changes}


def read(author: ActorRecord, number: int = 1, **changes: Any) -> IncomingObject:
    """The note as rows."""
    return object_record(Document(note(author, number, **changes)), author, NOW)


async def stored(store: Store, url: str) -> ObjectRecord:
    """The row at a URL."""
    found = await store.query(lambda tx: tx.objects.by_url(url))
    assert found is not None
    return found


@pytest.fixture
async def luc(store: Store) -> ActorRecord:
    """Somebody elsewhere."""
    actor = person("luc", "far.example")
    await arrive(store, actor)
    return actor


async def test_an_object_is_stored_once(store: Store, luc: ActorRecord) -> None:
    first, again = read(luc), read(luc)
    assert await store.write(lambda tx: store_object(tx, first))
    assert not await store.write(lambda tx: store_object(tx, again))
    record = await stored(store, first.record.url)
    assert replace(first.record, in_reply_to_id=None) == record
    author = await store.query(lambda tx: tx.actors.by_id(luc.id))
    assert author is not None
    assert author.posts_count == 1


async def test_tags_audience_emoji_and_poll_are_kept(store: Store, luc: ActorRecord) -> None:
    jeanne, unknown = person("jeanne"), "https://third.example/users/x"
    await arrive(store, jeanne)
    incoming = read(
        luc,
        type="Question",
        to=[PUBLIC, jeanne.url, unknown],
        anyOf=[{"name": "a"}, {"name": "b", "replies": {"totalItems": 2}}],
        tag=[
            {"type": "Mention", "href": jeanne.url},
            {"type": "Hashtag", "name": "#Été"},
            {"type": "Emoji", "name": ":ok:", "icon": {"url": "https://far.example/ok.png"}},
        ],
    )
    await store.write(lambda tx: store_object(tx, incoming))

    async def look(tx: Tx) -> None:
        number = incoming.record.id
        assert await tx.objects.audience(number) == {jeanne.id: True}
        assert [r.id for r in await tx.objects.tagged("été")] == [number]
        assert await tx.ledger.emojis("far.example") == {"ok": "https://far.example/ok.png"}
        poll = await tx.objects.poll(number)
        assert poll is not None
        assert (poll.multiple, orjson.loads(poll.options)) == (1, [["a", 0], ["b", 2]])

    await store.query(look)


async def test_a_reply_takes_the_conversation_of_its_parent(store: Store, luc: ActorRecord) -> None:
    jeanne = person("jeanne")
    await arrive(store, jeanne)
    conversation = "https://node.example/objects/1/context"
    parent = await publish(store, post(jeanne, conversation=conversation))
    reply = read(luc, inReplyTo=parent.url, context="https://far.example/contexts/9")
    await store.write(lambda tx: store_object(tx, reply))
    record = await stored(store, reply.record.url)
    assert (record.in_reply_to_id, record.conversation) == (parent.id, conversation)
    assert (await stored(store, parent.url)).replies_count == 1


async def test_replies_that_come_first_are_joined_to_their_parent(
    store: Store, luc: ActorRecord
) -> None:
    parent, reply = read(luc, 1), read(luc, 2, inReplyTo=f"{luc.url}/notes/1")
    await store.write(lambda tx: store_object(tx, reply))
    await store.write(lambda tx: store_object(tx, parent))
    assert (await stored(store, reply.record.url)).in_reply_to_id == parent.record.id
    assert (await stored(store, parent.record.url)).replies_count == 1


def test_a_first_post_cannot_begin_in_the_conversation_of_another_server() -> None:
    luc = person("luc", "far.example")
    ours = HERE.conversation(1)
    assert read(luc, context=ours).record.conversation is None
    assert read(luc, context="https://far.example/c/1").record.conversation is not None
    assert read(luc, conversation="tag:far.example,2026:1").record.conversation is not None
    assert read(luc, context=ours, inReplyTo=HERE.object(1)).record.conversation == ours


def test_old_posts_are_sorted_where_they_belong_and_new_ones_as_they_come() -> None:
    luc = person("luc", "far.example")
    old = read(luc, published="2020-01-01T00:00:00Z").record
    now = read(luc, published="2026-11-18T11:06:00Z").record
    future = read(luc, published="2090-01-01T00:00:00Z").record
    assert old.id < now.id < future.id
    assert future.published_at == NOW
    assert read(luc, published="yesterday").record.published_at == NOW


@pytest.mark.parametrize(
    "raw",
    [{"id": None}, {"id": "urn:x"}, {"id": "https:///x"}, {"type": "Person"}, {"type": None}],
    ids=str,
)
def test_what_is_no_object_to_show_is_refused(raw: dict[str, Any]) -> None:
    luc = person("luc", "far.example")
    with pytest.raises(Untrusted):
        read(luc, **raw)


def test_the_number_of_everything_is_bounded() -> None:
    luc = person("luc", "far.example")
    many = range(1_000)
    found = read(
        luc,
        type="Question",
        to=[f"https://far.example/u/{n}" for n in many],
        tag=[{"type": "Hashtag", "name": f"#t{n}"} for n in many]
        + [{"type": "Mention", "href": f"https://far.example/u/{n}"} for n in many]
        + [
            {"type": "Emoji", "name": f":e{n}:", "icon": {"url": "https://x.example"}} for n in many
        ],
        attachment=[{"type": "Image", "url": f"https://x.example/{n}.png"} for n in many],
        oneOf=[{"name": f"c{n}"} for n in many],
    )
    assert (len(found.tags), len(found.mentions), len(found.emojis)) == (100, 100, 100)
    assert (len(found.attachments), len(found.addressed)) == (32, 500)
    assert found.poll is not None
    assert len(orjson.loads(found.poll.options)) == 20


async def test_an_edit_keeps_the_version_before(store: Store, luc: ActorRecord) -> None:
    first = read(luc, tag=[{"type": "Hashtag", "name": "a"}])
    await store.write(lambda tx: store_object(tx, first))
    newer = read(luc, content="<p>Salut</p>", updated="2026-11-18T10:00:00Z")
    assert await store.write(lambda tx: edit_object(tx, newer))
    record = await stored(store, first.record.url)
    assert (record.id, record.content) == (first.record.id, "<p>Salut</p>")
    assert record.edited_at == newer.record.edited_at

    async def look(tx: Tx) -> None:
        versions = await tx.objects.versions(record.id)
        assert [document for _, document in versions] == [first.record.document]
        assert await tx.objects.tagged("a") == []

    await store.query(look)


async def test_an_older_version_changes_nothing(store: Store, luc: ActorRecord) -> None:
    newest = read(luc, content="<p>2</p>", updated="2026-11-18T10:00:00Z")
    await store.write(lambda tx: store_object(tx, newest))
    older = read(luc, content="<p>1</p>", updated="2026-11-18T09:30:00Z")
    assert not await store.write(lambda tx: edit_object(tx, older))
    assert (await stored(store, newest.record.url)).content == "<p>2</p>"


async def test_new_counts_of_a_poll_are_no_new_version(store: Store, luc: ActorRecord) -> None:
    def question(votes: int) -> IncomingObject:
        options = [{"name": "a", "replies": {"totalItems": votes}}, {"name": "b"}]
        return read(luc, type="Question", oneOf=options, votersCount=votes)

    first = question(0)
    await store.write(lambda tx: store_object(tx, first))
    newer = question(5)
    assert not await store.write(lambda tx: edit_object(tx, newer))

    async def look(tx: Tx) -> None:
        poll = await tx.objects.poll(first.record.id)
        assert poll is not None
        assert poll.voters_count == 5
        assert await tx.objects.versions(first.record.id) == []

    await store.query(look)
    assert (await stored(store, first.record.url)).edited_at is None


async def test_a_new_description_of_a_picture_is_an_edit(store: Store, luc: ActorRecord) -> None:
    def shown(description: str) -> IncomingObject:
        picture = {"type": "Image", "url": "https://far.example/a.png", "name": description}
        return read(luc, attachment=[picture])

    before, after = shown("x"), shown("Un établi")
    await store.write(lambda tx: store_object(tx, before))
    assert await store.write(lambda tx: edit_object(tx, after))
    record = await stored(store, before.record.url)
    assert [item.description for item in attachments_of(record)] == ["Un établi"]


async def test_nobody_edits_the_object_of_another(store: Store, luc: ActorRecord) -> None:
    mallory = person("mallory", "far.example")
    await arrive(store, mallory)
    first = read(luc)
    await store.write(lambda tx: store_object(tx, first))
    forged = object_record(Document(note(luc, content="x")), mallory, NOW)
    with pytest.raises(Untrusted):
        await store.write(lambda tx: edit_object(tx, forged))


async def test_a_foreign_update_does_not_touch_an_object_of_ours(store: Store) -> None:
    jeanne = person("jeanne")
    await arrive(store, jeanne)
    record = await publish(store, post(jeanne))
    forged = object_record(Document(note(jeanne, id=record.url, content="x")), jeanne, NOW)
    with pytest.raises(Untrusted):
        await store.write(lambda tx: edit_object(tx, forged))


async def test_what_was_buried_stays_so(store: Store, luc: ActorRecord) -> None:
    first = read(luc, attachment=[])
    await store.write(lambda tx: store_object(tx, first))
    assert await store.write(lambda tx: bury(tx, first.record, NOW))
    assert not await store.write(lambda tx: bury(tx, first.record, NOW))
    assert not await store.write(lambda tx: store_object(tx, read(luc)))
    assert not await store.write(lambda tx: edit_object(tx, read(luc, content="<p>x</p>")))
    record = await stored(store, first.record.url)
    assert (record.deleted_at, record.content, record.document) == (NOW, "", "")


async def test_an_edit_of_something_unknown_is_ignored(store: Store, luc: ActorRecord) -> None:
    assert not await store.write(lambda tx: edit_object(tx, read(luc)))
