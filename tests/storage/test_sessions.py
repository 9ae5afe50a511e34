"""Statements about sessions and secrets that are used once, on both engines."""

from storage.ids import new_id
from storage.records import MemberRecord
from storage.sessions import CodeRecord, SessionRecord
from storage.store import Store
from tests.storage.actors_made_up import actor, add


def session(actor_id: int, name: str, *, expires_at: int = 100) -> SessionRecord:
    """A session from moment 1."""
    return SessionRecord(new_id(), name, actor_id, "Firefox", 1, 1, 1, expires_at)


async def test_a_session_is_found_while_it_lives_and_its_account_is_open(store: Store) -> None:
    amina = actor("amina")
    await add(store, amina)
    member = MemberRecord(amina.id, "", "", "member", "fr", 1, None)
    one = session(amina.id, "one")
    async with store.transaction() as tx:
        await tx.members.add(member)
        await tx.sessions.add(one)
        assert await tx.sessions.holder("one", 99) == (one, member, amina)
        assert await tx.sessions.holder("one", 100) is None
        assert await tx.sessions.holder("two", 1) is None
        await tx.sessions.seen(one.id, 50, 200)
        found = await tx.sessions.holder("one", 150)
        assert found is not None
        assert (found[0].seen_at, found[0].expires_at) == (50, 200)
        await tx.connection.execute("update members set disabled_at = 9")
        assert await tx.sessions.holder("one", 150) is None
    assert "one" not in repr(one)


async def test_sessions_end_one_by_one_all_others_or_with_the_account(store: Store) -> None:
    amina, benoit = actor("amina"), actor("benoit")
    await add(store, amina, benoit)
    mine = [session(amina.id, name) for name in "abcd"]
    async with store.transaction() as tx:
        for one in (*mine, session(benoit.id, "other")):
            await tx.sessions.add(one)
        await tx.sessions.end("a")
        assert not await tx.sessions.end_one(benoit.id, mine[1].id)
        assert await tx.sessions.end_one(amina.id, mine[1].id)
        assert await tx.sessions.end_all(amina.id, keep=mine[2].id) == 1
        assert [one.token_hash for one in await tx.sessions.of_actor(amina.id, 2)] == ["c"]
        await tx.members.remove(amina.id)
        assert await tx.sessions.of_actor(amina.id, 2) == []
        assert len(await tx.sessions.of_actor(benoit.id, 2)) == 1


def code(name: str, purpose: str, *, actor_id: int | None = None, until: int = 100) -> CodeRecord:
    """A secret made at moment 1."""
    return CodeRecord(name, purpose, actor_id, "{}", "", 1, until)


async def test_a_secret_is_used_once_for_its_purpose_in_time(store: Store) -> None:
    async with store.transaction() as tx:
        await tx.sessions.add_code(code("c", "link"))
        assert await tx.sessions.code("c", "link", 50) is not None
        assert await tx.sessions.use_code("c", "invitation", 50) is None
        assert await tx.sessions.use_code("c", "link", 100) is None
        used = await tx.sessions.use_code("c", "link", 50)
        assert used is not None
        assert used.used_at == 50
        assert await tx.sessions.use_code("c", "link", 51) is None
        assert await tx.sessions.code("c", "link", 51) is None
    assert "'c'" not in repr(code("c", "link"))


async def test_secrets_are_listed_dropped_and_forgotten(store: Store) -> None:
    amina = actor("amina")
    await add(store, amina)
    async with store.transaction() as tx:
        for name in ("one", "two"):
            await tx.sessions.add_code(code(name, "invitation"))
        await tx.sessions.add_code(code("mine", "link", actor_id=amina.id))
        await tx.sessions.add_code(code("old", "link", until=5))
        await tx.sessions.add(session(amina.id, "ended", expires_at=5))
        await tx.sessions.add(session(amina.id, "living"))
        assert [one.code_hash for one in await tx.sessions.codes("invitation", 2)] == ["one", "two"]
        assert await tx.sessions.drop_code("one", "invitation")
        assert not await tx.sessions.drop_code("one", "invitation")
        assert await tx.sessions.drop_codes("link", amina.id) == 1
        assert await tx.sessions.prune(10, 4) == 1
        assert await tx.sessions.prune(10, 5) == 1
        assert await tx.sessions.drop_codes("invitation") == 1
