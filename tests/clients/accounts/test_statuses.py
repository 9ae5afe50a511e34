"""What an account wrote and shared, with every filter."""

import pytest

from storage.records import ObjectRecord
from tests.clients.accounts.test_follows import pair
from tests.support.apps import App, app_of
from tests.support.factories import Json
from tests.support.fediverse import LocalNode, Network


async def record_of(node: LocalNode, url: str) -> ObjectRecord:
    found = await node.object(url)
    assert found is not None
    return found


def path(app: App) -> str:
    return f"/api/v1/accounts/{app.id}/statuses"


def kinds(found: list[Json]) -> list[str]:
    return ["share" if status["reblog"] else status["content"] for status in found]


@pytest.fixture
async def basile(node: LocalNode) -> App:
    """Basile wrote, answered, shared and tagged."""
    amina = await app_of(node, "amina")
    theirs = await node.write("amina", "De quelqu’un d’autre")
    app = await app_of(node, "basile")
    first = await node.write("basile", "Un #Formation")
    await node.write("basile", "Deux", reply_to=first)
    await node.write("basile", "Trois", reply_to=theirs)
    await node.act(
        "basile",
        {"type": "Announce", "object": theirs, "to": [f"{amina.actor and amina.actor.url}"]},
    )
    await node.write("basile", "Quatre", visibility="followers")
    await node.work_inbox()
    return app


def plain(*texts: str) -> list[str]:
    return [f"<p>{text}</p>" if text != "share" else text for text in texts]


async def test_posts_and_shares_come_in_one_order(node: LocalNode, basile: App) -> None:
    own = kinds(await basile.get(path(basile)))
    assert own[:4] == plain("Quatre", "share", "Trois", "Deux")
    assert "Formation" in own[4]
    assert kinds(await (await app_of(node, "carla")).get(path(basile)))[0] != "<p>Quatre</p>"


async def test_the_filters_of_an_account(node: LocalNode, basile: App) -> None:
    async def asked(**query: str) -> list[str]:
        return kinds(await basile.get(path(basile), query=query))

    without_replies = await asked(exclude_replies="true")
    assert "<p>Trois</p>" not in without_replies
    assert "<p>Deux</p>" in without_replies  # an answer to oneself goes on with a thread
    assert "share" not in await asked(exclude_reblogs="1")
    tagged = await asked(tagged="#FORMATION")
    assert len(tagged) == 1
    assert await asked(tagged="autre") == []
    assert await asked(only_media="true") == []
    assert await asked(pinned="true") == []
    await basile.get(path(basile), query={"pinned": "true", "limit": "no"})


async def test_posts_for_a_few_are_left_out_when_asked(node: LocalNode, basile: App) -> None:
    await node.write("basile", "Cinq", visibility="direct")
    assert kinds(await basile.get(path(basile)))[0] == "<p>Cinq</p>"
    without = kinds(await basile.get(path(basile), query={"exclude_direct": "1"}))
    assert without[:3] == plain("Quatre", "share", "Trois")


async def test_pages_run_across_posts_and_shares(node: LocalNode, basile: App) -> None:
    whole = await basile.get(path(basile))
    seen: list[str] = []
    address: str | None = f"{path(basile)}?limit=2&exclude_replies=false"
    while address:
        answer = await basile.ask("GET", address)
        seen += [status["id"] for status in answer.json]
        following = answer.link("next")
        assert following is None or "exclude_replies=false" in following
        address = following and following.partition("node.example")[2]
    assert seen == [status["id"] for status in whole]
    query = {"min_id": seen[3], "limit": 2}
    above = await basile.get(path(basile), query=query)
    assert [status["id"] for status in above] == seen[1:3]
    latest = await basile.get(path(basile), query={"since_id": seen[2]})
    assert [status["id"] for status in latest] == seen[:2]


async def test_pinned_posts_are_asked_for_alone(node: LocalNode, basile: App) -> None:
    url = await node.write("basile", "Épinglé")
    record = await record_of(node, url)
    async with node.store.transaction() as tx:
        await tx.activities.feature(int(basile.id), record.id, node.clock.ms)
    found = await App(node).get(path(basile), query={"pinned": "true"})
    assert [status["id"] for status in found] == [str(record.id)]
    assert (await basile.get(path(basile), query={"pinned": "true"}))[0]["pinned"]


async def test_whoever_is_blocked_sees_nothing(node: LocalNode, basile: App) -> None:
    carla = await app_of(node, "carla")
    assert await carla.get(path(basile)) != []
    await basile.post(f"/api/v1/accounts/{carla.id}/block")
    assert await carla.get(path(basile)) == []


async def test_posts_from_elsewhere_are_read_too(network: Network) -> None:
    basile, amina, amina_here, _ = await pair(network)
    await basile.post(f"/api/v1/accounts/{amina_here}/follow")
    await network.settle()
    await amina.node.write("amina", "De loin", visibility="followers")
    await network.settle()
    found = await basile.get(f"/api/v1/accounts/{amina_here}/statuses")
    assert kinds(found) == ["<p>De loin</p>"]
    assert await App(basile.node).get(f"/api/v1/accounts/{amina_here}/statuses") == []
