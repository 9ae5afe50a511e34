"""Statements about actors and keys, on both engines."""

from dataclasses import replace

import pytest

from storage.ids import first_id_at, new_id
from storage.ports import Conflict
from storage.records import ActivityRecord, DeliveryRecord, FanoutRecord, KeyRecord
from storage.store import Store
from tests.storage.actors_made_up import actor, add

REMOTE = "atelier.example"


def key(owner: int, key_id: str, private: str | None = None, algorithm: str = "rsa") -> KeyRecord:
    return KeyRecord(key_id, owner, algorithm, "PUBLIC", private, 1)


async def test_an_actor_is_found_by_id_url_and_name(store: Store) -> None:
    amina = actor("Amina")
    await add(store, amina)
    async with store.read() as tx:
        assert await tx.actors.by_id(amina.id) == amina
        assert await tx.actors.by_url(amina.url) == amina
        assert await tx.actors.local("aMINA") == amina
        assert await tx.actors.by_account("amina", "node.example") == amina
        assert await tx.actors.by_ids([amina.id, 7]) == {amina.id: amina}
        assert await tx.actors.by_urls([amina.url, "x"]) == {amina.url: amina}
        assert await tx.actors.by_ids([]) == {}
        assert await tx.actors.by_account("amina", REMOTE) is None
        assert await tx.actors.all_local() == [amina]


async def test_two_local_actors_cannot_differ_by_case_alone(store: Store) -> None:
    await add(store, actor("amina"))
    with pytest.raises(Conflict):
        await add(store, replace(actor("AMINA"), url="https://node.example/users/other"))


async def test_saving_again_renews_the_profile_and_keeps_identity_and_counts(
    store: Store,
) -> None:
    bob = actor("bob", local=False, host=REMOTE)
    async with store.transaction() as tx:
        first = await tx.actors.save(replace(bob, followers_count=3))
        await tx.actors.set_state(first.id, "suspended", 5)
        again = await tx.actors.save(replace(bob, id=new_id(), name="Bob", created_at=99))
        stored = await tx.actors.by_id(first.id)
    assert again == stored
    assert (again.id, again.name, again.state) == (first.id, "Bob", "suspended")
    assert (again.followers_count, again.created_at) == (3, 1)


async def test_the_actor_confirmed_last_has_the_name(store: Store) -> None:
    old = actor("bob", local=False, host=REMOTE)
    new = replace(actor("bob", local=False, host=REMOTE), url="https://x.example/2", fetched_at=9)
    await add(store, old, new)
    async with store.read() as tx:
        assert await tx.actors.by_account("bob", REMOTE) == new


async def test_a_tombstone_keeps_only_the_address(store: Store) -> None:
    bob = replace(actor("bob"), name="Bob", summary="x", icon="y", document="{}")
    await add(store, bob)
    async with store.transaction() as tx:
        await tx.actors.erase(bob.id, 8)
        gone = await tx.actors.by_id(bob.id)
        await tx.actors.revive(bob.id)
        back = await tx.actors.by_id(bob.id)
    assert gone is not None
    assert (gone.state, gone.name, gone.summary, gone.icon) == ("gone", "", "", "")
    assert gone.updated_at == 8
    assert back is not None
    assert back.state == "active"


async def test_a_key_comes_with_its_owner_unless_that_is_gone(store: Store) -> None:
    bob = actor("bob", local=False, host=REMOTE)
    await add(store, bob)
    async with store.transaction() as tx:
        await tx.actors.add_keys([key(bob.id, "k")])
        assert await tx.actors.public_key("k") == (bob.url, "rsa", "PUBLIC")
        assert await tx.actors.public_key("other") is None
        await tx.actors.set_state(bob.id, "gone", 1)
        assert await tx.actors.public_key("k") is None


async def test_foreign_keys_are_replaced_and_ours_never(store: Store) -> None:
    amina, bob = actor("amina"), actor("bob", local=False, host=REMOTE)
    await add(store, amina, bob)
    async with store.transaction() as tx:
        await tx.actors.add_keys([key(amina.id, "ours", "SECRET"), key(bob.id, "old")])
        await tx.actors.replace_keys(bob.id, [key(bob.id, "new"), key(bob.id, "ours")])
        await tx.actors.replace_keys(amina.id, [])
        await tx.actors.forget_key("ours")
        assert [k.key_id for k in await tx.actors.keys(bob.id)] == ["new"]
        ours = await tx.actors.key("ours")
    assert ours is not None
    assert (ours.actor_id, ours.private_pem) == (amina.id, "SECRET")
    assert "SECRET" not in repr(ours)


async def test_the_rsa_key_comes_first(store: Store) -> None:
    amina = actor("amina")
    await add(store, amina)
    async with store.transaction() as tx:
        await tx.actors.add_keys(
            [key(amina.id, "a", "S", "ed25519"), key(amina.id, "b", "S", "rsa")]
        )
        assert [k.algorithm for k in await tx.actors.keys(amina.id)] == ["rsa", "ed25519"]


async def test_keys_of_the_deleted_stay_while_anything_is_to_be_sent(store: Store) -> None:
    amina = actor("amina")
    await add(store, amina)
    activity = ActivityRecord(
        new_id(), "https://node.example/a/1", "Delete", amina.id, 1, "public", "", None, "{}", 1
    )
    fanout = FanoutRecord(new_id(), activity.id, amina.id, "{}", "waiting", 0, 0, 0, "", 1)
    delivery = DeliveryRecord(
        new_id(), activity.id, amina.id, "https://x.example/inbox", "x.example", "held",
        0, 0, 0, None, "", 1, None,
    )  # fmt: skip
    async with store.transaction() as tx:
        await tx.actors.add_keys([key(amina.id, "k", "SECRET")])
        assert await tx.actors.delivered_farewells() == []
        await tx.actors.erase(amina.id, 2)
        assert await tx.actors.delivered_farewells() == [amina.id]
        await tx.activities.add(activity)
        await tx.deliveries.add_fanout(fanout)
        assert await tx.actors.delivered_farewells() == []
        await tx.connection.execute("delete from fanouts")
        await tx.deliveries.add_all([delivery])
        assert await tx.actors.delivered_farewells() == []
        await tx.connection.execute("update deliveries set state = 'failed'")
        assert await tx.actors.delivered_farewells() == [amina.id]
        await tx.actors.remove_keys(amina.id)
        assert await tx.actors.delivered_farewells() == []


async def test_people_posts_and_activity_are_counted(store: Store) -> None:
    amina, server = actor("amina"), replace(actor("node.example"), type="Application")
    quiet = replace(actor("quiet"), posts_count=2)
    await add(store, amina, server, quiet, actor("bob", local=False, host=REMOTE))
    async with store.transaction() as tx:
        for number, owner in enumerate((amina, amina, server)):
            await tx.activities.add(
                ActivityRecord(
                    new_id(5_000_000),
                    f"https://node.example/a/{number}",
                    "Create",
                    owner.id,
                    1,
                    "public",
                    "",
                    None,
                    "{}",
                    5_000_000,
                )
            )
        assert await tx.actors.count_local() == {"Application": 1, "Person": 2}
        assert await tx.actors.active_since(first_id_at(4_000_000)) == 1
        assert await tx.actors.active_since(first_id_at(6_000_000)) == 0
        for number, visibility in ((1, "public"), (2, "direct")):
            await tx.connection.execute(
                "insert into objects (id, url, type, actor_id, local, visibility, in_reply_to, "
                "document, published_at, created_at) values ($1, $2, 'Note', $3, 1, $4, 'x', "
                "'{}', 1, 1)",
                number,
                f"https://node.example/objects/{number}",
                amina.id,
                visibility,
            )
        assert await tx.actors.count_posts() == (2, 1)


async def test_likes_are_listed_latest_first_without_what_was_deleted(store: Store) -> None:
    amina = actor("amina")
    await add(store, amina)
    async with store.transaction() as tx:
        for number in (1, 2, 3):
            await tx.connection.execute(
                "insert into objects (id, url, type, actor_id, local, visibility, document, "
                "published_at, created_at) values ($1, $2, 'Note', $3, 1, 'public', '{}', 1, 1)",
                number,
                f"https://node.example/objects/{number}",
                amina.id,
            )
            await tx.connection.execute(
                "insert into likes (id, actor_id, object_id, url, created_at) "
                "values ($1, $2, $1, $3, 1)",
                number,
                amina.id,
                f"https://node.example/activities/{number}",
            )
        await tx.connection.execute("update objects set deleted_at = 1 where id = 2")
        assert await tx.actors.count_liked(amina.id) == 2
        found = await tx.actors.liked(amina.id)
        assert [url[-1] for _, url in found] == ["3", "1"]
        assert [like for like, _ in await tx.actors.liked(amina.id, before=3)] == [1]
