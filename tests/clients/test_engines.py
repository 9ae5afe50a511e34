"""The whole API on either database: everything is read, written, changed and taken back."""

import pytest

from tests.support.busy import LINK, STATUSES, Busy
from tests.support.fediverse import Network

ENTRIES = 3
DAY = {"start_at": "2026-10-20", "end_at": "2026-11-20"}
ABOUT = {
    **{key: {"id": "formation"} for key in ("tag_accounts", "tag_uses", "tag_servers")},
    "tag_languages": {"id": "formation"},
    **{
        f"instance_{key}": {"domain": "node.example"}
        for key in ("accounts", "statuses", "reports", "follows", "followers", "languages")
    },
}
MEASURES = [
    "active_users", "new_users", "interactions", "opened_reports", "resolved_reports",
    "tag_accounts", "tag_uses", "tag_servers", "instance_accounts", "instance_statuses",
    "instance_reports", "instance_follows", "instance_followers",
]  # fmt: skip
DIMENSIONS = [
    "languages", "sources", "servers", "space_usage", "software_versions", "tag_servers",
    "tag_languages", "instance_accounts", "instance_languages",
]  # fmt: skip


@pytest.fixture
async def busy(database_url: str, network: Network) -> Busy:
    """A member around whom much is going on, on either database."""
    node = await network.open("node.example", "greta", database=database_url)
    busy = await Busy.begin(network, node)
    await busy.grow(ENTRIES)
    return busy


async def test_everything_can_be_read(busy: Busy) -> None:
    for path, query in busy.readings().values():
        found = await busy.me.get(path, query=query)
        if not isinstance(found, list):
            continue
        beside = {"max_id": str(2**62), "since_id": "0", "min_id": "1"}
        for name, value in beside.items():
            await busy.me.get(path, query={**query, name: value, "limit": 2})
    for kind in ("local", "remote", "only_media"):
        await busy.me.get("/api/v1/timelines/public", query={kind: "true"})
        await busy.me.get("/api/v1/timelines/link", query={kind: "true", "url": LINK})
    for name in ("exclude_replies", "exclude_reblogs", "only_media", "pinned"):
        path = f"/api/v1/accounts/{busy.people[0].id}/statuses"
        await busy.me.get(path, query={name: "true", "tagged": "formation"})
    for more in ({"any[]": ["sujet0", "sujet1"]}, {"all[]": ["sujet0"]}, {"none[]": ["sujet0"]}):
        await busy.me.get("/api/v1/timelines/tag/formation", query=more)
    found = await busy.me.get(f"/api/v1/timelines/list/{busy.ids['list_id']}")
    assert {status["account"]["acct"] for status in found} >= {"amie0", "amie1", "amie2"}
    for kind in ("accounts", "statuses", "hashtags"):
        searched = await busy.me.get("/api/v2/search", query={"q": "formation", "type": kind})
        assert kind == "accounts" or len(searched[kind]) > 0
    for order in ("active", "new"):
        query = {"order": order, "local": "true", "offset": 1}
        assert len(await busy.me.get("/api/v1/directory", query=query)) > ENTRIES
    for kinds in ({"types[]": ["mention"]}, {"exclude_types[]": ["mention"]}):
        assert await busy.me.get("/api/v1/notifications", query=kinds)
        assert (await busy.me.get("/api/v2/notifications", query=kinds))["notification_groups"]


async def test_administrators_count_on_either_database(busy: Busy) -> None:
    for path, keys in (("measures", MEASURES), ("dimensions", DIMENSIONS)):
        asked = {"keys": keys, **DAY, **ABOUT}
        found = await busy.me.post(f"/api/v1/admin/{path}", json=asked)
        assert {one["key"] for one in found} == set(keys)
    for frequency in ("day", "month"):
        await busy.me.post("/api/v1/admin/retention", json={**DAY, "frequency": frequency})
    for query in ({"origin": "local"}, {"username": "amie"}, {"by_domain": "x.example"},
                  {"email": "a"}, {"status": "disabled"}, {"permissions": "staff"},
                  {"display_name": "amie"}):  # fmt: skip
        await busy.me.get("/api/v2/admin/accounts", query=query)
    report = f"/api/v1/admin/reports/{busy.ids['report_id']}"
    for act in ("assign_to_self", "unassign", "resolve", "reopen"):
        await busy.me.post(f"{report}/{act}")
    account = f"/api/v1/admin/accounts/{busy.strangers[0].id}"
    for kind, undone in (("sensitive", "unsensitive"), ("silence", "unsilence"),
                         ("suspend", "unsuspend"), ("disable", "enable")):  # fmt: skip
        await busy.me.post(f"{account}/action", json={"type": kind})
        await busy.me.post(f"{account}/{undone}")
    await busy.me.delete(f"/api/v1/admin/domain_blocks/{busy.ids['rule_id']}")


async def test_everything_can_be_taken_back(busy: Busy) -> None:
    me, friend, ids = busy.me, busy.people[0], busy.ids
    post = f"{STATUSES}/{busy.posts[0]}"
    for act in ("unfavourite", "unbookmark", "unreblog", "mute", "unmute", "favourite"):
        await me.post(f"{post}/{act}")
    account = f"/api/v1/accounts/{friend.id}"
    for act in ("unendorse", "mute", "unmute", "unfollow", "follow", "remove_from_followers",
                "block", "unblock"):  # fmt: skip
        await me.post(f"{account}/{act}")
    await me.post(f"{account}/note", json={"comment": "Vue hier"})
    for act, asking in zip(("authorize", "reject"), busy.strangers, strict=False):
        await me.post(f"/api/v1/follow_requests/{asking.id}/{act}")
    await me.delete("/api/v1/domain_blocks", json={"domain": "loin0.example"})
    await me.post("/api/v1/tags/sujet0/unfollow")
    await me.post("/api/v1/tags/sujet0/unfeature")
    conversation = (await me.get("/api/v1/conversations"))[0]["id"]
    await me.post(f"/api/v1/conversations/{conversation}/read")
    await me.delete(f"/api/v1/conversations/{conversation}")
    await me.post(f"/api/v1/notifications/requests/{ids['request_id']}/accept")
    await me.post(f"/api/v1/notifications/{ids['notification_id']}/dismiss")
    await me.post(f"/api/v2/notifications/{ids['group_key']}/dismiss")
    await me.post("/api/v1/notifications/clear")
    assert await me.get("/api/v1/notifications") == []
    for path in (
        f"/api/v1/lists/{ids['list_id']}", f"/api/v2/filters/keywords/{ids['keyword_id']}",
        f"/api/v2/filters/statuses/{ids['post_id']}", f"/api/v2/filters/{ids['filter_id']}",
        f"/api/v1/scheduled_statuses/{ids['number']}", f"/api/v1/media/{ids['media_id']}",
        "/api/v1/push/subscription", f"/api/v1/suggestions/{busy.strangers[1].id}",
    ):  # fmt: skip
        await me.delete(path)
    announcement = (await me.get("/api/v1/announcements"))[0]["id"]
    await me.post(f"/api/v1/announcements/{announcement}/dismiss")
    await me.put(f"/api/v1/announcements/{announcement}/reactions/🎉")
    await me.delete(f"/api/v1/announcements/{announcement}/reactions/🎉")
    await me.delete(f"{STATUSES}/{ids['status_id']}")
    await busy.network.settle()
    await me.get(f"{STATUSES}/{ids['status_id']}", expect=404)
