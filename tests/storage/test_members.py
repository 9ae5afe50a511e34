"""Statements about accounts and tokens, on both engines."""

from storage.ids import new_id
from storage.records import MemberRecord, TokenRecord
from storage.store import Store
from tests.storage.actors_made_up import actor, add


async def test_an_account_lives_and_ends_with_its_tokens(store: Store) -> None:
    amina = actor("amina")
    await add(store, amina)
    member = MemberRecord(amina.id, "a@b.example", "HASH", "member", "fr", 1, None)
    token = TokenRecord(new_id(), "hash", amina.id, "read", "app", 1, None, None)
    async with store.transaction() as tx:
        await tx.members.add(member)
        await tx.members.add_token(token)
        assert await tx.members.token_holder("hash") == (token, member, amina)
        assert await tx.members.all() == [(amina, member)]
        await tx.members.remove(amina.id)
        assert await tx.members.by_actor(amina.id) is None
        assert await tx.members.token("hash") is None
        assert await tx.members.token_holder("hash") is None
    assert "HASH" not in repr(member)


async def test_a_revoked_token_is_not_found(store: Store) -> None:
    amina = actor("amina")
    await add(store, amina)
    async with store.transaction() as tx:
        await tx.members.add(MemberRecord(amina.id, "", "", "member", "", 1, None))
        for name in ("one", "two"):
            await tx.members.add_token(
                TokenRecord(new_id(), name, amina.id, "read", "", 1, None, None)
            )
        assert await tx.members.revoke_tokens(amina.id, 5) == 2
        assert await tx.members.revoke_tokens(amina.id, 6) == 0
        assert await tx.members.token("one") is None
        assert await tx.members.token_holder("two") is None


async def test_administrators_are_counted_while_their_account_is_open(store: Store) -> None:
    people = [actor(name) for name in ("a", "b", "c")]
    await add(store, *people)
    async with store.transaction() as tx:
        for one in people:
            await tx.members.add(MemberRecord(one.id, "", "", "member", "", 1, None))
        assert await tx.members.count_admins() == 0
        await tx.members.set_role(people[0].id, "admin")
        await tx.members.set_role(people[1].id, "admin")
        assert await tx.members.count_admins() == 2
        await tx.connection.execute(
            "update members set disabled_at = 9 where actor_id = $1", people[1].id
        )
        assert await tx.members.count_admins() == 1
        await tx.members.set_password(people[0].id, "NEW")
        first = await tx.members.by_actor(people[0].id)
    assert first is not None
    assert first.password_hash == "NEW"
