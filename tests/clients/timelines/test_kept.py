"""Bookmarks, favourites, private posts, markers."""

import pytest

from outbox.acts.react import find_useful
from tests.clients.timelines.feeds import ids, walk, write
from tests.support.apps import App, app_of
from tests.support.fediverse import LocalNode


async def like(node: LocalNode, username: str, number: str) -> None:
    record = await node.store.query(lambda tx: tx.objects.by_id(int(number)))
    assert record is not None
    await find_useful(node.outbox, await node.person(username), record)


async def bookmark(node: LocalNode, username: str, number: str) -> None:
    await (await app_of(node, username)).post(f"/api/v1/statuses/{number}/bookmark")


@pytest.mark.parametrize(("path", "keep"), [("favourites", like), ("bookmarks", bookmark)])
async def test_what_was_kept_is_listed_in_the_order_of_keeping(
    node: LocalNode, path: str, keep: type
) -> None:
    greta = await app_of(node, "greta")
    posts = [await write(node, "amina", f"Texte {count}") for count in range(5)]
    order = [posts[n] for n in (3, 0, 4, 1, 2)]
    for number in order:
        await keep(node, "greta", number)
    await keep(node, "basile", posts[0])
    latest = order[::-1]
    assert await ids(greta, f"/api/v1/{path}") == latest
    pages = await walk(greta, f"/api/v1/{path}", limit=2)
    assert pages == [latest[:2], latest[2:4], latest[4:]]
    back = await walk(greta, f"/api/v1/{path}", "prev", limit=2, min_id=1)
    assert [number for page in reversed(back) for number in page] == latest
    await App(node).get(f"/api/v1/{path}", expect=401)


async def test_what_can_no_longer_be_seen_is_not_listed(node: LocalNode) -> None:
    greta = await app_of(node, "greta")
    post = await write(node, "amina", "Texte")
    await like(node, "greta", post)
    await (await app_of(node, "amina")).post(f"/api/v1/accounts/{greta.id}/block")
    assert await ids(greta, "/api/v1/favourites") == []


async def test_private_posts_are_listed_for_those_who_wrote_or_got_them(node: LocalNode) -> None:
    greta, amina = await app_of(node, "greta"), await app_of(node, "amina")
    sent = await write(node, "greta", "@amina bonjour", visibility="direct")
    got = await write(node, "amina", "@greta bonjour", visibility="direct")
    await write(node, "amina", "@basile bonjour", visibility="direct")
    await write(node, "amina", "@greta pour tous")
    path = "/api/v1/timelines/direct"
    assert await ids(greta, path) == [got, sent]
    assert len(await ids(amina, path)) == 3
    assert await walk(greta, path, limit=1) == [[got], [sent]]
    assert await ids(greta, path, min_id=1, limit=1) == [sent]


async def test_markers_are_shared_by_apps_and_never_go_back(node: LocalNode) -> None:
    greta = await app_of(node, "greta")
    path = "/api/v1/markers"
    assert await greta.get(path, query={"timeline[]": ["home", "notifications"]}) == {}
    made = await greta.post(path, json={"home": {"last_read_id": "200"}})
    assert (made["home"]["last_read_id"], made["home"]["version"]) == ("200", 1)
    made = await greta.post(path, form={"home[last_read_id]": "300"})
    assert (made["home"]["last_read_id"], made["home"]["version"]) == ("300", 2)
    made = await greta.post(path, json={"home": {"last_read_id": 100}})
    assert (made["home"]["last_read_id"], made["home"]["version"]) == ("300", 2)
    await greta.post(path, json={"notifications": {"last_read_id": "7"}})
    found = await greta.get(path, query={"timeline[]": ["home", "notifications", "x"]})
    assert {name: one["last_read_id"] for name, one in found.items()} == {
        "home": "300",
        "notifications": "7",
    }
    assert list(await greta.get(path, query={"timeline": "home"})) == ["home"]
    assert await greta.get(path) == {}
    assert await greta.post(path, json={}) == {}
    assert await (await app_of(node, "amina")).get(path, query={"timeline": "home"}) == {}


@pytest.mark.parametrize("place", ["x", "-1", "", str(2**63), "9" * 40])
async def test_a_marker_is_an_id(node: LocalNode, place: str) -> None:
    greta = await app_of(node, "greta")
    await greta.post("/api/v1/markers", json={"home": {"last_read_id": place}}, expect=422)
    await greta.post("/api/v1/markers", json={"home": "x"}, expect=422)
