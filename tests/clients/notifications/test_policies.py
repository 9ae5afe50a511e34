"""Whose notifications wait for a member's leave: every rule, and what becomes of what waits."""

from typing import Any

import pytest

from tests.clients.notifications.news import follows, mentioned, post_of, thanked, types
from tests.support.apps import App, app_of
from tests.support.factories import create, note
from tests.support.fediverse import LocalNode, Network

PATH = "/api/v1/notifications"
REQUESTS = f"{PATH}/requests"
POLICY = "/api/v2/notifications/policy"
DAY = 24 * 3600


async def policed(node: LocalNode, **rules: str) -> App:
    app = await app_of(node, "greta")
    await app.patch(POLICY, json={f"for_{name}": value for name, value in rules.items()})
    return app


async def waiting(app: App) -> list[str]:
    return [one["account"]["acct"] for one in await app.get(REQUESTS)]


async def test_a_policy_is_read_and_changed_in_both_versions(node: LocalNode) -> None:
    app = await app_of(node, "greta")
    usual = await app.get(POLICY)
    assert usual["for_not_following"] == "accept"
    assert usual["for_limited_accounts"] == "filter"
    changed = await app.patch(POLICY, form={"for_new_accounts": "drop"})
    assert (changed["for_new_accounts"], changed["for_limited_accounts"]) == ("drop", "filter")
    await app.patch(POLICY, json={"for_new_accounts": "x"}, expect=422)
    older = await app.get(f"{PATH}/policy")
    assert (older["filter_new_accounts"], older["filter_not_following"]) == (True, False)
    older = await app.put(f"{PATH}/policy", json={"filter_not_following": True})
    assert older["filter_not_following"] is True
    assert (await app.get(POLICY))["for_not_following"] == "filter"


@pytest.mark.parametrize(("treatment", "kept"), [("accept", 1), ("filter", 1), ("drop", 0)])
async def test_strangers_are_heard_kept_waiting_or_dropped(
    network: Network, node: LocalNode, treatment: str, kept: int
) -> None:
    app = await policed(node, not_following=treatment)
    await mentioned(network, node, "Bonjour @greta")
    assert await types(app) == (["mention"] if treatment == "accept" else [])
    assert await waiting(app) == (["amina"] if treatment == "filter" else [])
    assert await node.count("notifications") == kept


async def test_those_whom_the_member_follows_are_heard(network: Network, node: LocalNode) -> None:
    app = await policed(node, not_following="filter")
    await follows(network, app, await app_of(node, "amina"))
    await mentioned(network, node, "Bonjour @greta")
    assert await types(app) == ["mention"]


async def test_followers_of_some_days_are_heard(network: Network, node: LocalNode) -> None:
    app = await policed(node, not_followers="filter")
    await follows(network, await app_of(node, "amina"), app)
    await mentioned(network, node, "Bonjour @greta")
    assert await waiting(app) == ["amina"]
    node.clock.pass_by(4 * DAY)
    await mentioned(network, node, "Encore @greta", by="amina")
    assert await types(app) == ["mention"]


async def test_new_accounts_wait_for_a_month(network: Network, node: LocalNode) -> None:
    app = await policed(node, new_accounts="filter")
    await mentioned(network, node, "Bonjour @greta")
    assert await types(app) == []
    node.clock.pass_by(31 * DAY)
    await mentioned(network, node, "Encore @greta")
    assert await types(app) == ["mention"]
    await mentioned(network, node, "Bonjour @greta", by="bruno")
    assert await waiting(app) == ["bruno", "amina"]


async def test_private_words_of_strangers_wait_unless_they_answer(
    network: Network, node: LocalNode
) -> None:
    app, amina = await policed(node, private_mentions="filter"), await app_of(node, "amina")
    await mentioned(network, node, "Bonjour @greta")
    assert await types(app) == ["mention"]
    private = {"status": "@greta un mot", "visibility": "direct"}
    await amina.post("/api/v1/statuses", form=private)
    await network.settle()
    assert await waiting(app) == ["amina"]
    await app.post(f"{PATH}/clear")
    asked = {"status": "@amina une question", "visibility": "direct"}
    number = (await app.post("/api/v1/statuses", form=asked))["id"]
    await network.settle()
    await amina.post("/api/v1/statuses", form={**private, "in_reply_to_id": number})
    await network.settle()
    assert await types(app) == ["mention"]


async def test_a_conversation_that_somebody_claims_gives_no_way_in(
    network: Network, node: LocalNode
) -> None:
    app, amina = await policed(node, private_mentions="filter"), await app_of(node, "amina")
    number = await post_of(node, "greta", "Pour tout le monde")
    await amina.post(
        "/api/v1/statuses",
        form={"status": "@greta psst", "visibility": "direct", "in_reply_to_id": number},
    )
    await network.settle()
    assert await waiting(app) == ["amina"]


async def test_limited_accounts_wait_from_the_beginning(network: Network, node: LocalNode) -> None:
    app, url = await app_of(node, "greta"), node.people["greta"].url
    remote = node.wires.person("https://loud.example/users/lou")
    text, mention = f'<a href="{url}">@greta</a> oh', {"type": "Mention", "href": url}
    await node.services.remote.by_url(remote.url)
    async with node.store.transaction() as tx:
        await tx.connection.execute(
            "update actors set severity = 'limit' where url = $1", remote.url
        )
    post = note(remote, text, to=[url], tag=[mention])
    await node.receive(remote, create(remote, post))
    assert await types(app) == []
    assert await waiting(app) == ["lou@loud.example"]
    await policed(node, limited_accounts="accept")
    post = note(remote, text, to=[url], tag=[mention])
    await node.receive(remote, create(remote, post))
    assert await types(app) == ["mention"]


async def waited(network: Network, node: LocalNode) -> App:
    """Greta's app, for whom two people wait: amina with two mentions, bruno with one thank."""
    app = await policed(node, not_following="filter")
    await mentioned(network, node, "Un @greta")
    await mentioned(network, node, "Deux @greta")
    await thanked(node, await post_of(node, "greta"), "bruno")
    return app


async def test_what_waits_is_shown_nowhere_else(network: Network, node: LocalNode) -> None:
    app = await waited(network, node)
    assert await types(app) == []
    assert (await app.get("/api/v2/notifications"))["notification_groups"] == []
    assert (await app.get(f"{PATH}/unread_count"))["count"] == 0
    owner = int(app.id)
    assert await node.store.query(lambda tx: tx.notifications.page(owner)) == []
    assert await node.store.query(lambda tx: tx.notifications.count_unread(owner)) == 0
    assert await node.store.query(lambda tx: tx.notifications.between(0, 2**62)) == []
    assert await types(app, include_filtered="true") == ["favourite", "mention", "mention"]
    amina = await app_of(node, "amina")
    assert await types(app, account_id=amina.id) == ["mention", "mention"]


async def test_requests_say_who_waits_with_how_much(network: Network, node: LocalNode) -> None:
    app = await waited(network, node)
    summary = (await app.get(POLICY))["summary"]
    assert summary == {"pending_requests_count": 2, "pending_notifications_count": 3}
    answer = await app.ask("GET", REQUESTS, query={"limit": 1})
    assert [one["account"]["acct"] for one in answer.json] == ["bruno"]
    following = answer.link("next")
    assert following is not None
    (request,) = await app.get(following.partition(node.host)[2])
    assert (request["account"]["acct"], request["notifications_count"]) == ("amina", "2")
    assert "Deux" in request["last_status"]["content"]
    assert await app.get(f"{REQUESTS}/{request['id']}") == request
    assert await app.get(f"{REQUESTS}/merged") == {"merged": True}


async def test_who_is_accepted_is_heard_from_then_on(network: Network, node: LocalNode) -> None:
    app, amina = await waited(network, node), await app_of(node, "amina")
    assert await app.post(f"{REQUESTS}/{amina.id}/accept") == {}
    assert await types(app) == ["mention", "mention"]
    assert await waiting(app) == ["bruno"]
    await app.get(f"{REQUESTS}/{amina.id}", expect=404)
    await app.post(f"{REQUESTS}/{amina.id}/accept", expect=404)
    await mentioned(network, node, "Trois @greta")
    assert await types(app) == ["mention"] * 3


async def test_who_is_dismissed_waits_again_with_the_next(
    network: Network, node: LocalNode
) -> None:
    app, amina = await waited(network, node), await app_of(node, "amina")
    await app.post(f"{REQUESTS}/{amina.id}/dismiss")
    assert await waiting(app) == ["bruno"]
    assert await node.count("notifications") == 1
    await mentioned(network, node, "Trois @greta")
    assert await waiting(app) == ["bruno", "amina"] or await waiting(app) == ["amina", "bruno"]


@pytest.mark.parametrize("act", ["accept", "dismiss"])
async def test_several_are_decided_at_once(network: Network, node: LocalNode, act: str) -> None:
    app = await waited(network, node)
    ids = [one["id"] for one in await app.get(REQUESTS)]
    await app.post(f"{REQUESTS}/{act}", json={"id": [*ids, "x", "7"]})
    assert await waiting(app) == []
    assert len(await types(app)) == (3 if act == "accept" else 0)


async def test_nobody_decides_for_others(network: Network, node: LocalNode) -> None:
    app, amina = await waited(network, node), await app_of(node, "amina")
    await amina.get(f"{REQUESTS}/{amina.id}", expect=404)
    await amina.post(f"{REQUESTS}/{amina.id}/accept", expect=404)
    await amina.post(f"{REQUESTS}/accept", json={"id": [amina.id]})
    assert await waiting(app) == ["bruno", "amina"]
    for number in ("0", "x", "9" * 30):
        await app.post(f"{REQUESTS}/{number}/accept", expect=404)


async def test_mutes_blocks_domains_and_threads_are_not_told_of(
    network: Network, node: LocalNode
) -> None:
    app: Any = await app_of(node, "greta")
    names = ("amina", "bruno", "carla")
    amina, bruno, carla = [await app_of(node, name) for name in names]
    number = await post_of(node, "greta", "Un fil")
    await app.post(f"/api/v1/accounts/{amina.id}/mute")
    await app.post(f"/api/v1/accounts/{bruno.id}/mute", json={"notifications": False})
    await app.post(f"/api/v1/accounts/{carla.id}/block")
    for name in names:
        await mentioned(network, node, f"Bonjour @greta de {name}", by=name)
    assert await types(app) == ["mention"]
    assert (await app.get(PATH))[0]["account"]["acct"] == "bruno"
    await app.post(f"/api/v1/statuses/{number}/mute")
    await bruno.post("/api/v1/statuses", form={"status": "@greta ah", "in_reply_to_id": number})
    await network.settle()
    assert await types(app) == ["mention"]
