"""What is left of a member who goes: nothing that they were told, filtered or asked for."""

import pytest

from outbox.acts.leave import leave
from tests.clients.notifications.news import follows, mentioned
from tests.support.apps import app_of
from tests.support.fediverse import LocalNode, Network
from tests.support.push import Telephone

TABLES = (
    "notifications",
    "notification_policies",
    "notification_permissions",
    "filters",
    "filter_keywords",
    "filter_statuses",
    "push_subscriptions",
    "pushes",
    "severances",
)


@pytest.fixture
async def leaving(network: Network, node: LocalNode) -> LocalNode:
    """A node on which amina used everything there is."""
    app, greta = await app_of(node, "amina"), await app_of(node, "greta")
    await app.patch("/api/v2/notifications/policy", json={"for_not_following": "filter"})
    number = await mentioned(network, node, "Bonjour @amina", by="greta")
    await app.post(f"/api/v1/notifications/requests/{greta.id}/accept")
    words = {"title": "x", "context": ["home"], "keywords_attributes": [{"keyword": "x"}]}
    made = await app.post("/api/v2/filters", json=words)
    await app.post(f"/api/v2/filters/{made['id']}/statuses", json={"status_id": number})
    await app.post("/api/v1/push/subscription", json=Telephone().subscription("follow"))
    await follows(network, greta, app)
    await node.befriend("amina", node.wires.person("https://lost.example/users/un"))
    await app.post("/api/v1/domain_blocks", form={"domain": "lost.example"})
    return node


async def test_everything_of_a_member_goes_with_them(leaving: LocalNode) -> None:
    before = [await leaving.count(table) for table in TABLES]
    assert all(before), dict(zip(TABLES, before, strict=True))
    await leave(leaving.outbox, await leaving.person("amina"), "amina")
    assert [await leaving.count(table) for table in TABLES] == [0] * len(TABLES)
