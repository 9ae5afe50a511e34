"""What is forgotten, and what anybody's touch keeps."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from objects.retention import prune_remote
from storage.ids import new_id
from storage.network import NetworkServerRecord
from storage.projects import MembershipRecord, ProjectRecord
from storage.records import ActivityRecord, ActorRecord, ObjectRecord, ReactionRecord
from storage.store import Store, Tx
from tests.objects.people import NOW, arrive, block, follow, person, post, publish

OLD = NOW - 1
Touch = Callable[[Store, ActorRecord, ObjectRecord], Awaitable[None]]


async def reply(store: Store, here: ActorRecord, record: ObjectRecord) -> None:
    await publish(store, post(here, in_reply_to=record.url, in_reply_to_id=record.id))


async def talk(store: Store, here: ActorRecord, record: ObjectRecord) -> None:
    await publish(store, post(here, conversation=record.conversation))


async def like(store: Store, here: ActorRecord, record: ObjectRecord) -> None:
    reaction = ReactionRecord(new_id(), here.id, record.id, f"{here.url}/l", NOW)
    await store.write(lambda tx: tx.activities.react("likes", reaction))


async def share(store: Store, here: ActorRecord, record: ObjectRecord) -> None:
    reaction = ReactionRecord(new_id(), here.id, record.id, f"{here.url}/s", NOW)
    await store.write(lambda tx: tx.activities.react("shares", reaction))


async def be_named(store: Store, here: ActorRecord, record: ObjectRecord) -> None:
    await store.write(lambda tx: tx.objects.add_audience(record.id, {here.id: True}))


async def vote(store: Store, here: ActorRecord, record: ObjectRecord) -> None:
    await store.write(lambda tx: tx.objects.add_vote(record.id, here.id, "a", "", NOW))


async def collect(store: Store, here: ActorRecord, record: ObjectRecord) -> None:
    collection = await publish(store, post(here, type="Collection"))
    await store.write(lambda tx: tx.objects.add_item(collection.id, new_id(), record.url))


async def exists(store: Store, record: ObjectRecord) -> bool:
    return await store.query(lambda tx: tx.objects.by_id(record.id)) is not None


def old(author: ActorRecord, **changes: Any) -> ObjectRecord:
    conversation = f"https://far.example/c/{new_id()}"
    return post(author, created_at=OLD - 1, conversation=conversation, **changes)


class Household:
    """Somebody here and somebody elsewhere."""

    def __init__(self) -> None:
        self.jeanne = person("jeanne")
        self.luc = person("luc", "far.example", fetched_at=NOW)


@pytest.fixture
async def people(store: Store) -> Household:
    found = Household()
    await arrive(store, found.jeanne, found.luc)
    return found


@pytest.mark.parametrize("touch", [reply, talk, like, share, be_named, vote, collect])
async def test_what_somebody_here_touched_is_kept(
    store: Store, people: Household, touch: Touch
) -> None:
    touched, lonely = old(people.luc), old(people.luc)
    await publish(store, touched, lonely)
    await touch(store, people.jeanne, touched)
    assert await prune_remote(store, OLD) == 1
    assert await exists(store, touched)
    assert not await exists(store, lonely)


async def test_what_others_did_elsewhere_keeps_nothing(store: Store, people: Household) -> None:
    record = await publish(store, old(people.luc))
    nora = person("nora", "far.example", fetched_at=NOW)
    await arrive(store, nora)
    await like(store, nora, record)
    await be_named(store, nora, record)
    answer = old(nora, in_reply_to=record.url, in_reply_to_id=record.id)
    await publish(store, answer)
    assert await prune_remote(store, OLD) == 2
    assert not await exists(store, record)


async def test_the_young_and_our_own_are_kept(store: Store, people: Household) -> None:
    young = post(people.luc, created_at=OLD)
    own = old(people.jeanne)
    await publish(store, young, own)
    assert await prune_remote(store, OLD) == 0
    assert await exists(store, young)
    assert await exists(store, own)


async def test_posts_are_counted_down(store: Store, people: Household) -> None:
    await publish(store, old(people.luc), old(people.luc), post(people.luc))
    await prune_remote(store, OLD)
    actor = await store.query(lambda tx: tx.actors.by_id(people.luc.id))
    assert actor is not None
    assert actor.posts_count == 1


async def test_many_are_removed_in_batches_past_those_that_stay(
    store: Store, people: Household, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("objects.retention.BATCH", 3)
    records = [old(people.luc) for _ in range(10)]
    await publish(store, *records)
    for kept in records[:4]:
        await like(store, people.jeanne, kept)
    assert await prune_remote(store, OLD) == 6
    assert [await exists(store, record) for record in records] == [True] * 4 + [False] * 6


async def test_activities_go_with_their_objects(store: Store, people: Household) -> None:
    kept, gone = old(people.luc), old(people.luc)
    await publish(store, kept, gone)
    await like(store, people.jeanne, kept)

    def about(record: ObjectRecord | None, number: int) -> ActivityRecord:
        url, object_id = (record.url, record.id) if record else ("", None)
        return ActivityRecord(
            number, f"https://far.example/a/{number}", "Create", people.luc.id, 0, "public",
            url, object_id, "{}", OLD - 1,
        )  # fmt: skip

    async def operation(tx: Tx) -> None:
        for number, record in enumerate((kept, gone, None), start=1):
            await tx.activities.add(about(record, number))

    await store.write(operation)
    assert await prune_remote(store, OLD) == 3
    left = [await store.query(lambda tx, n=n: tx.activities.by_id(n)) for n in (1, 2, 3)]  # type: ignore[misc]
    assert [found is not None for found in left] == [True, False, False]


async def test_strangers_are_forgotten_and_acquaintances_are_not(
    store: Store, people: Household
) -> None:
    followed, following, blocked, author, stranger = (
        person(name, "far.example", fetched_at=OLD - 1, updated_at=OLD - 1)
        for name in ("followed", "following", "blocked", "author", "stranger")
    )
    await arrive(store, followed, following, blocked, author, stranger)
    await follow(store, people.jeanne, followed)
    await follow(store, following, people.jeanne)
    await block(store, people.jeanne, blocked)
    await publish(store, post(author))
    assert await prune_remote(store, OLD) == 1
    urls = [actor.url for actor in (followed, following, blocked, author, stranger, people.luc)]
    known = await store.query(lambda tx: tx.actors.by_urls(urls))
    assert set(urls) - set(known) == {stranger.url}


async def test_whoever_signed_something_of_late_is_no_old_stranger(
    store: Store, people: Household
) -> None:
    late, early = (person(name, "far.example") for name in ("late", "early"))
    await arrive(store, late, replace(early, updated_at=OLD - 1))
    assert await prune_remote(store, OLD) == 1
    assert await store.query(lambda tx: tx.actors.by_url(late.url)) is not None


async def test_servers_that_may_read_what_is_for_some_are_kept(
    store: Store, people: Household
) -> None:
    group, member = person("projet", type="Group"), person("nora", "partner.example")
    hosts = ("partner.example", "network.example", "far.example")
    servers = [person("actor", host, type="Application", updated_at=OLD - 1) for host in hosts]
    await arrive(store, group, member, *servers)

    async def operation(tx: Tx) -> None:
        await tx.network.add(NetworkServerRecord("network.example", "", "", NOW))
        await tx.projects.add(ProjectRecord(
            group.id, "{}", "running", "open", "public", "{}", "{}", 0, None, NOW, NOW
        ))  # fmt: skip
        await tx.projects.save_membership(MembershipRecord(
            group.id, member.id, member.host, "partner", "member", "", "", NOW, NOW
        ))  # fmt: skip

    await store.write(operation)
    assert await prune_remote(store, OLD) == 1
    known = await store.query(lambda tx: tx.actors.by_urls([server.url for server in servers]))
    assert {server.host for server in known.values()} == {"partner.example", "network.example"}
