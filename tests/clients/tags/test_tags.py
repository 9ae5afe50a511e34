"""Hashtags: their use of the last days, following them, showing them on a profile."""

import time

import pytest

from storage.tags import DAY_MS
from tests.clients.timelines.feeds import CARLA, hashtag, receive, to_everybody, walk, write
from tests.support.apps import App, app_of
from tests.support.factories import activity
from tests.support.fediverse import LocalNode, Network


@pytest.fixture
def now(node: LocalNode) -> int:
    """The days since the epoch; ids and moments agree."""
    node.clock.now = time.time()
    return node.clock.ms // DAY_MS


async def test_a_hashtag_tells_its_use_of_seven_days(node: LocalNode, now: int) -> None:
    carla = node.wires.person(CARLA)
    await node.befriend("greta", carla)
    for _ in range(2):
        await write(node, "amina", "#Atelier")
    await write(node, "basile", "#atelier")
    await write(node, "basile", "#atelier discret", visibility="unlisted")
    await write(node, "basile", "#atelier privé", visibility="followers")
    await receive(node, carla, tag=[hashtag("Atelier")], **to_everybody(carla))
    tag = await App(node).get("/api/v1/tags/Atelier")
    assert (tag["name"], tag["url"]) == ("atelier", "https://node.example/tags/atelier")
    assert tag["id"].isdigit()
    assert (tag["following"], tag["featuring"]) == (False, False)
    assert [day["day"] for day in tag["history"]] == [
        str((now - back) * 86_400) for back in range(7)
    ]
    assert tag["history"][0] == {"day": str(now * 86_400), "uses": "3", "accounts": "2"}
    assert {day["uses"] for day in tag["history"][1:]} == {"0"}


async def test_an_unused_hashtag_exists_and_a_name_that_is_none_does_not(node: LocalNode) -> None:
    app = App(node)
    assert (await app.get("/api/v1/tags/jamais"))["history"][0]["uses"] == "0"
    for name in ("123", "a b", "-", "%23"):
        await app.get(f"/api/v1/tags/{name}", expect=404)


async def test_hashtags_are_followed_and_listed_in_pages(node: LocalNode) -> None:
    greta = await app_of(node, "greta")
    for name in ("Un", "deux", "trois", "DEUX"):
        tag = await greta.post(f"/api/v1/tags/{name}/follow")
        assert tag["following"] is True
    found = await greta.get("/api/v1/followed_tags")
    assert [tag["name"] for tag in found] == ["trois", "deux", "un"]
    pages = await walk(greta, "/api/v1/followed_tags", limit=2)
    assert [len(page) for page in pages] == [2, 1]
    assert (await greta.get("/api/v1/tags/un"))["following"] is True
    assert (await App(node).get("/api/v1/tags/un"))["following"] is False
    assert (await greta.post("/api/v1/tags/un/unfollow"))["following"] is False
    await greta.post("/api/v1/tags/un/unfollow")
    assert len(await greta.get("/api/v1/followed_tags")) == 2
    assert await (await app_of(node, "amina")).get("/api/v1/followed_tags") == []


async def test_hashtags_are_shown_on_a_profile(node: LocalNode) -> None:
    greta = await app_of(node, "greta")
    await write(node, "greta", "#Atelier un")
    await write(node, "greta", "#atelier deux", visibility="unlisted")
    await write(node, "greta", "#atelier trois", visibility="followers")
    await write(node, "greta", "#autre")
    suggested = await greta.get("/api/v1/featured_tags/suggestions")
    assert [tag["name"] for tag in suggested] == ["atelier", "autre"]
    made = await greta.post("/api/v1/featured_tags", json={"name": "#Atelier"})
    assert (made["name"], made["statuses_count"]) == ("atelier", "2")
    assert made["last_status_at"] == "2026-11-18"
    again = await greta.post("/api/v1/featured_tags", form={"name": "atelier"})
    assert again == made
    assert await greta.get("/api/v1/featured_tags") == [made]
    assert await App(node).get(f"/api/v1/accounts/{greta.id}/featured_tags") == [made]
    suggested = await greta.get("/api/v1/featured_tags/suggestions")
    assert [tag["name"] for tag in suggested] == ["autre"]
    assert (await greta.post("/api/v1/tags/jamais/feature"))["featuring"] is True
    unused = (await greta.get("/api/v1/featured_tags"))[1]
    assert (unused["statuses_count"], unused["last_status_at"]) == ("0", None)
    assert (await greta.post("/api/v1/tags/jamais/unfeature"))["featuring"] is False
    assert await greta.delete(f"/api/v1/featured_tags/{made['id']}") == {}
    await greta.delete(f"/api/v1/featured_tags/{made['id']}", expect=404)
    assert await greta.get("/api/v1/featured_tags") == []


async def test_a_profile_shows_ten_hashtags_that_are_some(node: LocalNode) -> None:
    greta = await app_of(node, "greta")
    for name in ("", "  ", "123", "a b"):
        answer = await greta.post("/api/v1/featured_tags", json={"name": name}, expect=422)
        assert answer["error"].startswith("Validation failed: Tag is")
    for count in range(10):
        await greta.post("/api/v1/featured_tags", json={"name": f"t{count}"})
    answer = await greta.post("/api/v1/featured_tags", json={"name": "t10"}, expect=422)
    assert "maximum" in answer["error"]
    other = await app_of(node, "amina")
    number = (await greta.get("/api/v1/featured_tags"))[0]["id"]
    await other.delete(f"/api/v1/featured_tags/{number}", expect=404)
    await other.get("/api/v1/accounts/1/featured_tags", expect=404)


async def test_other_servers_read_and_hear_of_shown_hashtags(network: Network) -> None:
    here, there = await network.node("greta"), await network.node("rouen")
    amina = await app_of(here, "amina")
    await there.ask_to_follow("basile", "amina@greta.example")
    await network.settle()
    await amina.post("/api/v1/featured_tags", json={"name": "Atelier"})
    await network.settle()
    basile = await app_of(there, "basile")
    known = await there.actor("https://greta.example/users/amina")
    assert known is not None
    path = f"/api/v1/accounts/{known.id}/featured_tags"
    assert [tag["name"] for tag in await basile.get(path)] == ["atelier"]
    document = await _read(here, "/users/amina")
    assert document["featuredTags"] == "https://greta.example/users/amina/featuredTags"
    shown = await _read(here, "/users/amina/featuredTags")
    assert shown["orderedItems"] == [
        {"type": "Hashtag", "href": "https://greta.example/tags/atelier", "name": "#atelier"}
    ]
    await amina.post("/api/v1/tags/atelier/unfeature")
    await network.settle()
    assert await basile.get(path) == []


async def test_a_hashtag_of_mastodon_counts_from_its_own_actor_alone(node: LocalNode) -> None:
    carla, dan = node.wires.person(CARLA), node.wires.person("https://far.example/users/dan")
    await node.befriend("greta", carla)
    pins = f"{carla.url}/collections/featured"
    for sender in (carla, dan):
        told = activity(sender, "Add", hashtag("Atelier"), target=pins)
        await node.receive(sender, told)
    app = await app_of(node, "greta")
    for sender, names in ((carla, ["atelier"]), (dan, [])):
        known = await node.actor(sender.url)
        assert known is not None
        found = await app.get(f"/api/v1/accounts/{known.id}/featured_tags")
        assert [tag["name"] for tag in found] == names


async def _read(node: LocalNode, path: str) -> dict[str, object]:
    answer = await node.app.test_client().get(
        path, headers={"Host": node.host, "Accept": "application/activity+json"}
    )
    found: dict[str, object] = await answer.get_json(force=True)
    return found
