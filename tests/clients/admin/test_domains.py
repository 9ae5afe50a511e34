"""Rules about servers and mail domains from an administrator's app."""

from typing import Any

import pytest

from actors.sign_in.invitations import Wanted, invite
from tests.clients.admin.desk import acts, administrator
from tests.support.apps import app_of
from tests.support.fediverse import LocalNode
from tests.support.openapi import check_entity

BLOCKS = "/api/v1/admin/domain_blocks"
ALLOWS = "/api/v1/admin/domain_allows"
MAIL = "/api/v1/admin/email_domain_blocks"


async def test_a_server_is_shut_out_limited_and_let_in_again(node: LocalNode) -> None:
    app = await administrator(node)
    luc = node.wires.person("https://bad.example/users/luc")
    await node.services.remote.by_url(luc.url)
    sent = {
        "domain": "Bad.example",
        "severity": "suspend",
        "private_comment": "loud",
        "public_comment": "Spam",
        "obfuscate": True,
    }
    made = await app.post(BLOCKS, json=sent)
    check_entity("AdminDomainBlock", made)
    assert (made["domain"], made["severity"], made["reject_media"]) == (
        "bad.example",
        "suspend",
        True,
    )
    assert (made["private_comment"], made["public_comment"]) == ("loud", "Spam")
    actor = await node.actor(luc.url)
    assert actor is not None
    assert actor.severity == "suspend"
    assert await app.get(f"{BLOCKS}/{made['id']}") == made
    assert await app.get(BLOCKS) == [made]
    softer = await app.put(
        f"{BLOCKS}/{made['id']}", json={"severity": "silence", "reject_media": False}
    )
    assert (softer["severity"], softer["private_comment"], softer["obfuscate"]) == (
        "silence",
        "loud",
        True,
    )
    assert softer["id"] == made["id"]
    actor = await node.actor(luc.url)
    assert actor is not None
    assert actor.severity == "limit"
    pictures = await app.put(
        f"{BLOCKS}/{made['id']}", json={"severity": "noop", "reject_media": True}
    )
    assert (pictures["severity"], pictures["reject_media"]) == ("noop", True)
    again = await app.post(BLOCKS, json={"domain": "bad.example"}, expect=422)
    assert again["existing_domain_block"]["id"] == made["id"]
    assert await app.delete(f"{BLOCKS}/{made['id']}") == {}
    await app.get(f"{BLOCKS}/{made['id']}", expect=404)
    await app.delete(f"{BLOCKS}/{made['id']}", expect=404)
    actor = await node.actor(luc.url)
    assert actor is not None
    assert actor.severity == ""
    assert "lea: domain suspend bad.example" in await acts(node)


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"domain": ""},
        {"domain": "not a domain"},
        {"domain": "node.example"},
        {"domain": "example"},
        {"domain": "x.example", "severity": "moon"},
        {"domain": "x.example", "severity": "noop"},
        {"domain": "x.example", "severity": "silence", "reject_media": True},
    ],
)
async def test_a_rule_that_makes_no_sense_is_refused(node: LocalNode, sent: Any) -> None:
    app = await administrator(node)
    await app.post(BLOCKS, json=sent, expect=422)
    assert await app.get(BLOCKS) == []


async def test_a_subdomain_is_allowed_below_a_rule(node: LocalNode) -> None:
    app = await administrator(node)
    block = await app.post(BLOCKS, json={"domain": "bad.example", "severity": "suspend"})
    made = await app.post(ALLOWS, json={"domain": "good.bad.example"})
    check_entity("AdminDomainAllow", made)
    assert await node.services.rules.severity("good.bad.example") == ""
    assert await node.services.rules.severity("bad.example") == "suspend"
    assert await app.get(ALLOWS) == [made]
    assert await app.post(ALLOWS, json={"domain": "good.bad.example"}) == made
    await app.get(f"{ALLOWS}/{block['id']}", expect=404)
    await app.get(f"{BLOCKS}/{made['id']}", expect=404)
    await app.post(ALLOWS, json={"domain": "bad.example"}, expect=422)
    await app.post(ALLOWS, json={"domain": "a b"}, expect=422)
    assert await app.get(f"{ALLOWS}/{made['id']}") == made
    assert await app.delete(f"{ALLOWS}/{made['id']}") == {}
    assert await app.get(ALLOWS) == []


async def test_addresses_at_a_mail_domain_are_invited_no_more(node: LocalNode) -> None:
    app = await administrator(node)
    made = await app.post(MAIL, json={"domain": "throwaway.example"})
    check_entity("AdminEmailDomainBlock", made)
    wanted = [Wanted("a@throwaway.example", ""), Wanted("b@x.Throwaway.example", "")]
    wanted.append(Wanted("c@example.org", ""))
    sent, problems = await node.store.write(lambda tx: invite(tx, "lea", wanted, node.clock.ms))
    assert [one.invitation.mail for one in sent] == ["c@example.org"]
    assert [one.wrong for one in problems] == ["shut", "shut"]
    assert await app.get(MAIL) == [made]
    assert await app.get(f"{MAIL}/{made['id']}") == made
    await app.post(MAIL, json={"domain": "throwaway.example"}, expect=422)
    await app.post(MAIL, json={"domain": "no domain"}, expect=422)
    assert await app.delete(f"{MAIL}/{made['id']}") == {}
    await app.delete(f"{MAIL}/{made['id']}", expect=404)
    await app.get(f"{MAIL}/{made['id']}", expect=404)
    sent, problems = await node.store.write(lambda tx: invite(tx, "lea", wanted[:1], node.clock.ms))
    assert (len(sent), problems) == (1, [])


async def test_rules_are_paged_latest_first(node: LocalNode) -> None:
    app = await administrator(node)
    for name in "abc":
        await app.post(BLOCKS, json={"domain": f"{name}.example"})
    first = await app.ask("GET", BLOCKS, query={"limit": "2"})
    assert [one["domain"] for one in first.json] == ["c.example", "b.example"]
    following = first.link("next")
    assert following is not None
    rest = await app.get(following.removeprefix("https://node.example"))
    assert [one["domain"] for one in rest] == ["a.example"]


@pytest.mark.parametrize("path", [BLOCKS, ALLOWS, MAIL])
async def test_nobody_else_makes_rules(node: LocalNode, path: str) -> None:
    nour = await app_of(node, "nour", "admin:read admin:write")
    await nour.get(path, expect=403)
    await nour.get(f"{path}/1", expect=403)
    await nour.post(path, json={"domain": "x.example"}, expect=403)
    await nour.delete(f"{path}/1", expect=403)
    lea = await administrator(node, scopes="admin:read")
    await lea.post(path, json={"domain": "x.example"}, expect=403)
