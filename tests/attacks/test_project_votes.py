"""Votes in projects by those who may not vote, and changes that those removed must not hear of."""

from outbox.acts.projects.belonging import remove
from outbox.acts.projects.entries import change_entry
from outbox.builders.create import build_vote
from outbox.recipients import Recipients
from tests.projects.dates import decision_on, partners, plan, proposal
from tests.support.fediverse import LocalNode, Network


async def vote_anyway(node: LocalNode, username: str, question_url: str, author_url: str) -> None:
    """What a server sends whose software lets anybody vote."""
    voter = await node.person(username)
    author = await node.services.remote.resolve(author_url)
    ballot = build_vote(f"{voter.url}#vote", voter.url, "Contre", question_url, [author.url])
    publisher, recipients = node.outbox.publisher, Recipients(actors=(author.id,))
    await node.store.write(lambda tx: publisher.publish(tx, voter, ballot, recipients=recipients))


async def test_only_leads_and_partners_count_even_where_everybody_reads(network: Network) -> None:
    space, (_, beta, gamma) = await partners(network)
    await space.invite(gamma, "oscar", "observer")
    record, bruno = await proposal(space, beta, "bruno"), await beta.person("bruno")
    for name in ("oscar", "zoe"):
        await vote_anyway(gamma, name, record.url, bruno.url)
    await network.settle()
    found = await decision_on(space, beta, "bruno")
    assert [votes for _, votes in found.results] == [0, 0, 0]
    await vote_anyway(gamma, "chloe", record.url, bruno.url)
    await network.settle()
    found = await decision_on(space, beta, "bruno")
    assert [votes for _, votes in found.results] == [0, 1, 0]


async def test_who_was_removed_votes_no_more_and_hears_of_no_change(network: Network) -> None:
    space, (alpha, beta, gamma) = await partners(network, reach="project")
    record, bruno = await proposal(space, beta, "bruno"), await beta.person("bruno")
    milestone = await plan(space, "Matériel livré", 20)
    lead, group = await alpha.person("lea"), await space.group(alpha)
    chloe = await alpha.services.remote.resolve((await gamma.person("chloe")).url)
    await remove(alpha.outbox, lead, group, chloe)
    await network.settle()
    await vote_anyway(gamma, "chloe", record.url, bruno.url)
    await change_entry(alpha.outbox, lead, milestone, text="Un secret nouveau.")
    await network.settle()
    found = await decision_on(space, beta, "bruno")
    assert [votes for _, votes in found.results] == [0, 0, 0]
    kept = await gamma.object(milestone.url)
    assert kept is not None
    assert "secret" not in kept.document
