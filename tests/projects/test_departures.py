"""Those who are gone: who leads afterwards, what the profile says, whose places are free."""

import pytest

from actors.administration import set_domain_rule
from outbox.acts.leave import leave as depart
from outbox.acts.moderate import remove_suspended, sanction_actor
from outbox.acts.projects.belonging import invite, leave
from outbox.context import ActRefused
from tests.support.events import announce, event_at, join
from tests.support.fediverse import LocalNode, Network
from tests.support.projects import ProjectSpace, open_project


@pytest.fixture
async def space(network: Network) -> ProjectSpace:
    """Lea leads a project on alpha."""
    return await open_project(network, await network.node("alpha"))


async def profile(space: ProjectSpace) -> str:
    """What the Group's profile says beside its name."""
    return (await space.group(space.host)).fields


async def gone(space: ProjectSpace, name: str) -> None:
    """Delete somebody's account on the host."""
    await depart(space.host.outbox, await space.host.person(name), "admin")
    await space.network.settle()


async def test_a_profile_names_nobody_who_is_deleted(space: ProjectSpace) -> None:
    await space.invite(space.host, "anne")
    await space.invite(space.host, "pia", "lead")
    assert "pia@" in await profile(space)
    await gone(space, "pia")
    assert "pia@" not in await profile(space)
    await gone(space, "lea")
    assert "lea@" not in await profile(space)
    assert "anne@" in await profile(space)


async def test_a_profile_names_leads_of_other_servers_while_they_lead(space: ProjectSpace) -> None:
    beta = await space.network.node("beta")
    await space.invite(beta, "bruno", "lead")
    assert "bruno@" in await profile(space)
    await leave(beta.outbox, await beta.person("bruno"), await space.group(beta))
    await space.network.settle()
    assert "bruno@" not in await profile(space)


async def test_a_project_that_comes_back_has_a_lead(space: ProjectSpace) -> None:
    await space.invite(space.host, "anne")
    outbox = space.host.outbox
    await sanction_actor(outbox, "admin", await space.group(space.host), "suspend", "")
    await gone(space, "lea")
    await sanction_actor(outbox, "admin", await space.group(space.host), "", "")
    assert await space.members(space.host) == {"anne@alpha.example": "lead"}


async def test_nobody_of_a_suspended_server_becomes_lead(space: ProjectSpace) -> None:
    await space.invite(await space.network.node("beta"), "bruno")
    await space.invite(space.host, "anne")
    now = space.host.clock.ms
    await space.host.store.write(
        lambda tx: set_domain_rule(tx, "admin", "beta.example", "suspend", "spam", now)
    )
    await gone(space, "lea")
    assert (await space.members(space.host))["anne@alpha.example"] == "lead"


async def test_nobody_belongs_to_a_project_elsewhere_that_is_deleted_here(
    space: ProjectSpace,
) -> None:
    beta = await space.network.node("beta")
    await space.invite(beta, "bruno")
    group = await space.group(beta)
    suspended = await sanction_actor(beta.outbox, "admin", group, "suspend", "")
    await remove_suspended(beta.outbox, "admin", suspended)
    assert await space.members(beta) == {}


async def seats(node: LocalNode, url: str) -> int:
    """How many take part in an event."""
    return (await event_at(node, url)).attendees_count


@pytest.mark.parametrize("host", ["alpha", "beta"])
async def test_the_deleted_leave_their_places_to_others(network: Network, host: str) -> None:
    node, home = await network.node("alpha"), await network.node(host)
    record = await announce(node, max_attendees=1, joining="free")
    await join(home, "anne", record.url, "Avec mon chien.")
    await network.settle()
    assert await seats(node, record.url) == 1
    await depart(home.outbox, await home.person("anne"), "admin")
    await network.settle()
    assert await seats(node, record.url) == 0
    await join(node, "pia", record.url)
    assert await seats(node, record.url) == 1
    notes = await node.store.query(
        lambda tx: tx.connection.fetch_all("select note from attendances")
    )
    assert {row[0] for row in notes} == {""}


async def test_who_was_at_an_event_stays_counted(network: Network) -> None:
    node = await network.node("alpha")
    record = await announce(node, joining="free")
    await join(node, "anne", record.url)
    network.clock.pass_by(30 * 86_400)
    await depart(node.outbox, await node.person("anne"), "admin")
    assert await seats(node, record.url) == 1


async def test_nobody_who_is_gone_is_invited(space: ProjectSpace) -> None:
    pia = await space.host.person("pia")
    await gone(space, "pia")
    deleted = await space.host.actor(pia.url)
    assert deleted is not None
    lead, group = await space.host.person("lea"), await space.group(space.host)
    with pytest.raises(ActRefused, match="not there any more"):
        await invite(space.host.outbox, lead, group, deleted, "partner")


async def test_nothing_is_written_for_a_suspended_project_that_would_wait_for_ever(
    space: ProjectSpace,
) -> None:
    node = space.host
    note = await space.write(node, "lea", "Avant.")
    await space.network.settle()
    await sanction_actor(node.outbox, "admin", await space.group(node), "suspend", "")
    with pytest.raises(ActRefused, match="no such project"):
        await space.write(node, "lea", "Pendant.")
    await node.write("pia", "Bravo.", reply_to=note.url)
    await space.network.settle()
    assert await space.timeline(node, "lea") == [note.url]
