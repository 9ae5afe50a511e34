"""Whoever belongs to a project no more has no place at the events of its members."""

import pytest

from objects.projects.fields import ProjectReach
from outbox.acts.projects.belonging import leave, remove
from tests.support.events import announce, event_at, join, standing
from tests.support.fediverse import Network
from tests.support.projects import ProjectSpace, open_project


async def an_event(
    network: Network, organiser: str, reach: ProjectReach = "project", **said: str
) -> tuple[ProjectSpace, str]:
    """An event with one place, which Chloe of gamma has; a project of alpha, beta and gamma."""
    space = await open_project(network, await network.node("alpha"), reach="project")
    await space.invite(await network.node("beta"), "bruno")
    await space.invite(await network.node("gamma"), "chloe")
    await space.invite(network.nodes["gamma.example"], "cyril")
    node = space.people[organiser]
    record = await announce(
        node, organiser, group=await space.group(node), reach=reach, max_attendees=1,
        joining="free", **said,
    )  # fmt: skip
    await network.settle()
    await join(network.nodes["gamma.example"], "chloe", record.url)
    await network.settle()
    assert (await event_at(node, record.url)).attendees_count == 1
    return space, record.url


async def ends(space: ProjectSpace, how: str) -> None:
    """Let Chloe belong to the project no more."""
    gamma = space.people["chloe"]
    chloe = await gamma.person("chloe")
    if how == "leaves":
        await leave(gamma.outbox, chloe, await space.group(gamma))
    else:
        known = await space.host.actor(chloe.url)
        assert known is not None
        lead = await space.host.person("lea")
        await remove(space.host.outbox, lead, await space.group(space.host), known)
    await space.network.settle()


async def is_free(space: ProjectSpace, organiser: str, url: str) -> None:
    """Nobody has a place, and somebody else gets it."""
    node, gamma = space.people[organiser], space.people["chloe"]
    chloe = await gamma.person("chloe")
    assert (await event_at(node, url)).attendees_count == 0
    for one in (node, gamma):
        assert await standing(one, url, chloe.url) == "left"
    cyril = await gamma.person("cyril")
    await join(gamma, "cyril", url)
    await space.network.settle()
    assert await standing(node, url, cyril.url) == "accepted"
    assert (await event_at(node, url)).attendees_count == 1


@pytest.mark.parametrize("how", ["leaves", "is removed"])
@pytest.mark.parametrize("organiser", ["lea", "bruno", "cyril"])
async def test_the_place_is_free(network: Network, organiser: str, how: str) -> None:
    space, url = await an_event(network, organiser)
    await ends(space, how)
    if organiser == "cyril":
        node = space.people["cyril"]
        assert (await event_at(node, url)).attendees_count == 0
    else:
        await is_free(space, organiser, url)


@pytest.mark.parametrize("how", ["leaves", "is removed"])
async def test_the_place_is_free_on_postgresql(postgres_network: Network, how: str) -> None:
    space, url = await an_event(postgres_network, "bruno")
    await ends(space, how)
    await is_free(space, "bruno", url)


async def test_a_place_at_an_event_for_everybody_stays(network: Network) -> None:
    space, url = await an_event(network, "bruno", "public")
    await ends(space, "leaves")
    assert (await event_at(space.people["bruno"], url)).attendees_count == 1


async def test_who_was_there_stays_counted(network: Network) -> None:
    space, url = await an_event(network, "bruno")
    network.clock.pass_by(30 * 86_400)
    await ends(space, "leaves")
    assert (await event_at(space.people["bruno"], url)).attendees_count == 1
