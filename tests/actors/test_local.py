"""Actors of this node: made, changed, deleted."""

import orjson
import pytest

from actors.keys import KeyPairs
from actors.local import (
    Account,
    NameRefused,
    ProfileChanges,
    create_node_actor,
    create_person,
    delete_actor,
    first_run,
    forget_the_deleted,
    update_profile,
)
from actors.relationships import accept_follow, receive_follow, request_follow
from storage.ids import new_id
from storage.records import ActivityRecord, DeliveryRecord
from storage.store import Store
from tests.actors.conftest import Node

FOLLOW = "https://atelier.example/follows/1"


async def test_a_person_has_an_account_two_keys_and_addresses(node: Node) -> None:
    async with node.store.transaction() as tx:
        amina = await create_person(
            tx, node.identifiers, "Amina", "", node.pairs, 5, Account("a@b.example", "", "editor")
        )
        member = await tx.members.by_actor(amina.id)
        keys = await tx.actors.keys(amina.id)
    assert member is not None
    assert (member.email, member.role) == ("a@b.example", "editor")
    assert [key.key_id for key in keys] == [amina.url + "#main-key", amina.url + "#ed25519-key"]
    assert amina.url == "https://node.example/users/Amina"
    assert amina.html_url == "https://node.example/@Amina"
    assert amina.shared_inbox == "https://node.example/inbox"
    assert (amina.name, amina.indexable) == ("Amina", 0)


async def test_the_organisation_may_be_found_by_searchers(node: Node) -> None:
    assert node.people["greta"].indexable == 1


@pytest.mark.parametrize("name", ["greta", "GRETA", "node.example", "admin", "é", ""])
async def test_a_taken_or_bad_name_is_refused(node: Node, name: str) -> None:
    with pytest.raises(NameRefused):
        async with node.store.transaction() as tx:
            await create_person(tx, node.identifiers, name, "", node.pairs, 5)


async def test_the_node_actor_is_made_once(node: Node) -> None:
    async with node.store.transaction() as tx:
        first = await create_node_actor(tx, node.identifiers, node.pairs, 5)
        again = await create_node_actor(tx, node.identifiers, node.pairs, 6)
    assert first.id == again.id


async def test_a_first_run_makes_the_server_and_an_organisation_with_an_administrator(
    sqlite_store: Store, pairs: KeyPairs, other_pairs: KeyPairs
) -> None:
    from actors.identifiers import Identifiers

    home = Identifiers("http://127.0.0.1:8080", "127.0.0.1:8080")
    async with sqlite_store.transaction() as tx:
        server, owner = await first_run(tx, home, "GRETA", "greta", (pairs, other_pairs), 5)
        member = await tx.members.by_actor(owner.id)
        logged = await tx.ledger.audited()
    assert (server.type, server.username) == ("Application", "127.0.0.1")
    assert (owner.type, owner.account) == ("Organization", "greta@127.0.0.1:8080")
    assert member is not None
    assert member.role == "admin"
    assert [entry.target for entry in logged] == ["greta@127.0.0.1:8080"]


async def test_a_profile_is_sanitised_and_its_date_moves(node: Node) -> None:
    amina = await node.person("amina")
    changes = ProfileChanges(
        name="<b>Amina</b>",
        summary="<p>ok</p><script>no</script>",
        fields=[("Site", "<a href='https://a.example'>a</a>"), (" ", "dropped")],
        icon="javascript:alert(1)",
        image="https://node.example/media/i.png",
        also_known_as=["https://old.example/u/a", "nonsense"],
        locked=True,
    )
    async with node.store.transaction() as tx:
        changed = await update_profile(tx, amina, changes, node.clock.ms)
    stored = await node.reload(amina)
    assert stored == changed
    assert (stored.name, stored.summary, stored.icon) == ("Amina", "<p>ok</p>", "")
    assert stored.image.endswith("i.png")
    assert [field["name"] for field in orjson.loads(stored.fields)] == ["Site"]
    assert orjson.loads(stored.also_known_as) == ["https://old.example/u/a"]
    assert (stored.locked, stored.discoverable) == (1, 1)
    assert stored.updated_at > amina.updated_at


async def test_what_is_not_mentioned_stays(node: Node) -> None:
    amina = await node.person("amina")
    async with node.store.transaction() as tx:
        await update_profile(tx, amina, ProfileChanges(summary="<p>x</p>"), node.clock.ms)
        changed = await update_profile(
            tx, await node.reload(amina), ProfileChanges(locked=True), node.clock.ms
        )
    assert changed.locked == 1
    assert changed.name == "Amina"


async def test_a_deleted_member_keeps_keys_and_followers_until_the_farewell_is_sent(
    node: Node,
) -> None:
    amina, greta = await node.person("amina"), node.people["greta"]
    bob = await node.stranger("https://atelier.example/users/bob", "bob")
    async with node.store.transaction() as tx:
        await receive_follow(tx, bob, amina, FOLLOW, 5)
        await accept_follow(tx, amina, FOLLOW)
        mine = await request_follow(tx, amina, greta, "https://node.example/activities/1", 5)
        await accept_follow(tx, greta, mine.url)
        await delete_actor(tx, amina, node.clock.ms)
        activity = ActivityRecord(
            new_id(), "https://node.example/activities/2", "Delete", amina.id, 1, "public",
            amina.url, None, "{}", 5,
        )  # fmt: skip
        await tx.activities.add(activity)
        await tx.deliveries.add_all(
            [
                DeliveryRecord(
                    new_id(), activity.id, amina.id, bob.inbox, "atelier.example", "waiting",
                    0, 0, 0, None, "", 5, None,
                )
            ]
        )  # fmt: skip
    gone = await node.reload(amina)
    assert (gone.state, gone.name, gone.username) == ("gone", "", "amina")
    assert (await node.reload(greta)).followers_count == 0
    async with node.store.transaction() as tx:
        assert await tx.relationships.follower_inboxes(amina.id) == [bob.inbox]
        assert await forget_the_deleted(tx) == 0
    key = await node.keys.signing_key(amina.id)
    assert key.key_id == amina.url + "#main-key"
    async with node.store.transaction() as tx:
        assert await tx.members.by_actor(amina.id) is None
        await tx.connection.execute("update deliveries set state = 'done'")
        assert await forget_the_deleted(tx) == 1
        assert await tx.actors.keys(amina.id) == []
        assert await tx.relationships.follower_inboxes(amina.id) == []
        assert await forget_the_deleted(tx) == 0


async def test_the_name_of_a_deleted_member_is_never_given_again(node: Node) -> None:
    amina = await node.person("amina")
    async with node.store.transaction() as tx:
        await delete_actor(tx, amina, node.clock.ms)
    with pytest.raises(NameRefused):
        async with node.store.transaction() as tx:
            await create_person(tx, node.identifiers, "amina", "", node.pairs, 5)


async def test_a_deleted_stranger_leaves_nothing_but_the_address(node: Node) -> None:
    bob = await node.stranger("https://atelier.example/users/bob", "bob")
    async with node.store.transaction() as tx:
        await receive_follow(tx, bob, node.people["greta"], FOLLOW, 5)
        await accept_follow(tx, node.people["greta"], FOLLOW)
        gone = await delete_actor(tx, bob, node.clock.ms)
        assert await tx.actors.keys(bob.id) == []
    assert (gone.state, gone.name, gone.document) == ("gone", "", "")
    assert (await node.reload(node.people["greta"])).followers_count == 0
