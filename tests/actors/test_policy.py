"""Rules about domains."""

import pytest

from actors.administration import COMMAND_LINE, set_domain_rule
from actors.policy import TRUSTED_FOR_S
from federation.errors import Refused
from tests.actors.conftest import Node


async def rule(node: Node, domain: str, severity: str) -> None:
    async with node.store.transaction() as tx:
        await set_domain_rule(tx, COMMAND_LINE, domain, severity, "spam", node.clock.ms)
    node.clock.pass_by(TRUSTED_FOR_S)


async def test_a_domain_without_a_rule_is_welcome(node: Node) -> None:
    assert await node.rules.severity("atelier.example") == ""
    await node.rules.refuse_if_suspended("https://atelier.example/users/a")


@pytest.mark.parametrize(
    "host",
    [
        "bad.example",
        "BAD.example.",
        "deep.sub.bad.example",
        "bad.example:8443",
        "https://bad.example/users/x#main-key",
        "http://sub.bad.example:8080/x",
    ],
)
async def test_a_suspension_covers_every_spelling_and_subdomain(node: Node, host: str) -> None:
    await rule(node, "Bad.Example", "suspend")
    with pytest.raises(Refused) as refused:
        await node.rules.refuse_if_suspended(host)
    assert (refused.value.status, refused.value.code) == (403, "domain-suspended")


async def test_a_suspension_does_not_cover_its_namesakes(node: Node) -> None:
    await rule(node, "bad.example", "suspend")
    assert await node.rules.severity("notbad.example") == ""
    assert await node.rules.severity("bad.example.org") == ""


async def test_the_nearest_rule_decides(node: Node) -> None:
    await rule(node, "bad.example", "suspend")
    await rule(node, "good.bad.example", "allow")
    await rule(node, "loud.bad.example", "limit")
    assert await node.rules.severity("good.bad.example") == ""
    assert await node.rules.severity("x.loud.bad.example") == "limit"
    assert await node.rules.severity("other.bad.example") == "suspend"


async def test_a_rule_set_by_another_process_is_seen_within_seconds(node: Node) -> None:
    assert await node.rules.severity("bad.example") == ""
    async with node.store.transaction() as tx:
        await set_domain_rule(tx, COMMAND_LINE, "bad.example", "suspend", "", node.clock.ms)
    node.clock.pass_by(TRUSTED_FOR_S)
    assert await node.rules.suspended("bad.example")


async def test_a_dropped_rule_no_longer_counts(node: Node) -> None:
    await rule(node, "bad.example", "reject_media")
    assert await node.rules.severity("bad.example") == "reject_media"
    await rule(node, "bad.example", "")
    assert await node.rules.severity("bad.example") == ""


async def test_what_is_no_host_has_no_rule(node: Node) -> None:
    await rule(node, "bad.example", "suspend")
    assert await node.rules.severity("did:key:z6Mk") == ""
