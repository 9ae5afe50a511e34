"""What a member's apps kept goes with the member."""

import pytest

from outbox.acts.leave import leave
from tests.clients.timelines.feeds import follow, write
from tests.support.apps import app_of
from tests.support.fediverse import LocalNode

KEPT = ("lists", "list_accounts", "followed_tags", "featured_tags", "markers", "conversations")


@pytest.mark.parametrize("table", KEPT)
async def test_nothing_of_somebody_who_left_stays(node: LocalNode, table: str) -> None:
    amina = await app_of(node, "amina")
    await follow(node, "amina", "basile")
    made = await amina.post("/api/v1/lists", json={"title": "Atelier"})
    basile = str((await node.person("basile")).id)
    await amina.post(f"/api/v1/lists/{made['id']}/accounts", json={"account_ids": [basile]})
    await amina.post("/api/v1/tags/atelier/follow")
    await amina.post("/api/v1/tags/atelier/feature")
    await amina.post("/api/v1/markers", json={"home": {"last_read_id": "5"}})
    await write(node, "amina", "Note pour moi", visibility="direct")
    assert await node.count(table) == 1
    await leave(node.outbox, await node.person("amina"), "test")
    assert await node.count(table) == 0


async def test_whoever_leaves_leaves_the_lists_of_others(node: LocalNode) -> None:
    amina = await app_of(node, "amina")
    await follow(node, "amina", "basile")
    made = await amina.post("/api/v1/lists", json={"title": "Atelier"})
    path = f"/api/v1/lists/{made['id']}/accounts"
    basile = await node.person("basile")
    await amina.post(path, json={"account_ids": [str(basile.id)]})
    await leave(node.outbox, basile, "test")
    assert await amina.get(path) == []
