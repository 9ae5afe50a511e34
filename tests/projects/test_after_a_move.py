"""What was on its way when a project moved, and what its members change afterwards."""

import re

import pytest

from outbox.acts.projects.belonging import answer_invitation, invite, join
from outbox.acts.projects.entries import change_entry, withdraw_entry
from outbox.acts.projects.moving import move_space, prepare_home
from outbox.context import ActRefused
from tests.projects.test_moving import HOUR, moved, three
from tests.support.events import announce
from tests.support.factories import activity
from tests.support.fediverse import Network, node_keys
from tests.support.projects import ProjectSpace, open_project
from tests.support.signed_in import post, signed_in
from tests.support.wires import Wires


@pytest.mark.parametrize("kind", ["progress", "milestone"])
async def test_what_the_host_had_not_looked_at_yet_is_handed_over(
    network: Network, kind: str
) -> None:
    space = await three(network)
    alpha, beta, gamma = network.nodes.values()
    bruno, lead = await beta.person("bruno"), await alpha.person("lea")
    made = await prepare_home(
        beta.outbox, bruno, await space.group(beta), "nouveau", node_keys()[1]
    )
    record = await space.write(alpha, "lea", "Juste avant.", kind, title="Fin")  # type: ignore[arg-type]
    await move_space(alpha.outbox, lead, await space.group(alpha), made.group.url)
    await network.settle()
    for _ in range(3):  # what waits may wait for something else that waits
        network.clock.pass_by(HOUR)
        await network.settle()
    there = ProjectSpace(network, beta, "bruno", made.group.url, dict(space.people))
    for node, name in ((alpha, "lea"), (beta, "bruno"), (gamma, "chloe")):
        found = await there.entries(node, name)
        assert [(e.position > 0, o.url) for e, o in found] == [(True, record.url)], node.host


@pytest.mark.parametrize("who", ["lea", "bruno", "chloe"])
async def test_what_is_changed_or_withdrawn_after_the_move_is_so_everywhere(
    network: Network, who: str
) -> None:
    space = await three(network)
    node = space.people[who]
    record = await space.write(node, who, "Avant.")
    await network.settle()
    await moved(network, space, network.nodes["beta.example"])
    network.clock.pass_by(60)
    before, author = await node.object(record.url), await node.person(who)
    assert before is not None
    await change_entry(node.outbox, author, before, text="Corrigé.")
    await network.settle()
    for one in network.nodes.values():
        here = await one.object(record.url)
        assert here is not None
        assert "Corrigé" in here.content, one.host
    await withdraw_entry(node.outbox, author, before)
    await network.settle()
    for one in network.nodes.values():
        here = await one.object(record.url)
        assert here is not None
        assert here.deleted_at is not None, one.host


async def test_a_change_that_only_reached_the_old_home_is_handed_over(network: Network) -> None:
    space = await three(network)
    alpha, beta, gamma = network.nodes.values()
    record = await space.write(gamma, "chloe", "Avant.")
    await network.settle()
    bruno, lead = await beta.person("bruno"), await alpha.person("lea")
    made = await prepare_home(
        beta.outbox, bruno, await space.group(beta), "nouveau", node_keys()[1]
    )
    await move_space(alpha.outbox, lead, await space.group(alpha), made.group.url)
    await change_entry(gamma.outbox, await gamma.person("chloe"), record, text="Corrigé.")
    await network.settle()
    for node in network.nodes.values():
        here = await node.object(record.url)
        assert here is not None
        assert "Corrigé" in here.content, node.host


async def test_nobody_joins_what_is_left_of_a_project(network: Network, wires: Wires) -> None:
    space = await three(network)
    alpha = space.host
    zoe, ines = await alpha.person("zoe"), wires.person("https://other.example/users/ines")
    lead = await alpha.person("lea")
    await invite(alpha.outbox, lead, await space.group(alpha), zoe, "partner")
    there = await moved(network, space, network.nodes["beta.example"])
    old = await space.group(alpha)
    with pytest.raises(ActRefused, match="lives elsewhere"):
        await answer_invitation(alpha.outbox, zoe, old, agreed=True)
    with pytest.raises(ActRefused, match="lives elsewhere"):
        await join(alpha.outbox, await alpha.person("paul"), old)
    note = await alpha.receive(ines, activity(ines, "Join", space.url, to=[space.url]))
    assert "lives elsewhere" in note
    assert await space.members(alpha) == {}
    assert len(await there.members(network.nodes["beta.example"])) == 3


async def test_the_new_home_names_its_leads(network: Network) -> None:
    space = await open_project(network, await network.node("alpha"))
    beta = await network.node("beta")
    await space.invite(beta, "bruno")
    there = await moved(network, space, beta)
    assert "lea@alpha.example" in (await there.group(beta)).fields


async def test_members_calendars_go_along(network: Network) -> None:
    space = await three(network)
    beta, gamma = network.nodes["beta.example"], network.nodes["gamma.example"]
    await announce(beta, "bruno", group=await space.group(beta), title="Réunion de rentrée")
    await network.settle()
    chloe = await signed_in(gamma, "chloe")
    group = await space.group(gamma)
    answer = await post(chloe, f"/projects/{group.id}/calendar/addresses")
    found = re.search(r"(/calendars/[\w-]+\.ics)", await answer.get_data(as_text=True))
    assert found is not None
    await moved(network, space, beta)
    calendar = await gamma.app.test_client().get(found[1], headers={"Host": gamma.host})
    assert "rentrée" in await calendar.get_data(as_text=True)
