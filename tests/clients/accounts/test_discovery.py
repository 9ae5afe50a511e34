"""The directory and suggestions."""

from typing import Any

from tests.support.apps import App, app_of
from tests.support.fediverse import LocalNode
from tests.support.openapi import check_entity


def names(found: list[Any]) -> list[str]:
    return [account["acct"] for account in found]


async def test_the_directory_lists_who_wants_to_be_found(node: LocalNode) -> None:
    for name in ("amina", "basile", "carla"):
        await app_of(node, name)
    shy = await app_of(node, "shy")
    await shy.patch("/api/v1/accounts/update_credentials", json={"discoverable": False})
    await node.write("basile", "Bonjour")
    await node.write("amina", "Bonsoir")
    active = names(await App(node).get("/api/v1/directory"))
    assert active[:2] == ["amina", "basile"]
    assert "shy" not in active
    newest = names(await App(node).get("/api/v1/directory", query={"order": "new", "local": "1"}))
    assert newest[0] == "carla"
    part = await App(node).get("/api/v1/directory", query={"offset": 1, "limit": 1})
    assert names(part) == ["basile"]
    amina = await app_of(node, "amina")
    await amina.post(f"/api/v1/accounts/{(await app_of(node, 'carla')).id}/mute")
    assert names(await amina.get("/api/v1/directory"))[0] == "basile"
    assert "carla" not in names(await amina.get("/api/v1/directory"))


async def test_friends_of_friends_are_suggested_first(node: LocalNode) -> None:
    amina, basile = await app_of(node, "amina"), await app_of(node, "basile")
    carla, denis = await app_of(node, "carla"), await app_of(node, "denis")
    await amina.post(f"/api/v1/accounts/{basile.id}/follow")
    await basile.post(f"/api/v1/accounts/{carla.id}/follow")
    await node.work_inbox()
    found = await amina.get("/api/v2/suggestions")
    for suggestion in found:
        check_entity("Suggestion", suggestion)
    first = found[0]
    assert first["account"]["acct"] == "carla"
    assert first["sources"] == ["friends_of_friends", "most_followed"]
    others = {one["account"]["acct"]: one["sources"] for one in found[1:]}
    assert others["denis"] == ["most_followed"]
    assert "basile" not in others
    assert "amina" not in others
    await amina.delete(f"/api/v1/suggestions/{carla.id}")
    await amina.delete("/api/v1/suggestions/12345")
    assert "carla" not in names(await amina.get("/api/v1/suggestions"))
    await denis.post(f"/api/v1/accounts/{amina.id}/block")
    assert "denis" not in names(await amina.get("/api/v1/suggestions"))
    assert len(await amina.get("/api/v1/suggestions", query={"limit": 1})) == 1
    await App(node).get("/api/v2/suggestions", expect=401)
