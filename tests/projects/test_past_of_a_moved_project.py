"""What happened before a project moved: newcomers get it, and its journal has it, in order."""

from typing import Any

import pytest

from outbox.acts.projects import past
from outbox.acts.projects.belonging import answer_invitation, invite, leave
from outbox.acts.projects.entries import change_entry, withdraw_entry
from outbox.acts.projects.hosting import welcome
from outbox.acts.projects.moving import move_space, prepare_home
from storage.store import Tx
from tests.projects.test_collections import fetched
from tests.projects.test_moving import HOUR, moved, three
from tests.support.fediverse import LocalNode, Network, node_keys
from tests.support.projects import ProjectSpace

Places = list[tuple[int, str]]


async def places(space: ProjectSpace, node: LocalNode, name: str) -> Places:
    """The numbers and addresses of what somebody sees, in order."""
    return [(e.position, o.url) for e, o in await space.entries(node, name)][::-1]


async def a_past(network: Network) -> tuple[ProjectSpace, Places]:
    """A project of three servers that moved from alpha to beta, and what it holds."""
    space = await three(network)
    alpha, beta, gamma = network.nodes.values()
    goal = await space.write(alpha, "lea", "À tenir.", "milestone", title="Prototype")
    await network.settle()
    note = await space.write(gamma, "chloe", "Pour le jalon.", milestone=goal.url)
    await network.settle()
    here = await space.write(beta, "bruno", "Pour tout le monde.", reach="public")
    await network.settle()
    answer = await space.write(gamma, "chloe", "D’accord.", "comment", in_reply_to=here.url)
    changed = await space.write(gamma, "chloe", "Avant.")
    gone = await space.write(gamma, "chloe", "Retiré.")
    await network.settle()
    network.clock.pass_by(60)
    await change_entry(gamma.outbox, await gamma.person("chloe"), changed, text="Corrigé.")
    await withdraw_entry(gamma.outbox, await gamma.person("chloe"), gone)
    await network.settle()
    there = await moved(network, space, beta)
    after = await there.write(alpha, "lea", "Après.")
    await network.settle()
    everything = await places(there, beta, "bruno")
    written = (goal, note, here, answer, changed, after)
    assert [url for _, url in everything] == [record.url for record in written]
    return there, everything


async def test_a_newcomer_gets_everything_in_its_place(network: Network) -> None:
    there, everything = await a_past(network)
    network.clock.pass_by(60)
    delta = await network.node("delta")
    await there.invite(delta, "dora")
    assert await places(there, delta, "dora") == everything
    found = {o.url: (e, o) for e, o in await there.entries(delta, "dora")}
    goal, note, _, answer, changed, _ = (found[url] for _, url in everything)
    assert goal[0].kind == "milestone"
    assert note[0].milestone == goal[1].url
    assert answer[1].in_reply_to == everything[2][1]
    assert "Corrigé" in changed[1].content
    assert "project.entry" not in await delta.notified("dora")


async def test_on_postgresql_too(postgres_network: Network) -> None:
    there, everything = await a_past(postgres_network)
    delta = await postgres_network.node("delta")
    await there.invite(delta, "dora")
    assert await places(there, delta, "dora") == everything


async def test_the_journal_of_the_new_home_shows_it_to_members_alone(network: Network) -> None:
    there, everything = await a_past(network)
    beta, gamma = network.nodes["beta.example"], network.nodes["gamma.example"]
    page = await fetched(beta, f"{there.url}/journal?after=0", gamma)
    numbers = [item["cmt:position"] for item in page["orderedItems"]]
    assert numbers == [number for number, _ in everything]
    assert {item["actor"] for item in page["orderedItems"]} == {there.url}
    urls = [item["object"]["object"]["id"] for item in page["orderedItems"]]
    assert urls == [url for _, url in everything]
    for item in page["orderedItems"]:
        if item["cmt:position"] != numbers[4]:  # what was changed is shown as it is now
            assert "proof" in item["object"]
    stranger = await fetched(beta, f"{there.url}/journal?after=0", await network.node("delta"))
    shown = [item["object"]["object"]["id"] for item in stranger["orderedItems"]]
    assert shown == [everything[2][1]]


async def test_who_belonged_to_it_gets_nothing_a_second_time(network: Network) -> None:
    there, _ = await a_past(network)
    group = await there.group(there.host)
    sent = await there.host.store.query(
        lambda tx: tx.connection.fetch_all(
            "select a.object_id from deliveries d join activities a on a.id = d.activity_id "
            "where a.actor_id = $1 and a.type = 'Announce' and a.local = 1",
            group.id,
        )
    )
    after = await there.host.object((await places(there, there.host, "bruno"))[-1][1])
    assert after is not None
    assert {row[0] for row in sent} == {after.id}
    assert (await there.host.notified("bruno")).count("project.entry") <= 6


async def test_it_goes_on_after_a_crash(network: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(past, "CHUNK", 2)
    some, calls = past._announce_some, 0

    async def dies_once(*args: Any) -> None:
        nonlocal calls
        calls += 1
        await some(*args)
        if calls == 2:
            raise ValueError("the lights went out")

    monkeypatch.setattr(past, "_announce_some", dies_once)
    there, everything = await a_past(network)
    group = await there.group(there.host)
    network.clock.pass_by(61)
    await network.settle()
    assert await there.host.store.query(lambda tx: tx.project_entries.untold(group.id, 1)) == []
    said = await there.host.store.query(lambda tx: tx.project_entries.passed_on(group.id))
    assert len(said) == len(everything) + 1  # and one change


async def test_what_carries_no_proof_is_asked_of_its_origin(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(past, "_done", lambda *args: [])
    there, everything = await a_past(network)
    delta = await network.node("delta")
    dora, bruno = await delta.person("dora"), await there.host.person("bruno")
    known = await there.host.services.remote.resolve(dora.url)
    await invite(there.host.outbox, bruno, await there.group(there.host), known, "partner")
    await network.settle()
    await answer_invitation(delta.outbox, dora, await there.group(delta), agreed=True)
    network.wires.silent.add("delta.example")  # until the others know who belongs to it
    await network.settle()
    network.wires.silent.clear()
    for _ in range(3):  # what waits may wait for something else that waits
        network.clock.pass_by(HOUR)
        await network.settle()
    assert await places(there, delta, "dora") == everything
    found = [record.content for _, record in await there.entries(delta, "dora")]
    assert any("Corrigé" in content for content in found)


async def test_a_newcomer_gets_it_after_two_moves(network: Network) -> None:
    there, everything = await a_past(network)
    gamma, delta = network.nodes["gamma.example"], await network.node("delta")
    chloe = await gamma.person("chloe")
    made = await prepare_home(
        gamma.outbox, chloe, await there.group(gamma), "encore", node_keys()[1]
    )
    bruno = await there.host.person("bruno")
    await move_space(there.host.outbox, bruno, await there.group(there.host), made.group.url)
    await network.settle()
    again = ProjectSpace(network, gamma, "chloe", made.group.url, dict(there.people))
    await again.invite(delta, "dora")
    await network.settle()
    assert await places(again, delta, "dora") == everything


async def test_whose_server_had_left_it_before_gets_it_too(network: Network) -> None:
    space = await three(network)
    alpha, beta, gamma = network.nodes.values()
    first = await space.write(alpha, "lea", "Avant.")
    await network.settle()
    await leave(gamma.outbox, await gamma.person("chloe"), await space.group(gamma))
    await network.settle()
    there = await moved(network, space, beta)
    await there.invite(gamma, "chloe")
    await network.settle()
    (kept,) = await places(there, beta, "bruno")
    assert kept[1] == first.url
    assert await places(there, gamma, "chloe") == [kept]


async def test_a_group_that_only_says_so_gets_no_entries_of_another(network: Network) -> None:
    space = await three(network)
    _alpha, beta, gamma = network.nodes.values()
    await space.write(gamma, "chloe", "Entre nous.")
    await network.settle()
    bruno = await beta.person("bruno")
    made = await prepare_home(
        beta.outbox, bruno, await space.group(beta), "nouveau", node_keys()[1]
    )
    delta = await network.node("delta")
    false = ProjectSpace(network, beta, "bruno", made.group.url)
    await false.invite(delta, "dora")
    group, old = await false.group(beta), await space.group(beta)

    async def take(tx: Tx) -> None:
        await tx.project_entries.move_all(old.id, group.id, here=True)

    await beta.store.write(take)
    dora = await delta.person("dora")
    known = await beta.actor(dora.url)
    assert known is not None
    await beta.store.write(lambda tx: welcome(tx, beta.outbox.publisher, group, known))
    await network.settle()
    assert await false.entries(delta, "dora") == []
