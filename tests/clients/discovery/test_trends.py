"""Trends: counted by distinct people, of what everybody may see."""

import time

import pytest

from outbox.acts.react import find_useful
from storage.store import Tx
from tests.clients.timelines.feeds import boost, ids, url_of, write
from tests.support.apps import App, app_of
from tests.support.fediverse import LocalNode

KEPT_S = 301


@pytest.fixture(autouse=True)
def today(node: LocalNode) -> None:
    """Ids and moments agree."""
    node.clock.now = time.time()


async def like(node: LocalNode, number: str, *names: str) -> None:
    record = await node.store.query(lambda tx: tx.objects.by_id(int(number)))
    assert record is not None
    for name in names:
        await find_useful(node.outbox, await node.person(name), record)


async def test_hashtags_are_counted_by_people(node: LocalNode) -> None:
    for _ in range(5):
        await write(node, "amina", "#seul")
    for name in ("amina", "basile", "claire"):
        await write(node, name, "#trois")
        await write(node, name, "#prive", visibility="unlisted")
        await write(node, name, "#sensible", summary="Attention")
    for name in ("amina", "basile"):
        await write(node, name, "#deux")
    found = await App(node).get("/api/v1/trends/tags")
    assert [tag["name"] for tag in found] == ["trois", "deux"]
    assert found[0]["history"][0]["accounts"] == "3"
    assert await App(node).get("/api/v1/trends", query={"limit": 1, "offset": 1}) == found[1:]
    greta = await app_of(node, "greta")
    await greta.post("/api/v1/tags/deux/follow")
    found = await greta.get("/api/v1/trends/tags")
    assert [tag["following"] for tag in found] == [False, True]


async def test_the_order_is_kept_for_some_minutes(node: LocalNode) -> None:
    assert await App(node).get("/api/v1/trends/tags") == []
    for name in ("amina", "basile"):
        await write(node, name, "#deux")
    assert await App(node).get("/api/v1/trends/tags") == []
    node.clock.pass_by(KEPT_S)
    assert len(await App(node).get("/api/v1/trends/tags")) == 1


async def test_links_lead_to_the_other_parts(node: LocalNode) -> None:
    for tag in ("un", "deux", "trois"):
        for name in ("amina", "basile"):
            await write(node, name, f"#{tag}")
    answer = await App(node).ask("GET", "/api/v1/trends/tags", query={"limit": 1, "offset": 1})
    address = "https://node.example/api/v1/trends/tags?limit=1&offset="
    assert answer.link("next") == f"{address}2"
    assert answer.link("prev") == f"{address}0"


async def test_posts_are_ranked_by_those_who_liked_or_shared_them(node: LocalNode) -> None:
    liked, loved, alone, answer, hidden = [
        await write(node, "amina", text, **more)
        for text, more in (
            ("Deux", {}),
            ("Trois", {}),
            ("Soi-même", {}),
            ("Réponse", {"reply_to": await url_of(node, await write(node, "basile", "?"))}),
            ("Discret", {"visibility": "unlisted"}),
        )
    ]
    for number in (liked, loved, answer, hidden):
        await like(node, number, "basile", "claire")
    await boost(node, "dan", loved)
    await boost(node, "basile", loved)
    await like(node, alone, "amina", "basile")
    assert await ids(App(node), "/api/v1/trends/statuses") == [loved, liked]
    greta = await app_of(node, "greta")
    await greta.post(f"/api/v1/accounts/{(await node.person('amina')).id}/mute")
    assert await ids(greta, "/api/v1/trends/statuses") == []


async def test_those_who_do_not_want_to_be_found_make_no_trend(node: LocalNode) -> None:
    amina = await app_of(node, "amina")
    await amina.patch("/api/v1/accounts/update_credentials", form={"discoverable": "false"})
    post = await write(node, "amina", "#discret")
    await write(node, "basile", "#discret")
    await like(node, post, "basile", "claire")
    assert await App(node).get("/api/v1/trends/tags") == []
    assert await App(node).get("/api/v1/trends/statuses") == []


async def test_links_are_counted_by_people(node: LocalNode) -> None:
    for name in ("amina", "amina", "basile"):
        await write(node, name, "Lisez https://journal.example/deux")
    await write(node, "amina", "Lisez https://journal.example/un")

    async def operation(tx: Tx) -> None:
        await tx.connection.execute("update cards set state = 'ready', title = 'Un article'")

    await node.store.write(operation)
    found = await App(node).get("/api/v1/trends/links")
    assert [(link["url"], link["title"]) for link in found] == [
        ("https://journal.example/deux", "Un article")
    ]
    assert (found[0]["history"][0]["uses"], found[0]["history"][0]["accounts"]) == ("3", "2")
