"""A lead whose account is on another server than the project, on the pages of their own site."""

from typing import Any

from objects.projects.fields import Project, Role
from objects.projects.store import fields_of
from storage.projects import ProjectRecord
from tests.support.fediverse import LocalNode, Network
from tests.support.projects import ProjectSpace, open_project
from tests.support.signed_in import post, signed_in
from tests.web.members import page_of

SAID = {
    "name": "Réalité virtuelle en atelier",
    "summary": "Essayer la réalité virtuelle avec des apprentis.",
    "acronym": "RVA",
    "state": "running",
    "joining": "request",
    "reach": "public",
    "language": "fr",
    "funder": "Région Normandie",
}


async def led_from(
    network: Network, role: Role = "lead"
) -> tuple[ProjectSpace, LocalNode, Any, str]:
    """A project of alpha, bruno of beta in a role, his browser, and where he sees the project."""
    space = await open_project(
        network, await network.node("alpha"), contact="vr@alpha.example", language="fr"
    )
    beta = await network.node("beta")
    await space.invite(beta, "bruno", role)
    base = f"/projects/{(await space.group(beta)).id}"
    return space, beta, await signed_in(beta, "bruno"), base


async def kept(space: ProjectSpace, node: LocalNode) -> tuple[str, ProjectRecord, Project]:
    group = await space.group(node)
    record = await node.store.query(lambda tx: tx.projects.by_id(group.id))
    assert record is not None
    return group.name, record, fields_of(record)


async def test_what_the_project_says_is_changed_from_the_own_site(network: Network) -> None:
    space, beta, bruno, base = await led_from(network)
    assert f'href="{base}/settings"' in await page_of(bruno, base)
    page = await page_of(bruno, f"{base}/settings")
    assert "hébergé sur alpha.example" in page
    assert 'name="icon"' not in page
    assert 'value="vr@alpha.example"' in page
    wrong = await post(bruno, f"{base}/settings", **(SAID | {"name": "", "contact": ""}))
    assert wrong.status_code == 422
    answer = await post(bruno, f"{base}/settings", **(SAID | {"name": "RVA 2", "contact": ""}))
    assert "done=sent-on" in answer.headers["Location"]
    await network.settle()
    for node in (space.host, beta):
        name, record, project = await kept(space, node)
        assert (name, record.state, record.reach) == ("RVA 2", "running", "public")
        assert (project.funder, project.contact) == ("Région Normandie", "")
        assert project.acronym == "RVA"
    assert (await post(bruno, f"{base}/settings", **SAID, contact="")).status_code == 303


async def test_only_a_lead_changes_it_from_there(network: Network) -> None:
    _, _, bruno, base = await led_from(network, "partner")
    assert f'href="{base}/settings"' not in await page_of(bruno, base)
    assert (await bruno.get(f"{base}/settings")).status_code == 403
    assert (await post(bruno, f"{base}/settings", **SAID)).status_code == 403


async def test_what_a_member_does_is_said_from_there(network: Network) -> None:
    space, beta, bruno, base = await led_from(network)
    lea = await beta.actor((await space.host.person("lea")).url)
    assert lea is not None
    page = f"{base}/members/{lea.id}"
    assert 'name="engagement"' in await page_of(bruno, page)
    sent = {"role": "lead", "engagement": "Prête l’atelier."}
    assert (await post(bruno, page, **sent)).status_code == 303
    await network.settle()
    for node in (space.host, beta):
        membership = await space.membership(node, lea.url)
        assert membership is not None
        assert membership.engagement == "Prête l’atelier."
    answer = await post(bruno, page, role="lead", engagement="")
    assert answer.status_code == 422
    assert "peut être modifié, pas retiré" in await answer.get_data(as_text=True)
