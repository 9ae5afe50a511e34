"""Accounts of every kind, in a number of queries that does not grow with them."""

from dataclasses import replace
from typing import Any

from clients.rendering.accounts import account_list
from clients.rendering.relationships import relationships
from storage.records import ActorRecord
from storage.store import Tx
from tests.storage.test_query_plans import Recorder
from tests.support.apps import App
from tests.support.fediverse import LocalNode
from tests.support.openapi import check_entity

GROUP = "https://atelier.example/groups/velo"
BOT = "https://atelier.example/users/robot"


async def keep(node: LocalNode, **changes: Any) -> ActorRecord:
    """An actor of another server."""
    url = str(changes.get("url", BOT))
    name = url.rpartition("/")[2]
    template = await node.person("greta")
    values: dict[str, Any] = {"url": url, "username": name, "local": 0, "host": "atelier.example"}
    row = replace(template, id=template.id + hash(url) % 10_000, **values | changes)
    async with node.store.transaction() as tx:
        return await tx.actors.save(row)


async def test_groups_and_bots_say_so(node: LocalNode) -> None:
    group = await keep(node, url=GROUP, type="Group")
    bot = await keep(node, type="Service", severity="limit")
    app = App(node)
    found = await app.get(f"/api/v1/accounts/{group.id}")
    check_entity("Account", found)
    assert (found["group"], found["bot"], found["limited"]) == (True, False, False)
    found = await app.get(f"/api/v1/accounts/{bot.id}")
    assert (found["group"], found["bot"], found["limited"]) == (False, True, True)
    assert found["acct"] == "robot@atelier.example"


async def test_whoever_moved_says_where(node: LocalNode) -> None:
    amina = await node.person("amina")
    bot = await keep(node, moved_to=amina.url)
    found = await App(node).get(f"/api/v1/accounts/{bot.id}")
    assert found["moved"]["id"] == str(amina.id)


async def test_last_status_counts_what_everybody_may_read(node: LocalNode) -> None:
    await node.write("amina", "Rien que pour eux", visibility="followers")
    amina = await node.person("amina")
    path = f"/api/v1/accounts/{amina.id}"
    assert (await App(node).get(path))["last_status_at"] is None
    await node.write("amina", "Pour tout le monde")
    assert (await App(node).get(path))["last_status_at"] == "2026-11-18"


async def test_more_accounts_take_no_more_queries(node: LocalNode) -> None:
    people = [await node.person(name) for name in ("amina", "basile", "carla", "denis")]
    people.append(await keep(node, url=GROUP, type="Group", name="Vélo :roue:"))
    counts = []
    for some in (people[:1], people):
        async with node.store.read() as tx:
            recorder = Recorder(tx.connection)
            counted = Tx(recorder)  # type: ignore[arg-type]
            await account_list(counted, node.services.identifiers, some)
            await relationships(counted, people[0], [one.id for one in some], node.clock.ms)
            counts.append(len(recorder.seen))
    assert counts[0] == counts[1]
