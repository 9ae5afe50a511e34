"""A project that is suspended passes nothing on, and those who were removed change nothing."""

from actors.administration import set_domain_rule
from federation.proofs import with_proof
from federation.vocabulary import CONTEXT, PROJECT
from outbox.acts.moderate import sanction_actor
from outbox.acts.projects.belonging import remove
from tests.attacks.test_project_announces import PROVEN, Pond, pond
from tests.attacks.test_project_edits import CHLOE, edited, with_chloe, written
from tests.support.factories import create
from tests.support.fediverse import Network
from tests.support.wires import Wires

__all__ = ["pond"]


async def test_a_suspended_project_passes_no_answer_and_no_edit_on(
    network: Network, wires: Wires
) -> None:
    space, chloe = await with_chloe(network, wires)
    beta = await network.node("beta")
    await space.invite(beta, "bruno")
    asked = await space.write(space.host, "lea", "Des avis ?")
    said = written(space, chloe)
    await space.host.receive(chloe, create(chloe, said))
    await network.settle()
    group = await space.group(space.host)
    await sanction_actor(space.host.outbox, "lea", group, "suspend", "")
    await network.settle()
    before = await space.host.count("activities where type = 'Announce'")
    answered = written(space, chloe, inReplyTo=asked.url)
    note = await space.host.receive(chloe, create(chloe, answered))
    await space.host.receive(chloe, edited(chloe, said, content="<p>Encore.</p>"))
    await network.settle()
    assert await space.host.count("activities where type = 'Announce'") == before, note


async def test_who_was_removed_changes_nothing_for_the_members(
    network: Network, wires: Wires
) -> None:
    space, chloe = await with_chloe(network, wires, reach="project")
    beta = await network.node("beta")
    await space.invite(beta, "bruno")
    inside = {"to": [PROJECT, f"{space.url}/members"], "cc": [space.url]}
    said = written(space, chloe, "Avant.", **inside)
    wires.serve({"@context": CONTEXT, **said})
    done = create(chloe, said)
    wires.serve(done)
    await space.host.receive(chloe, done)
    await network.settle()
    person = await space.host.actor(CHLOE)
    assert person is not None
    lea, project = await space.host.person("lea"), await space.group(space.host)
    await remove(space.host.outbox, lea, project, person)
    await network.settle()
    update = edited(chloe, said, content="<p>Zinzolin</p>")
    for node in (space.host, beta):
        await node.receive(chloe, update)
        kept = await node.object(said["id"])
        assert kept is not None
        assert "Zinzolin" not in kept.content, node.host


async def test_of_a_suspended_server_nothing_is_told_that_a_project_passes_on(pond: Pond) -> None:
    await pond.announce(pond.did(pond.wrote("Vrai.")))
    now = pond.network.clock.ms
    await pond.beta.store.write(
        lambda tx: set_domain_rule(tx, "bruno", "other.example", "suspend", "", now)
    )
    before = await pond.beta.notified("bruno")
    done = {"@context": CONTEXT, **pond.did(pond.wrote("Encore."))}
    note = await pond.announce(with_proof(done, pond.chloe.ed_key, PROVEN))
    assert await pond.beta.notified("bruno") == before, note
    assert await pond.entries() == []
