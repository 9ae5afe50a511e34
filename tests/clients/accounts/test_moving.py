"""Aliases, and moving to another account."""

from actors.auth import hash_password
from tests.clients.accounts.test_follows import pair, relation
from tests.support.apps import app_of
from tests.support.fediverse import LocalNode, Network

PASSWORD = "le phare de Gatteville"


async def give_password(node: LocalNode, actor_id: int) -> None:
    async with node.store.transaction() as tx:
        await tx.members.set_password(actor_id, hash_password(PASSWORD))


async def test_a_member_moves_to_another_node(network: Network) -> None:
    basile, amina, amina_here, _ = await pair(network)
    assert basile.actor is not None
    assert amina.actor is not None
    carla = await app_of(basile.node, "carla")
    await carla.post(f"/api/v1/accounts/{basile.id}/follow")
    await basile.node.work_inbox()
    alias = {"also_known_as_uris": [basile.actor.html_url]}
    await amina.post("/api/v1/accounts/alias", json=alias)
    await give_password(basile.node, int(basile.id))
    wanted = {"moved_to_uri": amina.actor.url, "password": "wrong"}
    await basile.post("/api/v1/accounts/move", json=wanted, expect=401)
    await basile.post("/api/v1/accounts/move", json=wanted | {"password": PASSWORD}, expect=202)
    await network.settle()
    moved = await carla.get(f"/api/v1/accounts/{basile.id}")
    assert moved["moved"]["id"] == amina_here
    assert (await relation(carla, amina_here))["following"]
    await carla.post(f"/api/v1/accounts/{basile.id}/follow", expect=403)


async def test_a_move_needs_an_alias_and_an_address(network: Network) -> None:
    basile, amina, _, _ = await pair(network)
    assert basile.actor is not None
    assert amina.actor is not None
    await give_password(basile.node, int(basile.id))
    known = {"password": PASSWORD}
    for uri in ("", "amina", amina.actor.url, basile.actor.url):
        sent = known | {"moved_to_uri": uri}
        await basile.post("/api/v1/accounts/move", json=sent, expect=422)
    for uri in ("not an address", "https://la-bas.example/users/nobody", basile.actor.url):
        named = {"also_known_as_uris": [uri]}
        await basile.post("/api/v1/accounts/alias", json=named, expect=422)
    await basile.post("/api/v1/accounts/alias", json={"also_known_as_uris": []})


async def test_guessing_a_password_is_slowed_down(node: LocalNode) -> None:
    app = await app_of(node, "amina")
    await give_password(node, int(app.id))
    sent = {"moved_to_uri": "https://x.example/users/a", "password": "wrong"}
    for _ in range(8):
        await app.post("/api/v1/accounts/move", json=sent, expect=401)
    await app.post("/api/v1/accounts/move", json=sent | {"password": PASSWORD}, expect=429)
