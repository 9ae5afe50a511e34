"""Numbers for administrators are counted, not made up."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from clients.rendering.tags import tag_id
from tests.clients.admin.desk import administrator
from tests.support.apps import app_of
from tests.support.factories import create, note
from tests.support.fediverse import LocalNode
from tests.support.openapi import check_entity

MEASURES = "/api/v1/admin/measures"
DIMENSIONS = "/api/v1/admin/dimensions"
RETENTION = "/api/v1/admin/retention"
LUC = "https://far.example/users/luc"


def day(node: LocalNode, back: int = 0) -> str:
    now = datetime.fromtimestamp(node.clock(), UTC)
    return (now - timedelta(days=back)).date().isoformat()


async def numbers(node: LocalNode, *keys: str, **more: Any) -> dict[str, Any]:
    app = await administrator(node)
    sent = {"keys": list(keys), "start_at": day(node, 6), "end_at": day(node), **more}
    found = await app.post(MEASURES, json=sent)
    for one in found:
        check_entity("AdminMeasure", one)
        assert len(one["data"]) == 7
    return {one["key"]: (one["total"], one["data"][-1]["value"]) for one in found}


async def test_what_members_do_is_counted_by_day(node: LocalNode) -> None:
    url = await node.write("amina", "Bonjour")
    await node.write("nour", "Merci", reply_to=url)
    await node.write("nour", "Encore")
    node.clock.pass_by(24 * 3600)
    await node.write("nour", "Demain")
    found = await numbers(node, "active_users", "new_users", "interactions", "moon")
    assert found == {
        "active_users": ("2", "1"),
        "new_users": ("4", "1"),
        "interactions": ("1", "0"),
    }


async def test_reports_are_counted_when_they_come_and_when_they_are_decided(
    node: LocalNode,
) -> None:
    amina, nour = await node.person("amina"), await app_of(node, "nour")
    made = await nour.post("/api/v1/reports", json={"account_id": str(amina.id)})
    app = await administrator(node)
    await app.post(f"/api/v1/admin/reports/{made['id']}/resolve")
    found = await numbers(node, "opened_reports", "resolved_reports")
    assert found == {"opened_reports": ("1", "1"), "resolved_reports": ("1", "1")}


async def test_hashtags_and_servers_are_measured(node: LocalNode) -> None:
    luc = node.wires.person(LUC)
    await node.befriend("nour", luc)
    tag = [{"type": "Hashtag", "name": "#afest", "href": "https://far.example/tags/afest"}]
    await node.receive(luc, create(luc, note(luc, "#afest", tag=tag)))
    await node.write("amina", "#AFEST")
    await node.write("amina", "#afest encore")
    asked = {key: {"id": "#Afest"} for key in ("tag_uses", "tag_accounts", "tag_servers")}
    assert await numbers(node, *asked, **asked) == {
        "tag_uses": ("3", "3"),
        "tag_accounts": ("2", "2"),
        "tag_servers": ("2", "2"),
    }
    keys = ("instance_accounts", "instance_statuses", "instance_follows", "instance_followers")
    servers = {key: {"domain": "far.example"} for key in keys}
    found = {key: total for key, (total, _) in (await numbers(node, *keys, **servers)).items()}
    assert found == {
        "instance_accounts": "1",
        "instance_statuses": "1",
        "instance_follows": "1",
        "instance_followers": "0",
    }
    by_id = {"tag_uses": {"id": tag_id("afest")}}
    assert await numbers(node, "tag_uses", **by_id) == {"tag_uses": ("3", "3")}
    assert await numbers(node, "tag_uses", "instance_accounts") == {}


async def test_rankings_are_counted(node: LocalNode) -> None:
    luc = node.wires.person(LUC)
    await node.befriend("nour", luc)
    await node.receive(luc, create(luc, note(luc, "Bonjour")))
    for text in ("Un #afest", "Deux"):
        await node.write("amina", text, language="fr")
    app = await administrator(node)
    keys = ["servers", "languages", "sources", "space_usage", "software_versions", "tag_languages"]
    found = await app.post(DIMENSIONS, json={"keys": keys, "tag_languages": {"id": "afest"}})
    for one in found:
        check_entity("AdminDimension", one)
    lines = {one["key"]: [(d["key"], d["value"]) for d in one["data"]] for one in found}
    assert lines["servers"] == [("node.example", "2"), ("far.example", "1")]
    assert lines["sources"] == [("web", "2")]
    assert lines["tag_languages"] == [("fr", "1")]
    assert lines["languages"] == [("fr", "1")]
    assert [name for name, _ in lines["software_versions"]] == ["communotic", "python", "sqlite"]
    database, media = lines["space_usage"]
    assert int(database[1]) > 10_000
    assert media == ("media", "0")
    first = await app.post(DIMENSIONS, json={"keys": ["servers"], "limit": 1})
    assert len(first[0]["data"]) == 1


async def test_cohorts_are_followed(node: LocalNode) -> None:
    await node.write("amina", "Bonjour")
    node.clock.pass_by(24 * 3600)
    await node.write("amina", "Encore")
    await node.write("nour", "Bonjour")
    app = await administrator(node)
    sent = {"start_at": day(node, 1), "end_at": day(node), "frequency": "day"}
    first, second = await app.post(RETENTION, json=sent)
    check_entity("AdminCohort", first)
    # greta and amina came on the first day, nour and lea on the second
    assert [(one["value"], one["rate"]) for one in first["data"]] == [("1", 0.5), ("1", 0.5)]
    assert [(one["value"], one["rate"]) for one in second["data"]] == [("1", 0.5)]
    months = await app.post(RETENTION, json=sent | {"frequency": "month"})
    assert [one["frequency"] for one in months] == ["month"]


@pytest.mark.parametrize(
    "sent",
    [
        {"start_at": "someday"},
        {"start_at": "2026-12-01", "end_at": "2026-11-01"},
        {"start_at": "1999-01-01"},
        {"end_at": "9999-12-31T00:00:00Z"},
        {"frequency": "hour"},
        {"start_at": "2026-01-01", "end_at": "2026-11-01", "frequency": "day"},
    ],
)
async def test_a_period_that_makes_no_sense_is_refused(node: LocalNode, sent: Any) -> None:
    await (await administrator(node)).post(RETENTION, json=sent, expect=422)


@pytest.mark.parametrize("path", [MEASURES, DIMENSIONS, RETENTION])
async def test_nobody_else_sees_the_numbers(node: LocalNode, path: str) -> None:
    await (await app_of(node, "nour", "admin:read")).post(path, json={"keys": []}, expect=403)
    lea = await administrator(node, scopes="admin:read:accounts")
    await lea.post(path, json={"keys": []}, expect=403)
