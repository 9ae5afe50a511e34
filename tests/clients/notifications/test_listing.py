"""Notifications one by one: listed, chosen, read, forgotten, counted."""

from typing import Any

import pytest

from clients.rendering.notifications import KINDS, grouped, notifications
from storage.notifications import Wanted
from storage.spans import Span
from storage.store import Tx
from tests.clients.notifications.news import follows, mentioned, post_of, thanked, types
from tests.objects.test_visibility import Counting
from tests.support.apps import App, app_of
from tests.support.fediverse import LocalNode, Network
from tests.support.openapi import check_entity

PATH = "/api/v1/notifications"


async def several(network: Network, node: LocalNode) -> App:
    """Greta's app after a follow, two thanks, a share and a mention."""
    greta, amina = await app_of(node, "greta"), await app_of(node, "amina")
    number = await post_of(node, "greta")
    await follows(network, amina, greta)
    await thanked(node, number, "amina", "bruno")
    await amina.post(f"/api/v1/statuses/{number}/reblog")
    await mentioned(network, node, "Bonjour @greta")
    return greta


async def test_everything_is_told_with_who_and_what(network: Network, node: LocalNode) -> None:
    app = await several(network, node)
    told = await app.get(PATH)
    assert [one["type"] for one in told] == [
        "mention", "reblog", "favourite", "favourite", "follow",
    ]  # fmt: skip
    for one in told:
        check_entity("Notification", one)
    assert [one["account"]["acct"] for one in told] == ["amina", "amina", "bruno", "amina", "amina"]
    assert told[0]["status"]["content"].endswith("</p>")
    assert told[1]["status"]["account"]["acct"] == "greta"
    assert told[2]["group_key"] == told[3]["group_key"]
    assert told[4]["status"] is None


async def test_types_and_senders_are_chosen(network: Network, node: LocalNode) -> None:
    app, bruno = await several(network, node), await app_of(node, "bruno")
    assert await types(app, **{"types[]": ["follow", "mention"]}) == ["mention", "follow"]
    assert await types(app, **{"exclude_types[]": ["favourite", "mention"]}) == ["reblog", "follow"]
    assert await types(app, **{"types[]": ["unheard_of"]}) == []
    assert await types(app, account_id=bruno.id) == ["favourite"]
    await app.get(PATH, query={"account_id": "x"}, expect=404)


async def test_pages_follow_one_another_and_keep_their_filters(
    network: Network, node: LocalNode
) -> None:
    app = await several(network, node)
    answer = await app.ask("GET", PATH, query={"limit": 2, "exclude_types[]": "follow"})
    seen = [one["id"] for one in answer.json]
    following = answer.link("next")
    assert following is not None
    assert "exclude_types" in following
    second = await app.ask("GET", following.partition(node.host)[2])
    assert [one["type"] for one in second.json] == ["favourite", "favourite"]
    third = second.link("next")
    assert third is not None
    last = await app.ask("GET", third.partition(node.host)[2])
    assert (last.json, last.link("next"), last.link("prev")) == ([], None, None)
    before = second.link("prev")
    assert before is not None
    back = await app.get(before.partition(node.host)[2])
    assert [one["id"] for one in back] == seen


async def test_one_is_read_and_forgotten(network: Network, node: LocalNode) -> None:
    app = await several(network, node)
    first = (await app.get(PATH))[0]
    assert await app.get(f"{PATH}/{first['id']}") == first
    assert await app.post(f"{PATH}/{first['id']}/dismiss") == {}
    await app.get(f"{PATH}/{first['id']}", expect=404)
    await app.post(f"{PATH}/{first['id']}/dismiss", expect=404)
    second = (await app.get(PATH))[0]
    await app.post(f"{PATH}/dismiss", form={"id": second["id"]})
    assert len(await app.get(PATH)) == 3
    await app.post(f"{PATH}/clear")
    assert await app.get(PATH) == []


async def test_nobody_reads_or_forgets_what_others_are_told(
    network: Network, node: LocalNode
) -> None:
    app = await several(network, node)
    number = (await app.get(PATH))[0]["id"]
    bruno = await app_of(node, "bruno")
    await bruno.get(f"{PATH}/{number}", expect=404)
    await bruno.post(f"{PATH}/{number}/dismiss", expect=404)
    await bruno.post(f"{PATH}/dismiss", form={"id": number}, expect=404)
    await bruno.get(f"/api/v2/notifications/ungrouped-{number}", expect=404)
    await bruno.post(f"/api/v2/notifications/ungrouped-{number}/dismiss", expect=404)
    await bruno.post(f"{PATH}/clear")
    assert len(await app.get(PATH)) == 5


@pytest.mark.parametrize("number", ["0", "x", "9" * 18, "9" * 30])
async def test_ids_that_are_none_are_not_there(node: LocalNode, number: str) -> None:
    app = await app_of(node, "greta")
    await app.get(f"{PATH}/{number}", expect=404)
    await app.post(f"{PATH}/{number}/dismiss", expect=404)
    await app.post(f"{PATH}/dismiss", json={"id": number}, expect=404)


async def test_what_was_read_in_an_app_is_read_on_pages_and_the_other_way_round(
    network: Network, node: LocalNode
) -> None:
    app = await several(network, node)
    assert (await app.get(f"{PATH}/unread_count"))["count"] == 5
    assert (await app.get(f"{PATH}/unread_count", query={"limit": 2}))["count"] == 2
    assert (await app.get(f"{PATH}/unread_count", query={"limit": "x"}))["count"] == 5
    chosen = {"types[]": "favourite"}
    assert (await app.get(f"{PATH}/unread_count", query=chosen))["count"] == 2
    told = await app.get(PATH)
    await app.post("/api/v1/markers", json={"notifications": {"last_read_id": told[1]["id"]}})
    assert (await app.get(f"{PATH}/unread_count"))["count"] == 1
    unread = await node.store.query(lambda tx: tx.notifications.count_unread(int(app.id)))
    assert unread == 1


async def test_what_may_no_longer_be_seen_is_left_out(network: Network, node: LocalNode) -> None:
    app = await several(network, node)
    amina = await app_of(node, "amina")
    await mentioned(network, node, "Encore @greta")
    latest = (await app.get(PATH))[0]["status"]["id"]
    await amina.delete(f"/api/v1/statuses/{latest}")
    await network.settle()
    assert "mention" in await types(app)
    assert len(await app.get(PATH)) == 5


async def test_a_hiding_filter_drops_notifications(network: Network, node: LocalNode) -> None:
    app = await app_of(node, "greta")
    await mentioned(network, node, "Un secret @greta")
    wanted: dict[str, Any] = {
        "title": "x",
        "context": ["notifications"],
        "keywords_attributes": [{"keyword": "secret"}],
    }
    made = await app.post("/api/v2/filters", json=wanted)
    (told,) = await app.get(PATH)
    assert told["status"]["filtered"][0]["filter"]["id"] == made["id"]
    await app.put(f"/api/v2/filters/{made['id']}", json={"filter_action": "hide"})
    assert await app.get(PATH) == []
    assert (await app.get("/api/v2/notifications"))["notification_groups"] == []


async def test_the_scopes_are_needed(node: LocalNode) -> None:
    app = await app_of(node, "greta", scopes="read:statuses write:statuses")
    await app.get(PATH, expect=403)
    await app.post(f"{PATH}/clear", expect=403)
    await app.get("/api/v2/notifications", expect=403)
    await app.get("/api/v2/notifications/policy", expect=403)
    await App(node).get(PATH, expect=401)


async def test_a_page_costs_the_same_number_of_queries_whatever_its_length(
    network: Network, node: LocalNode
) -> None:
    app = await app_of(node, "greta")
    costs = []
    for names in (["amina"], [f"membre{number}" for number in range(6)]):
        for name in names:
            await thanked(node, await post_of(node, "greta", f"Pour {name}"), name)
            await mentioned(network, node, f"Bonjour @greta de {name}", by=name)
        costs.append(await cost(node, app))
    (few, small), (many, large) = costs
    assert (few, many) == (2, 14)
    assert small == large


async def cost(node: LocalNode, app: App) -> tuple[int, int]:
    """How many notifications there are, and how many queries two kinds of pages take."""
    assert app.actor is not None
    context, wanted = node.services.clients, Wanted(app.actor.id, KINDS)
    async with node.store.read() as tx:
        counting = Counting(tx)
        counted = Tx(counting)  # type: ignore[arg-type]
        records = await counted.notifications.wanted(wanted, Span(40))
        await notifications(counted, context, app.actor, records)
        groups = await counted.notifications.groups(wanted, ("like",), Span(40))
        await grouped(counted, context, app.actor, groups)
        return len(records), counting.asked
