"""What members report from their apps reaches our administrators, and other servers if asked."""

from typing import Any

import pytest

from actors.site import HouseRules, save_site
from storage.records import ReportRecord
from storage.reports import ReportStatements
from tests.support.apps import App, app_of
from tests.support.factories import create, note
from tests.support.fediverse import LocalNode
from tests.support.openapi import check_entity
from tests.support.signed_in import post, signed_in

PATH = "/api/v1/reports"
LUC = "https://far.example/users/luc"


async def number_of(node: LocalNode, url: str) -> str:
    record = await node.object(url)
    assert record is not None
    return str(record.id)


async def reports(node: LocalNode) -> list[ReportRecord]:
    return await node.store.query(lambda tx: ReportStatements(tx.connection).listed("open"))


async def test_a_neighbour_is_reported_with_posts_and_rules(node: LocalNode) -> None:
    rules = HouseRules("Be kind\n\nNo spam")
    await node.store.write(lambda tx: save_site(tx, "lea", rules, node.clock.ms))
    node.services.web.site.forget()
    app, target = await app_of(node, "nour"), await node.person("amina")
    mine = await number_of(node, await node.write("nour", "À moi"))
    theirs = await number_of(node, await node.write("amina", "Insultes"))
    rule = rules.listed()[0]
    found = await app.post(
        PATH,
        json={
            "account_id": str(target.id),
            "status_ids": [theirs, mine, "1", "x"],
            "comment": "Insultes",
            "rule_ids": [str(rule.number), "7"],
            "collection_ids": ["1"],
            "forward": True,
        },
    )
    check_entity("Report", found)
    assert found["status_ids"] == [theirs]
    assert found["rule_ids"] == [str(rule.number)]
    assert (found["category"], found["forwarded"]) == ("violation", False)
    assert found["target_account"]["acct"] == "amina"
    lea = await signed_in(node, "lea", role="admin")
    page = await (await lea.get(f"/admin/reports/{found['id']}")).get_data(as_text=True)
    assert "Be kind" in page
    assert "Insultes" in page


async def test_administrators_get_a_mail(node: LocalNode) -> None:
    await signed_in(node, "lea", role="admin")
    lea = await node.person("lea")
    await node.store.write(
        lambda tx: tx.connection.execute(
            "update members set email = 'lea@x.example' where actor_id = $1", lea.id
        )
    )
    before = await node.count("mails")
    target = await node.person("amina")
    await (await app_of(node, "nour")).post(PATH, form={"account_id": str(target.id)})
    assert await node.count("mails") == before + 1


async def told(node: LocalNode, url: str) -> list[dict[str, Any]]:
    for worker in (node.services.fanout_worker, node.services.delivery_worker):
        await worker.run_once()
    return node.wires.delivered(f"{url}/inbox")


async def test_the_other_server_is_told_in_the_nodes_name(node: LocalNode) -> None:
    luc = node.wires.person(LUC)
    await node.befriend("nour", luc)
    written = note(luc, "Insultes")
    await node.receive(luc, create(luc, written))
    app = await app_of(node, "nour")
    target = await node.actor(LUC)
    assert target is not None
    number = await number_of(node, written["id"])
    sent = {"account_id": str(target.id), "status_ids[]": number, "forward": "true"}
    found = await app.post(PATH, form=sent | {"category": "spam", "comment": "Publicité"})
    assert (found["forwarded"], found["category"]) == (True, "spam")
    (flag,) = await told(node, LUC)
    assert flag["type"] == "Flag"
    assert flag["actor"] == "https://node.example/actor"
    assert flag["object"] == [LUC, written["id"]]
    assert flag["content"] == "Publicité"


async def test_only_the_servers_that_were_chosen_are_told(node: LocalNode) -> None:
    luc, max_ = node.wires.person(LUC), node.wires.person("https://other.example/users/max")
    for person in (luc, max_):
        await node.befriend("nour", person)
    first = note(max_, "Bonjour")
    await node.receive(max_, create(max_, first))
    answer = note(luc, "Insultes", inReplyTo=first["id"])
    await node.receive(luc, create(luc, answer))
    target = await node.actor(LUC)
    assert target is not None
    sent = {
        "account_id": str(target.id),
        "status_ids": [await number_of(node, answer["id"])],
        "forward": True,
        "forward_to_domains": ["other.example"],
    }
    found = await (await app_of(node, "nour")).post(PATH, json=sent)
    assert found["forwarded"] is True
    assert await told(node, LUC) == []
    assert [one["type"] for one in await told(node, max_.url)] == ["Flag"]


async def test_what_makes_no_sense_is_refused(node: LocalNode) -> None:
    app, target = await app_of(node, "nour"), await node.person("amina")
    for wrong in ("", "x", "1", str(2**70), None):
        await app.post(PATH, json={"account_id": wrong}, expect=404)
    await app.post(PATH, json={"account_id": app.id}, expect=422)
    sent = {"account_id": str(target.id)}
    assert "Category" in (await app.post(PATH, json=sent | {"category": "x"}, expect=422))["error"]
    await app.post(PATH, json=sent | {"comment": "x" * 1001}, expect=422)
    await app.post(PATH, json=sent | {"status_ids": {"a": 1}}, expect=200)
    await App(node).post(PATH, json=sent, expect=401)
    await (await app_of(node, "rene", "read write:statuses")).post(PATH, json=sent, expect=403)
    assert len(await reports(node)) == 1


@pytest.mark.parametrize("visibility", ["followers", "direct"])
async def test_nobody_learns_of_posts_that_they_may_not_see(
    node: LocalNode, visibility: str
) -> None:
    target = await node.person("amina")
    hidden = await number_of(node, await node.write("amina", "Secret", visibility=visibility))
    app = await app_of(node, "nour")
    found = await app.post(PATH, json={"account_id": str(target.id), "status_ids": [hidden]})
    assert found["status_ids"] is None


async def test_a_report_is_taken_over_given_back_and_opened_again(node: LocalNode) -> None:
    target = await node.person("amina")
    app = await app_of(node, "nour")
    number = (await app.post(PATH, json={"account_id": str(target.id)}))["id"]
    lea = await signed_in(node, "lea", role="admin")
    page = f"/admin/reports/{number}"
    await post(lea, f"{page}/take")
    (record,) = await reports(node)
    assert record.assigned_to == (await node.person("lea")).id
    assert "lea" in (await (await lea.get(page)).get_data(as_text=True)).lower()
    await post(lea, f"{page}/take", give_back="1")
    assert (await reports(node))[0].assigned_to is None
    assert (await post(lea, f"{page}/reopen")).status_code == 422
    await post(lea, page, outcome="kept", reason="Rien de grave")
    assert await reports(node) == []
    await post(lea, f"{page}/reopen")
    (record,) = await reports(node)
    assert (record.state, record.decided_by, record.decision) == ("open", None, "")
    assert (await post(lea, "/admin/reports/1/take")).status_code == 422
