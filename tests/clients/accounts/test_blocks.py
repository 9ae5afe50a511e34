"""Blocking and muting people, and blocking whole domains."""

from actors.mutes import EndedMutes
from tests.clients.accounts.test_follows import pair, relation
from tests.support.apps import app_of
from tests.support.fediverse import LocalNode, Network

MINUTE = 60


async def test_a_block_ends_follows_on_both_nodes(network: Network) -> None:
    basile, amina, amina_here, basile_there = await pair(network)
    await basile.post(f"/api/v1/accounts/{amina_here}/follow")
    await network.settle()
    answer = await amina.post(f"/api/v1/accounts/{basile_there}/block")
    assert (answer["blocking"], answer["followed_by"]) == (True, False)
    blocked = await amina.get("/api/v1/blocks")
    assert [account["acct"] for account in blocked] == ["basile@ici.example"]
    await network.settle()
    seen = await relation(basile, amina_here)
    assert (seen["blocked_by"], seen["following"]) == (True, False)
    answer = await amina.post(f"/api/v1/accounts/{basile_there}/unblock")
    assert not answer["blocking"]
    await network.settle()
    assert not (await relation(basile, amina_here))["blocked_by"]


async def test_blocks_are_paged_and_nobody_blocks_themselves(node: LocalNode) -> None:
    app = await app_of(node, "basile")
    for name in ("amina", "carla", "denis"):
        other = await app_of(node, name)
        await app.post(f"/api/v1/accounts/{other.id}/block")
        await app.post(f"/api/v1/accounts/{other.id}/block")
    first = await app.ask("GET", "/api/v1/blocks", query={"limit": 2})
    assert [account["acct"] for account in first.json] == ["denis", "carla"]
    rest = await app.get(str(first.link("next")).partition(".example")[2])
    assert [account["acct"] for account in rest] == ["amina"]
    assert not (await app.post(f"/api/v1/accounts/{app.id}/block"))["blocking"]
    await (await app_of(node, "basile", scopes="read:mutes")).get("/api/v1/blocks", expect=403)


async def test_a_mute_can_end_by_itself(node: LocalNode) -> None:
    app, amina = await app_of(node, "basile"), await app_of(node, "amina")
    carla = await app_of(node, "carla")
    form = {"duration": str(MINUTE), "notifications": "false"}
    answer = await app.post(f"/api/v1/accounts/{amina.id}/mute", form=form)
    assert (answer["muting"], answer["muting_notifications"]) == (True, False)
    assert answer["muting_expires_at"] is not None
    whole = await app.post(f"/api/v1/accounts/{carla.id}/mute")
    assert (whole["muting_notifications"], whole["muting_expires_at"]) == (True, None)
    muted = await app.get("/api/v1/mutes")
    assert [(one["acct"], one["mute_expires_at"] is None) for one in muted] == [
        ("carla", True),
        ("amina", False),
    ]
    node.clock.pass_by(MINUTE + 1)
    assert not (await relation(app, amina.id))["muting"]
    assert await EndedMutes(node.store, node.clock).run_once() == 1
    assert [one["acct"] for one in await app.get("/api/v1/mutes")] == ["carla"]
    assert not (await app.post(f"/api/v1/accounts/{carla.id}/unmute"))["muting"]
    assert await app.get("/api/v1/mutes") == []


async def test_muting_again_changes_how(node: LocalNode) -> None:
    app, amina = await app_of(node, "basile"), await app_of(node, "amina")
    path = f"/api/v1/accounts/{amina.id}/mute"
    await app.post(path, json={"duration": MINUTE})
    answer = await app.post(path, json={"notifications": False, "duration": 0})
    assert (answer["muting_notifications"], answer["muting_expires_at"]) == (False, None)
    far = await app.post(path, json={"duration": 10**15})
    assert far["muting_expires_at"] > "2030"
    await app.post(path, json={"duration": "soon"}, expect=422)
    assert not (await app.post(f"/api/v1/accounts/{app.id}/mute"))["muting"]


async def test_a_blocked_domain_is_left_and_left_alone(network: Network) -> None:
    basile, amina, amina_here, basile_there = await pair(network)
    await basile.post(f"/api/v1/accounts/{amina_here}/follow")
    await amina.post(f"/api/v1/accounts/{basile_there}/follow")
    await network.settle()
    await basile.post("/api/v1/domain_blocks", form={"domain": "LA-BAS.example"})
    await basile.post("/api/v1/domain_blocks", form={"domain": "la-bas.example"})
    assert await basile.get("/api/v1/domain_blocks") == ["la-bas.example"]
    bond = await relation(basile, amina_here)
    assert (bond["domain_blocking"], bond["following"], bond["followed_by"]) == (
        True,
        False,
        False,
    )
    await network.settle()
    there = await relation(amina, basile_there)
    assert (there["following"], there["followed_by"]) == (False, False)
    await basile.post(f"/api/v1/accounts/{amina_here}/follow", expect=403)
    await amina.post(f"/api/v1/accounts/{basile_there}/follow")
    await network.settle()
    assert not (await relation(basile, amina_here))["followed_by"]
    await basile.delete("/api/v1/domain_blocks", query={"domain": "la-bas.example"})
    assert await basile.get("/api/v1/domain_blocks") == []
    assert (await basile.post(f"/api/v1/accounts/{amina_here}/follow"))["following"]


async def test_what_is_no_domain_is_refused(node: LocalNode) -> None:
    app = await app_of(node, "basile")
    for typed in ("", " ", "a b", "node.example", "..", "x" * 300):
        await app.post("/api/v1/domain_blocks", json={"domain": typed}, expect=422)
    await app.post("/api/v1/domain_blocks", expect=422)
    await app.delete("/api/v1/domain_blocks", json={"domain": "unknown.example"})
    reader = await app_of(node, "basile", scopes="read")
    await reader.post("/api/v1/domain_blocks", json={"domain": "x.example"}, expect=403)


async def test_domains_are_paged(node: LocalNode) -> None:
    app = await app_of(node, "basile")
    for number in range(3):
        await app.post("/api/v1/domain_blocks", json={"domain": f"d{number}.example"})
    first = await app.ask("GET", "/api/v1/domain_blocks", query={"limit": 2})
    assert first.json == ["d2.example", "d1.example"]
    rest = await app.get(str(first.link("next")).partition("node.example")[2])
    assert rest == ["d0.example"]
