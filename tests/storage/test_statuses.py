"""Posts for later, bookmarks, keys, threads, uploads on their way, ends of polls."""

import asyncio
from dataclasses import replace

from storage.ids import new_id
from storage.records import ActorRecord, MediaRecord, ObjectRecord, PollRecord
from storage.scheduled import ScheduledRecord
from storage.spans import Span
from storage.store import Store, Tx
from tests.storage.actors_made_up import actor


def note(author: ActorRecord) -> ObjectRecord:
    number = new_id()
    url = f"{author.url}/{number}"
    return ObjectRecord(
        number, url, "Note", author.id, author.local, "public", None, None, None, "", "", "x",
        "", 0, url, "{}", 1,
    )  # fmt: skip


def upload_of(owner_id: int) -> MediaRecord:
    return MediaRecord(
        id=new_id(), actor_id=owner_id, object_id=None, file="a" * 64, media_type="image/png",
        description="", blurhash="", width=None, height=None, size=1, focus_x=None, focus_y=None,
        created_at=1, state="waiting",
    )  # fmt: skip


async def test_posts_for_later_are_kept_moved_and_taken_once(store: Store) -> None:
    owner = actor("amina")
    media = upload_of(owner.id)
    record = ScheduledRecord(new_id(), owner.id, None, "{}", 5_000, "waiting", "", 1)

    async def operation(tx: Tx) -> None:
        await tx.actors.add(owner)
        await tx.ledger.add_media(media)
        await tx.scheduled.add(record, [media.id])
        assert await tx.scheduled.of_actor(owner.id, Span(5, max_id=record.id + 1)) == [record]
        assert await tx.scheduled.one(owner.id, record.id) == record
        assert await tx.scheduled.media([record.id]) == {record.id: [media]}
        assert await tx.scheduled.reserved([media.id, 7]) == {media.id}
        assert await tx.scheduled.count(owner.id, 0, 6_000) == (1, 1)
        assert await tx.scheduled.count(owner.id, 6_000, 7_000) == (1, 0)
        assert await tx.scheduled.next_at() == 5_000
        assert await tx.scheduled.due(4_999) == []
        assert await tx.scheduled.due(5_000) == [record]
        await tx.scheduled.fail(record.id, "non")
        assert await tx.scheduled.due(5_000) == []
        assert not await tx.scheduled.take(record.id, 5_000)
        assert await tx.scheduled.move(owner.id, record.id, 6_000)
        assert not await tx.scheduled.take(record.id, 5_000)
        assert await tx.scheduled.take(record.id, 6_000)
        assert not await tx.scheduled.remove(owner.id, record.id)

    await store.write(operation)


async def test_marks_keys_and_threads(store: Store) -> None:
    owner, other = actor("amina"), actor("bruno")
    root = replace(note(other), conversation="c")
    reply = replace(note(owner), in_reply_to=root.url, in_reply_to_id=root.id)

    async def operation(tx: Tx) -> None:
        for one in (owner, other):
            await tx.actors.add(one)
        for object_ in (root, reply):
            assert await tx.objects.add(object_)
        await _marks(tx, owner.id, root)
        assert await tx.statuses.ancestors(reply.id, 10) == [root.id]
        below = await tx.statuses.descendants(root.id, 10, 10)
        assert [(one.id, one.parent_id, one.author_id) for one in below] == [
            (reply.id, root.id, owner.id)
        ]
        assert await tx.statuses.avoided(owner.id, [other.id], 5) == set()
        await tx.connection.execute(
            "insert into domain_blocks (id, actor_id, domain, created_at) values (1, $1, $2, 0)",
            owner.id,
            other.host,
        )
        assert await tx.statuses.avoided(owner.id, [other.id], 5) == {other.id}

    await store.write(operation)


async def _marks(tx: Tx, owner_id: int, root: ObjectRecord) -> None:
    number = new_id()
    assert await tx.statuses.bookmark(number, owner_id, root.id, 1)
    assert not await tx.statuses.bookmark(new_id(), owner_id, root.id, 1)
    assert await tx.statuses.unbookmark(owner_id, root.id)
    assert await tx.statuses.take_key(owner_id, "k", 7, 10, 0)
    assert not await tx.statuses.take_key(owner_id, "k", 8, 11, 0)
    assert await tx.statuses.keyed(owner_id, "k", 0) == 7
    assert await tx.statuses.take_key(owner_id, "k", 9, 20, 10)
    assert await tx.statuses.keyed(owner_id, "k", 10) == 9
    assert await tx.statuses.forget_keys(21) == 1
    await tx.statuses.mute_thread(owner_id, "c", 1)
    await tx.statuses.mute_thread(owner_id, "c", 1)
    await tx.statuses.unmute_thread(owner_id, "c")
    await tx.statuses.note_app(root.id, 7)
    for kind in ("likes", "shares"):
        assert await tx.statuses.reactors(kind, root.id, 0, Span(5)) == []


async def test_uploads_are_taken_on_a_lease_and_given_to_one_post(store: Store) -> None:
    owner = actor("amina")
    object_, media = note(owner), upload_of(owner.id)

    async def operation(tx: Tx) -> None:
        await tx.actors.add(owner)
        await tx.objects.add(object_)
        await tx.ledger.add_media(media)
        assert await tx.uploads.take(10, 50) == (media, 1)
        assert await tx.uploads.take(10, 50) is None
        assert await tx.uploads.release_leases() == 1
        assert await tx.uploads.take(10, 50) == (media, 2)
        assert await tx.uploads.take(60, 90) == (media, 3)
        assert await tx.uploads.attach([media.id], object_.id, owner.id) == 0
        ready = replace(media, state="ready", width=4, height=3, duration=1.5)
        assert await tx.uploads.prepared(ready)
        assert not await tx.uploads.prepared(ready)
        assert await tx.uploads.of_actor(owner.id, media.id) == ready
        await tx.uploads.describe(replace(ready, description="d", focus_x=0.5, focus_y=0.0))
        assert await tx.uploads.attach([media.id], object_.id, owner.id) == 1
        await tx.uploads.keep_awhile([media.id], 99)
        await tx.uploads.fail(media.id)

    await store.write(operation)


async def test_polls_end_once_and_are_looked_up_now_and_then(store: Store) -> None:
    owner = actor("amina")
    question = note(owner)
    poll = PollRecord(question.id, 0, '[["a", 0], ["b", 0]]', 0, 5_000)

    async def operation(tx: Tx) -> None:
        await tx.actors.add(owner)
        await tx.objects.add(question)
        await tx.objects.save_poll(poll)
        assert await tx.objects.next_end() is None
        await tx.objects.await_end(question.id)
        assert await tx.objects.next_end() == 5_000
        assert await tx.objects.ended(4_999) == []
        assert await tx.objects.ended(5_000) == [question.id]
        assert await tx.objects.end(question.id)
        assert not await tx.objects.end(question.id)
        await tx.objects.add_vote(question.id, owner.id, "a", "", 1)
        assert await tx.objects.local_voters(question.id) == [owner.id]
        await tx.objects.change_poll(replace(poll, hide_totals=1, multiple=1), anew=True)
        changed = await tx.objects.poll(question.id)
        assert changed == replace(poll, hide_totals=1, multiple=1)
        assert await tx.objects.local_voters(question.id) == []
        assert await tx.objects.counts_are_old(question.id, 100)
        assert await tx.objects.ask_counts(question.id, 100)
        assert not await tx.objects.ask_counts(question.id, 100)
        assert await tx.objects.counts_asked() == [question.id]
        assert await tx.objects.take_counts(question.id, 200)
        assert not await tx.objects.take_counts(question.id, 200)
        assert not await tx.objects.counts_are_old(question.id, 100)
        await tx.objects.remove_poll(question.id)
        assert await tx.objects.poll(question.id) is None

    await store.write(operation)


async def test_at_the_same_moment_one_alone_publishes_and_one_alone_has_a_key(
    store: Store,
) -> None:
    owner = actor("amina")
    record = ScheduledRecord(new_id(), owner.id, None, "{}", 5, "waiting", "", 1)

    async def begin(tx: Tx) -> None:
        await tx.actors.add(owner)
        await tx.scheduled.add(record, [])

    await store.write(begin)

    async def publish(number: int) -> tuple[bool, bool]:
        async with store.transaction() as tx:
            taken = await tx.scheduled.take(record.id, 10)
            keyed = await tx.statuses.take_key(owner.id, "k", number, 10, 0)
            return taken, keyed

    outcomes = await asyncio.gather(*(publish(number) for number in range(4)))
    assert sorted(taken for taken, _ in outcomes) == [False, False, False, True]
    assert sorted(keyed for _, keyed in outcomes) == [False, False, False, True]
