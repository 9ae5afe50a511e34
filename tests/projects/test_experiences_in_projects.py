"""Experiences for the members of a project, and public ones that name it."""

from typing import Any

import pytest

from objects.experiences.checking import check
from objects.experiences.fields import Experience
from outbox.acts.experiences import change_experience, publish_experience
from outbox.acts.projects.closing import close_space
from outbox.context import ActRefused
from storage.records import ObjectRecord
from tests.support.fediverse import LocalNode, Network
from tests.support.projects import ProjectSpace, open_project
from tests.support.signed_in import signed_in

TEXT = "Souder sans brûler personne"


async def three(network: Network, **options: Any) -> tuple[ProjectSpace, list[LocalNode]]:
    """A project on alpha, led by Léa; Bruno on beta is a partner, Chloé on gamma observes."""
    space = await open_project(network, await network.node("alpha"), **options)
    await space.invite(await network.node("beta"), "bruno")
    await space.invite(await network.node("gamma"), "chloe", "observer")
    return space, list(network.nodes.values())


async def written(
    node: LocalNode, author: str, space: ProjectSpace, reach: str = "project"
) -> ObjectRecord:
    said = Experience(title=TEXT, summary="En bref.", approach="D’abord à froid.",
                      project=space.url, reach=reach)  # type: ignore[arg-type]  # fmt: skip
    return await publish_experience(node.outbox, await node.person(author), said)


async def found(node: LocalNode, username: str) -> bool:
    """Whether a search of somebody (empty: a stranger) finds it."""
    client = await signed_in(node, username) if username else node.app.test_client()
    answer = await client.get(
        "/experiences?q=souder&scope=network", headers={"Accept": "text/html"}
    )
    return "brûler" in await answer.get_data(as_text=True)  # the words looked for are marked


async def test_members_on_every_server_get_it_and_find_it(network: Network) -> None:
    space, nodes = await three(network)
    record = await written(nodes[1], "bruno", space)
    await network.settle()
    for node, member in zip(nodes, ("lea", "bruno", "chloe"), strict=True):
        assert record.url in await space.timeline(node, member), member
        assert await found(node, member), member


async def test_nobody_else_sees_or_finds_it(network: Network) -> None:
    space, nodes = await three(network)
    record = await written(nodes[0], "lea", space)
    await network.settle()
    for node in nodes:
        seen = await node.object(record.url)
        assert seen is not None
        for outsider in ("", "zoe"):
            assert not await found(node, outsider)
        zoe = await signed_in(node, "zoe")
        path = f"/read/{seen.id}"
        assert (await zoe.get(path)).status_code == 404
        stranger = await node.app.test_client().get(f"/objects/{seen.id}")
        assert stranger.status_code == 404
    document = (
        await nodes[2]
        .app.test_client()
        .get(f"/objects/{record.id}", headers={"Accept": "application/activity+json"})
    )
    assert document.status_code == 404


async def test_it_is_one_of_the_experiences_of_the_project_for_members_alone(
    network: Network,
) -> None:
    space, nodes = await three(network)
    await written(nodes[0], "lea", space)
    await network.settle()
    group = await space.group(nodes[0])
    path = f"/projects/{group.id}/experiences"
    for username, there in (("lea", True), ("zoe", False)):
        browser = await signed_in(nodes[0], username)
        page = await (await browser.get(path)).get_data(as_text=True)
        assert (TEXT in page) is there, username


async def test_members_of_every_server_read_it_on_their_own_site(network: Network) -> None:
    space, nodes = await three(network)
    await written(nodes[1], "bruno", space)
    await network.settle()
    for node, member in zip(nodes, ("lea", "bruno", "chloe"), strict=True):
        browser = await signed_in(node, member)
        group = await space.group(node)
        answer = await browser.get(f"/projects/{group.id}/experiences")
        card = (await answer.get_data(as_text=True)).partition('<article class="card">')[2]
        address = card.partition('href="')[2].partition('"')[0]
        assert address.startswith("/"), address
        read = await browser.get(address, follow_redirects=True)
        assert read.status_code == 200, member
        assert TEXT in await read.get_data(as_text=True)


async def test_who_may_not_publish_there_publishes_nothing_for_its_members(
    network: Network,
) -> None:
    space, nodes = await three(network)
    for node, author in ((nodes[2], "chloe"), (nodes[0], "zoe")):
        with pytest.raises(ActRefused, match="Choose a project"):
            await written(node, author, space)


async def test_a_public_one_is_passed_on_by_the_project_and_names_it(network: Network) -> None:
    space, nodes = await three(network)
    record = await written(nodes[1], "bruno", space, "public")
    await network.settle()
    assert record.url in await space.timeline(nodes[2], None)
    group = await space.group(nodes[2])
    listed = await nodes[2].store.query(lambda tx: tx.experiences.of_project(group.url, 0))
    assert len(listed) == 1
    assert space.url in record.document


async def test_a_public_one_of_a_stranger_merely_names_it(network: Network) -> None:
    space, nodes = await three(network)
    record = await written(nodes[0], "zoe", space, "public")
    await network.settle()
    assert record.url not in await space.timeline(nodes[0], "lea")


async def test_a_space_for_members_alone_is_named_to_nobody_else(network: Network) -> None:
    space, nodes = await three(network, reach="project")
    record = await written(nodes[0], "lea", space, "public")
    assert space.url not in record.document


async def test_it_may_follow_the_end_of_the_project(network: Network) -> None:
    space, nodes = await three(network)
    lea = await nodes[0].person("lea")
    await close_space(nodes[0].outbox, lea, await space.group(nodes[0]), "closed")
    await network.settle()
    record = await written(nodes[1], "bruno", space)
    await network.settle()
    assert record.url in await space.timeline(nodes[0], "lea")


async def test_a_change_reaches_the_members(network: Network) -> None:
    space, nodes = await three(network)
    record = await written(nodes[1], "bruno", space)
    await network.settle()
    current = await nodes[1].object(record.url)
    assert current is not None
    bruno = await nodes[1].person("bruno")
    said = Experience(title="Souder mieux", summary="Autrement.", approach="À froid.",
                      project=space.url, reach="project")  # fmt: skip
    await change_experience(nodes[1].outbox, bruno, current, said)
    await network.settle()
    seen = await nodes[2].object(record.url)
    assert seen is not None
    assert (seen.name, seen.visibility) == ("Souder mieux", "project")


async def test_it_is_not_turned_to_everybody_here(network: Network) -> None:
    space, nodes = await three(network)
    record = await written(nodes[0], "lea", space)
    lea = await nodes[0].person("lea")
    said = Experience(title=TEXT, summary="En bref.", approach="À froid.", project=space.url,
                      reach="organisation")  # fmt: skip
    with pytest.raises(ActRefused, match="fewer people"):
        await change_experience(nodes[0].outbox, lea, record, said)


async def test_what_others_read_is_not_taken_into_a_project(network: Network) -> None:
    space, nodes = await three(network)
    record = await written(nodes[0], "lea", space, "organisation")
    lea = await nodes[0].person("lea")
    said = Experience(title=TEXT, summary="En bref.", approach="À froid.", project=space.url,
                      reach="project")  # fmt: skip
    with pytest.raises(ActRefused):
        await change_experience(nodes[0].outbox, lea, record, said)


def test_it_needs_a_project() -> None:
    problems = check(Experience(reach="project"))
    assert ("project", "required") in [(p.field, p.code) for p in problems]


async def test_the_form_offers_it_to_members_of_projects_alone(network: Network) -> None:
    _, nodes = await three(network)

    async def offered(username: str) -> bool:
        browser = await signed_in(nodes[0], username, role="member")
        page = await (await browser.get("/write")).get_data(as_text=True)
        return 'value="project"' in page

    assert await offered("lea")
    assert not await offered("zoe")
