"""Events of streams, and who of those who listen gets them: the same on both databases."""

import pytest

from objects.timelines import show_activity
from storage.ids import new_id
from storage.lists import ListRecord
from storage.records import ActivityRecord, ActorRecord, ObjectRecord, ReactionRecord
from storage.store import Store, Tx
from storage.stream_readers import Broadcast
from storage.streams import Gone, StreamEvent
from tests.objects.people import HERE, NOW, block, follow, post, publish
from tests.objects.test_timelines import Town, show, town

__all__ = ["town"]


@pytest.fixture
async def listened(store: Store, town: Town) -> Town:
    """A town in which somebody has a stream open."""
    await store.write(lambda tx: tx.streams.listen(1, until=NOW))
    return town


async def events(store: Store) -> list[StreamEvent]:
    return await store.query(lambda tx: tx.streams.since(0))


async def kinds(store: Store) -> list[str]:
    return [event.kind for event in await events(store)]


async def test_without_a_listener_nothing_is_written(store: Store, town: Town) -> None:
    await show(store, town.luc, await publish(store, post(town.luc)), addressed=(town.paul,))
    assert await events(store) == []


async def test_a_post_and_its_notification_are_events(store: Store, listened: Town) -> None:
    record = await publish(store, post(listened.luc), to=(listened.paul,))
    await show(store, listened.luc, record, addressed=(listened.paul,))
    found = {event.kind: event for event in await events(store)}
    assert sorted(found) == ["notification", "update"]
    update = found["update"]
    assert (update.object_id, update.entry_id, update.actor_id) == (
        record.id,
        record.id,
        listened.luc.id,
    )
    told = found["notification"]
    assert told.owner_id == listened.paul.id
    rows = await store.query(lambda tx: tx.stream_readers.notifications([told.entry_id]))
    assert [row.owner_id for row in rows] == [listened.paul.id]


async def test_an_end_names_the_homes_where_a_post_and_its_shares_were(
    store: Store, listened: Town
) -> None:
    record = await publish(store, post(listened.nora))
    await follow(store, listened.jeanne, listened.nora)
    await store.write(lambda tx: tx.objects.set_tags(record.id, ["bois"]))
    await show(store, listened.nora, record)
    await follow(store, listened.paul, listened.luc)
    shared = await show(store, listened.luc, record, kind="Announce")
    await store.write(lambda tx: tx.streams.deleted(record.id, record.actor_id))
    ends = {event.entry_id: event for event in await events(store) if event.kind == "delete"}
    assert ends[record.id].gone == Gone((listened.jeanne.id,), ("bois",))
    assert ends[record.id].actor_id == listened.nora.id
    # It may have been news to a list of jeanne, whose home had the post.
    assert set(ends[shared].gone.owners) == {listened.paul.id, listened.jeanne.id}
    assert ends[shared].gone.tags == ()
    assert ends[shared].actor_id == listened.luc.id


async def test_a_share_that_is_taken_back_is_an_end_of_its_own(
    store: Store, listened: Town
) -> None:
    record = await publish(store, post(listened.nora))
    shared = await show(store, listened.luc, record, kind="Announce")
    await store.write(lambda tx: tx.streams.unshared(HERE.activity(shared)))
    await store.write(lambda tx: tx.streams.unshared("https://nowhere.example/1"))
    *_, end = await events(store)
    assert (end.kind, end.entry_id, end.gone.owners) == ("delete", shared, (listened.jeanne.id,))
    assert (await kinds(store)).count("delete") == 1


async def test_old_events_and_dead_listeners_go(store: Store, listened: Town) -> None:
    await store.write(lambda tx: tx.streams.filters_changed(listened.jeanne.id))
    await store.write(lambda tx: tx.streams.listen(2, until=2**50))
    assert await store.write(lambda tx: tx.streams.prune()) == 0
    await store.write(lambda tx: tx.streams.leave(2))
    await store.write(lambda tx: tx.streams.filters_changed(listened.jeanne.id))
    assert await kinds(store) == ["filters_changed"]


async def test_homes_and_lists_show_what_they_would_on_a_page(store: Store, town: Town) -> None:
    record = await publish(store, post(town.luc))
    await show(store, town.luc, record)
    answer = await publish(store, post(town.luc, in_reply_to="https://far.example/unknown"))
    await show(store, town.luc, answer)
    number = new_id()

    async def listed(tx: Tx) -> None:
        await tx.lists.add(ListRecord(number, town.jeanne.id, "Amis", "list", 0, NOW))
        await tx.connection.execute(
            "insert into list_accounts (list_id, actor_id, id) values ($1, $2, $3)",
            number,
            town.luc.id,
            new_id(),
        )

    await store.write(listed)
    entries, people = [record.id, answer.id], [town.jeanne.id, town.paul.id]

    async def read(tx: Tx) -> None:
        readers = tx.stream_readers
        assert await readers.at_home(entries, people) == {(record.id, town.jeanne.id)}
        assert await readers.on_lists(entries, [number, 1]) == {(record.id, number)}
        assert await readers.listing([town.luc.id, town.nora.id], [number]) == {
            (town.luc.id, number)
        }
        have = await readers.have_at_home([record.id], people)
        assert have == {(record.id, town.jeanne.id)}
        assert await readers.at_home([], people) == set()

    await store.query(read)


async def test_what_is_for_everybody_says_whether_it_answers_and_has_files(
    store: Store, town: Town
) -> None:
    plain = await publish(store, post(town.luc))
    answer = await publish(store, post(town.jeanne, in_reply_to="https://far.example/unknown"))
    private = await publish(store, post(town.luc, "followers"))
    ids = [plain.id, answer.id, private.id]
    found = await store.query(lambda tx: tx.stream_readers.broadcasts(ids))
    assert sorted(found, key=lambda one: one.object_id) == [
        Broadcast(plain.id, town.luc.id, 0, 0, 0),
        Broadcast(answer.id, town.jeanne.id, 1, 0, 1),
    ]


async def test_many_viewers_at_once_see_what_each_of_them_sees(store: Store, town: Town) -> None:
    people = [town.jeanne, town.paul, town.luc, town.nora]
    await block(store, town.paul, town.nora)
    records: list[ObjectRecord] = []
    for author in people:
        for visibility in ("public", "unlisted", "network", "organisation", "followers", "direct"):
            to = (town.paul,) if visibility == "direct" else ()
            records.append(await publish(store, post(author, visibility), to=to))
    ids, viewers = [record.id for record in records], [one.id for one in people]

    async def read(tx: Tx) -> None:
        found = await tx.stream_readers.seeing(viewers, ids)
        for viewer in viewers:
            one = await tx.objects.visible_ids(ids, viewer)
            assert {number for who, number in found if who == viewer} == one
        assert await tx.stream_readers.hiding(viewers, viewers) == {
            (town.paul.id, town.nora.id),
            (town.nora.id, town.paul.id),
        }
        ties = await tx.stream_readers.ties(viewers, viewers)
        for viewer in viewers:
            assert ties.get(viewer, {}) == await tx.quotes.ties(viewer, viewers)

    await store.query(read)


async def test_many_viewers_at_once_did_what_each_of_them_did(store: Store, town: Town) -> None:
    one, other = await publish(store, post(town.luc)), await publish(store, post(town.luc))

    async def react(tx: Tx) -> None:
        like = ReactionRecord(new_id(), town.jeanne.id, one.id, "https://x.example/1", NOW)
        share = ReactionRecord(new_id(), town.paul.id, other.id, "https://x.example/2", NOW)
        await tx.activities.react("likes", like)
        await tx.activities.react("shares", share)

    await store.write(react)
    people, ids = [town.jeanne.id, town.paul.id], [one.id, other.id]

    async def read(tx: Tx) -> None:
        found = await tx.stream_readers.marks(people, ids)
        for viewer in people:
            alone = await tx.apps.marks(viewer, ids)
            assert {n: marks for (who, n), marks in found.items() if who == viewer} == alone
        assert await tx.stream_readers.votes(people, ids) == {}
        assert await tx.stream_readers.living([1]) == set()
        assert await tx.stream_readers.announcements([1]) == []
        assert await tx.stream_readers.severances([1]) == []

    await store.query(read)


async def test_a_private_post_is_found_by_its_conversation(store: Store, listened: Town) -> None:
    record = await publish(store, post(listened.luc, "direct"), to=(listened.jeanne,))
    await _say(store, listened.luc, record, listened.jeanne)
    said = [event for event in await events(store) if event.kind == "conversation"]
    assert [(one.owner_id, one.object_id) for one in said] == [(listened.jeanne.id, record.id)]
    owners = [listened.jeanne.id]

    async def read(tx: Tx) -> None:
        (found,) = await tx.stream_readers.conversations([], [record.id], owners)
        assert found.last_object_id == record.id
        assert await tx.stream_readers.conversations([found.id], [], owners) == [found]
        assert await tx.stream_readers.conversations([found.id], [], [listened.paul.id]) == []
        assert await tx.stream_readers.conversations([found.id], [], []) == []

    await store.query(read)


async def _say(store: Store, author: ActorRecord, record: ObjectRecord, to: ActorRecord) -> None:
    number = new_id()
    activity = ActivityRecord(
        number, HERE.activity(number), "Create", author.id, 0, "direct", record.url, record.id,
        "{}", NOW,
    )  # fmt: skip

    async def operation(tx: Tx) -> None:
        await tx.activities.add(activity)
        await show_activity(
            tx, number, author, record, addressed={to.id}, followers=False, home=True
        )

    await store.write(operation)
