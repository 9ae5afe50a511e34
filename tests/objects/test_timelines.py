"""Who is shown an activity, and what a home timeline costs."""

from functools import partial

import pytest

from objects.timelines import TimelineEntry, home, show_activity
from storage.ids import new_id
from storage.records import ActivityRecord, ActorRecord, ObjectRecord
from storage.store import Store, Tx
from tests.objects.people import HERE, NOW, arrive, block, follow, person, post, publish
from tests.objects.test_visibility import Counting


async def show(
    store: Store,
    actor: ActorRecord,
    record: ObjectRecord | None,
    *,
    addressed: tuple[ActorRecord, ...] = (),
    followers: bool = True,
    visible_at_home: bool = True,
    kind: str = "Create",
) -> int:
    """Publish an activity to the timelines; its id."""
    number = new_id()
    activity = ActivityRecord(
        number, HERE.activity(number), kind, actor.id, actor.local, "public",
        record.url if record else "", record.id if record else None, "{}", NOW,
    )  # fmt: skip

    async def operation(tx: Tx) -> None:
        await tx.activities.add(activity)
        await show_activity(
            tx,
            number,
            actor,
            record,
            addressed={someone.id for someone in addressed},
            followers=followers,
            home=visible_at_home,
            shared=kind == "Announce",
        )

    await store.write(operation)
    return number


async def timeline(store: Store, owner: ActorRecord) -> list[TimelineEntry]:
    return await store.query(lambda tx: home(tx, owner))


async def seen(store: Store, owner: ActorRecord) -> list[int]:
    return [entry.record.id for entry in await timeline(store, owner)]


async def inbox(store: Store, owner: ActorRecord) -> list[int]:
    found = await store.query(lambda tx: tx.activities.inbox(owner.id))
    return [activity.id for _, activity in found]


async def told(store: Store, owner: ActorRecord) -> list[tuple[str, int, int | None]]:
    found = await store.query(lambda tx: tx.activities.notifications(owner.id))
    return [(n.kind, n.actor_id, n.object_id) for n in found]


class Town:
    """Two people here, of whom one follows somebody elsewhere."""

    def __init__(self) -> None:
        self.jeanne, self.paul = person("jeanne"), person("paul")
        self.luc, self.nora = person("luc", "far.example"), person("nora", "far.example")


@pytest.fixture
async def town(store: Store) -> Town:
    found = Town()
    await arrive(store, found.jeanne, found.paul, found.luc, found.nora)
    await follow(store, found.jeanne, found.luc)
    return found


async def test_followers_see_a_post_at_home_and_in_their_inbox(store: Store, town: Town) -> None:
    record = await publish(store, post(town.luc))
    activity = await show(store, town.luc, record)
    [entry] = await timeline(store, town.jeanne)
    assert (entry.id, entry.record, entry.author.url) == (record.id, record, town.luc.url)
    assert entry.shared_by is None
    assert await inbox(store, town.jeanne) == [activity]
    assert await seen(store, town.paul) == []
    assert await inbox(store, town.paul) == []


async def test_the_named_find_a_post_in_their_inbox_and_are_told(store: Store, town: Town) -> None:
    record = await publish(store, post(town.luc), to=(town.paul,))
    activity = await show(store, town.luc, record, addressed=(town.paul, town.nora))
    assert await seen(store, town.paul) == []
    assert await inbox(store, town.paul) == [activity]
    assert await told(store, town.paul) == [("mention", town.luc.id, record.id)]
    assert await told(store, town.jeanne) == []


async def test_a_direct_post_shows_at_the_home_of_a_follower_who_is_named(
    store: Store, town: Town
) -> None:
    record = await publish(store, post(town.luc, "direct"), to=(town.jeanne, town.paul))
    people = (town.jeanne, town.paul)
    await show(store, town.luc, record, addressed=people, followers=False)
    assert await seen(store, town.jeanne) == [record.id]
    assert await seen(store, town.paul) == []


async def test_authors_see_their_own_posts_at_home_and_not_in_their_inbox(
    store: Store, town: Town
) -> None:
    record = await publish(store, post(town.paul))
    await show(store, town.paul, record)
    assert await seen(store, town.paul) == [record.id]
    assert await inbox(store, town.paul) == []
    assert await told(store, town.paul) == []


async def test_the_author_of_the_parent_is_told_of_a_reply_once(store: Store, town: Town) -> None:
    parent = await publish(store, post(town.paul))
    reply = post(town.luc, in_reply_to=parent.url, in_reply_to_id=parent.id)
    await publish(store, reply, to=(town.paul,))
    for _ in range(2):
        await show(store, town.luc, reply, addressed=(town.paul,))
    assert await told(store, town.paul) == [("mention", town.luc.id, reply.id)]


async def test_a_reply_that_the_parents_author_may_not_see_tells_nothing(
    store: Store, town: Town
) -> None:
    parent = await publish(store, post(town.paul))
    reply = post(town.luc, "followers", in_reply_to=parent.url, in_reply_to_id=parent.id)
    await publish(store, reply)
    await show(store, town.luc, reply)
    assert await told(store, town.paul) == []


@pytest.mark.parametrize("direction", ["out", "in"])
async def test_blocks_keep_everything_away(store: Store, town: Town, direction: str) -> None:
    one, other = (town.jeanne, town.luc) if direction == "out" else (town.luc, town.jeanne)
    await block(store, one, other)
    record = await publish(store, post(town.luc), to=(town.jeanne,))
    await show(store, town.luc, record, addressed=(town.jeanne,))
    assert await seen(store, town.jeanne) == []
    assert await inbox(store, town.jeanne) == []
    assert await told(store, town.jeanne) == []


async def test_a_share_names_who_brought_it(store: Store, town: Town) -> None:
    record = await publish(store, post(town.nora))
    await show(store, town.luc, record, kind="Announce")
    [entry] = await timeline(store, town.jeanne)
    assert entry.shared_by is not None
    assert (entry.author.url, entry.shared_by.url) == (town.nora.url, town.luc.url)


async def test_a_share_of_somebody_blocked_is_not_shown(store: Store, town: Town) -> None:
    await block(store, town.jeanne, town.nora)
    record = await publish(store, post(town.nora))
    await show(store, town.luc, record, kind="Announce")
    assert await seen(store, town.jeanne) == []


async def test_a_share_does_not_bring_up_again_what_is_there(store: Store, town: Town) -> None:
    await follow(store, town.jeanne, town.nora)
    record = await publish(store, post(town.nora))
    await show(store, town.nora, record)
    share = await show(store, town.luc, record, kind="Announce")
    assert await seen(store, town.jeanne) == [record.id]
    assert share in await inbox(store, town.jeanne)


async def test_what_one_may_no_longer_see_leaves_the_timeline(store: Store, town: Town) -> None:
    record = await publish(store, post(town.luc, "followers"))
    await show(store, town.luc, record)
    assert await seen(store, town.jeanne) == [record.id]
    found = await store.query(lambda tx: tx.relationships.follow(town.jeanne.id, town.luc.id))
    assert found is not None
    await store.write(lambda tx: tx.relationships.remove_follow(found))
    assert await seen(store, town.jeanne) == []


async def test_what_is_buried_leaves_every_timeline(store: Store, town: Town) -> None:
    record = await publish(store, post(town.luc))
    await show(store, town.luc, record)
    await store.write(lambda tx: tx.objects.bury(record, NOW))
    assert await seen(store, town.jeanne) == []


async def test_an_activity_without_object_is_for_inboxes_only(store: Store, town: Town) -> None:
    activity = await show(store, town.luc, None, addressed=(town.paul,), kind="Follow")
    assert await inbox(store, town.paul) == [activity]
    assert await seen(store, town.jeanne) == []


async def test_pages_follow_each_other_without_gaps(store: Store, town: Town) -> None:
    records = [post(town.luc) for _ in range(7)]
    await publish(store, *records)
    for record in records:
        await show(store, town.luc, record)
    found: list[int] = []
    before: int | None = None
    while entries := await store.query(partial(home, owner=town.jeanne, before=before, limit=3)):
        found += [entry.record.id for entry in entries]
        before = entries[-1].id
    assert found == [record.id for record in reversed(records)]


async def test_a_home_timeline_costs_three_queries_and_showing_a_post_too(
    store: Store, town: Town
) -> None:
    await follow(store, town.paul, town.luc)
    records = [post(town.luc) for _ in range(20)]
    await publish(store, *records)
    for record in records[1:]:
        await show(store, town.luc, record)
    number = new_id()
    activity = ActivityRecord(
        number, HERE.activity(number), "Create", town.luc.id, 0, "public", records[0].url,
        records[0].id, "{}", NOW,
    )  # fmt: skip
    async with store.transaction() as tx:
        await tx.activities.add(activity)
        counting = Counting(tx)
        counted = Tx(counting)  # type: ignore[arg-type]
        await show_activity(
            counted, number, town.luc, records[0], addressed=set(), followers=True, home=True
        )
        # Into timelines, to those who want to know of every post, to open streams.
        assert counting.asked == 3
    async with store.read() as tx:
        counting = Counting(tx)
        entries = await home(Tx(counting), town.jeanne)  # type: ignore[arg-type]
        assert (len(entries), counting.asked) == (20, 3)
