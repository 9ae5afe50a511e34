"""The pages for opening, steering and belonging, as a lead, a partner and strangers see them."""

from quart.testing import QuartClient

from storage.records import ActorRecord
from storage.store import Tx
from tests.support.fediverse import LocalNode, Network
from tests.support.projects import ProjectSpace, open_project
from tests.support.signed_in import post, signed_in
from tests.web.members import page_of
from tests.web.visiting import assert_valid, get


async def base(space: ProjectSpace, node: LocalNode) -> str:
    return f"/projects/{(await space.group(node)).id}"


async def text_of(client: QuartClient, path: str, language: str = "fr") -> str:
    page = await page_of(client, path, language)
    assert_valid(page)
    return page


async def local(node: LocalNode, username: str) -> ActorRecord:
    found = await node.store.query(lambda tx: tx.actors.local(username))
    assert found is not None
    return found


FORM = {
    "name": "Réalité virtuelle en atelier",
    "summary": "Essayer la réalité virtuelle avec des apprentis.",
    "state": "running",
    "joining": "request",
    "reach": "public",
}


async def test_a_member_opens_a_project_whose_address_is_made_from_its_name(
    node: LocalNode,
) -> None:
    lea = await signed_in(node, "lea")
    await text_of(lea, "/projects/new")
    answer = await post(lea, "/projects/new", **FORM, engagement="porte le projet")
    assert answer.status_code == 303
    group = await local(node, "realite-virtuelle-en-atelier")
    assert group.type == "Group"
    members = await node.store.query(lambda tx: tx.projects.memberships(group.id))
    assert [(p.username, m.role, m.engagement) for m, p in members] == [
        ("lea", "lead", "porte le projet")
    ]
    again = await post(lea, "/projects/new", **FORM)
    assert again.status_code == 303
    assert (await local(node, "realite-virtuelle-en-atelier-2")).type == "Group"


async def test_nothing_typed_is_lost_on_a_mistake_or_on_the_way_to_the_whole_form(
    node: LocalNode,
) -> None:
    lea = await signed_in(node, "lea")
    wrong = await post(lea, "/projects/new", **FORM | {"name": ""}, purpose="Pour *apprendre*")
    page = await wrong.get_data(as_text=True)
    assert wrong.status_code == 422
    assert_valid(page)
    assert "Pour *apprendre*" in page
    whole = await post(lea, "/projects/new", **FORM, purpose="Pour *apprendre*", do="whole")
    page = await whole.get_data(as_text=True)
    assert whole.status_code == 200
    assert_valid(page)
    assert "Pour *apprendre*" in page
    assert 'name="budget"' in page
    values = {
        "form": "whole",
        "budget": "beaucoup",
        "own_share": "120",
        "starts": "2026-09-31",
        "territory": "Caen",
        "objectives": "Apprendre",
        "indicators-0-name": "Abandons",
    }
    wrong = await post(lea, "/projects/new", **FORM, **values)
    page = await wrong.get_data(as_text=True)
    assert wrong.status_code == 422
    for typed in ("beaucoup", "120", "2026-09-31", "Caen", "Apprendre", "Abandons"):
        assert typed in page
    for name in ("budget", "own_share", "starts", "territory"):
        assert f'id="{name}-error"' in page


async def test_a_name_that_was_given_is_refused_with_one_that_is_free(node: LocalNode) -> None:
    lea = await signed_in(node, "lea")
    answer = await post(lea, "/projects/new", **FORM, username="lea")
    page = await answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "lea-2" in page
    answer = await post(lea, "/projects/new", **FORM, username="Être là")
    assert answer.status_code == 422


async def test_readers_open_no_project(node: LocalNode) -> None:
    rene = await signed_in(node, "rene", role="reader")
    assert (await rene.get("/projects/new")).status_code == 403
    assert (await post(rene, "/projects/new", **FORM)).status_code == 403
    assert "/projects/new" not in await page_of(rene, "/projects")


async def test_everything_that_a_lead_changes_is_kept(node: LocalNode, network: Network) -> None:
    space = await open_project(network, node)
    lea, path = await signed_in(node, "lea"), await base(space, node)
    await text_of(lea, f"{path}/settings")
    answer = await post(
        lea,
        f"{path}/settings",
        **FORM | {"name": "Un autre nom", "state": "selected", "reach": "network"},
        acronym="UAN",
        call="Appel 2026",
        call_url="https://appel.example/",
        budget="12 000",
        own_share="20",
        objectives="Un\nDeux",
        starts="2026-09-01",
        ends="2027-06-30",
        territory="50129",
        territory_name="Cherbourg",
        language="fr",
        **{"indicators-0-name": "Abandons", "indicators-0-after": "9 %"},
    )
    assert answer.status_code == 303, await answer.get_data(as_text=True)
    page = await text_of(lea, f"{path}/settings")
    for value in ("Un autre nom", "UAN", "Appel 2026", "12000", "Deux", "Cherbourg", "9 %"):
        assert value in page
    record = await node.store.query(lambda tx: tx.projects.by_url(space.url))
    assert record is not None
    assert (record[1].state, record[1].reach) == ("selected", "network")


async def test_a_project_is_given_up_only_after_a_question(
    node: LocalNode, network: Network
) -> None:
    space = await open_project(network, node)
    lea, path = await signed_in(node, "lea"), await base(space, node)
    sneaky = await post(lea, f"{path}/settings", **FORM | {"state": "abandoned"}, language="fr")
    assert sneaky.status_code == 422
    await text_of(lea, f"{path}/give-up")
    await post(lea, f"{path}/give-up")
    found = await node.store.query(lambda tx: tx.projects.by_url(space.url))
    assert found is not None
    assert found[1].state == "abandoned"
    assert found[1].closed_at is not None
    assert (await lea.get(f"{path}/give-up")).status_code == 409
    await post(lea, f"{path}/settings", **FORM, language="fr")
    found = await node.store.query(lambda tx: tx.projects.by_url(space.url))
    assert found is not None
    assert (found[1].state, found[1].closed_at) == ("running", None)


async def test_somebody_of_another_server_is_invited_by_address_and_accepts(
    network: Network,
) -> None:
    alpha, beta = await network.node("alpha"), await network.node("beta")
    space = await open_project(network, alpha)
    await beta.person("bruno")
    lea, path = await signed_in(alpha, "lea"), await base(space, alpha)
    answer = await post(
        lea, f"{path}/members", address="@bruno@beta.example", role="partner", message="Venez !"
    )
    assert answer.headers["Location"].endswith("done=invited")
    page = await text_of(lea, f"{path}/members")
    assert "bruno@beta.example" in page
    await network.settle()
    bruno, there = await signed_in(beta, "bruno"), await base(space, beta)
    assert f"{there}" in await page_of(bruno, "/notifications")
    page = await text_of(bruno, f"{there}/members")
    assert "Venez" in page
    answer = await post(bruno, f"{there}/answer", answer="yes")
    assert answer.status_code == 303
    await network.settle()
    assert (await space.members(alpha))["bruno@beta.example"] == "partner"
    assert "bruno@beta.example" in await text_of(bruno, f"{there}/members")
    assert "Réalité virtuelle" in await text_of(bruno, "/projects")
