"""Long lists of projects take as many statements as short ones; mails tell of projects."""

import re

import pytest

from objects.choices import MailChoices
from outbox.acts.projects.belonging import invite, join
from storage.records import ActorRecord
from tests.support.counting import counted
from tests.support.fediverse import LocalNode, Network
from tests.support.projects import ProjectSpace, open_project
from tests.support.signed_in import post, signed_in
from tests.web.members import page_of
from tests.web.test_digests import begun, choose, mails_of


async def grown(network: Network, node: LocalNode, start: int, end: int) -> None:
    """Projects led by lea, each with an invitation to rose and a request of nour."""
    lea, rose, nour = [await node.person(name) for name in ("lea", "rose", "nour")]
    for number in range(start, end):
        space = await open_project(network, node, username=f"projet{number}")
        group = await space.group(node)
        await invite(node.outbox, lea, group, rose, "partner")
        await join(node.outbox, nour, group, "Bonjour")
    await network.settle()


async def statements(node: LocalNode, who: str, path: str) -> int:
    client = await signed_in(node, who) if who else node.app.test_client()
    await client.get(path)
    with counted() as seen:
        answer = await client.get(path)
    assert answer.status_code == 200, path
    return len(seen)


@pytest.mark.parametrize(
    ("who", "path"),
    [
        ("", "/projects"),
        ("lea", "/projects"),
        ("rose", "/projects"),
        ("rose", "/notifications"),
        ("lea", "/notifications"),
        ("lea", "/dashboard"),
        ("", "/@lea"),
        ("", "/@greta"),
    ],
)
async def test_ten_projects_take_no_more_statements_than_three(
    node: LocalNode, network: Network, who: str, path: str
) -> None:
    await node.person("greta")
    await grown(network, node, 0, 3)
    few = await statements(node, who, path)
    await grown(network, node, 3, 10)
    assert await statements(node, who, path) == few


async def test_ten_members_take_no_more_statements_than_three(
    node: LocalNode, network: Network
) -> None:
    space = await open_project(network, node)
    path = f"/projects/{(await space.group(node)).id}/members"

    async def grow(start: int, end: int) -> None:
        lead, group = await node.person("lea"), await space.group(node)
        for number in range(start, end):
            await space.invite(node, f"membre{number}")
            await invite(node.outbox, lead, group, await node.person(f"i{number}"), "observer")
            await join(node.outbox, await node.person(f"d{number}"), group)

    await grow(0, 3)
    few = [await statements(node, who, path) for who in ("", "lea", "membre0")]
    await grow(3, 8)
    assert [await statements(node, who, path) for who in ("", "lea", "membre0")] == few


async def test_an_invitation_is_mailed_at_once_and_notes_once_a_day(
    node: LocalNode, network: Network
) -> None:
    await choose(node, "rose", {})
    digests = await begun(node)
    space = await open_project(network, node)
    await invited(space, await node.person("rose"))
    node.clock.now += 60
    assert await digests.run_once(node.clock.ms) == 1
    mail = (await mails_of(node))[0]
    assert "invité" in mail.subject
    address = re.search(r"https://node\.example(/projects/\d+)", mail.text)
    assert address is not None
    rose = await signed_in(node, "rose")
    await post(rose, f"{address[1]}/answer", answer="yes")
    await network.settle()
    node.clock.now += 60
    await space.write(node, "lea", "Premier essai réussi.")
    await network.settle()
    node.clock.now += 60
    assert await digests.run_once(node.clock.ms) == 0
    node.clock.now += 86_400
    assert await digests.run_once(node.clock.ms) == 1
    assert "Premier essai réussi" in (await mails_of(node))[-1].text


async def invited(space: ProjectSpace, person: ActorRecord) -> None:
    """Invite somebody of the project's own node."""
    lead = await space.host.person("lea")
    await invite(space.host.outbox, lead, await space.group(space.host), person, "partner")
    await space.network.settle()


async def test_members_choose_how_often_projects_are_mailed(node: LocalNode) -> None:
    rose = await signed_in(node, "rose")
    page = await page_of(rose, "/settings/notifications")
    assert "Nouvelles notes dans mes projets" in page
    usual = MailChoices()
    assert usual.rhythm("projects") == "immediate"
    assert "project.entry" in usual.kinds("daily")
