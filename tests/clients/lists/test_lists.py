"""Lists: made, filled, read; exclusive ones; whose answers they show."""

from typing import Any

import pytest

from storage.lists import ListRecord
from tests.clients.timelines.feeds import boost, follow, ids, url_of, walk, write
from tests.support.apps import App, app_of
from tests.support.fediverse import LocalNode

HOME = "/api/v1/timelines/home"


@pytest.fixture
async def greta(node: LocalNode) -> App:
    """Somebody who follows Amina and Basile."""
    app = await app_of(node, "greta")
    for name in ("amina", "basile"):
        await follow(node, "greta", name)
    return app


async def person_id(node: LocalNode, name: str) -> str:
    return str((await node.person(name)).id)


async def new_list(app: App, *names: str, **wanted: Any) -> str:
    """A list with these people on it; gives its id."""
    made = await app.post("/api/v1/lists", json={"title": "Atelier", **wanted})
    if names:
        whom = [await person_id(app.node, name) for name in names]
        await app.post(f"/api/v1/lists/{made['id']}/accounts", json={"account_ids": whom})
    return str(made["id"])


async def test_a_list_is_made_changed_and_removed(greta: App) -> None:
    made = await greta.post("/api/v1/lists", form={"title": " Atelier ", "exclusive": "true"})
    assert made == {
        "id": made["id"], "title": "Atelier", "replies_policy": "list", "exclusive": True
    }  # fmt: skip
    path = f"/api/v1/lists/{made['id']}"
    changed = await greta.put(path, json={"replies_policy": "none"})
    assert (changed["title"], changed["replies_policy"]) == ("Atelier", "none")
    changed = await greta.put(path, form={"title": "Réseau", "exclusive": "0"})
    assert await greta.get(path) == changed
    assert await greta.get("/api/v1/lists") == [changed]
    assert await greta.delete(path) == {}
    await greta.get(path, expect=404)
    assert await greta.get("/api/v1/lists") == []


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({}, "Validation failed: Title can't be blank"),
        ({"title": "  "}, "Validation failed: Title can't be blank"),
        ({"title": "x", "replies_policy": "all"}, "'all' is not a valid replies_policy"),
        ({"title": {"x": 1}}, None),
    ],
)
async def test_a_list_needs_a_title_and_a_policy_that_exists(
    greta: App, body: Any, error: str | None
) -> None:
    answer = await greta.post("/api/v1/lists", json=body, expect=422)
    assert error is None or answer["error"] == error


async def test_there_are_at_most_fifty_lists(greta: App, node: LocalNode) -> None:
    async with node.store.transaction() as tx:
        for count in range(50):
            await tx.lists.add(ListRecord(count + 1, int(greta.id), "x", "list", 0, 1))
    answer = await greta.post("/api/v1/lists", json={"title": "x"}, expect=422)
    assert "maximum" in answer["error"]


async def test_lists_of_others_do_not_exist(greta: App, node: LocalNode) -> None:
    path = f"/api/v1/lists/{await new_list(greta)}"
    other = await app_of(node, "basile")
    await other.get(path, expect=404)
    await other.put(path, json={"title": "x"}, expect=404)
    await other.delete(path, expect=404)
    await other.get(f"{path}/accounts", expect=404)
    await other.get(f"/api/v1/timelines/list/{path.rpartition('/')[2]}", expect=404)
    for number in ("0", "99999999999999999999", "x"):
        await greta.get(f"/api/v1/lists/{number}", expect=404)


async def test_only_those_followed_stand_on_a_list_and_once(greta: App, node: LocalNode) -> None:
    path = f"/api/v1/lists/{await new_list(greta)}/accounts"
    amina, claire = await person_id(node, "amina"), await person_id(node, "claire")
    await greta.post(path, json={"account_ids": [claire]}, expect=404)
    await greta.post(path, json={"account_ids": [amina, claire]}, expect=404)
    await greta.post(path, json={"account_ids": ["x"]}, expect=404)
    assert await greta.get(path) == []
    assert await greta.post(path, form={"account_ids[]": amina}) == {}
    answer = await greta.post(path, json={"account_ids": [amina]}, expect=422)
    assert answer["error"] == "Validation failed: Account has already been taken"
    assert [one["acct"] for one in await greta.get(path)] == ["amina"]
    held = await greta.get(f"/api/v1/accounts/{amina}/lists")
    assert [one["title"] for one in held] == ["Atelier"]
    assert await greta.get(f"/api/v1/accounts/{claire}/lists") == []
    assert await greta.delete(path, query={"account_ids[]": amina}) == {}
    assert await greta.get(path) == []


async def test_those_on_a_list_come_in_pages(greta: App, node: LocalNode) -> None:
    for name in ("claire", "dan"):
        await follow(node, "greta", name)
    names = ["amina", "basile", "claire", "dan"]
    path = f"/api/v1/lists/{await new_list(greta, *names)}/accounts"
    numbers = [await person_id(node, name) for name in reversed(names)]
    assert await walk(greta, path, limit=2) == [numbers[:2], numbers[2:]]
    everybody = await greta.ask("GET", path, query={"limit": 0})
    assert [one["id"] for one in everybody.json] == numbers
    assert "Link" not in everybody.headers


async def test_a_list_shows_what_those_on_it_write_and_share(greta: App, node: LocalNode) -> None:
    number = await new_list(greta, "amina")
    path = f"/api/v1/timelines/list/{number}"
    hers = await write(node, "amina", "D’Amina")
    other = await write(node, "basile", "De Basile")
    private = await write(node, "amina", "Abonnés", visibility="followers")
    shared = await boost(node, "amina", other)
    await write(node, "amina", "@basile en privé", visibility="direct")
    assert await ids(greta, path) == [shared, private, hers]
    assert other in await ids(greta, HOME)
    assert shared not in await ids(greta, HOME), "the home shows the post of Basile itself"
    assert await walk(greta, path, limit=1) == [[shared], [private], [hers]]
    await greta.post(f"/api/v1/accounts/{await person_id(node, 'amina')}/mute")
    assert await ids(greta, path) == []


async def test_a_list_ends_with_the_follow(greta: App, node: LocalNode) -> None:
    number = await new_list(greta, "amina")
    await write(node, "amina", "Bonjour")
    await greta.post(f"/api/v1/accounts/{await person_id(node, 'amina')}/unfollow")
    assert await greta.get(f"/api/v1/lists/{number}/accounts") == []
    assert await ids(greta, f"/api/v1/timelines/list/{number}") == []


async def test_those_on_an_exclusive_list_leave_the_home(greta: App, node: LocalNode) -> None:
    number = await new_list(greta, "amina", exclusive=True)
    apart = await write(node, "amina", "À part")
    other = await write(node, "basile", "Au milieu")
    shared = await boost(node, "amina", await write(node, "claire", "Partagé"))
    path = f"/api/v1/timelines/list/{number}"
    assert await ids(greta, HOME) == [other]
    assert await ids(greta, path) == [shared, apart]
    await greta.put(f"/api/v1/lists/{number}", json={"exclusive": False})
    assert await ids(greta, HOME) == [shared, other, apart]


@pytest.mark.parametrize(
    ("policy", "shown"),
    [("followed", {"basile", "dan", "self"}), ("list", {"basile", "self"}), ("none", {"self"})],
)
async def test_answers_show_as_the_list_says(
    greta: App, node: LocalNode, policy: str, shown: set[str]
) -> None:
    await follow(node, "greta", "dan")
    number = await new_list(greta, "amina", "basile", replies_policy=policy)
    own = await write(node, "greta", "De moi")
    places = {"self": await write(node, "amina", "Un fil")}
    for name in ("basile", "dan", "claire"):
        places[name] = await write(node, name, f"De {name}")
    answers = {
        name: await write(node, "amina", f"À {name}", reply_to=await url_of(node, place))
        for name, place in places.items()
    }
    to_greta = await write(node, "amina", "À Greta", reply_to=await url_of(node, own))
    found = await ids(greta, f"/api/v1/timelines/list/{number}")
    assert {name for name, answer in answers.items() if answer in found} == shown
    assert to_greta in found


async def test_scopes_are_asked_for(node: LocalNode) -> None:
    reader = await app_of(node, "greta", scopes="read:lists")
    await reader.post("/api/v1/lists", json={"title": "x"}, expect=403)
    assert await reader.get("/api/v1/lists") == []
    await (await app_of(node, "greta", scopes="write")).get("/api/v1/lists", expect=403)
