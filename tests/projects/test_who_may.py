"""Who may do what on the pages of a project: strangers, members here, observers, partners, leads.

A project on alpha, seen on alpha; `rose` of alpha has nothing to do with it.
"""

from collections.abc import Mapping
from typing import Any

import pytest
from quart.testing import QuartClient

from objects.projects.fields import ProjectReach, Role
from storage.records import ActorRecord
from tests.support.fediverse import LocalNode, Network
from tests.support.projects import ProjectSpace, open_project
from tests.support.signed_in import post, signed_in

PEOPLE: Mapping[str, Role] = {"paul": "partner", "olga": "observer"}
EVERYBODY = ("", "rose", "olga", "paul", "lea")


async def settled(network: Network, reach: ProjectReach) -> ProjectSpace:
    space = await open_project(network, await network.node("alpha"), reach=reach)
    for name, role in PEOPLE.items():
        await space.invite(space.host, name, role)
    return space


async def browser(node: LocalNode, who: str) -> QuartClient:
    if not who:
        return node.app.test_client()  # type: ignore[return-value]
    return await signed_in(node, who)


async def statuses(
    space: ProjectSpace, path: str, form: Mapping[str, Any] | None = None
) -> dict[str, int]:
    """What each of them is answered: for a reading, or (with a form) for a doing.

    401 is being sent to sign in.
    """
    group, found = await space.group(space.host), {}
    for who in EVERYBODY:
        client = await browser(space.host, who)
        address = f"/projects/{group.id}{path}"
        if form is None:
            answer = await client.get(address, headers={"Accept": "text/html"})
        else:
            answer = await post(client, address, **form)
        sent_away = answer.headers.get("Location", "").startswith("/sign-in")
        found[who] = 401 if sent_away else answer.status_code
    return found


async def person(space: ProjectSpace, username: str) -> ActorRecord:
    return await space.host.person(username)


def said(*answers: int) -> dict[str, int]:
    return dict(zip(EVERYBODY, answers, strict=True))


async def test_what_each_may_look_at_of_a_public_project(network: Network) -> None:
    space = await settled(network, "public")
    assert await statuses(space, "/members") == said(200, 200, 200, 200, 200)
    assert await statuses(space, "/settings") == said(401, 403, 403, 403, 200)
    assert await statuses(space, "/give-up") == said(401, 403, 403, 403, 200)
    assert await statuses(space, "/join") == said(401, 200, 303, 303, 303)
    assert await statuses(space, "/leave") == said(401, 404, 200, 200, 200)
    assert await statuses(space, "/report") == said(401, 403, 200, 200, 200)
    assert await statuses(space, "/close") == said(401, 403, 403, 200, 200)
    assert await statuses(space, "/links") == said(401, 403, 403, 403, 200)
    assert await statuses(space, "/decisions/new") == said(401, 403, 403, 200, 200)


async def test_what_each_may_look_at_of_a_project_for_its_members(network: Network) -> None:
    space = await settled(network, "project")
    assert await statuses(space, "/report") == said(401, 404, 200, 200, 200)
    assert await statuses(space, "/members") == said(404, 404, 200, 200, 200)
    assert await statuses(space, "/settings") == said(401, 404, 403, 403, 200)
    assert await statuses(space, "/give-up") == said(401, 404, 403, 403, 200)
    assert await statuses(space, "/join") == said(401, 200, 303, 303, 303)
    assert await statuses(space, "/leave") == said(401, 404, 200, 200, 200)


@pytest.mark.parametrize("reach", ["public", "project"])
async def test_only_a_lead_invites_changes_and_removes(
    network: Network, reach: ProjectReach
) -> None:
    space = await settled(network, reach)
    olga = await person(space, "olga")
    refused = 403 if reach == "public" else 404
    may_not = said(401, refused, 403, 403, 303)
    await person(space, "nadia")
    invitation = {"address": "nadia", "role": "partner"}
    assert await statuses(space, "/members", invitation) == may_not
    assert await statuses(space, f"/members/{olga.id}", {"role": "observer"}) == may_not
    nadia = await person(space, "nadia")
    assert await statuses(space, f"/members/{nadia.id}/withdraw", {}) == may_not
    assert await statuses(space, f"/members/{olga.id}/remove", {}) == said(
        401, refused, 403, 403, 303
    )
    assert set(await space.members(space.host)) == {"lea@alpha.example", "paul@alpha.example"}


async def test_a_project_by_invitation_only_and_for_its_members_is_not_there_for_others(
    network: Network,
) -> None:
    node = await network.node("alpha")
    space = await open_project(network, node, reach="project", joining="invitation")
    assert (await statuses(space, "/join"))["rose"] == 404
    assert (await statuses(space, "/join", {"message": "Bonjour"}))["rose"] == 404
    rose = await signed_in(node, "rose")
    page = await (await rose.get("/projects")).get_data(as_text=True)
    assert "Réalité virtuelle" not in page


async def test_no_form_is_taken_without_the_token_of_the_session(network: Network) -> None:
    space = await settled(network, "public")
    group, olga = await space.group(space.host), await person(space, "olga")
    lea = await signed_in(space.host, "lea")
    for path in (
        "/projects/new",
        f"/projects/{group.id}/settings",
        f"/projects/{group.id}/give-up",
        f"/projects/{group.id}/members",
        f"/projects/{group.id}/members/{olga.id}",
        f"/projects/{group.id}/members/{olga.id}/remove",
        f"/projects/{group.id}/answer",
        f"/projects/{group.id}/join",
        f"/projects/{group.id}/leave",
        f"/projects/{group.id}/proposals/1",
        f"/projects/{group.id}/proposals/1/withdraw",
    ):
        answer = await lea.post(path, form={"_csrf": "wrong", "name": "x"})
        # a member's own way in leads to the project before any form is read
        expected = {303, 403} if path.endswith("/join") else {403}
        assert answer.status_code in expected, path
    assert "olga@alpha.example" in await space.members(space.host)


async def test_numbers_that_no_project_has_are_not_found(node: LocalNode) -> None:
    lea = await signed_in(node, "lea")
    actor = await node.person("lea")
    for number in (1, 2**63, 10**30, actor.id):
        for path in ("members", "settings", "join", "leave", "members/1", f"members/{2**64}"):
            answer = await lea.get(f"/projects/{number}/{path}")
            assert answer.status_code == 404, (number, path)


async def test_partners_of_a_project_for_the_network_are_no_news_for_strangers(
    network: Network,
) -> None:
    space = await settled(network, "network")
    group = await space.group(space.host)
    for who, seen in (("", False), ("rose", True), ("olga", True), ("lea", True)):
        client = await browser(space.host, who)
        page = await (await client.get(f"/projects/{group.id}/members")).get_data(as_text=True)
        assert ("paul@alpha.example" in page) is seen, who
        assert "lea@alpha.example" in page, who


async def test_what_waits_is_shown_to_leads_alone(network: Network) -> None:
    space = await settled(network, "public")
    group = await space.group(space.host)
    rose, lea = await browser(space.host, "rose"), await browser(space.host, "lea")
    await post(rose, f"/projects/{group.id}/join", message="Je voudrais en être.")
    await person(space, "nadia")
    await post(lea, f"/projects/{group.id}/members", address="nadia", role="observer")
    for who in EVERYBODY:
        client = await browser(space.host, who)
        page = await (await client.get(f"/projects/{group.id}/members")).get_data(as_text=True)
        for waiting in ("Je voudrais en être.", "nadia@alpha.example"):
            assert (waiting in page) is (who == "lea"), (who, waiting)


async def test_a_project_of_another_server_is_shown_to_members_of_this_one_only(
    network: Network,
) -> None:
    space = await settled(network, "public")
    beta = await network.node("beta")
    group = await beta.services.remote.resolve("projet@alpha.example")
    path = f"/projects/{group.id}/members"
    assert (await (await browser(beta, "")).get(path)).status_code == 404
    assert await beta.store.query(lambda tx: tx.projects.by_id(group.id)) is None
    assert (await (await browser(beta, "vera")).get(path)).status_code == 200
    assert await beta.store.query(lambda tx: tx.projects.by_id(group.id)) is not None
    assert space.url == group.url
