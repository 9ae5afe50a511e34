"""The project of the demonstration, played by nodes in one process."""

import re

from federation.vocabulary import PROJECT
from node.demo_project import (
    agree,
    invite_partner,
    note_engagement,
    open_project,
    order,
    page,
    readers,
    standing,
    write,
)
from node.demo_project_texts import HOST, LEAD, LINES, PARTNERS
from objects.polls import choices
from objects.projects.entries import KINDS
from tests.support.fediverse import LocalNode, Network


async def played(network: Network) -> tuple[str, dict[str, str], dict[str, LocalNode]]:
    """The Group's id, the entries by name, and the nodes, once everything was done."""
    nodes = {name: await network.open(f"{name}.example", name)
             for name in ("greta-cotentin", "mfr-bocage", "region-normandie")}  # fmt: skip
    await nodes[HOST].person(LEAD)
    url = await open_project(nodes[HOST].services)
    for partner in PARTNERS:
        node = nodes[partner.node]
        person_url = (await node.person(partner.who)).url
        await invite_partner(nodes[HOST].services, url, partner, person_url)
        await network.settle()
        assert await agree(node.services, url, partner)
        await network.settle()
        for each in (nodes[HOST], node):
            assert await standing(each.services, url, person_url) == "member"
        await note_engagement(nodes[HOST].services, url, partner, person_url)
    urls: dict[str, str] = {}
    for line in LINES:
        urls[line.name] = await write(nodes[line.node].services, url, line, urls)
        await network.settle()
    return url, urls, nodes


async def test_everybody_reads_the_same_in_the_same_order(network: Network) -> None:
    url, urls, nodes = await played(network)
    expected = [urls[line.name] for line in LINES if line.name][::-1]
    for name, who in readers().items():
        services = nodes[name].services
        assert await order(services, url, who) == expected
        assert re.fullmatch(rf"https://{name}\.example/projects/\d+", await page(services, url))


async def test_it_shows_every_kind_and_what_is_for_members_alone(network: Network) -> None:
    _, urls, nodes = await played(network)
    shown = {line.kind for line in LINES if line.name} | {"comment"}
    assert set(KINDS) - shown <= {"objection", "post"}
    record = await nodes["greta-cotentin"].object(urls["prive"])
    assert record is not None
    assert record.visibility == "project"
    assert PROJECT in record.document
    poll = await nodes[HOST].object(urls["decision"])
    assert poll is not None
    counted = await nodes[HOST].store.query(lambda tx: tx.objects.poll(poll.id))
    assert counted is not None
    assert choices(counted) == [("Oui, deux", 1), ("Un seul", 0), ("Non", 0)]
