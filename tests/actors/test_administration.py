"""What administrators do, and what it leaves in the log."""

import pytest

from actors.administration import (
    COMMAND_LINE,
    NotPossible,
    administrator,
    require_role,
    set_domain_rule,
    set_role,
)
from federation.errors import Refused, Untrusted
from storage.records import MemberRecord
from tests.actors.conftest import Node


def member(role: str, disabled_at: int | None = None) -> MemberRecord:
    return MemberRecord(1, "", "", role, "", 0, disabled_at)


@pytest.mark.parametrize(
    ("has", "needs", "allowed"),
    [
        ("admin", "admin", True),
        ("admin", "member", True),
        ("editor", "editor", True),
        ("editor", "admin", False),
        ("member", "editor", False),
        ("", "member", False),
        ("root", "member", False),
    ],
)
def test_roles_are_ranked(has: str, needs: str, allowed: bool) -> None:
    if allowed:
        assert require_role(member(has), needs)  # type: ignore[arg-type]
    else:
        with pytest.raises(Refused) as refused:
            require_role(member(has), needs)  # type: ignore[arg-type]
        assert refused.value.status == 403


def test_nobody_and_the_disabled_have_no_role() -> None:
    for one in (None, member("admin", disabled_at=5)):
        with pytest.raises(Refused):
            require_role(one, "member")


async def test_an_administrator_acts_under_their_name(node: Node) -> None:
    boss = await node.person("boss", role="admin")
    plain = await node.person("amina")
    async with node.store.transaction() as tx:
        assert await administrator(tx, boss) == "boss@node.example"
        with pytest.raises(Refused):
            await administrator(tx, plain)


async def test_a_domain_rule_is_checked(node: Node) -> None:
    async with node.store.transaction() as tx:
        with pytest.raises(NotPossible):
            await set_domain_rule(tx, COMMAND_LINE, "bad.example", "destroy", "", 1)
        with pytest.raises(Untrusted):
            await set_domain_rule(tx, COMMAND_LINE, "not a domain", "limit", "", 1)
        assert await tx.ledger.audited() == []


async def test_the_last_administrator_stays_one(node: Node) -> None:
    boss = await node.person("boss", role="admin")
    amina = await node.person("amina")
    async with node.store.transaction() as tx:
        with pytest.raises(NotPossible):
            await set_role(tx, COMMAND_LINE, boss, "member", "", 1)
        await set_role(tx, COMMAND_LINE, amina, "admin", "deputy", 1)
        await set_role(tx, COMMAND_LINE, boss, "member", "leaves", 1)
        with pytest.raises(NotPossible):
            await set_role(tx, COMMAND_LINE, amina, "king", "", 1)
