"""A project that outlives its host: moved to a partner's server, everybody goes along."""

import pytest

from objects.projects.entries import Entry
from outbox.acts.projects.entries import change_entry
from outbox.acts.projects.moving import move_space, prepare_home
from outbox.acts.projects.spaces import SpaceDraft, open_space
from outbox.context import ActRefused
from tests.projects.dates import plan, proposal
from tests.support.fediverse import LocalNode, Network, node_keys
from tests.support.projects import ProjectSpace, open_project
from tests.support.signed_in import signed_in
from tests.web.members import page_of

HOUR = 3_600


async def three(network: Network) -> ProjectSpace:
    space = await open_project(network, await network.node("alpha"), reach="project")
    await space.invite(await network.node("beta"), "bruno")
    await space.invite(await network.node("gamma"), "chloe")
    return space


async def moved(network: Network, space: ProjectSpace, home: LocalNode) -> ProjectSpace:
    """Let bruno give the project a home, and the lead move it there."""
    bruno = await home.person("bruno")
    made = await prepare_home(
        home.outbox, bruno, await space.group(home), "nouveau", node_keys()[1]
    )
    lead = await space.host.person(space.lead)
    await move_space(space.host.outbox, lead, await space.group(space.host), made.group.url)
    await network.settle()
    return ProjectSpace(network, home, "bruno", made.group.url, dict(space.people))


async def test_members_and_entries_go_along_on_every_server(network: Network) -> None:
    space = await three(network)
    alpha, beta, gamma = network.nodes.values()
    first = await space.write(gamma, "chloe", "Avant le départ.")
    await network.settle()
    there = await moved(network, space, beta)
    roles = {"lea@alpha.example": "lead", "bruno@beta.example": "lead"}
    roles["chloe@gamma.example"] = "partner"
    for node in network.nodes.values():
        assert await there.members(node) == roles
    second = await there.write(alpha, "lea", "Après le départ.")
    await network.settle()
    numbers = [e.position for e, _ in await there.entries(beta, "bruno")]
    assert numbers[0] > numbers[1] > 0
    for node, name in ((alpha, "lea"), (beta, "bruno"), (gamma, "chloe")):
        found = await there.entries(node, name)
        assert [o.url for _, o in found] == [second.url, first.url]
        assert [e.position for e, _ in found] == numbers


async def test_what_was_on_its_way_arrives_once_where_the_project_is_now(network: Network) -> None:
    space = await three(network)
    alpha, beta, gamma = network.nodes.values()
    network.wires.silent.add("alpha.example")
    late = await space.write(gamma, "chloe", "Écrit pendant la panne.")
    here = await space.write(beta, "bruno", "Écrit ici pendant la panne.")
    await network.settle()
    bruno = await beta.person("bruno")
    made = await prepare_home(
        beta.outbox, bruno, await space.group(beta), "nouveau", node_keys()[1]
    )
    network.wires.silent.clear()
    lead = await alpha.person("lea")
    await move_space(alpha.outbox, lead, await space.group(alpha), made.group.url)
    await network.settle()
    for _ in range(3):  # what waits may wait for something else that waits
        network.clock.pass_by(HOUR)
        await network.settle()
    there = ProjectSpace(network, beta, "bruno", made.group.url, dict(space.people))
    for node, name in ((alpha, "lea"), (beta, "bruno"), (gamma, "chloe")):
        found = await there.entries(node, name)
        assert {o.url for _, o in found} == {late.url, here.url}
        assert min(e.position for e, _ in found) > 0


async def test_a_milestone_is_changed_at_the_new_home_and_keeps_its_notes(
    network: Network,
) -> None:
    space = await three(network)
    alpha, beta, gamma = network.nodes.values()
    goal = await space.write(alpha, "lea", "À tenir.", "milestone", title="Prototype")
    await network.settle()
    note = await space.write(gamma, "chloe", "Pour le jalon.", milestone=goal.url)
    await network.settle()
    there = await moved(network, space, beta)
    known = await beta.object(goal.url)
    assert known is not None
    bruno, changed = await beta.person("bruno"), Entry(title="Prototype", state="reached")
    await change_entry(beta.outbox, bruno, known, entry=changed)
    await network.settle()
    for node, name in ((alpha, "lea"), (beta, "bruno"), (gamma, "chloe")):
        found = {o.url: entry for entry, o in await there.entries(node, name)}
        (new,) = [url for url, entry in found.items() if entry.kind == "milestone"]
        assert new.startswith("https://beta.example/")
        assert found[new].state == "reached"
        assert found[note.url].milestone == new


async def test_the_old_address_of_its_pages_shows_what_it_is_now(network: Network) -> None:
    space = await three(network)
    alpha, beta, _gamma = network.nodes.values()
    await plan(space, "Casques livrés", 5)
    await proposal(space, alpha, "lea")
    before = (await space.group(alpha)).id
    await moved(network, space, beta)
    lea = await signed_in(alpha, "lea")
    assert "Casques livrés" in await page_of(lea, f"/projects/{before}/milestones")
    assert "Louer un casque de plus" in await page_of(lea, f"/projects/{before}/decisions")


async def test_a_new_home_that_does_not_name_the_project_gets_nothing(network: Network) -> None:
    space = await three(network)
    alpha, beta, _ = network.nodes.values()
    bruno = await beta.person("bruno")
    draft = SpaceDraft(name="Autre chose")
    other = await open_space(beta.outbox, bruno, "autre", draft, node_keys()[1])
    lead = await alpha.person("lea")
    with pytest.raises(ActRefused, match="alsoKnownAs"):
        await move_space(alpha.outbox, lead, await space.group(alpha), other.group.url)
