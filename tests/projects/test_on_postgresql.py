"""Nodes that keep what they know on PostgreSQL: the same project, and what comes at one time."""

import asyncio
from typing import Any

import pytest

from objects.experiences.drafts import Writer
from objects.polls import vote
from objects.projects.membership import NotAllowed, check_not_last_lead, stand
from outbox.acts.events.attending import join_event
from outbox.acts.projects.belonging import answer_request, change_role, join, remove
from outbox.acts.projects.closing import begin_experience
from outbox.acts.projects.entries import change_entry, withdraw_entry
from outbox.context import ActRefused
from storage.projects import MembershipRecord, ProjectStatements
from storage.records import ActorRecord
from storage.store import Tx
from tests.projects.dates import calls_on, decision_on, milestones_on, partners, plan, proposal
from tests.support.events import announce, event_at
from tests.support.fediverse import Network
from tests.support.projects import open_project


async def test_partners_work_in_a_project_and_see_the_same(postgres_network: Network) -> None:
    space, (alpha, beta, gamma) = await partners(postgres_network, reach="project")
    note = await space.write(beta, "bruno", "Premier essai.")
    await postgres_network.settle()
    answer = await space.write(gamma, "chloe", "Et ensuite ?", "comment", in_reply_to=note.url)
    await postgres_network.settle()
    milestone = await plan(space, "Matériel livré", 20)
    await change_entry(beta.outbox, await beta.person("bruno"), note, text="Corrigé.")
    await postgres_network.settle()
    people = {"lea": alpha, "bruno": beta, "chloe": gamma}
    order = [milestone.url, answer.url, note.url]
    for name, node in people.items():
        assert await space.timeline(node, name) == order
        assert await space.timeline(node, None) == []
        assert [one.record.url for one in await milestones_on(space, node, name)] == order[:1]
        assert await calls_on(space, node, name) == []
    current = await beta.object(note.url)
    assert current is not None
    assert "Corrigé" in current.content
    await withdraw_entry(beta.outbox, await beta.person("bruno"), current)
    await postgres_network.settle()
    for name, node in people.items():
        assert await space.timeline(node, name) == order[:2]
    delta = await postgres_network.node("delta")
    await space.invite(delta, "denis")
    assert await space.timeline(delta, "denis") == order[:2]


async def test_votes_that_come_at_one_time_are_all_counted(postgres_network: Network) -> None:
    space, (alpha, *_) = await partners(postgres_network)
    record = await proposal(space, alpha, "lea", choices=("Caen", "Rouen", "Le Havre"))
    group = await space.group(alpha)
    members = await alpha.store.query(lambda tx: tx.projects.memberships(group.id))
    ready = asyncio.Barrier(len(members))

    async def cast(voter: ActorRecord, choice: str) -> bool:
        async with alpha.store.transaction() as tx:
            await tx.actors.by_id(voter.id)
            await ready.wait()
            return await vote(tx, record, voter, choice, "", alpha.clock.ms)

    chosen = zip(members, ("Rouen", "Rouen", "Caen"), strict=True)
    assert all(await asyncio.gather(*(cast(person, choice) for (_, person), choice in chosen)))
    found = await decision_on(space, alpha, "lea")
    assert found.results == [("Caen", 1), ("Rouen", 2), ("Le Havre", 0)]
    assert found.poll is not None
    assert found.poll.voters_count == 3


async def test_the_last_place_of_an_event_is_given_once(postgres_network: Network) -> None:
    alpha = await postgres_network.node("alpha")
    record = await announce(alpha, max_attendees=1, joining="free")
    people = [await alpha.person(f"p{number}") for number in range(4)]
    asked = (join_event(alpha.outbox, person, record, "") for person in people)
    answers = await asyncio.gather(*asked, return_exceptions=True)
    assert sum(isinstance(answer, ActRefused) for answer in answers) == 3
    assert (await event_at(alpha, record.url)).attendees_count == 1


async def test_two_leads_who_leave_at_one_time_do_not_both_go(postgres_network: Network) -> None:
    space, (alpha,) = await partners(postgres_network, ("alpha", "anne"))
    group = await space.group(alpha)
    two = [await alpha.person("lea"), await alpha.person("anne")]

    async def leads(tx: Tx) -> None:
        await stand(tx, group.id, two[1], "member", alpha.clock.ms, role="lead")

    await alpha.store.write(leads)
    both = asyncio.Barrier(2)

    async def leave(number: int) -> None:
        async with alpha.store.transaction() as tx:
            await tx.projects.membership(group.id, two[number].id)
            await both.wait()
            await check_not_last_lead(tx, group.id, two[number])
            await stand(tx, group.id, two[number], "left", alpha.clock.ms)

    gone = await asyncio.gather(leave(0), leave(1), return_exceptions=True)
    assert [type(one) for one in gone if one is not None] == [NotAllowed]
    assert len(await space.members(alpha)) == 1


async def test_who_asked_is_admitted_once(postgres_network: Network) -> None:
    alpha = await postgres_network.node("alpha")
    space = await open_project(postgres_network, alpha)
    group, lead = await space.group(alpha), await alpha.person("lea")
    asker = await alpha.person("anne")
    await join(alpha.outbox, asker, group)
    await postgres_network.settle()
    clicks = (answer_request(alpha.outbox, lead, group, asker, agreed=True) for _ in range(4))
    answers = await asyncio.gather(*clicks, return_exceptions=True)
    assert sum(isinstance(answer, ActRefused) for answer in answers) == 3
    assert (await alpha.notified("anne")).count("project.admitted") == 1


async def test_who_is_removed_does_not_come_back_by_another_role(
    postgres_network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    space, (alpha,) = await partners(postgres_network, ("alpha", "anne"))
    group, lead = await space.group(alpha), await alpha.person("lea")
    anne = await alpha.person("anne")
    look = ProjectStatements.membership

    async def slow(self: ProjectStatements, *ids: int, **named: Any) -> MembershipRecord | None:
        found = await look(self, *ids, **named)
        task = asyncio.current_task()
        if task is not None and task.get_name() == "late" and anne.id in ids:
            await asyncio.sleep(0.3)
        return found

    monkeypatch.setattr(ProjectStatements, "membership", slow)
    change = change_role(alpha.outbox, lead, group, anne, "observer")
    late = asyncio.create_task(change, name="late")
    await asyncio.sleep(0.1)
    await remove(alpha.outbox, lead, group, anne)
    await asyncio.gather(late, return_exceptions=True)
    assert list(await space.members(alpha)) == ["lea@alpha.example"]


async def test_two_clicks_make_one_draft_of_a_project(postgres_network: Network) -> None:
    alpha = await postgres_network.node("alpha")
    space = await open_project(postgres_network, alpha, purpose="Former.")
    lea, group = await alpha.person("lea"), await space.group(alpha)
    clicks = (begin_experience(alpha.outbox, Writer(lea, False, None), group) for _ in range(3))
    drafts = await asyncio.gather(*clicks)
    assert len({draft.record.id for draft in drafts}) == 1
