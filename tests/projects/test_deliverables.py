"""Deliverables: a link or a file with its licence, the same list on every server."""

import pytest

from objects.projects.milestones import Deliverable, deliverables, milestones
from outbox.context import ActRefused
from storage.store import Tx
from tests.projects.dates import partners, plan
from tests.support.fediverse import LocalNode, Network
from tests.support.projects import ProjectSpace


async def listed(space: ProjectSpace, node: LocalNode, username: str | None) -> list[Deliverable]:
    viewer = (await node.person(username)).id if username else 0
    group = await space.group(node)

    async def look(tx: Tx) -> list[Deliverable]:
        known = await milestones(tx, group.id, viewer, node.clock.ms)
        return await deliverables(tx, group.id, viewer, known)

    return await node.store.query(look)


async def test_everybody_lists_the_same_with_licence_author_and_milestone(
    network: Network,
) -> None:
    space, (alpha, beta, gamma) = await partners(network, reach="project")
    milestone = await plan(space, "Guide écrit", 20)
    await space.write(
        beta,
        "bruno",
        "Le guide.",
        "deliverable",
        title="Guide",
        link="https://beta.example/guide.pdf",
        licence="CC-BY-4.0",
        milestone=milestone.url,
    )
    await network.settle()
    seen = []
    for node, name in ((alpha, "lea"), (beta, "bruno"), (gamma, "chloe")):
        (one,) = await listed(space, node, name)
        assert one.milestone is not None
        said = (one.entry.title, one.entry.link, one.entry.licence, one.author.account)
        seen.append((*said, one.milestone.record.url, one.record.published_at))
    assert seen[0] == seen[1] == seen[2]
    assert seen[0][:3] == ("Guide", "https://beta.example/guide.pdf", "CC-BY-4.0")
    assert await listed(space, gamma, None) == []


async def test_others_read_link_and_licence_in_the_text(network: Network) -> None:
    space, (_, beta, _) = await partners(network)
    record = await space.write(
        beta, "bruno", "", "deliverable", title="Guide", link="https://beta.example/guide.pdf",
        licence="CC0-1.0",
    )  # fmt: skip
    assert "https://beta.example/guide.pdf" in record.content
    assert "CC0-1.0" in record.content


async def test_a_licence_that_nobody_knows_is_refused(network: Network) -> None:
    space, (_, beta, _) = await partners(network)
    with pytest.raises(ActRefused):
        await space.write(beta, "bruno", "Le guide.", "deliverable", licence="à moi")
