"""What apps page through, on both engines."""

import time
from dataclasses import dataclass

from storage.activities import TimelineEntry
from storage.conversations import Said
from storage.feeds import PublicFeed, Tagged
from storage.ids import new_id
from storage.lists import ListRecord
from storage.post_search import PostSelection, PostWords
from storage.records import (
    ActivityRecord,
    ActorRecord,
    FollowRecord,
    ObjectRecord,
    ReactionRecord,
)
from storage.search_terms import Term
from storage.spans import Span
from storage.store import Store, Tx
from storage.tags import TagRecord, TagUse
from tests.storage.actors_made_up import actor, add

NOW = int(time.time() * 1000)
SINCE = NOW - 86_400_000
EVERYTHING = Span(100)
ANYBODY = PublicFeed()


@dataclass(frozen=True)
class Three:
    """Amina and Basile here, Carla elsewhere."""

    amina: ActorRecord
    basile: ActorRecord
    carla: ActorRecord


async def people(store: Store) -> Three:
    found = Three(
        actor("amina"), actor("basile"), actor("carla", local=False, host="atelier.example")
    )
    await add(store, found.amina, found.basile, found.carla)
    return found


def post(author: ActorRecord, visibility: str = "public", **changes: object) -> ObjectRecord:
    number = new_id()
    url = f"{author.url}/{number}"
    values: dict[str, object] = {
        "id": number, "url": url, "type": "Note", "actor_id": author.id, "local": author.local,
        "visibility": visibility, "in_reply_to": None, "in_reply_to_id": None,
        "conversation": None, "name": "", "summary": "", "content": "x", "language": "",
        "sensitive": 0, "html_url": url, "document": "{}", "published_at": NOW,
    }  # fmt: skip
    return ObjectRecord(**{**values, **changes})  # type: ignore[arg-type]


async def keep(store: Store, *records: ObjectRecord, tags: tuple[str, ...] = ()) -> None:
    async with store.transaction() as tx:
        for record in records:
            await tx.objects.add(record)
            await tx.objects.add_tags(record.id, list(tags))


async def follow(store: Store, follower: ActorRecord, followee: ActorRecord) -> None:
    record = FollowRecord(
        new_id(), follower.id, followee.id, follower.local, "accepted", f"https://x/{new_id()}", 1
    )
    async with store.transaction() as tx:
        await tx.relationships.save_follow(record)


async def home(store: Store, owner: ActorRecord) -> list[int]:
    lines = await store.query(lambda tx: tx.feeds.home(owner.id, EVERYTHING))
    return [line[0] for line in lines]


async def test_a_follow_brings_posts_and_shares_and_its_end_takes_them(store: Store) -> None:
    three = await people(store)
    old, shared = post(three.carla), post(three.basile)
    private = post(three.carla, "direct")
    await keep(store, old, shared, private)
    announce = ActivityRecord(
        new_id(), "https://x/a", "Announce", three.carla.id, 0, "public", shared.url, shared.id,
        "{}", NOW,
    )  # fmt: skip
    async with store.transaction() as tx:
        await tx.activities.add(announce)
        reaction = ReactionRecord(new_id(), three.carla.id, shared.id, announce.url, NOW)
        await tx.activities.react("shares", reaction)
    await follow(store, three.amina, three.carla)
    assert await home(store, three.amina) == [announce.id, old.id]
    async with store.transaction() as tx:
        known = await tx.relationships.follow(three.amina.id, three.carla.id)
        assert known is not None
        await tx.relationships.remove_follow(known)
    assert await home(store, three.amina) == []


async def test_what_arrived_by_its_address_stays_in_the_inbox(store: Store) -> None:
    three = await people(store)
    await follow(store, three.amina, three.carla)
    record = post(three.carla)
    await keep(store, record)
    async with store.transaction() as tx:
        entry = TimelineEntry(record.id, None, record.id, three.carla.id, home=True)
        assert await tx.activities.show_to([three.amina.id], entry, three.carla.id) == 1
    assert await home(store, three.amina) == [record.id]
    async with store.transaction() as tx:
        await tx.home_feeds.leave(three.amina.id, three.carla.id)
        assert await tx.activities.count_inbox(three.amina.id) == 1
    assert await home(store, three.amina) == []


async def test_followed_hashtags_show_and_leave(store: Store) -> None:
    three = await people(store)
    record, other = post(three.carla), post(three.basile)
    await keep(store, record, other, tags=("atelier", "formation"))
    async with store.transaction() as tx:
        for name in ("atelier", "formation"):
            await tx.tags.follow(TagRecord(new_id(), three.amina.id, name, NOW))
        for one in (record, other):
            assert await tx.home_feeds.show_tagged(one.id, one.actor_id) == 1
    assert await home(store, three.amina) == [other.id, record.id]
    async with store.transaction() as tx:
        await tx.tags.unfollow(three.amina.id, "atelier")
        await tx.home_feeds.leave_tag(three.amina.id, "atelier")
    assert await home(store, three.amina) == [other.id, record.id]
    await follow(store, three.amina, three.carla)
    async with store.transaction() as tx:
        await tx.tags.unfollow(three.amina.id, "formation")
        await tx.home_feeds.leave_tag(three.amina.id, "formation")
    assert await home(store, three.amina) == [record.id]


async def test_nobody_limited_or_blocked_shows_by_a_hashtag(store: Store) -> None:
    three = await people(store)
    record = post(three.carla)
    await keep(store, record, tags=("atelier",))
    async with store.transaction() as tx:
        await tx.tags.follow(TagRecord(new_id(), three.amina.id, "atelier", NOW))
        await tx.relationships.block(three.carla.id, three.amina.id, "https://x/b", NOW)
        assert await tx.home_feeds.show_tagged(record.id, three.carla.id) == 0
        await tx.relationships.unblock(three.carla.id, three.amina.id)
        await tx.connection.execute(
            "update actors set sanction = 'limit' where id = $1", three.carla.id
        )
        assert await tx.home_feeds.show_tagged(record.id, three.carla.id) == 0


async def test_lists_show_their_people_in_pages(store: Store) -> None:
    three = await people(store)
    for other in (three.basile, three.carla):
        await follow(store, three.amina, other)
    record = ListRecord(new_id(), three.amina.id, "Atelier", "list", 1, NOW)
    async with store.transaction() as tx:
        await tx.lists.add(record)
        assert await tx.lists.followed(three.amina.id, [three.carla.id, 7]) == {three.carla.id}
        await tx.lists.put_on(record.id, [three.carla.id])
        await tx.lists.put_on(record.id, [three.carla.id])
        await tx.lists.change(record)
    apart, near = post(three.carla), post(three.basile)
    await keep(store, apart, near)
    async with store.transaction() as tx:
        for one in (apart, near):
            entry = TimelineEntry(one.id, None, one.id, one.actor_id, home=True)
            await tx.activities.show_to_followers(entry, one.actor_id)
    assert await home(store, three.amina) == [near.id]
    for policy in ("list", "followed", "none"):
        async with store.read() as tx:
            found = await tx.feeds.of_list(three.amina.id, record.id, policy, EVERYTHING)
        assert found == [(apart.id, apart.id, three.carla.id)]
    places = await store.query(lambda tx: tx.lists.accounts(record.id, Span(1)))
    assert [found.id for _, found in places] == [three.carla.id]
    held = await store.query(lambda tx: tx.lists.with_account(three.amina.id, three.carla.id))
    assert held == [record]
    async with store.transaction() as tx:
        await tx.lists.remove(record.id)
        assert await tx.lists.count(three.amina.id) == 0
    assert await home(store, three.amina) == [near.id, apart.id]


async def test_public_posts_are_narrowed_down(store: Store) -> None:
    three = await people(store)
    here, away = post(three.amina), post(three.carla, has_media=1)
    await keep(store, here, away, post(three.carla, "unlisted"), tags=("un",))
    await keep(store, both := post(three.basile), tags=("un", "deux"))

    async def public(**wanted: object) -> list[int]:
        feed = PublicFeed(**wanted)  # type: ignore[arg-type]
        lines = await store.query(lambda tx: tx.feeds.public(feed, EVERYTHING))
        return [line[0] for line in lines]

    async def tagged(*names: str, **wanted: tuple[str, ...]) -> list[int]:
        tags = Tagged(names=names, **wanted)
        lines = await store.query(lambda tx: tx.feeds.tagged(tags, ANYBODY, EVERYTHING))
        return [line[0] for line in lines]

    assert await public() == [both.id, away.id, here.id]
    assert await public(local=True, viewer_id=three.amina.id) == [both.id, here.id]
    assert await public(remote=True, only_media=True) == [away.id]
    assert await tagged("un") == [both.id, away.id, here.id]
    assert await tagged("un", "deux") == [both.id, away.id, here.id]
    assert await tagged("un", also=("deux",)) == [both.id]
    assert await tagged("un", without=("deux", "trois")) == [away.id, here.id]


async def test_kept_and_private_posts_are_listed(store: Store) -> None:
    three = await people(store)
    public, private = post(three.carla), post(three.carla, "direct")
    await keep(store, public, private)
    async with store.transaction() as tx:
        await tx.objects.add_audience(private.id, {three.amina.id: True})
        like = ReactionRecord(new_id(), three.amina.id, public.id, "https://x/l", NOW)
        await tx.activities.react("likes", like)
    kept = await store.query(lambda tx: tx.feeds.kept("likes", three.amina.id, EVERYTHING))
    assert kept == [(like.id, public.id, three.carla.id)]
    assert not await store.query(lambda tx: tx.feeds.kept("bookmarks", three.amina.id, EVERYTHING))
    for span in (EVERYTHING, Span(5, min_id=1), Span(5, max_id=private.id + 1)):
        async with store.read() as tx:
            direct = await tx.feeds.direct(three.amina.id, span)
        assert direct == [(private.id, private.id, three.carla.id)]
    shown = await store.query(lambda tx: tx.feeds.unhidden([public.id], three.amina.id))
    assert shown == {public.id}


async def test_conversations_fall_back_and_end(store: Store) -> None:
    three = await people(store)
    first, last = (post(three.carla, "direct", conversation="https://x/c") for _ in range(2))
    await keep(store, first, last)
    owner, others = three.amina.id, f" {three.carla.id} "

    async def row(tx: Tx) -> tuple[int, int]:
        [found] = await tx.conversations.page(owner, EVERYTHING)
        assert found.others == (three.carla.id,)
        return found.last_object_id, found.unread

    async with store.transaction() as tx:
        for record in (last, first):
            await tx.objects.add_audience(record.id, {owner: True})
            said = Said(owner, "https://x/c", others, record.id, unread=record is first)
            await tx.conversations.keep([said])
        assert await tx.conversations.listeners([owner], three.carla.id) == [owner]
        assert await row(tx) == (last.id, 1), "the latest post stays the latest"
        [found] = await tx.conversations.ending_with(last.id)
        posts = await tx.conversations.private_posts("https://x/c")
        assert posts == {number.id: {three.carla.id, owner} for number in (first, last)}
        await tx.conversations.fall_back({found.id: first.id})
        assert await tx.conversations.mark(owner, found.id, unread=False)
        assert await row(tx) == (first.id, 0)
        await tx.conversations.fall_back({found.id: None})
        assert await tx.conversations.page(owner, EVERYTHING) == []


async def test_markers_grow(store: Store) -> None:
    three = await people(store)
    async with store.transaction() as tx:
        for number in (5, 9, 7):
            await tx.markers.move(three.amina.id, "home", number, NOW)
        [marker] = await tx.markers.of_actor(three.amina.id, ["home", "notifications"])
    assert (marker.last_read_id, marker.version) == (9, 2)


async def test_hashtags_are_counted_found_and_suggested(store: Store) -> None:
    three = await people(store)
    await keep(store, post(three.amina), post(three.amina), post(three.carla), tags=("été",))
    await keep(store, post(three.carla, "followers"), tags=("étés",))
    await keep(store, post(three.basile), tags=("étape", "zoo"))

    async def operation(tx: Tx) -> None:
        [day] = (await tx.tags.history(["été", "étape"], SINCE))["été"]
        assert (day.uses, day.accounts) == (3, 2)
        assert await tx.tags.uses(three.amina.id, ["été", "zoo"]) == {"été": TagUse(2, NOW)}
        assert set(await tx.tags.used_by(three.basile.id, 5)) == {"zoo", "étape"}
        assert set(await tx.tags.beginning_with("ét", 10)) == {"étape", "été"}
        assert await tx.tags.beginning_with("zz", 10) == []
        assert await tx.trends.tags(SINCE, 10) == ["été"]
        assert await tx.trends.statuses(SINCE, 10) == []
        assert await tx.trends.links(SINCE, 10) == []
        assert await tx.trends.link_history([1], SINCE) == {}

    await store.query(operation)


async def test_posts_are_searched_by_words_and_marks(store: Store) -> None:
    three = await people(store)
    one, two = post(three.carla), post(three.carla, "followers")
    await keep(store, one, two)
    words = [
        PostWords(one.id, ["pomm", "vert"], ["p", f"a{three.carla.id}"]),
        PostWords(two.id, ["vert", "pomm"], [f"a{three.carla.id}", "m"]),
    ]
    async with store.transaction() as tx:
        assert await tx.posts.waiting(10) == [one.id, two.id]
        await tx.posts.put([one.id, two.id], words)
        await tx.posts.put([one.id, two.id], words)
        assert await tx.posts.waiting(10) == []
    apple, phrase = Term(stems=("pomm",)), Term(phrases=(("pomm", "vert"),))

    async def found(viewer: ActorRecord, **wanted: object) -> list[int]:
        selection = PostSelection(viewer_id=viewer.id, **wanted)  # type: ignore[arg-type]
        return await store.query(lambda tx: tx.posts.find(selection))

    assert await found(three.amina, terms=(apple,)) == [one.id]
    assert await found(three.carla, terms=(apple,)) == [two.id, one.id]
    assert await found(three.carla, terms=(apple,), where="public") == [one.id]
    assert await found(three.amina, terms=(apple,), where="library") == []
    assert await found(three.carla, terms=(apple,), unwanted=(phrase,)) == [two.id]
    assert await found(three.carla, terms=(apple,), unmarked=("m",)) == [one.id]
    assert await found(three.carla, marks=(f"a{three.carla.id}",), limit=1, offset=1) == [one.id]
    assert await found(three.carla, terms=(apple,), before=two.id) == [one.id]
    assert await found(three.carla, terms=(Term(beginning="po"),), after=one.id) == [two.id]
    async with store.transaction() as tx:
        await tx.objects.bury(one, NOW)
    assert await found(three.carla, terms=(apple,)) == [two.id]
