"""Following and being followed through apps, here and between two nodes."""

from typing import Any

import pytest

from tests.support.apps import App, app_of
from tests.support.fediverse import LocalNode, Network


async def relation(app: App, number: str) -> Any:
    return (await app.get("/api/v1/accounts/relationships", query={"id[]": number}))[0]


async def pair(network: Network, *, locked: bool = False) -> tuple[App, App, str, str]:
    """Basile here and Amina there; how each is called by the other's node."""
    here, there = await network.node("ici"), await network.node("la-bas")
    await there.person("amina", locked=locked)
    basile, amina = await app_of(here, "basile"), await app_of(there, "amina")
    query = {"q": "@amina@la-bas.example", "resolve": "true"}
    amina_here = (await basile.get("/api/v1/accounts/search", query=query))[0]["id"]
    query["q"] = "@basile@ici.example"
    basile_there = (await amina.get("/api/v1/accounts/search", query=query))[0]["id"]
    return basile, amina, amina_here, basile_there


async def test_a_follow_across_nodes_is_agreed_at_once(network: Network) -> None:
    basile, amina, amina_here, basile_there = await pair(network)
    answer = await basile.post(f"/api/v1/accounts/{amina_here}/follow")
    assert (answer["following"], answer["requested"]) == (True, False)
    assert (await relation(basile, amina_here))["requested"]
    await network.settle()
    assert (await relation(basile, amina_here))["following"]
    assert (await relation(amina, basile_there))["followed_by"]
    account = await amina.get("/api/v1/accounts/verify_credentials")
    assert account["followers_count"] == 1
    answer = await basile.post(f"/api/v1/accounts/{amina_here}/unfollow")
    assert not answer["following"]
    await network.settle()
    assert not (await relation(amina, basile_there))["followed_by"]


async def test_who_is_locked_decides_about_each_request(network: Network) -> None:
    basile, amina, amina_here, basile_there = await pair(network, locked=True)
    answer = await basile.post(f"/api/v1/accounts/{amina_here}/follow")
    assert (answer["following"], answer["requested"]) == (False, True)
    await network.settle()
    waiting = await amina.get("/api/v1/follow_requests")
    assert [account["id"] for account in waiting] == [basile_there]
    own = await amina.get("/api/v1/accounts/verify_credentials")
    assert own["source"]["follow_requests_count"] == 1
    assert (await relation(amina, basile_there))["requested_by"]
    answer = await amina.post(f"/api/v1/follow_requests/{basile_there}/authorize")
    assert (answer["followed_by"], answer["requested_by"]) == (True, False)
    await amina.post(f"/api/v1/follow_requests/{basile_there}/authorize", expect=404)
    await network.settle()
    assert (await relation(basile, amina_here))["following"]
    assert await amina.get("/api/v1/follow_requests") == []


async def test_a_request_can_be_turned_down(network: Network) -> None:
    basile, amina, amina_here, basile_there = await pair(network, locked=True)
    await basile.post(f"/api/v1/accounts/{amina_here}/follow")
    await network.settle()
    answer = await amina.post(f"/api/v1/follow_requests/{basile_there}/reject")
    assert not answer["requested_by"]
    await network.settle()
    left = await relation(basile, amina_here)
    assert (left["following"], left["requested"]) == (False, False)


async def test_followers_can_be_thrown_out(network: Network) -> None:
    basile, amina, amina_here, basile_there = await pair(network)
    await basile.post(f"/api/v1/accounts/{amina_here}/follow")
    await network.settle()
    path = f"/api/v1/accounts/{basile_there}/remove_from_followers"
    assert not (await amina.post(path))["followed_by"]
    assert not (await amina.post(path))["followed_by"]
    await network.settle()
    assert not (await relation(basile, amina_here))["following"]


async def test_following_again_changes_the_options_said(node: LocalNode) -> None:
    app, amina = await app_of(node, "basile"), await app_of(node, "amina")
    path = f"/api/v1/accounts/{amina.id}/follow"
    first = await app.post(path)
    assert (first["showing_reblogs"], first["notifying"], first["languages"]) == (True, False, None)
    form, query = {"reblogs": "false", "notify": "true"}, {"languages[]": ["fr", "DE"]}
    changed = await app.post(path, form=form, query=query)
    assert (changed["showing_reblogs"], changed["notifying"]) == (False, True)
    assert changed["languages"] == ["fr", "de"]
    again = await app.post(path, json={"reblogs": True})
    assert (again["showing_reblogs"], again["notifying"]) == (True, True)
    cleared = await app.post(path, json={"languages": None})
    assert cleared["languages"] is None
    await app.post(path, json={"languages": ["<b>"]}, expect=422)
    await app.post(path, json={"reblogs": {"a": 1}}, expect=422)
    unfollowed = await app.post(f"/api/v1/accounts/{amina.id}/unfollow")
    assert (unfollowed["showing_reblogs"], unfollowed["notifying"]) == (False, False)
    assert (await app.post(path))["showing_reblogs"]


async def test_who_cannot_be_followed(node: LocalNode) -> None:
    app, amina = await app_of(node, "basile"), await app_of(node, "amina")
    await app.post(f"/api/v1/accounts/{app.id}/follow", expect=404)
    await amina.post(f"/api/v1/accounts/{app.id}/block")
    refused = await app.post(f"/api/v1/accounts/{amina.id}/follow", expect=403)
    assert refused == {"error": "This action is not allowed"}
    server = await node.actor("https://node.example/actor")
    assert server is not None
    await app.post(f"/api/v1/accounts/{server.id}/follow", expect=404)


@pytest.mark.parametrize(("scopes", "expect"), [("read", 403), ("follow", 200), ("write", 200)])
async def test_following_needs_its_scope(node: LocalNode, scopes: str, expect: int) -> None:
    app, amina = await app_of(node, "basile", scopes=scopes), await app_of(node, "amina")
    await app.ask("POST", f"/api/v1/accounts/{amina.id}/follow", expect=expect)
    await App(node).post(f"/api/v1/accounts/{amina.id}/follow", expect=401)


async def test_the_lists_of_a_network_are_paged(node: LocalNode) -> None:
    amina = await app_of(node, "amina")
    names = ["basile", "carla", "denis"]
    for name in names:
        await (await app_of(node, name)).post(f"/api/v1/accounts/{amina.id}/follow")
    await node.work_inbox()
    path = f"/api/v1/accounts/{amina.id}/followers"
    answer = await App(node).ask("GET", path, query={"limit": 2})
    assert [account["acct"] for account in answer.json] == ["denis", "carla"]
    older = await App(node).ask("GET", str(answer.link("next")).partition(".example")[2])
    assert [account["acct"] for account in older.json] == ["basile"]
    assert older.link("next") is None
    newer = await App(node).ask("GET", str(older.link("prev")).partition(".example")[2])
    assert [account["acct"] for account in newer.json] == ["denis", "carla"]
    basile = await app_of(node, "basile")
    following = await basile.get(f"/api/v1/accounts/{basile.id}/following")
    assert [account["acct"] for account in following] == ["amina"]


async def test_hidden_lists_are_their_owners_alone(node: LocalNode) -> None:
    amina, basile = await app_of(node, "amina"), await app_of(node, "basile")
    await basile.post(f"/api/v1/accounts/{amina.id}/follow")
    await node.work_inbox()
    await amina.patch("/api/v1/accounts/update_credentials", json={"hide_collections": True})
    path = f"/api/v1/accounts/{amina.id}/followers"
    assert await basile.get(path) == []
    assert await App(node).get(path) == []
    assert [account["acct"] for account in await amina.get(path)] == ["basile"]


async def test_lists_leave_out_whom_the_viewer_hides(node: LocalNode) -> None:
    amina, basile = await app_of(node, "amina"), await app_of(node, "basile")
    carla = await app_of(node, "carla")
    for app in (basile, carla):
        await app.post(f"/api/v1/accounts/{amina.id}/follow")
    await node.work_inbox()
    path = f"/api/v1/accounts/{amina.id}/followers"
    await carla.post(f"/api/v1/accounts/{basile.id}/mute")
    assert [account["acct"] for account in await carla.get(path)] == ["carla"]
    await amina.post(f"/api/v1/accounts/{carla.id}/block")
    assert await carla.get(path) == []


async def test_familiar_followers_are_those_whom_one_follows(node: LocalNode) -> None:
    amina, basile = await app_of(node, "amina"), await app_of(node, "basile")
    carla, shy = await app_of(node, "carla"), await app_of(node, "shy")
    for one in (carla, shy):
        await one.post(f"/api/v1/accounts/{amina.id}/follow")
        await basile.post(f"/api/v1/accounts/{one.id}/follow")
    await shy.patch("/api/v1/accounts/update_credentials", json={"hide_collections": True})
    await node.work_inbox()
    query = {"id[]": [amina.id, carla.id]}
    found = await basile.get("/api/v1/accounts/familiar_followers", query=query)
    assert [(one["id"], [a["acct"] for a in one["accounts"]]) for one in found] == [
        (amina.id, ["carla"]),
        (carla.id, []),
    ]


async def test_notes_are_private(node: LocalNode) -> None:
    amina, basile = await app_of(node, "amina"), await app_of(node, "basile")
    path = f"/api/v1/accounts/{amina.id}/note"
    assert (await basile.post(path, form={"comment": " Lyon, 2025 "}))["note"] == "Lyon, 2025"
    assert (await relation(basile, amina.id))["note"] == "Lyon, 2025"
    assert (await relation(amina, basile.id))["note"] == ""
    await basile.post(path, json={"comment": "x" * 2_001}, expect=422)
    assert (await basile.post(path))["note"] == ""


async def test_one_recommends_whom_one_follows(node: LocalNode) -> None:
    amina, basile = await app_of(node, "amina"), await app_of(node, "basile")
    refused = await basile.post(f"/api/v1/accounts/{amina.id}/pin", expect=422)
    assert "already following" in refused["error"]
    await basile.post(f"/api/v1/accounts/{amina.id}/follow")
    await node.work_inbox()
    assert (await basile.post(f"/api/v1/accounts/{amina.id}/endorse"))["endorsed"]
    own = await basile.get("/api/v1/endorsements")
    seen = await App(node).get(f"/api/v1/accounts/{basile.id}/endorsements")
    assert [account["acct"] for account in own] == ["amina"]
    assert own == seen
    assert not (await basile.post(f"/api/v1/accounts/{amina.id}/unpin"))["endorsed"]
    await basile.post(f"/api/v1/accounts/{amina.id}/pin")
    await basile.post(f"/api/v1/accounts/{amina.id}/unfollow")
    assert await basile.get("/api/v1/endorsements") == []
    assert not (await basile.post(f"/api/v1/accounts/{amina.id}/unendorse"))["endorsed"]
