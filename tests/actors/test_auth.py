"""Bearer tokens, scopes and passwords."""

import pytest

from actors.auth import (
    NOTE_USE_EVERY_MS,
    TokenHolder,
    authenticate,
    check_password,
    hash_password,
    issue_token,
    require_scope,
    token_hash,
)
from actors.oauth.scopes import UnknownScope
from federation.errors import Refused
from tests.actors.conftest import Node

CLOSE = "update members set disabled_at = $2 where actor_id = $1"


async def token_for(node: Node, scopes: str = "read write") -> str:
    amina = await node.person("amina")
    async with node.store.transaction() as tx:
        return await issue_token(tx, amina.id, scopes, "tests", node.clock.ms)


async def who(node: Node, header: str | None) -> TokenHolder | None:
    return await authenticate(node.store, header, node.clock)


async def test_a_token_opens_the_account_that_it_was_issued_for(node: Node) -> None:
    token = await token_for(node)
    holder = await who(node, f"Bearer {token}")
    assert holder is not None
    assert holder.actor.username == "amina"
    assert holder.scopes == {"read", "write"}
    assert await who(node, f"bearer  {token} ") is not None


async def test_the_database_knows_only_the_hash(node: Node) -> None:
    token = await token_for(node)
    async with node.store.read() as tx:
        assert await tx.members.token(token) is None
        assert await tx.members.token(token_hash(token)) is not None


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer x", "Basic eDp5", "Bearer " * 99])
async def test_anything_else_is_nobody(node: Node, header: str | None) -> None:
    await token_for(node)
    assert await who(node, header) is None


async def test_revoked_tokens_and_closed_accounts_are_nobody(node: Node) -> None:
    token = await token_for(node)
    amina = await node.person("amina")
    async with node.store.transaction() as tx:
        await tx.connection.execute(CLOSE, amina.id, node.clock.ms)
    assert await who(node, f"Bearer {token}") is None
    async with node.store.transaction() as tx:
        await tx.connection.execute(CLOSE, amina.id, None)
    assert await who(node, f"Bearer {token}") is not None
    async with node.store.transaction() as tx:
        assert await tx.members.revoke_tokens(amina.id, node.clock.ms) == 1
    assert await who(node, f"Bearer {token}") is None


async def test_use_is_noted_by_the_hour(node: Node) -> None:
    token = await token_for(node)

    async def used() -> int | None:
        async with node.store.read() as tx:
            record = await tx.members.token(token_hash(token))
        assert record is not None
        return record.last_used_at

    await who(node, f"Bearer {token}")
    first = await used()
    node.clock.now += 60
    await who(node, f"Bearer {token}")
    assert await used() == first
    node.clock.now += NOTE_USE_EVERY_MS / 1000
    await who(node, f"Bearer {token}")
    assert await used() == node.clock.ms


async def test_scopes_are_enforced(node: Node) -> None:
    holder = await who(node, f"Bearer {await token_for(node, 'read')}")
    assert require_scope(holder, "read") is holder
    assert require_scope(holder, "read:statuses") is holder
    with pytest.raises(Refused) as refused:
        require_scope(holder, "write")
    assert refused.value.status == 403
    with pytest.raises(Refused) as refused:
        require_scope(None, "read")
    assert refused.value.status == 401


async def test_a_narrow_scope_does_not_open_the_wide_one(node: Node) -> None:
    holder = await who(node, f"Bearer {await token_for(node, 'read:statuses')}")
    assert holder is not None
    assert holder.has("read:statuses")
    assert not holder.has("read")


@pytest.mark.parametrize("scopes", ["", "everything", "read sudo"])
async def test_unknown_scopes_are_refused(node: Node, scopes: str) -> None:
    with pytest.raises(UnknownScope):
        await token_for(node, scopes)


def test_a_password_is_checked_by_argon2id() -> None:
    hashed = hash_password("correct horse")
    assert hashed.startswith("$argon2id$")
    assert check_password(hashed, "correct horse")
    assert not check_password(hashed, "wrong")


def test_an_account_without_a_password_opens_to_no_password() -> None:
    assert not check_password("", "")
    assert not check_password("garbage", "x")
