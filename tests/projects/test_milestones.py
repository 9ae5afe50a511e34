"""Milestones: set by leads, changed with their leave, late when their day is over, everywhere."""

import pytest

from objects.projects.entries import Entry
from objects.projects.milestones import progress
from objects.projects.offers import other_state
from outbox.acts.projects.entries import EntryDraft, change_entry, publish_entry
from outbox.acts.projects.offers import make_offer
from outbox.context import ActRefused
from tests.projects.dates import DAY, in_days, milestones_on, partners, pass_days, plan, rows
from tests.support.fediverse import Network


async def test_every_server_has_the_same_milestones_to_the_byte(network: Network) -> None:
    space, (alpha, beta, gamma) = await partners(network, reach="project")
    bruno = await beta.person("bruno")
    await plan(space, "Matériel livré", 20, responsible=bruno.url, text="Six casques.")
    first = await plan(space, "Équipe formée", 10)
    lead = await alpha.person("lea")
    entry = (await milestones_on(space, alpha, "lea"))[0].entry
    from dataclasses import replace

    await change_entry(alpha.outbox, lead, first, entry=replace(entry, due=in_days(alpha, 30)))
    await network.settle()
    kept = [
        await rows(space, node, name)
        for node, name in ((alpha, "lea"), (beta, "bruno"), (gamma, "chloe"))
    ]
    assert kept[0] == kept[1] == kept[2]
    seen = await milestones_on(space, gamma, "chloe")
    assert [one.entry.title for one in seen] == ["Matériel livré", "Équipe formée"]
    assert seen[0].responsible is not None
    assert seen[0].responsible.url == bruno.url
    assert await milestones_on(space, gamma, None) == []


async def test_somebody_who_comes_later_gets_milestones_as_they_are_now(network: Network) -> None:
    space, (alpha, *_) = await partners(network, ("beta", "bruno"), reach="project")
    record = await plan(space, "Équipe formée", 10)
    lead = await alpha.person("lea")
    await make_offer(
        alpha.outbox, lead, await space.group(alpha), other_state(record.url, "reached")
    )
    await network.settle()
    gamma = await network.node("gamma")
    await space.invite(gamma, "chloe")
    assert [one.row.state for one in await milestones_on(space, gamma, "chloe")] == ["reached"]


async def test_a_milestone_is_late_the_day_after_unless_it_is_done(network: Network) -> None:
    space, nodes = await partners(network)
    alpha, *_ = nodes
    late = await plan(space, "Matériel livré", 3)
    reached = await plan(space, "Équipe formée", 3)
    dropped = await plan(space, "Film tourné", 3)
    lead, group = await alpha.person("lea"), await space.group(alpha)
    for record, state in ((reached, "reached"), (dropped, "dropped")):
        await make_offer(alpha.outbox, lead, group, other_state(record.url, state))
    await network.settle()
    due = (await milestones_on(space, alpha, "lea"))[0].row.due_at
    assert due is not None
    network.clock.pass_by((due - alpha.clock.ms) / 1000)
    for node in nodes:
        assert not any(one.late for one in await milestones_on(space, node, None))
    network.clock.pass_by(1)
    for node in nodes:
        found = await milestones_on(space, node, None)
        assert [one.record.url for one in found if one.late] == [late.url]
        done = progress(found)
        assert (done.reached, done.late, done.total) == (1, 1, 2)


async def test_who_is_responsible_changes_the_state_from_another_server(network: Network) -> None:
    space, nodes = await partners(network, reach="project")
    alpha, beta, gamma = nodes
    bruno = await beta.person("bruno")
    record = await plan(space, "Matériel livré", 20, responsible=bruno.url)
    await make_offer(
        beta.outbox, bruno, await space.group(beta), other_state(record.url, "reached")
    )
    await network.settle()
    for node, name in ((alpha, "lea"), (beta, "bruno"), (gamma, "chloe")):
        assert [one.row.state for one in await milestones_on(space, node, name)] == ["reached"]


async def test_notes_that_belong_to_a_milestone_are_counted_for_those_who_may_see_them(
    network: Network,
) -> None:
    space, (_, beta, gamma) = await partners(network)
    record = await plan(space, "Matériel livré", 20)
    await space.write(beta, "bruno", "Commandé.", milestone=record.url)
    await space.write(beta, "bruno", "Trop cher.", milestone=record.url, reach="project")
    await network.settle()
    assert [one.notes for one in await milestones_on(space, gamma, "chloe")] == [2]
    assert [one.notes for one in await milestones_on(space, gamma, None)] == [1]


async def test_a_removed_member_hears_of_no_change_any_more(network: Network) -> None:
    from outbox.acts.projects.belonging import remove

    space, (alpha, beta, _) = await partners(network, reach="project")
    record = await plan(space, "Matériel livré", 20)
    lead, group = await alpha.person("lea"), await space.group(alpha)
    bruno = await alpha.services.remote.resolve((await beta.person("bruno")).url)
    await remove(alpha.outbox, lead, group, bruno)
    await network.settle()
    await change_entry(alpha.outbox, lead, record, text="Un secret nouveau.")
    await network.settle()
    kept = await beta.object(record.url)
    assert kept is not None
    assert "secret" not in kept.document


async def test_milestones_are_written_by_leads_with_a_title_and_a_day_that_exists(
    network: Network,
) -> None:
    space, (alpha, beta, _) = await partners(network)
    bruno, lead = await beta.person("bruno"), await alpha.person("lea")
    with pytest.raises(ActRefused):
        await space.write(beta, "bruno", "Je décide.", "milestone", title="Fini")
    for title, due in (("", ""), ("Fini", "demain")):
        entry = Entry(kind="milestone", title=title, due=due)
        with pytest.raises(ActRefused):
            await publish_entry(
                alpha.outbox, lead, await space.group(alpha), EntryDraft(entry=entry, text="?")
            )
    record = await plan(space, "Matériel livré", 20)
    seen = await beta.object(record.url)
    assert seen is not None
    with pytest.raises(ActRefused):
        await change_entry(beta.outbox, bruno, seen, text="Autre chose")


async def test_a_milestone_for_everybody_is_news_of_the_project_and_names_no_member(
    network: Network,
) -> None:
    space, (alpha, beta, _) = await partners(network)
    await plan(space, "Matériel livré", 20)
    told = await beta.notified("bruno")
    assert told.count("project.entry") == 1
    assert "mention" not in told
    assert "mention" not in await alpha.notified("lea")


async def test_a_second_change_arrives_too(network: Network) -> None:
    space, (alpha, beta, _) = await partners(network)
    record = await plan(space, "Matériel livré", 20)
    lead = await alpha.person("lea")
    for text in ("Un.", "Deux.", "Trois."):
        network.clock.pass_by(DAY)
        current = await alpha.object(record.url)
        assert current is not None
        await change_entry(alpha.outbox, lead, current, text=text)
        await network.settle()
        seen = await beta.object(record.url)
        assert seen is not None
        assert text in seen.content
    await pass_days(space, 1)
