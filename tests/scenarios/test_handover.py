"""Somebody leaves, and the experiences stay: here, and on the servers that got them."""

from dataclasses import replace

import pytest

from actors.administration import NotPossible, close_account
from objects.experiences.changing import may_change
from objects.experiences.drafts import Writer
from outbox.acts.handover import hand_over
from tests.support.fediverse import LocalNode, Network
from tests.support.shared_experiences import PLAIN, found, publish


@pytest.fixture
async def greta(network: Network) -> LocalNode:
    """An organisation with Anne, who leaves, and Zoé, who administers."""
    node = await network.node("greta")
    await node.person("anne")
    zoe = await node.person("zoe")
    await node.store.write(lambda tx: tx.members.set_role(zoe.id, "admin"))
    return node


async def test_the_organisation_becomes_co_author_everywhere(
    network: Network, greta: LocalNode
) -> None:
    cfa = await network.node("cfa")
    await cfa.person("bob")
    await cfa.ask_to_follow("bob", "anne@greta.example")
    await network.settle()
    record = await publish(greta, "anne", PLAIN)
    await network.settle()
    anne, zoe, organisation = (greta.people[name] for name in ("anne", "zoe", "greta"))
    network.clock.pass_by(60)

    handed = await hand_over(greta.outbox, anne, organisation, zoe, former_name="Ancien membre")
    await network.settle()

    assert handed == 1
    for node in (greta, cfa):
        seen = await found(node, record.url)
        assert seen is not None
        assert seen.record.deleted_at is None
        assert seen.author.url == anne.url
        assert seen.author.name == "Ancien membre"
        assert [one.url for one in seen.experience.contributors] == [organisation.url]
    here = await found(greta, record.url)
    assert here is not None
    assert may_change(here, Writer(zoe, True, organisation))
    assert not may_change(here, Writer(zoe, False, organisation))


async def test_what_was_handed_over_before_is_left_as_it_is(greta: LocalNode) -> None:
    await publish(greta, "anne", replace(PLAIN, title="Une autre"))
    anne, zoe, organisation = (greta.people[name] for name in ("anne", "zoe", "greta"))
    assert await hand_over(greta.outbox, anne, organisation, zoe) == 1
    assert await hand_over(greta.outbox, anne, organisation, zoe) == 0


async def test_what_stopped_half_way_is_finished_when_it_is_asked_again(greta: LocalNode) -> None:
    record = await publish(greta, "anne", PLAIN)
    anne, zoe, organisation = (greta.people[name] for name in ("anne", "zoe", "greta"))
    await greta.store.write(lambda tx: close_account(tx, zoe.account, anne, "", 1))
    assert await hand_over(greta.outbox, anne, organisation, zoe) == 1
    seen = await found(greta, record.url)
    assert seen is not None
    assert [one.url for one in seen.experience.contributors] == [organisation.url]


async def test_the_last_administrator_hands_nothing_over(greta: LocalNode) -> None:
    record = await publish(greta, "zoe", PLAIN)
    zoe, organisation = greta.people["zoe"], greta.people["greta"]
    await greta.store.write(lambda tx: tx.members.set_role(organisation.id, "member"))
    with pytest.raises(NotPossible):
        await hand_over(greta.outbox, zoe, organisation, zoe)
    seen = await found(greta, record.url)
    assert seen is not None
    assert seen.experience.contributors == ()
