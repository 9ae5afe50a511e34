"""Pushes: what is sent to whom, again after failures, and no longer where nobody listens."""

from typing import Any

import pytest

from clients.push.sending import DELAYS, LEASE_MS, MAX_FAILURES, PushWorker
from storage.pushes import PushSubscriptionRecord
from tests.support.apps import app_of
from tests.support.fediverse import LocalNode, Network
from tests.support.push import Telephone
from tests.support.wires import Sent

PATH = "/api/v1/push/subscription"


def worker(node: LocalNode) -> PushWorker:
    return PushWorker(node.services.clients)


async def subscribed(
    node: LocalNode, name: str, *alerts: str, phone: Telephone | None = None, **options: Any
) -> Telephone:
    phone = phone or Telephone()
    app = await app_of(node, name)
    await app.post(PATH, json=phone.subscription(*alerts, **options))
    return phone


def sent_to(node: LocalNode, phone: Telephone) -> list[Sent]:
    return [one for one in node.wires.log if one.url == phone.endpoint]


async def mention(network: Network, node: LocalNode, text: str = "Bonjour @greta") -> None:
    await node.write("amina", text)
    await network.settle()


@pytest.mark.parametrize("standard", [True, False])
async def test_a_mention_wakes_the_app(network: Network, node: LocalNode, standard: bool) -> None:
    phone = await subscribed(node, "greta", "mention", phone=Telephone(standard=standard))
    await mention(network, node)
    assert await worker(node).run_once() == 1
    (sent,) = sent_to(node, phone)
    message = phone.read(sent)
    greta = await app_of(node, "greta")
    (told,) = await greta.get("/api/v1/notifications")
    assert message["notification_id"] == told["id"]
    assert message["notification_type"] == "mention"
    assert message["title"] == "Amina vous a nommé·e"
    assert message["body"] == "Bonjour @greta"
    assert (message["preferred_locale"], message["access_token"]) == ("fr", "")
    assert message["icon"] == told["account"]["avatar_static"]
    headers = {name.lower(): value for name, value in sent.headers.items()}
    assert int(headers["ttl"]) > 0
    assert headers["urgency"] == "normal"
    assert len(headers["topic"]) == 32
    assert await worker(node).run_once() == 0
    assert await node.count("pushes") == 0


async def test_only_what_was_asked_for_is_sent(network: Network, node: LocalNode) -> None:
    phone = await subscribed(node, "greta", "follow")
    await mention(network, node)
    assert await worker(node).run_once() == 0
    await node.ask_to_follow("amina", "greta@node.example")
    await network.settle()
    await worker(node).run_once()
    (sent,) = sent_to(node, phone)
    assert phone.read(sent)["notification_type"] == "follow"


@pytest.mark.parametrize(
    ("policy", "followed", "following", "told"),
    [
        ("all", False, False, True),
        ("none", True, True, False),
        ("followed", False, True, False),
        ("followed", True, False, True),
        ("follower", True, False, False),
        ("follower", False, True, True),
    ],
)
async def test_the_policy_says_by_whom(
    network: Network, node: LocalNode, policy: str, followed: bool, following: bool, told: bool
) -> None:
    greta, amina = await app_of(node, "greta"), await app_of(node, "amina")
    if followed:
        await greta.post(f"/api/v1/accounts/{amina.id}/follow")
    if following:
        await amina.post(f"/api/v1/accounts/{greta.id}/follow")
    await network.settle()
    phone = await subscribed(node, "greta", "mention", policy=policy)
    await mention(network, node)
    await worker(node).run_once()
    assert bool(sent_to(node, phone)) is told


async def test_what_waits_for_leave_and_what_is_hidden_is_not_sent(
    network: Network, node: LocalNode
) -> None:
    greta = await app_of(node, "greta")
    phone = await subscribed(node, "greta", "mention")
    await greta.post(
        "/api/v2/filters",
        json={
            "title": "x",
            "context": ["notifications"],
            "filter_action": "hide",
            "keywords_attributes": [{"keyword": "secret"}],
        },
    )
    await mention(network, node, "Un secret @greta")
    await worker(node).run_once()
    await greta.patch("/api/v2/notifications/policy", json={"for_not_following": "filter"})
    await mention(network, node, "Encore @greta")
    await worker(node).run_once()
    assert sent_to(node, phone) == []
    assert await node.count("pushes") == 0


async def test_a_post_that_is_gone_before_its_push_is_not_told(
    network: Network, node: LocalNode
) -> None:
    phone = await subscribed(node, "greta", "mention")
    amina = await app_of(node, "amina")
    status = await amina.post("/api/v1/statuses", form={"status": "@greta un secret"})
    await network.settle()
    assert await node.count("pushes") == 1
    await amina.delete(f"/api/v1/statuses/{status['id']}")
    await network.settle()
    await worker(node).run_once()
    assert sent_to(node, phone) == []


async def test_a_failure_is_tried_again_later(network: Network, node: LocalNode) -> None:
    phone = await subscribed(node, "greta", "mention")
    await mention(network, node)
    node.wires.silent.add("push.example")
    assert await worker(node).run_once() == 1
    assert await worker(node).run_once() == 0
    node.wires.silent.clear()
    node.wires.refusals[phone.endpoint] = 503
    node.clock.pass_by(DELAYS[0] * 2)
    assert await worker(node).run_once() == 1
    del node.wires.refusals[phone.endpoint]
    node.clock.pass_by(DELAYS[1] * 2)
    assert await worker(node).run_once() == 1
    assert len(sent_to(node, phone)) == 3
    assert await node.count("pushes") == 0


@pytest.mark.parametrize("status", [404, 410])
async def test_a_subscription_that_is_gone_is_forgotten(
    network: Network, node: LocalNode, status: int
) -> None:
    phone = await subscribed(node, "greta", "mention")
    node.wires.refusals[phone.endpoint] = status
    await mention(network, node)
    await worker(node).run_once()
    assert (await node.count("push_subscriptions"), await node.count("pushes")) == (0, 0)


async def test_after_many_refusals_in_a_row_a_subscription_is_forgotten(
    network: Network, node: LocalNode
) -> None:
    phone = await subscribed(node, "greta", "mention")
    node.wires.refusals[phone.endpoint] = 400
    for number in range(MAX_FAILURES):
        assert await node.count("push_subscriptions") == 1
        await mention(network, node, f"@greta {number}")
        await worker(node).run_once()
        assert await node.count("pushes") == 0
    assert await node.count("push_subscriptions") == 0


async def test_a_push_is_given_up_when_it_is_no_news_any_more(
    network: Network, node: LocalNode
) -> None:
    await subscribed(node, "greta", "mention")
    node.wires.silent.add("push.example")
    await mention(network, node)
    for _ in range(len(DELAYS) + 1):
        await worker(node).run_once()
        node.clock.pass_by(8 * 3600)
    assert await node.count("pushes") == 0
    assert await node.count("push_subscriptions") == 1


async def test_a_push_that_was_claimed_by_a_process_that_died_is_sent(
    network: Network, node: LocalNode
) -> None:
    phone = await subscribed(node, "greta", "mention")
    await mention(network, node)
    now = node.clock.ms
    assert await node.store.write(lambda tx: tx.pushes.claim(now, now + LEASE_MS, 10))
    assert await worker(node).run_once() == 0
    node.clock.pass_by(LEASE_MS / 1000 + 1)
    assert await worker(node).run_once() == 1
    assert len(sent_to(node, phone)) == 1


async def test_an_address_that_leads_inside_is_never_asked(
    network: Network, node: LocalNode
) -> None:
    greta, phone = await app_of(node, "greta"), Telephone("https://10.0.0.1/a")
    keys = phone.subscription()["subscription"]["keys"]
    token = await node.store.query(lambda tx: tx.members.tokens(int(greta.id)))
    record = PushSubscriptionRecord(
        1, token[0].id, int(greta.id), phone.endpoint, keys["p256dh"], keys["auth"],
        " mention ", "all", 1, node.clock.ms,
    )  # fmt: skip
    await node.store.write(lambda tx: tx.pushes.subscribe(record))
    await mention(network, node)
    await worker(node).run_once()
    assert sent_to(node, phone) == []
    assert await node.count("push_subscriptions") == 0


async def test_ended_sign_ins_get_nothing(network: Network, node: LocalNode) -> None:
    phone = await subscribed(node, "greta", "mention")
    await mention(network, node)
    await node.store.write(
        lambda tx: tx.connection.execute("update tokens set revoked_at = 1 where id > 0")
    )
    await worker(node).run_once()
    await mention(network, node, "Encore @greta")
    assert await node.count("pushes") == 0
    assert sent_to(node, phone) == []


async def test_each_app_of_a_member_is_told_once(network: Network, node: LocalNode) -> None:
    phones = [Telephone(f"https://push.example/{n}") for n in range(3)]
    for phone in phones:
        await subscribed(node, "greta", "mention", phone=phone)
    await mention(network, node)
    assert await worker(node).run_once() == 3
    assert [len(sent_to(node, phone)) for phone in phones] == [1, 1, 1]
