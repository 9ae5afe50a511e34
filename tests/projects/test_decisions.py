"""Decisions: a proposal, objections, a vote of members of several servers, an outcome for all."""

import orjson
import pytest

from outbox.acts.projects.decisions import (
    Proposal,
    close_vote,
    conclude,
    propose,
    raise_objection,
    resolve_objection,
    withdraw_proposal,
)
from outbox.acts.vote import vote
from outbox.builders.create import build_vote
from outbox.context import ActRefused
from outbox.deadlines import Deadlines
from outbox.poll_results import PollResults
from outbox.recipients import Recipients
from storage.records import ObjectRecord
from tests.projects.dates import (
    decision_on,
    in_days,
    partners,
    pass_days,
    proposal,
    rows,
    work_off,
)
from tests.support.fediverse import LocalNode, Network
from tests.support.projects import ProjectSpace

NAMES = {"alpha.example": "lea", "beta.example": "bruno", "gamma.example": "chloe"}


async def here(node: LocalNode, record: ObjectRecord) -> ObjectRecord:
    """The same object as another node has it."""
    found = await node.object(record.url)
    assert found is not None
    return found


async def cast(node: LocalNode, username: str, record: ObjectRecord, choice: str) -> None:
    await vote(node.outbox, await node.person(username), await here(node, record), choice)


async def all_vote(space: ProjectSpace, record: ObjectRecord, *choices: str) -> None:
    """The three partners vote, in the order of their nodes."""
    for (host, name), choice in zip(NAMES.items(), choices, strict=False):
        await cast(space.network.nodes[host], name, record, choice)
    await space.network.settle()


async def test_votes_from_every_server_count_and_the_outcome_is_the_same_everywhere(
    network: Network,
) -> None:
    space, nodes = await partners(network, reach="project")
    _, beta, _ = nodes
    record = await proposal(space, beta, "bruno", quorum=3)
    await all_vote(space, record, "Pour", "Pour", "Contre")
    await PollResults(beta.outbox).run_once()
    await network.settle()
    for node in nodes:
        found = await decision_on(space, node, NAMES[node.host])
        assert found.results == [("Pour", 2), ("Contre", 1), ("Abstention", 0)]
        assert (found.row.state, found.has_ended) == ("proposed", False)
    await pass_days(space, 8)
    kept = [await rows(space, node, NAMES[node.host]) for node in nodes]
    assert kept[0] == kept[1] == kept[2]
    for node in nodes:
        found = await decision_on(space, node, NAMES[node.host])
        assert found.row.state == "adopted"
        assert found.results == [("Pour", 2), ("Contre", 1), ("Abstention", 0)]
        assert "Pour : 2, Contre : 1, Abstention : 0 (3 votants)" in found.entry.outcome
        assert "Quorum de 3 atteint" in found.entry.outcome
        assert found.entry.happened == found.entry.due
    assert "Décision adoptée" in (await here(nodes[2], record)).content


@pytest.mark.parametrize(
    ("quorum", "choices", "state"),
    [
        (3, ("Pour", "Pour"), "rejected"),
        (None, ("Pour", "Contre", "Abstention"), "rejected"),
        (None, ("Abstention", "Abstention", "Pour"), "adopted"),
        (3, ("Contre", "Contre", "Pour"), "rejected"),
        (None, (), "rejected"),
    ],
)
async def test_the_quorum_and_the_greater_number_decide(
    network: Network, quorum: int | None, choices: tuple[str, ...], state: str
) -> None:
    space, nodes = await partners(network)
    record = await proposal(space, nodes[1], "bruno", quorum=quorum)
    await all_vote(space, record, *choices)
    await pass_days(space, 8)
    found = await decision_on(space, nodes[2], "chloe")
    assert found.row.state == state
    assert found.entry.outcome


async def test_of_free_choices_the_one_with_the_most_votes_is_taken(network: Network) -> None:
    space, nodes = await partners(network)
    record = await proposal(space, nodes[0], "lea", choices=("Caen", "Rouen", "Le Havre"))
    await all_vote(space, record, "Rouen", "Rouen", "Caen")
    await pass_days(space, 8)
    found = await decision_on(space, nodes[1], "bruno")
    assert found.row.state == "adopted"
    assert "Choix retenu : Rouen." in found.entry.outcome


async def test_a_vote_counts_once_and_only_while_it_is_open(network: Network) -> None:
    space, (alpha, beta, gamma) = await partners(network)
    record = await proposal(space, beta, "bruno")
    await cast(gamma, "chloe", record, "Pour")
    with pytest.raises(ActRefused, match="before"):
        await cast(gamma, "chloe", record, "Contre")
    await network.settle()
    network.clock.pass_by(8 * 24 * 3600)
    with pytest.raises(ActRefused, match="closed"):
        await cast(alpha, "lea", record, "Contre")
    await work_off(space)
    found = await decision_on(space, alpha, "lea")
    assert found.results == [("Pour", 1), ("Contre", 0), ("Abstention", 0)]


async def test_observers_and_strangers_do_not_vote_even_where_everybody_reads(
    network: Network,
) -> None:
    space, (alpha, beta, gamma) = await partners(network)
    await space.invite(gamma, "oscar", "observer")
    record = await proposal(space, beta, "bruno")
    for node, name in ((gamma, "oscar"), (alpha, "zoe")):
        with pytest.raises(ActRefused, match="Leads and partners"):
            await cast(node, name, record, "Contre")
    # a server that lets them vote all the same is not believed
    oscar, bruno = await gamma.person("oscar"), await gamma.actor((await beta.person("bruno")).url)
    assert bruno is not None
    ballot = build_vote(f"{oscar.url}#vote", oscar.url, "Contre", record.url, [bruno.url])
    recipients = Recipients(actors=(bruno.id,))
    publisher = gamma.outbox.publisher
    await gamma.store.write(lambda tx: publisher.publish(tx, oscar, ballot, recipients=recipients))
    await network.settle()
    found = await decision_on(space, beta, "bruno")
    assert sum(votes for _, votes in found.results) == 0


async def test_a_vote_is_told_to_the_author_alone(network: Network) -> None:
    space, (alpha, beta, gamma) = await partners(network, reach="project")
    record = await proposal(space, beta, "bruno")
    await cast(gamma, "chloe", record, "Contre")
    await network.settle()

    async def votes(node: LocalNode) -> list[str]:
        known = await here(node, record)
        chloe = await node.actor((await gamma.person("chloe")).url)
        assert chloe is not None
        return await node.store.query(lambda tx: tx.objects.votes_of(known.id, chloe.id))

    assert [await votes(node) for node in (alpha, beta, gamma)] == [[], ["Contre"], ["Contre"]]


async def test_objections_are_met_by_who_raised_them_or_by_who_proposed(
    network: Network,
) -> None:
    space, nodes = await partners(network, reach="project")
    alpha, beta, gamma = nodes
    record = await proposal(space, beta, "bruno")
    one = await raise_objection(
        gamma.outbox, await gamma.person("chloe"), await here(gamma, record), "Trop cher."
    )
    two = await raise_objection(
        alpha.outbox, await alpha.person("lea"), await here(alpha, record), "Trop tard."
    )
    await network.settle()
    for node in nodes:
        found = await decision_on(space, node, NAMES[node.host])
        assert found.open_objections == 2
        assert {item.author.username for item in found.objections} == {"chloe", "lea"}
    with pytest.raises(ActRefused, match="Who raised"):
        await resolve_objection(alpha.outbox, await alpha.person("lea"), await here(alpha, one))
    await resolve_objection(beta.outbox, await beta.person("bruno"), await here(beta, one))
    await resolve_objection(alpha.outbox, await alpha.person("lea"), two)
    await network.settle()
    for node in nodes:
        found = await decision_on(space, node, NAMES[node.host])
        assert found.open_objections == 0
        assert all(item.resolved_on for item in found.objections)


async def test_open_objections_are_told_in_the_outcome(network: Network) -> None:
    space, (_, beta, gamma) = await partners(network)
    record = await proposal(space, beta, "bruno")
    await raise_objection(
        gamma.outbox, await gamma.person("chloe"), await here(gamma, record), "Trop cher."
    )
    await network.settle()
    await all_vote(space, record, "Pour", "Pour")
    await pass_days(space, 8)
    found = await decision_on(space, gamma, "chloe")
    assert "Objections non levées : 1." in found.entry.outcome
    with pytest.raises(ActRefused, match="decided"):
        await raise_objection(
            gamma.outbox, await gamma.person("chloe"), await here(gamma, record), "Encore."
        )


async def test_a_stranger_objects_to_nothing(network: Network) -> None:
    space, (alpha, beta, _) = await partners(network)
    record = await proposal(space, beta, "bruno")
    with pytest.raises(ActRefused):
        await raise_objection(
            alpha.outbox, await alpha.person("zoe"), await here(alpha, record), "Non."
        )
    found = await decision_on(space, alpha, "lea")
    assert found.objections == ()


async def test_the_author_closes_early_or_withdraws(network: Network) -> None:
    space, (alpha, beta, gamma) = await partners(network, reach="project")
    record = await proposal(space, beta, "bruno")
    await all_vote(space, record, "Pour")
    with pytest.raises(ActRefused, match="who made"):
        await close_vote(alpha.outbox, await alpha.person("lea"), await here(alpha, record))
    await close_vote(beta.outbox, await beta.person("bruno"), record)
    await network.settle()
    found = await decision_on(space, gamma, "chloe")
    assert (found.row.state, found.entry.due) == ("adopted", in_days(beta, 0))
    with pytest.raises(ActRefused, match="closed"):
        await cast(gamma, "chloe", record, "Contre")
    with pytest.raises(ActRefused, match="decided"):
        await withdraw_proposal(beta.outbox, await beta.person("bruno"), await here(beta, record))


async def test_what_was_withdrawn_is_not_voted_on_and_never_decided(network: Network) -> None:
    space, (_, beta, gamma) = await partners(network)
    record = await proposal(space, beta, "bruno")
    await withdraw_proposal(beta.outbox, await beta.person("bruno"), record)
    await network.settle()
    with pytest.raises(ActRefused):
        await cast(gamma, "chloe", record, "Pour")
    await pass_days(space, 8)
    assert (await decision_on(space, gamma, "chloe")).row.state == "withdrawn"


async def test_an_end_that_was_interrupted_is_told_once(network: Network) -> None:
    space, (_, beta, _) = await partners(network)
    record = await proposal(space, beta, "bruno")
    await all_vote(space, record, "Pour", "Pour", "Pour")
    # the process died after the vote was ended, before anything was said about it
    from outbox.acts.projects.decisions import _end_vote

    network.clock.pass_by(60)
    await _end_vote(beta.outbox, record)
    await work_off(space)
    assert (await decision_on(space, beta, "bruno")).row.state == "adopted"
    before = await beta.count("activities")
    assert await conclude(beta.outbox, record.id) is None
    assert await Deadlines(beta.outbox).run_once() == 0
    assert await beta.count("activities") == before


async def test_a_change_of_the_text_keeps_the_counts(network: Network) -> None:
    from outbox.acts.projects.entries import change_entry

    space, (alpha, beta, gamma) = await partners(network)
    record = await proposal(space, beta, "bruno")
    await all_vote(space, record, "Pour", "Contre")
    current = await here(beta, record)
    await change_entry(beta.outbox, await beta.person("bruno"), current, text="Mieux dit.")
    await network.settle()
    for node in (alpha, gamma):
        found = await decision_on(space, node, NAMES[node.host])
        assert found.results == [("Pour", 1), ("Contre", 1), ("Abstention", 0)]
        assert "Mieux dit" in found.record.content


async def test_a_decision_without_a_vote_is_one_at_once(network: Network) -> None:
    space, nodes = await partners(network)
    await space.write(nodes[1], "bruno", "On garde le lundi.", "decision", title="Le jour")
    await network.settle()
    for node in nodes:
        found = await decision_on(space, node, NAMES[node.host])
        assert (found.row.state, found.poll) == ("adopted", None)
    await pass_days(space, 8)


async def test_others_see_a_poll_with_an_end(network: Network) -> None:
    space, (_, beta, _) = await partners(network)
    record = await proposal(space, beta, "bruno")
    document = orjson.loads(record.document)
    assert document["type"] == "Question"
    assert [one["name"] for one in document["oneOf"]] == ["Pour", "Contre", "Abstention"]
    assert document["endTime"]
    assert "Louer un casque de plus" in document["content"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": " "},
        {"choices": ("Pour",)},
        {"choices": ("Pour", "Pour")},
        {"choices": tuple(map(str, range(11)))},
        {"closes": "2020-01-01"},
        {"closes": "bientôt"},
        {"quorum": 0},
    ],
)
async def test_a_proposal_that_cannot_be_voted_on_is_refused(
    network: Network, wrong: dict[str, object]
) -> None:
    space, (_, beta) = await partners(network, ("beta", "bruno"))
    said: dict[str, object] = {
        "title": "Louer", "choices": ("Pour", "Contre"), "closes": in_days(beta, 2),
    }  # fmt: skip
    with pytest.raises(ActRefused):
        await propose(
            beta.outbox,
            await beta.person("bruno"),
            await space.group(beta),
            Proposal(**said | wrong),  # type: ignore[arg-type]
        )
