"""Statements about apps, codes and their tokens, on both engines."""

from storage.ids import new_id
from storage.oauth import AppRecord, AppTokenRecord, GrantRecord
from storage.records import MemberRecord, TokenRecord
from storage.store import Store, Tx
from tests.storage.actors_made_up import actor, add

DAY = 24 * 3_600_000
NOW = 100 * DAY


def app(name: str, at: int = NOW) -> AppRecord:
    return AppRecord(new_id(), name, f"hash of {name}", name, "", '["x:y"]', "read", at)


def grant(app: AppRecord, actor_id: int, code: str, until: int = NOW + 60) -> GrantRecord:
    return GrantRecord(code, app.id, actor_id, "x:y", "read", "", NOW, until)


def token(actor_id: int, app_id: int | None, *, revoked: int | None = None) -> TokenRecord:
    number = new_id()
    return TokenRecord(number, f"t{number}", actor_id, "read", "x", NOW, None, revoked, app_id)


async def test_a_code_is_spent_once(store: Store) -> None:
    amina, one = actor("amina"), app("one")
    await add(store, amina)
    async with store.transaction() as tx:
        await tx.oauth.add_app(one)
        await tx.oauth.add_grant(grant(one, amina.id, "code"))
        assert await tx.oauth.spend_grant("code", 7, NOW)
        assert not await tx.oauth.spend_grant("code", 8, NOW + 1)
        found = await tx.oauth.grant("code")
    assert found is not None
    assert (found.token_id, found.used_at) == (7, NOW)
    assert "code" not in repr(found)


async def test_codes_that_wait_are_dropped_by_account_and_by_app(store: Store) -> None:
    amina, bruno, one, two = actor("amina"), actor("bruno"), app("one"), app("two")
    await add(store, amina, bruno)

    async def left(tx: Tx) -> set[str]:
        rows = await tx.connection.fetch_all("select code_hash from oauth_grants")
        return {row[0] for row in rows}

    async with store.transaction() as tx:
        for each in (one, two):
            await tx.oauth.add_app(each)
            for owner in (amina, bruno):
                await tx.oauth.add_grant(grant(each, owner.id, f"{owner.username} {each.name}"))
        await tx.oauth.drop_grants(amina.id, one.id)
        assert await left(tx) == {"amina two", "bruno one", "bruno two"}
        await tx.oauth.spend_grant("bruno one", 7, NOW)
        await tx.oauth.drop_grants(bruno.id)
        assert await left(tx) == {"amina two", "bruno one"}


async def test_an_app_keeps_its_newest_tokens(store: Store) -> None:
    one, two = app("one"), app("two")
    async with store.transaction() as tx:
        for each in (one, two):
            await tx.oauth.add_app(each)
            for at in range(4):
                record = AppTokenRecord(f"{each.name} {at}", each.id, "read", at)
                await tx.oauth.add_app_token(record, 2)
        await tx.oauth.revoke_app_token("one 3", NOW)
        living = [name for name in ("one 0", "one 1", "one 2", "one 3", "two 2", "two 3")
                  if await tx.oauth.app_token(name)]  # fmt: skip
    assert living == ["one 2", "two 2", "two 3"]


async def test_revoking_ends_what_was_pushed_to_the_app(store: Store) -> None:
    amina, one = actor("amina"), app("one")
    await add(store, amina)
    ended, other, by_hand = token(amina.id, one.id), token(amina.id, 5), token(amina.id, None)

    async def pushed(tx: Tx) -> set[int]:
        rows = await tx.connection.fetch_all("select token_id from push_subscriptions")
        return {row[0] for row in rows}

    async with store.transaction() as tx:
        await tx.members.add(MemberRecord(amina.id, "", "", "member", "", 1, None))
        await tx.oauth.add_app(one)
        for each in (ended, other, by_hand):
            await tx.members.add_token(each)
            await tx.connection.execute(
                "insert into push_subscriptions (id, token_id, actor_id, endpoint, p256dh, auth, "
                "alerts, created_at) values ($1, $1, $2, 'x', 'x', 'x', '', 1)",
                each.id,
                amina.id,
            )
        assert await tx.members.revoke_app(amina.id, one.id, NOW) == 1
        assert await pushed(tx) == {other.id, by_hand.id}
        assert [each.id for each in await tx.oauth.tokens_of(amina.id)] == [by_hand.id, other.id]
        assert await tx.members.revoke_token(amina.id, other.id, NOW)
        assert not await tx.members.revoke_token(amina.id, other.id, NOW)
        assert await tx.members.revoke_tokens(amina.id, NOW) == 1
        assert await pushed(tx) == set()


async def test_what_ended_is_forgotten_and_what_is_in_use_stays(store: Store) -> None:
    amina = actor("amina")
    await add(store, amina)
    names = ("unused", "fresh", "signed in", "left", "own", "asked")
    apps = {name: app(name, NOW if name == "fresh" else 1) for name in names}

    async with store.transaction() as tx:
        await tx.members.add(MemberRecord(amina.id, "", "", "member", "", 1, None))
        for each in apps.values():
            await tx.oauth.add_app(each)
        await tx.members.add_token(token(amina.id, apps["signed in"].id))
        await tx.members.add_token(token(amina.id, apps["left"].id, revoked=5))
        await tx.members.add_token(token(amina.id, None, revoked=NOW))
        await tx.oauth.add_app_token(AppTokenRecord("t", apps["own"].id, "read", 1), 9)
        await tx.oauth.add_grant(grant(apps["asked"], amina.id, "waits"))
        await tx.oauth.add_grant(grant(apps["asked"], amina.id, "ended", until=5))
        assert await tx.oauth.prune(NOW, NOW - 14 * DAY, NOW - 30 * DAY) == 4
        left = await tx.oauth.apps([each.id for each in apps.values()])
        assert {each.name for each in left.values()} == {"fresh", "signed in", "own", "asked"}
        assert await tx.oauth.grant("ended") is None
        assert len(await tx.members.tokens(amina.id)) == 2
        assert await tx.oauth.app_by_client("fresh") == apps["fresh"]
        assert await tx.oauth.app(apps["left"].id) is None
        assert await tx.oauth.apps([]) == {}
