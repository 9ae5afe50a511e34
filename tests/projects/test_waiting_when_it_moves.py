"""Who waits for an answer of a project that moves is told where to ask."""

from objects.projects.offers import MemberChange
from objects.projects.store import keep_remote_project
from outbox.acts.projects.belonging import join
from outbox.acts.projects.offers import make_offer
from storage.records import ActorRecord
from tests.projects.test_moving import moved, three
from tests.support.fediverse import LocalNode, Network
from tests.support.projects import ProjectSpace


async def answers(space: ProjectSpace, node: LocalNode, name: str) -> list[tuple[str, str]]:
    """What became of what somebody proposed."""
    group, person = await space.group(node), await node.person(name)
    found = await node.store.query(lambda tx: tx.project_offers.of_member(group.id, person.id))
    return [(offer.state, offer.answer) for offer in found]


async def found(space: ProjectSpace, node: LocalNode) -> ActorRecord:
    """The Group of the project, looked up by a node that had nothing to do with it."""
    group: ActorRecord = await node.services.remote.resolve(space.url)
    await node.store.write(lambda tx: keep_remote_project(tx, group, node.clock.ms))
    return group


async def test_proposals_are_answered_with_its_new_address(network: Network) -> None:
    space = await three(network)
    alpha, beta, gamma = network.nodes.values()
    await space.invite(alpha, "anne")
    for node, name in ((gamma, "chloe"), (alpha, "anne")):
        person, group = await node.person(name), await space.group(node)
        proposal = MemberChange(person=person.url, role="observer")
        await make_offer(node.outbox, person, group, proposal)
    await network.settle()
    there = await moved(network, space, beta)
    reason = f"This project lives elsewhere now: {there.url}"
    assert await answers(space, gamma, "chloe") == [("rejected", reason)]
    assert await answers(space, alpha, "anne") == [("rejected", reason)]
    assert "project.offer-rejected" in await gamma.notified("chloe")
    chloe = await gamma.person("chloe")
    again = MemberChange(person=chloe.url, role="observer")
    await make_offer(gamma.outbox, chloe, await there.group(gamma), again)
    await network.settle()
    group = await there.group(beta)
    waiting = await beta.store.query(lambda tx: tx.project_offers.of_project(group.id, ["waiting"]))
    assert len(waiting) == 1


async def test_who_asked_to_join_is_declined_and_sees_where_it_went(network: Network) -> None:
    space = await three(network)
    alpha, beta, _ = network.nodes.values()
    delta = await network.node("delta")
    for node, name in ((delta, "dora"), (alpha, "zoe")):
        person = await node.person(name)
        await join(node.outbox, person, await found(space, node))
    await network.settle()
    there = await moved(network, space, beta)
    for node, name in ((delta, "dora"), (alpha, "zoe")):
        person = await node.person(name)
        membership = await space.membership(node, person.url)
        assert membership is not None
        assert membership.state == "declined"
        assert "project.declined" in await node.notified(name)
        assert (await space.group(node)).moved_to == there.url
    said = await alpha.store.query(
        lambda tx: tx.connection.fetch_all(
            "select document from activities where type = 'Reject' and local = 1"
        )
    )
    assert [there.url in row[0] for row in said] == [True]
