"""Measures from an administrator's app have real effects, here and on other servers."""

from typing import Any

import pytest

from actors.administration import NotPossible, set_domain_rule
from actors.moderation import set_sanction
from storage.records import ActorRecord
from tests.clients.admin.desk import acts, administrator
from tests.support.apps import App, app_of
from tests.support.factories import activity, create, note
from tests.support.fediverse import LocalNode, Network
from tests.support.openapi import check_entity

PATH = "/api/v1/admin/accounts"
LUC = "https://far.example/users/luc"


async def known(node: LocalNode, url: str) -> ActorRecord:
    found = await node.actor(url)
    assert found is not None
    return found


async def give_role(node: LocalNode, actor: ActorRecord, role: str) -> None:
    await node.store.write(lambda tx: tx.members.set_role(actor.id, role))


async def rule_about_far(node: LocalNode, severity: str) -> None:
    now = node.clock.ms
    await node.store.write(lambda tx: set_domain_rule(tx, "lea", "far.example", severity, "", now))


async def measure(app: App, actor: ActorRecord, kind: str, expect: int = 200, **more: Any) -> Any:
    sent = {"type": kind, **more}
    return await app.post(f"{PATH}/{actor.id}/action", json=sent, expect=expect)


async def test_only_administrators_with_the_scope_come_in(node: LocalNode) -> None:
    for name, role, scopes in (
        ("emile", "editor", "admin:read admin:write"),
        ("lea", "admin", "read write"),
    ):
        actor = await node.person(name)
        await give_role(node, actor, role)
        app = await app_of(node, name, scopes)
        for path in (PATH, "/api/v2/admin/accounts", f"{PATH}/{actor.id}"):
            await app.get(path, expect=403)
        for done in ("enable", "unsilence", "unsuspend", "unsensitive", "approve", "reject"):
            await app.post(f"{PATH}/{actor.id}/{done}", expect=403)
        await app.post(f"{PATH}/{actor.id}/action", json={"type": "suspend"}, expect=403)
        await app.delete(f"{PATH}/{actor.id}", expect=403)
    await App(node).get(PATH, expect=401)
    reader = await administrator(node, "ada", "admin:read:accounts")
    await reader.get(PATH)
    await reader.post(f"{PATH}/1/enable", expect=403)
    await reader.get("/api/v1/admin/reports", expect=403)


async def test_accounts_are_listed_filtered_and_paged(node: LocalNode) -> None:
    app = await administrator(node)
    for name in ("amina", "nour"):
        await node.person(name)
    node.wires.person(LUC)
    await node.services.remote.by_url(LUC)
    everybody = await app.get(PATH)
    assert [one["username"] for one in everybody] == ["luc", "nour", "amina", "lea", "greta"]
    for one in everybody:
        assert one["account"]["id"] == one["id"]
    local = everybody[1]
    assert local | {"email": "x@x"} == local | {"email": "x@x"}
    check_entity("AdminAccount", local | {"email": "nour@node.example"})
    assert (everybody[0]["domain"], everybody[0]["role"]) == ("far.example", None)

    async def names(path: str = PATH, **query: str) -> list[str]:
        return [one["username"] for one in await app.get(path, query=query)]

    later = "/api/v2/admin/accounts"
    assert await names(remote="true") == ["luc"]
    assert await names(local="1", username="MIN") == ["amina"]
    assert await names(by_domain="far.example") == ["luc"]
    assert await names(staff="true") == ["lea", "greta"]
    assert await names(pending="true") == []
    assert await names(later, origin="local", status="active", display_name="nour") == ["nour"]
    assert await names(later, status="suspended") == []
    assert await names(later, permissions="staff", username="l%") == []
    await app.get(later, query={"status": "lost"}, expect=422)
    first = await app.ask("GET", PATH, query={"limit": "2"})
    assert [one["username"] for one in first.json] == ["luc", "nour"]
    following = first.link("next")
    assert following is not None
    rest = await app.get(following.removeprefix("https://node.example"))
    assert [one["username"] for one in rest] == ["amina", "lea"]
    back = await app.get(PATH, query={"min_id": rest[0]["id"], "limit": "1"})
    assert [one["username"] for one in back] == ["nour"]


async def test_a_suspended_neighbour_is_not_heard_and_not_seen_any_more(node: LocalNode) -> None:
    app, amina = await administrator(node), await node.person("amina")
    url = await node.write("amina", "Bonjour")
    record = await node.object(url)
    assert record is not None
    theirs = await app_of(node, "amina")
    await measure(app, amina, "suspend", text="Insultes")
    await theirs.get(f"/api/v1/statuses/{record.id}", expect=403)
    await App(node).get(f"/api/v1/statuses/{record.id}", expect=404)
    client = node.app.test_client()
    page = await client.get("/@amina", headers={"Host": node.host, "Accept": "text/html"})
    assert page.status_code == 403
    found = await app.get(f"{PATH}/{amina.id}")
    assert found["suspended"] is True
    assert found["account"]["suspended"] is True
    assert "lea: account suspend amina@node.example" in await acts(node)
    assert (await app.post(f"{PATH}/{amina.id}/unsuspend"))["suspended"] is False
    await theirs.get(f"/api/v1/statuses/{record.id}")
    await App(node).get(f"/api/v1/statuses/{record.id}")
    await app.post(f"{PATH}/{amina.id}/unsuspend", expect=403)


async def test_other_servers_hear_of_a_suspension(network: Network) -> None:
    here, there = await network.node("greta"), await network.node("pole")
    amina = await here.person("amina")
    await there.ask_to_follow("zoe", "amina@greta.example")
    await network.settle()
    app = await administrator(here)
    await measure(app, amina, "suspend")
    await network.settle()
    copy = await known(there, amina.url)
    assert copy.name == ""
    await app.post(f"{PATH}/{amina.id}/unsuspend")
    await network.settle()
    assert (await known(there, amina.url)).name == "Amina"


async def test_somebody_elsewhere_is_suspended_for_good_until_it_is_lifted(
    node: LocalNode,
) -> None:
    luc = node.wires.person(LUC)
    await node.befriend("nour", luc)
    written = note(luc, "Insultes")
    await node.receive(luc, create(luc, written))
    app, actor = await administrator(node), await known(node, LUC)
    await measure(app, actor, "suspend")
    nour = await app_of(node, "nour")
    record = await node.object(written["id"])
    assert record is not None
    await nour.get(f"/api/v1/statuses/{record.id}", expect=404)
    assert await node.follow((await node.person("nour")).url, LUC) is None
    note_ = await node.receive(luc, create(luc, note(luc, "Encore")))
    assert note_.startswith("ignored")
    # neither a renewed profile nor a changed rule about the server gives them back
    await node.services.remote.by_url(LUC, refresh=True)
    for severity in ("limit", ""):
        await rule_about_far(node, severity)
        found = await known(node, LUC)
        assert (found.state, found.severity) == ("suspended", "suspend")
    await app.post(f"{PATH}/{actor.id}/unsuspend")
    assert (await known(node, LUC)).severity == ""
    await nour.get(f"/api/v1/statuses/{record.id}")
    accepted = await node.receive(luc, create(luc, note(luc, "Pardon")))
    assert not accepted.startswith("ignored: the actor")


async def test_nothing_is_sent_to_the_suspended(node: LocalNode) -> None:
    luc = node.wires.person(LUC)
    await node.services.remote.by_url(LUC)
    app = await administrator(node)
    await measure(app, await known(node, LUC), "suspend")
    await node.write("nour", "Bonjour @luc@far.example", visibility="direct")
    for worker in (node.services.fanout_worker, node.services.delivery_worker):
        await worker.run_once()
    assert node.wires.delivered(f"{luc.url}/inbox") == []


@pytest.mark.parametrize("rule", ["", "reject_media"])
async def test_the_limited_are_heard_by_followers_alone(node: LocalNode, rule: str) -> None:
    if rule:
        await rule_about_far(node, rule)
    luc = node.wires.person(LUC)
    await node.services.remote.by_url(LUC)
    app = await administrator(node)
    await measure(app, await known(node, LUC), "silence")
    for name in ("nour", "rene"):
        await node.person(name)
    await node.befriend("rene", luc)
    named = ["https://node.example/users/nour", "https://node.example/users/rene"]
    tags = [{"type": "Mention", "href": url, "name": "@x"} for url in named]
    await node.receive(luc, create(luc, note(luc, "Hé", cc=named, tag=tags)))
    assert await node.notified("nour") == []
    assert await node.notified("rene") == ["mention"]
    found = await app.get(f"{PATH}/{(await known(node, LUC)).id}")
    assert (found["silenced"], found["account"]["limited"]) == (True, True)
    back = await app.post(f"{PATH}/{found['id']}/unsilence")
    assert back["silenced"] is False


async def test_files_of_the_sensitive_are_covered_here_and_elsewhere(network: Network) -> None:
    here, there = await network.node("greta"), await network.node("pole")
    amina = await here.person("amina")
    await there.ask_to_follow("zoe", "amina@greta.example")
    await network.settle()
    before = await here.object(await here.write("amina", "Avant"))
    app = await administrator(here)
    await measure(app, amina, "sensitive")
    assert before is not None
    status = await app.get(f"/api/v1/statuses/{before.id}")
    assert status["sensitive"] is True
    here.people["amina"] = await known(here, amina.url)
    url = await here.write("amina", "Après")
    await network.settle()
    copy = await there.object(url)
    assert copy is not None
    assert copy.sensitive == 1
    assert (await app.post(f"{PATH}/{amina.id}/unsensitive"))["sensitized"] is False


async def test_a_closed_account_is_opened_again(node: LocalNode) -> None:
    app, amina = await administrator(node), await node.person("amina")
    theirs = await app_of(node, "amina")
    await measure(app, amina, "disable", text="Partie")
    await theirs.get("/api/v1/announcements", expect=401)
    assert (await app.get(f"{PATH}/{amina.id}"))["disabled"] is True
    assert [one["id"] for one in await app.get(PATH, query={"disabled": "true"})] == [str(amina.id)]
    await measure(app, amina, "disable", expect=422)
    assert (await app.post(f"{PATH}/{amina.id}/enable"))["disabled"] is False
    await app.post(f"{PATH}/{amina.id}/enable", expect=422)


async def test_the_member_gets_a_mail_and_the_report_is_settled(node: LocalNode) -> None:
    app, amina = await administrator(node), await node.person("amina")
    await node.store.write(
        lambda tx: tx.connection.execute(
            "update members set email = 'amina@x.example' where actor_id = $1", amina.id
        )
    )
    nour = await app_of(node, "nour")
    report = await nour.post("/api/v1/reports", json={"account_id": str(amina.id)})
    more = {"report_id": report["id"], "text": "Soyez polie.", "send_email_notification": True}
    await measure(app, amina, "none", **more)
    (mail,) = [m for m in await node.store.query(_mails) if m[0] == "amina@x.example"]
    assert "Soyez polie." in mail[1]
    (told,) = await (await app_of(node, "amina")).get("/api/v1/notifications")
    assert told["type"] == "moderation_warning"
    assert told["moderation_warning"]["action"] == "none"
    assert told["moderation_warning"]["text"] == "Soyez polie."
    settled = await app.get(f"/api/v1/admin/reports/{report['id']}")
    assert settled["action_taken"] is True
    assert settled["action_taken_by_account"]["username"] == "lea"
    await measure(app, amina, "none", expect=422, **more)
    await measure(app, amina, "none", expect=404, report_id="1")
    assert "lea: account warn amina@node.example" in await acts(node)


async def _mails(tx: Any) -> list[tuple[str, str]]:
    rows = await tx.connection.fetch_all("select recipient, text from mails")
    return [(row[0], row[1]) for row in rows]


async def test_only_the_suspended_are_deleted(node: LocalNode) -> None:
    app, amina = await administrator(node), await node.person("amina")
    url = await node.write("amina", "Bonjour")
    await app.delete(f"{PATH}/{amina.id}", expect=403)
    await measure(app, amina, "suspend")
    removed = await app.delete(f"{PATH}/{amina.id}")
    assert removed["suspended"] is True
    assert (await known(node, amina.url)).state == "gone"
    record = await node.object(url)
    assert record is not None
    assert record.deleted_at is not None
    await app.get(f"{PATH}/{amina.id}", expect=404)
    node.wires.person(LUC)
    await node.services.remote.by_url(LUC)
    luc = await known(node, LUC)
    await measure(app, luc, "suspend")
    await app.delete(f"{PATH}/{luc.id}")
    assert (await known(node, LUC)).state == "gone"


async def test_what_makes_no_sense_is_refused(node: LocalNode) -> None:
    app, greta = await administrator(node), node.people["greta"]
    lea, amina = await node.person("lea"), await node.person("amina")
    for kind in ("suspend", "disable", "silence"):
        await measure(app, greta, kind, expect=422)
        await measure(app, lea, kind, expect=403)
    await measure(app, amina, "explode", expect=422)
    await measure(app, amina, "", expect=422)
    await app.post(f"{PATH}/1/action", json={"type": "none"}, expect=404)
    await app.post(f"{PATH}/{amina.id}/unsilence", expect=403)
    for done in ("approve", "reject"):
        await app.post(f"{PATH}/{amina.id}/{done}", expect=403)
        await app.post(f"{PATH}/1/{done}", expect=404)
    node.wires.person(LUC)
    await node.services.remote.by_url(LUC)
    await measure(app, await known(node, LUC), "disable", expect=422)


async def test_the_last_person_in_charge_cannot_be_taken_away(node: LocalNode) -> None:
    await administrator(node, "lea")
    lea, now = await node.person("lea"), node.clock.ms
    with pytest.raises(NotPossible):
        await node.store.write(lambda tx: set_sanction(tx, "x", lea, "suspend", "", now))
    await administrator(node, "ada")
    changed = await node.store.write(lambda tx: set_sanction(tx, "x", lea, "suspend", "", now))
    assert changed.state == "suspended"


async def test_a_suspended_account_whose_server_takes_it_back_stays_suspended(
    node: LocalNode,
) -> None:
    luc = node.wires.person(LUC)
    await node.services.remote.by_url(LUC)
    app = await administrator(node)
    await measure(app, await known(node, LUC), "suspend")
    actor = await known(node, LUC)
    await node.store.write(lambda tx: tx.actors.set_state(actor.id, "gone", 1))
    await node.store.write(lambda tx: tx.actors.revive(actor.id))
    assert (await known(node, LUC)).state == "suspended"
    follow = activity(luc, "Follow", (await node.person("nour")).url)
    assert (await node.receive(luc, follow)).startswith("ignored")
