"""The pages of a project's journal: who reads what, on the host and on a partner's site."""

from quart.testing import QuartClient

from objects.projects.fields import ProjectReach
from storage.records import ObjectRecord
from tests.support.fediverse import LocalNode, Network
from tests.support.projects import ProjectSpace, open_project
from tests.support.signed_in import post, signed_in
from tests.web.visiting import get, page


async def two(network: Network, reach: ProjectReach = "public") -> ProjectSpace:
    """A project of alpha, in which bruno of beta is a partner."""
    space = await open_project(network, await network.node("alpha"), reach=reach)
    await space.invite(await network.node("beta"), "bruno")
    return space


async def base(space: ProjectSpace, node: LocalNode) -> str:
    """The address of the project's pages on a node."""
    return f"/projects/{(await space.group(node)).id}"


async def text(node: LocalNode, path: str, client: QuartClient | None = None) -> str:
    """A page that is there, and valid."""
    return await page(node, path, client=client)


async def here(node: LocalNode, record: ObjectRecord) -> ObjectRecord:
    """An entry as a node has it."""
    found = await node.object(record.url)
    assert found is not None
    return found


async def test_a_partner_reads_and_writes_on_their_own_site(network: Network) -> None:
    space = await two(network)
    beta = network.nodes["beta.example"]
    bruno = await signed_in(beta, "bruno")
    path = await base(space, beta)
    assert "Écrire une note" in await text(beta, path, bruno)
    answer = await post(
        bruno, path, kind="difficulty", reach="project", title="Casques", text="Ils **chauffent**.",
        milestone="", happened="", link="", do="publish",
    )  # fmt: skip
    assert answer.status_code == 303, await answer.get_data(as_text=True)
    waiting = await text(beta, path, bruno)
    assert "attend que le site du projet" in waiting
    await network.settle()
    shown = await text(beta, path, bruno)
    assert "attend que" not in shown
    assert "n° 1" in shown.replace("\u202f", " ").replace("N°", "n°")
    lea = await signed_in(space.host, "lea")
    there = await text(space.host, await base(space, space.host), lea)
    assert "Ils chauffent." in there
    assert ">membres du projet</span>" in there
