"""Rule 13: administration is a role checked in one place, and every act leaves a trace."""

import ast

import pytest

from actors.administration import (
    ROLES,
    administrator,
    set_domain_rule,
    set_password,
    set_role,
)
from federation.errors import Refused
from storage.store import Tx
from tests.architecture.source import PACKAGES, modules
from tests.support.fediverse import LocalNode

ROLE_CHECKED_IN = "actors/administration.py"


async def acts(tx: Tx, who: str, node: LocalNode) -> None:
    """Every act of an administrator."""
    amina = node.people["amina"]
    await set_role(tx, who, amina, "editor", "writes well", 1)
    await set_password(tx, who, amina, "HASH", 2)
    await set_domain_rule(tx, who, "bad.example", "suspend", "spam", 3)
    await set_domain_rule(tx, who, "bad.example", "", "they moderate now", 4)


@pytest.mark.parametrize("role", ["member", "editor"])
async def test_only_an_administrator_acts(node: LocalNode, role: str) -> None:
    amina = await node.person("amina")
    async with node.store.transaction() as tx:
        await tx.members.set_role(amina.id, role)
    with pytest.raises(Refused) as refused:
        async with node.store.transaction() as tx:
            await acts(tx, await administrator(tx, amina), node)
    assert refused.value.status == 403
    async with node.store.read() as tx:
        assert await tx.relationships.domain_rules() == []


async def test_somebody_of_another_server_never_is_one(node: LocalNode) -> None:
    node.wires.person("https://evil.example/users/admin")
    stranger = await node.services.remote.by_url("https://evil.example/users/admin")
    async with node.store.transaction() as tx:
        with pytest.raises(Refused):
            await administrator(tx, stranger)


async def test_a_closed_account_has_no_power_left(node: LocalNode) -> None:
    amina = await node.person("amina")
    async with node.store.transaction() as tx:
        await tx.members.set_role(amina.id, "admin")
        await administrator(tx, amina)
        await tx.connection.execute(
            "update members set disabled_at = 1 where actor_id = $1", amina.id
        )
        with pytest.raises(Refused):
            await administrator(tx, amina)


async def test_every_act_says_who_did_what_to_whom_and_why(node: LocalNode) -> None:
    await node.person("amina")
    async with node.store.transaction() as tx:
        who = await administrator(tx, node.people["greta"])
        await acts(tx, who, node)
        logged = await tx.ledger.audited()
    entries = [(e.who, e.action, e.target, e.reason) for e in reversed(logged)][1:]
    assert entries == [
        ("greta@node.example", "role editor", "amina@node.example", "writes well"),
        ("greta@node.example", "member password", "amina@node.example", ""),
        ("greta@node.example", "domain suspend", "bad.example", "spam"),
        ("greta@node.example", "domain clear", "bad.example", "they moderate now"),
    ]


async def test_an_act_that_fails_leaves_neither_effect_nor_trace(node: LocalNode) -> None:
    amina = await node.person("amina")

    async def fail(tx: Tx) -> None:
        await set_role(tx, "greta@node.example", amina, "admin", "", 1)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await node.store.write(fail)
    async with node.store.read() as tx:
        member = await tx.members.by_actor(amina.id)
        assert [entry.action for entry in await tx.ledger.audited()] == ["create"]
    assert member is not None
    assert member.role == "member"


def compares_role(tree: ast.AST) -> bool:
    """Whether a comparison weighs somebody's `role`: against a role's name, or by rank."""
    return any(
        any(isinstance(part, ast.Attribute) and part.attr == "role" for part in parts)
        and any(isinstance(part, ast.Constant) and part.value in ROLES for part in parts)
        for node in ast.walk(tree)
        if isinstance(node, ast.Compare)
        for parts in ((node.left, *node.comparators),)
    )


def test_roles_are_compared_in_one_file_only() -> None:
    found = {source.path for source in modules(*PACKAGES) if compares_role(source.tree)}
    assert found == {ROLE_CHECKED_IN}


def test_a_comparison_of_a_role_is_seen() -> None:
    assert compares_role(ast.parse('member.role == "admin"'))
    assert not compares_role(ast.parse("contributor.role in known"))
