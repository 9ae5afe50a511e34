"""What is left of what was deleted, left or moved: no words, no news, no empty reports."""

from dataclasses import replace

from objects.events.store import event_in
from objects.projects.links import make_link, opened
from objects.projects.reporting import Period
from outbox.acts.events.publishing import change_event
from outbox.acts.projects.belonging import leave
from outbox.acts.projects.entries import withdraw_entry
from outbox.deadlines import Deadlines
from storage.store import Tx
from tests.projects.dates import decision_on, partners, pass_days, proposal
from tests.projects.test_moving import moved, three
from tests.support.events import announce, join
from tests.support.fediverse import Network
from tests.support.projects import open_project


async def test_nothing_is_left_of_the_words_of_a_withdrawn_entry(network: Network) -> None:
    space, (alpha, beta, *_) = await partners(network, ("beta", "bruno"))
    record = await space.write(beta, "bruno", "Texte.", title="Entre nous")
    await network.settle()
    await withdraw_entry(beta.outbox, await beta.person("bruno"), record)
    await network.settle()
    for node in (alpha, beta):
        rows = await node.store.query(
            lambda tx: tx.connection.fetch_all("select fields, position from project_entries")
        )
        assert [(fields, place > 0) for fields, place in rows] == [("{}", True)]


async def test_who_left_hears_nothing_of_events_for_members(network: Network) -> None:
    space = await open_project(network, await network.node("alpha"), reach="project")
    alpha, beta = space.host, await network.node("beta")
    people = {"pia": alpha, "anne": alpha, "bruno": beta}
    for name, node in people.items():
        await space.invite(node, name)
    record = await announce(alpha, "lea", group=await space.group(alpha))
    await network.settle()
    for name, node in people.items():
        await join(node, name, record.url)
    await network.settle()
    await leave(alpha.outbox, await alpha.person("pia"), await space.group(alpha))
    await leave(beta.outbox, await beta.person("bruno"), await space.group(beta))
    await network.settle()
    current = await alpha.object(record.url)
    assert current is not None
    event = event_in(current)
    assert event is not None
    later = replace(event, starts_at=event.starts_at + 60_000)
    await change_event(alpha.outbox, await alpha.person("lea"), current, later)
    await network.settle()
    told = {name: "event.changed" in await node.notified(name) for name, node in people.items()}
    assert told == {"pia": False, "anne": True, "bruno": False}


async def test_the_vote_of_somebody_whose_account_moved_ends(network: Network) -> None:
    space, (_, beta, gamma) = await partners(network)
    record = await proposal(space, beta, "bruno")
    bruno, there = await beta.person("bruno"), await gamma.person("chloe")
    await beta.store.write(lambda tx: tx.actors.set_moved(bruno.id, there.url, beta.clock.ms))
    await pass_days(space, 30)
    await Deadlines(beta.outbox).run_once()
    found = await decision_on(space, beta, "bruno")
    assert (found.record.id, found.row.state) == (record.id, "rejected")


async def test_a_link_to_a_project_that_moved_opens_nothing(network: Network) -> None:
    space = await three(network)
    alpha = space.host
    group, lead, now = await space.group(alpha), await alpha.person("lea"), alpha.clock.ms

    async def linked(tx: Tx) -> str:
        return await make_link(
            tx, group, lead, "Région", "project", Period(), now + 86_400_000, now
        )

    secret = await alpha.store.write(linked)
    assert await alpha.store.query(lambda tx: opened(tx, secret, now)) is not None
    await moved(network, space, network.nodes["beta.example"])
    assert await alpha.store.query(lambda tx: opened(tx, secret, now)) is None
