"""Statements about how members stand to others, on both engines."""

from dataclasses import replace

import pytest

from storage.bonds import FollowOptions
from storage.ids import new_id
from storage.profiles import LineFilter
from storage.records import ActivityRecord, ActorRecord, FollowRecord, ReactionRecord
from storage.spans import Span
from storage.store import Store, Tx
from tests.storage.actors_made_up import actor, add
from tests.storage.test_hiding import post

AWAY = "atelier.example"
EVERYTHING = LineFilter()


async def follow(tx: Tx, one: ActorRecord, other: ActorRecord, state: str = "accepted") -> None:
    url = f"{one.url}/follows/{other.username}"
    record = FollowRecord(new_id(), one.id, other.id, one.local, state, url, 1)
    await tx.relationships.save_follow(record)


@pytest.fixture
async def people(store: Store) -> dict[str, ActorRecord]:
    found = {
        "amina": actor("amina"),
        "basile": actor("basile"),
        "carla": actor("carla", local=False, host=AWAY),
    }
    await add(store, *found.values())
    return found


async def test_a_bond_says_everything_at_once(store: Store, people: dict[str, ActorRecord]) -> None:
    amina, basile, carla = people.values()
    async with store.transaction() as tx:
        await follow(tx, amina, basile)
        await follow(tx, carla, amina, "pending")
        await tx.bonds.set_options(amina.id, basile.id, FollowOptions(False, True, ("fr", "de")))
        await tx.bonds.mute(amina.id, carla.id, notifications=True, until=50, now=1)
        await tx.bonds.block_domain(amina.id, AWAY, 1)
        await tx.bonds.set_note(amina.id, carla.id, "rencontrée à Lyon")
        assert await tx.bonds.endorse(amina.id, basile.id, 1)
        assert not await tx.bonds.endorse(amina.id, carla.id, 1)
        await tx.relationships.block(carla.id, amina.id, "https://x.example/1", 1)
        found = await tx.bonds.bonds(amina.id, [basile.id, carla.id, 7])
        assert set(found) == {basile.id, carla.id}
        near, far = found[basile.id], found[carla.id]
        assert (near.following, near.endorsed) == ("accepted", True)
        assert near.options == FollowOptions(False, True, ("fr", "de"))
        assert (far.followed_by, far.muting, far.muted_until) == ("pending", True, 50)
        assert (far.domain_blocking, far.blocked_by, far.blocking) == (True, True, False)
        assert far.note == "rencontrée à Lyon"
        assert await tx.bonds.options(amina.id) == {basile.id: near.options}


async def test_what_a_follow_holds_up_ends_with_it(
    store: Store, people: dict[str, ActorRecord]
) -> None:
    amina, basile, _ = people.values()
    async with store.transaction() as tx:
        await follow(tx, amina, basile)
        await tx.bonds.set_options(amina.id, basile.id, FollowOptions(reblogs=False))
        await tx.bonds.endorse(amina.id, basile.id, 1)
        known = await tx.relationships.follow(amina.id, basile.id)
        assert known is not None
        await tx.relationships.remove_follow(known)
        assert await tx.bonds.options(amina.id) == {}
        assert await tx.people.endorsed(amina.id, Span()) == []
        await follow(tx, amina, basile)
        await tx.bonds.set_options(amina.id, basile.id, FollowOptions(reblogs=False))
        await tx.relationships.end_follows(basile.id)
        assert await tx.bonds.options(amina.id) == {}


async def test_mutes_end_when_their_time_has_come(
    store: Store, people: dict[str, ActorRecord]
) -> None:
    amina, basile, carla = people.values()
    async with store.transaction() as tx:
        await tx.bonds.mute(amina.id, basile.id, notifications=True, until=None, now=1)
        await tx.bonds.mute(amina.id, carla.id, notifications=True, until=50, now=1)
        assert await tx.bonds.next_end() == 50
        assert await tx.bonds.end_mutes(49) == 0
        assert await tx.bonds.end_mutes(50) == 1
        left = await tx.people.muted(amina.id, Span())
        assert [(one.id, until) for _, one, until in left] == [(basile.id, None)]
        await tx.bonds.forget(basile.id)
        assert await tx.people.muted(amina.id, Span()) == []


async def test_lists_of_people_are_paged(store: Store, people: dict[str, ActorRecord]) -> None:
    amina, basile, carla = people.values()
    async with store.transaction() as tx:
        await follow(tx, basile, amina)
        await follow(tx, carla, amina)
        page = await tx.people.followers(amina.id, 0, Span(limit=1))
        assert [one.id for _, one in page] == [carla.id]
        older = await tx.people.followers(amina.id, 0, Span(limit=1, max_id=page[0][0]))
        assert [one.id for _, one in older] == [basile.id]
        newer = await tx.people.followers(amina.id, 0, Span(limit=1, min_id=older[0][0]))
        assert newer == page
        await tx.relationships.block(basile.id, carla.id, "https://x.example/1", 1)
        seen = await tx.people.followers(amina.id, basile.id, Span())
        assert [one.id for _, one in seen] == [basile.id]
        assert [one.id for _, one in await tx.people.blocked(basile.id, Span())] == [carla.id]


async def test_people_are_suggested_and_found(store: Store, people: dict[str, ActorRecord]) -> None:
    amina, basile, carla = people.values()
    shy = replace(actor("dora"), discoverable=0, name="Dora")
    await add(store, shy)
    async with store.transaction() as tx:
        await follow(tx, amina, basile)
        await follow(tx, basile, carla)
        friends = await tx.people.suggested(amina.id, "friends_of_friends", 10)
        assert [one.id for one in friends] == [carla.id]
        await tx.bonds.dismiss(amina.id, carla.id)
        assert await tx.people.suggested(amina.id, "friends_of_friends", 10) == []
        popular = await tx.people.suggested(carla.id, "most_followed", 10)
        assert [one.id for one in popular] == [basile.id, amina.id]
        assert {one.id for one in await tx.people.directory(amina.id)} == {basile.id, carla.id}
        assert [o.id for o in await tx.people.directory(amina.id, local=True)] == [basile.id]
        assert await tx.people.matching("dor", amina.id) == []
        assert [o.id for o in await tx.people.matching("@dora", amina.id)] == [shy.id]
        assert [o.id for o in await tx.people.matching("ba", amina.id, following=True)] == [
            basile.id
        ]
        assert {n: [o.id for o in some] for n, some in (
            await tx.people.familiar(amina.id, [carla.id, basile.id])
        ).items()} == {carla.id: [basile.id]}  # fmt: skip


async def test_posts_and_shares_stand_in_one_order(
    store: Store, people: dict[str, ActorRecord]
) -> None:
    amina, basile, carla = people.values()
    first, other = post(basile), post(carla)
    activity = ActivityRecord(
        new_id(), f"{basile.url}/announce", "Announce", basile.id, 1, "public", other.url,
        other.id, "{}", 1,
    )  # fmt: skip
    reply = replace(post(basile), in_reply_to=other.url, in_reply_to_id=other.id)
    picture = replace(post(basile), document='{"attachment":[{"type":"Document"}]}')
    async with store.transaction() as tx:
        for record in (first, other, reply, picture):
            await tx.objects.add(record)
        await tx.objects.set_tags(first.id, ["formation"])
        await tx.activities.add(activity)
        reaction = ReactionRecord(new_id(), basile.id, other.id, activity.url, 1)
        await tx.activities.react("shares", reaction)

        async def lines(viewer: int = amina.id, wanted: LineFilter = EVERYTHING) -> list[int]:
            return await tx.profiles.lines(basile.id, viewer, wanted, Span())

        everything = [picture.id, reply.id, activity.id, first.id]
        assert sorted(await lines(), reverse=True) == sorted(everything, reverse=True)
        assert await lines() == sorted(everything, reverse=True)
        assert await lines(0) == await lines()
        assert reply.id not in await lines(wanted=LineFilter(replies=False))
        assert activity.id not in await lines(wanted=LineFilter(shares=False))
        assert await lines(wanted=LineFilter(media=True)) == [picture.id]
        assert await lines(wanted=LineFilter(tagged="formation")) == [first.id]
        newest = await tx.profiles.lines(basile.id, 0, LineFilter(), Span(limit=1))
        rest = await tx.profiles.lines(basile.id, 0, LineFilter(), Span(limit=9, max_id=newest[0]))
        assert [*newest, *rest] == await lines()
        await tx.relationships.block(amina.id, basile.id, "https://x.example/1", 1)
        assert await lines() == []


async def test_profiles_wait_to_be_checked(store: Store, people: dict[str, ActorRecord]) -> None:
    amina, basile, _ = people.values()
    async with store.transaction() as tx:
        await tx.profiles.check_later(amina.id, 100)
        await tx.profiles.check_later(amina.id, 50)
        await tx.profiles.check_later(amina.id, 70)
        await tx.profiles.check_later(basile.id, 60)
        assert [one.id for one in await tx.profiles.due_checks(55)] == [amina.id]
        await tx.profiles.checked(amina.id, 500)
        await tx.profiles.checked(basile.id, None)
        assert await tx.profiles.due_checks(499) == []
        assert await tx.profiles.set_fields(amina.id, "[]", '[{"name":"a","value":"b"}]')
        assert not await tx.profiles.set_fields(amina.id, "[]", "[]")
