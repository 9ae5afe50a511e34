"""Statements about follows, blocks and rules, on both engines."""

from dataclasses import replace

import pytest

from storage.ids import new_id
from storage.records import ActorRecord, DomainRuleRecord, FollowRecord
from storage.store import Store, Tx
from tests.storage.actors_made_up import actor, add

REMOTE = "atelier.example"


def follow(follower: ActorRecord, followee: ActorRecord, state: str = "accepted") -> FollowRecord:
    url = f"{follower.url}/follows/{followee.username}"
    return FollowRecord(new_id(), follower.id, followee.id, follower.local, state, url, 1)


async def numbers(tx: Tx, one: ActorRecord) -> tuple[int, int]:
    found = await tx.actors.by_id(one.id)
    assert found is not None
    return found.followers_count, found.following_count


@pytest.fixture
async def people(store: Store) -> dict[str, ActorRecord]:
    """Two here, two elsewhere."""
    found = {
        "amina": actor("amina"),
        "basile": actor("basile"),
        "carla": actor("carla", local=False, host=REMOTE),
        "denis": replace(
            actor("denis", local=False, host=REMOTE), shared_inbox=f"https://{REMOTE}/inbox"
        ),
    }
    await add(store, *found.values())
    return found


async def test_counts_follow_the_state(store: Store, people: dict[str, ActorRecord]) -> None:
    carla, amina = people["carla"], people["amina"]
    async with store.transaction() as tx:
        first = await tx.relationships.save_follow(follow(carla, amina, "pending"))
        assert await numbers(tx, amina) == (0, 0)
        accepted = await tx.relationships.set_follow_state(first, "accepted")
        await tx.relationships.set_follow_state(first, "accepted")
        assert accepted.state == "accepted"
        assert await numbers(tx, amina) == (1, 0)
        assert await numbers(tx, carla) == (0, 1)
        again = await tx.relationships.save_follow(replace(follow(carla, amina), url="other"))
        assert (again.id, again.url) == (first.id, "other")
        assert await numbers(tx, amina) == (1, 0)
        await tx.relationships.remove_follow(again)
        await tx.relationships.remove_follow(again)
        assert await numbers(tx, amina) == (0, 0)
        assert await numbers(tx, carla) == (0, 0)


async def test_followers_are_paged_latest_first(
    store: Store, people: dict[str, ActorRecord]
) -> None:
    amina = people["amina"]
    async with store.transaction() as tx:
        for name in ("basile", "carla", "denis"):
            await tx.relationships.save_follow(follow(people[name], amina))
        found = await tx.relationships.follows_in_state(amina.id, "accepted", by=False, limit=2)
        assert [url for _, url in found] == [people["denis"].url, people["carla"].url]
        rest = await tx.relationships.follows_in_state(
            amina.id, "accepted", by=False, before=found[-1][0].id
        )
        assert [url for _, url in rest] == [people["basile"].url]
        followers = await tx.relationships.followers(amina.id)
        assert [one.username for _, one in followers] == ["denis", "carla", "basile"]
        following = await tx.relationships.following(people["carla"].id)
        assert [one.username for _, one in following] == ["amina"]


async def test_followers_are_told_apart_by_place_and_inbox(
    store: Store, people: dict[str, ActorRecord]
) -> None:
    amina, carla = people["amina"], people["carla"]
    async with store.transaction() as tx:
        for name in ("basile", "carla", "denis"):
            await tx.relationships.save_follow(follow(people[name], amina))
        assert await tx.relationships.local_followers(amina.id) == [people["basile"].id]
        inboxes = await tx.relationships.follower_inboxes(amina.id)
        assert sorted(inboxes) == [f"https://{REMOTE}/inbox", carla.inbox]
        urls = sorted((carla.url, people["denis"].url))
        assert await tx.relationships.follower_urls_at(amina.id, f"https://{REMOTE}") == urls
        assert await tx.relationships.follower_urls_at(amina.id, "https://atelier") == []
        assert sorted(await tx.relationships.follower_urls(amina.id)) == urls
        await tx.relationships.block(amina.id, carla.id, "block", 1)
        assert await tx.relationships.follower_inboxes(amina.id) == [f"https://{REMOTE}/inbox"]


async def test_waiting_follows_are_counted_and_listed(
    store: Store, people: dict[str, ActorRecord]
) -> None:
    amina, carla, denis = people["amina"], people["carla"], people["denis"]
    async with store.transaction() as tx:
        waiting = await tx.relationships.save_follow(follow(carla, amina, "pending"))
        await tx.relationships.save_follow(follow(denis, amina))
        await tx.relationships.save_follow(follow(amina, denis, "pending"))
        assert await tx.relationships.count_pending(amina.id, by=False) == 1
        assert await tx.relationships.count_pending(amina.id, by=True) == 1
        assert await tx.relationships.follow_by_url(waiting.url) == waiting
        found = await tx.relationships.follows_in_state(amina.id, "pending", by=False)
        assert found == [(waiting, carla.url)]
        requests = await tx.relationships.requests(amina.id)
        assert [one.username for _, one in requests] == ["carla"]


@pytest.mark.parametrize("keep", [True, False])
async def test_all_follows_of_an_actor_end_at_once(
    store: Store, people: dict[str, ActorRecord], keep: bool
) -> None:
    amina, basile, carla = people["amina"], people["basile"], people["carla"]
    async with store.transaction() as tx:
        await tx.relationships.save_follow(follow(basile, amina))
        await tx.relationships.save_follow(follow(carla, amina))
        await tx.relationships.save_follow(follow(amina, basile))
        await tx.relationships.end_follows(amina.id, keep_remote_followers=keep)
        assert await numbers(tx, basile) == (0, 0)
        assert await numbers(tx, carla) == (0, int(keep))
        left = await tx.relationships.follow(carla.id, amina.id)
    assert (left is not None) is keep


async def test_blocks_are_seen_from_both_sides(
    store: Store, people: dict[str, ActorRecord]
) -> None:
    amina, carla = people["amina"].id, people["carla"].id
    async with store.transaction() as tx:
        assert await tx.relationships.block(amina, carla, "https://node.example/b/1", 1)
        assert not await tx.relationships.block(amina, carla, "https://node.example/b/2", 2)
        assert await tx.relationships.block_url(amina, carla) == "https://node.example/b/1"
        assert await tx.relationships.blocks(amina, carla)
        assert not await tx.relationships.blocks(carla, amina)
        assert await tx.relationships.blocked_either_way(carla, amina)
        assert await tx.relationships.blocked_by(carla) == {amina}
        assert await tx.relationships.blocked_by_actor(amina) == {carla}
        assert await tx.relationships.unblock(amina, carla)
        assert not await tx.relationships.unblock(amina, carla)


async def test_a_domain_has_one_rule(store: Store) -> None:
    rule = DomainRuleRecord("bad.example", "limit", "loud", "admin", 1)
    async with store.transaction() as tx:
        await tx.relationships.save_domain_rule(rule)
        await tx.relationships.save_domain_rule(replace(rule, severity="suspend", reason="spam"))
        found = await tx.relationships.domain_rules()
        assert [(one.severity, one.reason) for one in found] == [("suspend", "spam")]
        assert await tx.relationships.remove_domain_rule("bad.example")
        assert not await tx.relationships.remove_domain_rule("bad.example")
