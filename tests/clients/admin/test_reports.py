"""Reports in an administrator's app: the same queue as on the pages."""

from actors.site import HouseRules, save_site
from tests.clients.admin.desk import acts, administrator
from tests.support.apps import App, app_of
from tests.support.factories import activity
from tests.support.fediverse import LocalNode
from tests.support.openapi import check_entity

PATH = "/api/v1/admin/reports"


async def reported(node: LocalNode, **more: object) -> str:
    amina = await node.person("amina")
    nour = await app_of(node, "nour")
    sent = {"account_id": str(amina.id), "comment": "Insultes", **more}
    return str((await nour.post("/api/v1/reports", json=sent))["id"])


async def test_a_report_is_read_with_everything_in_it(node: LocalNode) -> None:
    url = await node.write("amina", "Insultes", visibility="unlisted")
    record = await node.object(url)
    assert record is not None
    number = await reported(node, status_ids=[str(record.id)], category="legal")
    app = await administrator(node)
    (found,) = await app.get(PATH)
    for name in ("account", "target_account"):
        found[name]["email"] = "x@node.example"
    check_entity("AdminReport", found)
    assert found["id"] == number
    assert found["category"] == "legal"
    assert [status["uri"] for status in found["statuses"]] == [url]
    assert found["account"]["username"] == "nour"
    assert found["target_account"]["username"] == "amina"
    assert (await app.get(f"{PATH}/{number}"))["id"] == number
    assert await app.get(PATH, query={"resolved": "true"}) == []
    assert len(await app.get(PATH, query={"target_account_id": found["target_account"]["id"]})) == 1
    assert await app.get(PATH, query={"account_id": found["target_account"]["id"]}) == []
    assert await app.get(PATH, query={"account_id": "x"}) == []


async def test_a_report_is_taken_resolved_and_opened_again(node: LocalNode) -> None:
    number = await reported(node)
    app = await administrator(node)
    taken = await app.post(f"{PATH}/{number}/assign_to_self")
    assert taken["assigned_account"]["username"] == "lea"
    assert (await app.post(f"{PATH}/{number}/unassign"))["assigned_account"] is None
    done = await app.post(f"{PATH}/{number}/resolve")
    assert (done["action_taken"], done["action_taken_by_account"]["username"]) == (True, "lea")
    await app.post(f"{PATH}/{number}/resolve", expect=422)
    assert [one["id"] for one in await app.get(PATH, query={"resolved": "1"})] == [number]
    again = await app.post(f"{PATH}/{number}/reopen")
    assert (again["action_taken"], again["action_taken_at"]) == (False, None)
    await app.post(f"{PATH}/{number}/reopen", expect=422)
    assert [act for act in reversed(await acts(node)) if ": report" in act] == [
        f"lea: report {done} {number}" for done in ("assign", "unassign", "other", "reopen")
    ]


async def test_kind_and_rules_are_corrected(node: LocalNode) -> None:
    rules = HouseRules("Be kind\n\nNo spam")
    await node.store.write(lambda tx: save_site(tx, "lea", rules, node.clock.ms))
    node.services.web.site.forget()
    number = await reported(node)
    app = await administrator(node)
    rule = str(rules.listed()[1].number)
    sent = {"category": "violation", "rule_ids": [rule, "9"]}
    found = await app.put(f"{PATH}/{number}", json=sent)
    assert found["category"] == "violation"
    assert [(one["id"], one["text"]) for one in found["rules"]] == [(rule, "No spam")]
    kept = await app.put(f"{PATH}/{number}", json={"category": "spam"})
    assert (kept["category"], len(kept["rules"])) == ("spam", 1)
    await app.put(f"{PATH}/{number}", json={"category": "mood"}, expect=422)
    await app.put(f"{PATH}/1", json={"category": "spam"}, expect=404)


async def test_a_report_from_another_server_stands_in_the_queue(node: LocalNode) -> None:
    luc = node.wires.person("https://far.example/users/luc")
    amina = await node.person("amina")
    await node.receive(luc, activity(luc, "Flag", amina.url, content="Spam"))
    (found,) = await (await administrator(node)).get(PATH)
    assert (found["account"]["domain"], found["comment"]) == ("far.example", "Spam")
    assert found["category"] == "other"


async def test_pages_of_reports_follow_each_other(node: LocalNode) -> None:
    numbers = [await reported(node) for _ in range(3)]
    app = await administrator(node)
    first = await app.ask("GET", PATH, query={"limit": "2"})
    assert [one["id"] for one in first.json] == numbers[:0:-1]
    following = first.link("next")
    assert following is not None
    rest = await app.get(following.removeprefix("https://node.example"))
    assert [one["id"] for one in rest] == numbers[:1]


async def test_nobody_else_decides(node: LocalNode) -> None:
    number = await reported(node)
    nour = await app_of(node, "nour", "admin:read admin:write")
    await nour.get(PATH, expect=403)
    await nour.get(f"{PATH}/{number}", expect=403)
    await nour.put(f"{PATH}/{number}", json={"category": "spam"}, expect=403)
    for done in ("assign_to_self", "unassign", "resolve", "reopen"):
        await nour.post(f"{PATH}/{number}/{done}", expect=403)
        await App(node).post(f"{PATH}/{number}/{done}", expect=401)
        await (await administrator(node)).post(f"{PATH}/1/{done}", expect=404)
