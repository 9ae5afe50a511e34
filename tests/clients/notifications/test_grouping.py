"""Notifications in groups: what is one line, who is in it, pages of groups."""

from typing import Any

from tests.clients.notifications.news import follows, mentioned, post_of, thanked
from tests.support.apps import App, app_of
from tests.support.fediverse import LocalNode, Network
from tests.support.openapi import check_entity

PATH = "/api/v2/notifications"
NAMES = [f"membre{number}" for number in range(10)]
HALF_A_DAY = 12 * 3600


def groups(page: Any) -> list[tuple[str, int]]:
    return [(one["type"], one["notifications_count"]) for one in page["notification_groups"]]


async def busy(network: Network, node: LocalNode) -> tuple[App, str]:
    """Greta's app after ten thanks for one post, a mention, and two followers."""
    greta = await app_of(node, "greta")
    number = await post_of(node, "greta")
    await thanked(node, number, *NAMES)
    await mentioned(network, node, "Bonjour @greta", by=NAMES[0])
    for name in NAMES[:2]:
        await follows(network, await app_of(node, name), greta)
    return greta, number


async def test_thanks_for_one_post_are_one_line(network: Network, node: LocalNode) -> None:
    app, number = await busy(network, node)
    page = await app.get(PATH)
    check_entity("GroupedNotificationsResults", page)
    assert groups(page) == [("follow", 2), ("mention", 1), ("favourite", 10)]
    thanks = page["notification_groups"][2]
    accounts = {one["id"]: one["acct"] for one in page["accounts"]}
    assert [accounts[one] for one in thanks["sample_account_ids"]] == NAMES[:1:-1]
    assert thanks["status_id"] == number
    assert [one["id"] for one in page["statuses"]].count(number) == 1
    assert len(accounts) == len(page["accounts"])
    assert int(thanks["page_max_id"]) == thanks["most_recent_notification_id"]
    assert int(thanks["page_min_id"]) < int(thanks["page_max_id"])
    assert thanks["latest_page_notification_at"].endswith("Z")


async def test_only_what_an_app_wants_in_groups_is_grouped(
    network: Network, node: LocalNode
) -> None:
    app, _ = await busy(network, node)
    page = await app.get(PATH, query={"grouped_types[]": "follow"})
    assert groups(page) == [("follow", 2), ("mention", 1), *[("favourite", 1)] * 10]
    keys = [one["group_key"] for one in page["notification_groups"]]
    assert len(set(keys)) == 3
    assert (await app.get(f"{PATH}/unread_count"))["count"] == 3
    chosen = {"grouped_types[]": "follow", "types[]": "favourite"}
    assert (await app.get(f"{PATH}/unread_count", query=chosen))["count"] == 10
    assert (await app.get("/api/v2_alpha/notifications/unread_count"))["count"] == 3


async def test_faces_alone_are_given_where_they_are_enough(
    network: Network, node: LocalNode
) -> None:
    app, _ = await busy(network, node)
    page = await app.get(PATH, query={"expand_accounts": "partial_avatars"})
    full = {one["acct"] for one in page["accounts"]}
    assert full == {NAMES[0], NAMES[1], NAMES[9]}
    assert {one["acct"] for one in page["partial_accounts"]} == set(NAMES[2:9])
    await app.get(PATH, query={"expand_accounts": "x"}, expect=400)


async def test_pages_of_groups_follow_one_another(network: Network, node: LocalNode) -> None:
    app, _ = await busy(network, node)
    answer = await app.ask("GET", PATH, query={"limit": 2})
    assert groups(answer.json) == [("follow", 2), ("mention", 1)]
    following = answer.link("next")
    assert following is not None
    second = await app.ask("GET", following.partition(node.host)[2])
    assert groups(second.json) == [("favourite", 10)]
    before = second.link("prev")
    assert before is not None
    back = await app.get(before.partition(node.host)[2])
    assert groups(back) == [("follow", 2), ("mention", 1)]
    assert second.link("next") is None


async def test_a_group_stands_on_one_page_only(network: Network, node: LocalNode) -> None:
    app, _ = await busy(network, node)
    answer = await app.ask("GET", PATH, query={"limit": 3})
    assert len(answer.json["notification_groups"]) == 3
    following = answer.link("next")
    assert following is not None
    assert groups(await app.get(following.partition(node.host)[2])) == []


async def test_what_is_new_says_which_of_the_group_is_new(
    network: Network, node: LocalNode
) -> None:
    app, _ = await busy(network, node)
    told = await app.get("/api/v1/notifications", query={"types[]": "favourite"})
    for bound in ("since_id", "min_id"):
        page = await app.get(PATH, query={bound: told[5]["id"], "types[]": "favourite"})
        assert groups(page) == [("favourite", 10)]
        assert page["notification_groups"][0]["page_min_id"] == told[4]["id"]


async def test_of_one_sender_a_group_has_what_is_theirs(network: Network, node: LocalNode) -> None:
    app, _ = await busy(network, node)
    sender = await app_of(node, NAMES[3])
    page = await app.get(PATH, query={"account_id": sender.id})
    assert groups(page) == [("favourite", 1)]
    assert page["notification_groups"][0]["sample_account_ids"] == [sender.id]


async def test_thanks_of_another_day_are_another_line(network: Network, node: LocalNode) -> None:
    app, number = await app_of(node, "greta"), await post_of(node, "greta")
    await thanked(node, number, "amina")
    node.clock.pass_by(HALF_A_DAY)
    await thanked(node, number, "bruno")
    assert groups(await app.get(PATH)) == [("favourite", 1), ("favourite", 1)]


async def test_a_group_is_read_its_people_listed_and_it_is_forgotten(
    network: Network, node: LocalNode
) -> None:
    app, _ = await busy(network, node)
    key = (await app.get(PATH))["notification_groups"][2]["group_key"]
    one = await app.get(f"{PATH}/{key}")
    assert groups(one) == [("favourite", 10)]
    assert one["notification_groups"][0]["page_min_id"] is None
    answer = await app.ask("GET", f"{PATH}/{key}/accounts", query={"limit": 4})
    assert [account["acct"] for account in answer.json] == NAMES[:5:-1]
    following = answer.link("next")
    assert following is not None
    rest = await app.get(following.partition(node.host)[2])
    assert [account["acct"] for account in rest] == NAMES[5:1:-1]
    assert await app.post(f"{PATH}/{key}/dismiss") == {}
    await app.get(f"{PATH}/{key}", expect=404)
    await app.get(f"{PATH}/{key}/accounts", expect=404)
    await app.post(f"{PATH}/{key}/dismiss", expect=404)
    assert groups(await app.get(PATH)) == [("follow", 2), ("mention", 1)]


async def test_keys_of_others_and_keys_that_are_none_are_not_there(
    network: Network, node: LocalNode
) -> None:
    app, _ = await busy(network, node)
    key = (await app.get(PATH))["notification_groups"][2]["group_key"]
    other = await app_of(node, NAMES[0])
    for wanted in (key, "x", "ungrouped-", "ungrouped-x", "ungrouped-" + "9" * 30):
        await other.get(f"{PATH}/{wanted}", expect=404)
        await other.post(f"{PATH}/{wanted}/dismiss", expect=404)
    assert len((await app.get(PATH))["notification_groups"]) == 3


async def test_what_an_app_does_not_know_is_said_in_words(
    network: Network, node: LocalNode
) -> None:
    app, _ = await busy(network, node)
    page = await app.get(PATH, query={"supported_types[]": ["follow", "favourite"]})
    titles = [one["fallback"] and one["fallback"]["title"] for one in page["notification_groups"]]
    assert titles == [None, "Membre0 vous a nommé·e", None]
    assert page["notification_groups"][1]["fallback"]["summary"] == "Bonjour @greta"
