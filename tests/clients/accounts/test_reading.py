"""Accounts as apps read them: one, several, by name, oneself."""

import pytest

from tests.support.apps import App, app_of
from tests.support.fediverse import LocalNode, Network
from tests.support.openapi import check_entity


async def test_an_account_has_every_documented_field(node: LocalNode) -> None:
    amina = await app_of(node, "amina")
    account = await App(node).get(f"/api/v1/accounts/{amina.id}")
    check_entity("Account", account)
    assert (account["acct"], account["bot"], account["locked"]) == ("amina", False, False)


@pytest.mark.parametrize("number", ["1", "0", "9" * 25, str(2**63), "amina"])
async def test_what_is_no_account_is_not_found(node: LocalNode, number: str) -> None:
    app = await app_of(node, "amina")
    for path in ("", "/statuses", "/followers", "/endorsements"):
        answer = await app.get(f"/api/v1/accounts/{number}{path}", expect=404)
        assert answer == {"error": "Record not found"}
    for act in ("follow", "unfollow", "block", "mute", "note", "endorse"):
        await app.post(f"/api/v1/accounts/{number}/{act}", expect=404)


async def test_several_accounts_come_in_the_order_asked_for(node: LocalNode) -> None:
    amina, basile = await app_of(node, "amina"), await app_of(node, "basile")
    found = await App(node).get("/api/v1/accounts", query={"id[]": [basile.id, "x", amina.id]})
    assert [account["id"] for account in found] == [basile.id, amina.id]


async def test_whoever_left_is_not_found(node: LocalNode) -> None:
    amina, basile = await app_of(node, "amina"), await app_of(node, "basile")
    async with node.store.transaction() as tx:
        await tx.actors.erase(int(amina.id), node.clock.ms)
    await basile.get(f"/api/v1/accounts/{amina.id}", expect=404)
    assert await basile.get("/api/v1/accounts", query={"id[]": amina.id}) == []


async def test_suspended_accounts_say_nothing_of_themselves(node: LocalNode) -> None:
    amina, basile = await app_of(node, "amina"), await app_of(node, "basile")
    await node.write("amina", "Bonjour")
    async with node.store.transaction() as tx:
        await tx.actors.set_state(int(amina.id), "suspended", node.clock.ms)
    account = await basile.get(f"/api/v1/accounts/{amina.id}")
    assert (account["suspended"], account["display_name"]) == (True, "")
    assert await basile.get(f"/api/v1/accounts/{amina.id}/statuses") == []
    query = {"id[]": amina.id}
    assert await basile.get("/api/v1/accounts/relationships", query=query) == []
    query["with_suspended"] = "true"
    assert len(await basile.get("/api/v1/accounts/relationships", query=query)) == 1


async def test_accounts_are_looked_up_by_name(node: LocalNode) -> None:
    amina = await app_of(node, "amina")
    for name in ("amina", "@Amina", "amina@node.example", "@amina@NODE.example"):
        found = await App(node).get("/api/v1/accounts/lookup", query={"acct": name})
        assert found["id"] == amina.id
    for name in ("", "nobody", "amina@elsewhere.example", "@@", "a@b c"):
        await App(node).get("/api/v1/accounts/lookup", query={"acct": name}, expect=404)


async def test_people_elsewhere_are_found_by_their_address(network: Network) -> None:
    here, there = await network.node("ici"), await network.node("la-bas")
    await there.person("amina")
    app = await app_of(here, "basile")
    query = {"q": "@amina@la-bas.example"}
    assert await app.get("/api/v1/accounts/search", query=query) == []
    found = await app.get("/api/v1/accounts/search", query=query | {"resolve": "true"})
    assert [account["acct"] for account in found] == ["amina@la-bas.example"]
    assert found == await app.get("/api/v1/accounts/search", query={"q": "amina"})
    address = {"q": "https://la-bas.example/users/amina", "resolve": "1"}
    assert found == await app.get("/api/v1/accounts/search", query=address)
    nobody = {"q": "@nobody@la-bas.example", "resolve": "true"}
    assert await app.get("/api/v1/accounts/search", query=nobody) == []


async def test_a_search_can_keep_to_those_who_are_followed(node: LocalNode) -> None:
    app, amine = await app_of(node, "basile"), await app_of(node, "amine")
    await node.person("amina")
    both = await app.get("/api/v1/accounts/search", query={"q": "ami"})
    assert {account["acct"] for account in both} == {"amine", "amina"}
    await app.post(f"/api/v1/accounts/{amine.id}/follow")
    await node.work_inbox()
    query = {"q": "ami", "following": "true"}
    followed = await app.get("/api/v1/accounts/search", query=query)
    assert [account["acct"] for account in followed] == ["amine"]
    rest = await app.get("/api/v1/accounts/search", query={"q": "ami", "limit": 1, "offset": 1})
    assert [account["acct"] for account in rest] == ["amina"]
    assert await app.get("/api/v1/accounts/search", query={"q": "  "}) == []
    await app.get("/api/v1/accounts/search", query={"q": "ami", "limit": "many"}, expect=422)


async def test_oneself_is_read_with_the_profile_scope_alone(node: LocalNode) -> None:
    app = await app_of(node, "amina", scopes="profile")
    account = await app.get("/api/v1/accounts/verify_credentials")
    check_entity("CredentialAccount", account)
    assert account["source"]["privacy"] == "public"
    assert account["role"]["permissions"] == "0"
    await app.get("/api/v1/preferences", expect=403)
    await (await app_of(node, "amina", scopes="write")).get(
        "/api/v1/accounts/verify_credentials", expect=403
    )
    await App(node).get("/api/v1/accounts/verify_credentials", expect=401)


async def test_nobody_has_identity_proofs(node: LocalNode) -> None:
    app = await app_of(node, "amina")
    assert await app.get(f"/api/v1/accounts/{app.id}/identity_proofs") == []
    await app.get("/api/v1/accounts/1/identity_proofs", expect=404)
