"""What apps do with posts: favourites, boosts, bookmarks, pins, muted conversations."""

import pytest

from tests.support.apps import App, app_of
from tests.support.fediverse import LocalNode, Network
from tests.support.openapi import check_entity

STATUSES = "/api/v1/statuses"


async def number_of(node: LocalNode, url: str) -> int:
    record = await node.object(url)
    assert record is not None
    return record.id


@pytest.mark.parametrize(
    ("do", "undo", "mark"),
    [
        ("favourite", "unfavourite", "favourited"),
        ("reblog", "unreblog", "reblogged"),
        ("bookmark", "unbookmark", "bookmarked"),
        ("mute", "unmute", "muted"),
    ],
)
async def test_what_is_done_is_shown_once_and_can_be_undone(
    node: LocalNode, do: str, undo: str, mark: str
) -> None:
    number = await number_of(node, await node.write("bruno", "Bonjour"))
    app = await app_of(node, "amina")
    path = f"{STATUSES}/{number}"
    for _ in range(2):
        done = await app.post(f"{path}/{do}")
        check_entity("Status", done)
        assert (done["reblog"] or done)[mark] is True
    seen = await app.get(path)
    assert (seen[mark], seen["favourites_count"], seen["reblogs_count"]) == (
        True, int(do == "favourite"), int(do == "reblog"),
    )  # fmt: skip
    for _ in range(2):
        undone = await app.post(f"{path}/{undo}")
        assert (undone["id"], undone[mark]) == (str(number), False)
    seen = await app.get(path)
    assert (seen["favourites_count"], seen["reblogs_count"]) == (0, 0)


@pytest.mark.parametrize(
    "act", ["favourite", "reblog", "bookmark", "pin", "mute", "unfavourite", "unreblog", "unpin"]
)
async def test_what_one_may_not_see_one_does_nothing_with(node: LocalNode, act: str) -> None:
    hidden = await number_of(node, await node.write("bruno", "Non", visibility="followers"))
    app = await app_of(node, "amina")
    for number in (str(hidden), "7", "9223372036854775807"):
        answer = await app.post(f"{STATUSES}/{number}/{act}", expect=404)
        assert answer == {"error": "Record not found"}
    await app.post(f"{STATUSES}/abc/{act}", expect=404)
    await app.post(f"{STATUSES}/99999999999999999999/{act}", expect=404)


async def test_a_boost_is_a_status_around_the_other_and_stands_for_it(node: LocalNode) -> None:
    number = await number_of(node, await node.write("bruno", "Bonjour"))
    amina, claire = await app_of(node, "amina"), await app_of(node, "claire")
    boost = await amina.post(f"{STATUSES}/{number}/reblog", json={"visibility": "unlisted"})
    assert (boost["reblog"]["id"], boost["account"]["acct"]) == (str(number), "amina")
    assert boost["id"] != str(number)
    for act, mark in (("favourite", "favourited"), ("bookmark", "bookmarked")):
        done = await claire.post(f"{STATUSES}/{boost['id']}/{act}")
        assert (done["id"], done[mark]) == (str(number), True)
    answer = {"status": "@bruno oui", "in_reply_to_id": boost["id"]}
    assert (await claire.post(STATUSES, json=answer))["in_reply_to_id"] == str(number)
    context = await claire.get(f"{STATUSES}/{boost['id']}/context")
    assert len(context["descendants"]) == 1
    gone = await amina.delete(f"{STATUSES}/{boost['id']}")
    assert gone["reblog"]["id"] == str(number)
    await claire.get(f"{STATUSES}/{boost['id']}", expect=404)
    assert (await claire.get(f"{STATUSES}/{number}"))["reblogs_count"] == 0


async def test_a_boost_for_followers_alone_is_not_told_to_others(network: Network) -> None:
    here, there = await network.node("greta"), await network.node("mfr")
    amina, paul = await app_of(here, "amina"), await app_of(there, "paul")
    await there.ask_to_follow("paul", "amina@greta.example")
    await network.settle()
    number = await number_of(here, await here.write("bruno", "Bonjour"))
    boost = await amina.post(f"{STATUSES}/{number}/reblog", json={"visibility": "private"})
    await network.settle()
    stranger = App(here)
    await stranger.get(f"{STATUSES}/{boost['id']}", expect=404)
    assert (await amina.get(f"{STATUSES}/{boost['id']}"))["reblog"]["id"] == str(number)
    assert await stranger.get(f"{STATUSES}/{number}/reblogged_by") == []
    own = await amina.get(f"{STATUSES}/{number}/reblogged_by")
    assert [account["acct"] for account in own] == ["amina"]
    copy = await number_of(there, (await amina.get(f"{STATUSES}/{number}"))["uri"])
    assert await there.home("paul") != []
    assert await App(there).get(f"{STATUSES}/{copy}/reblogged_by") == []
    assert (await paul.get(f"{STATUSES}/{copy}"))["visibility"] == "public"


async def test_private_posts_are_not_boosted(node: LocalNode) -> None:
    amina = await app_of(node, "amina")
    direct = await amina.post(STATUSES, json={"status": "Chut", "visibility": "direct"})
    await amina.post(f"{STATUSES}/{direct['id']}/reblog", expect=404)
    private = await amina.post(STATUSES, json={"status": "Entre nous", "visibility": "private"})
    boost = await amina.post(f"{STATUSES}/{private['id']}/reblog")
    assert boost["reblog"]["visibility"] == "private"
    public = await amina.post(STATUSES, json={"status": "Tous"})
    sent = {"visibility": "direct"}
    await amina.post(f"{STATUSES}/{public['id']}/reblog", json=sent, expect=422)


async def test_five_own_posts_can_be_pinned(node: LocalNode) -> None:
    amina = await app_of(node, "amina")
    made = [await amina.post(STATUSES, json={"status": f"N° {n}"}) for n in range(6)]
    for status in made[:5]:
        assert (await amina.post(f"{STATUSES}/{status['id']}/pin"))["pinned"] is True
    assert (await amina.post(f"{STATUSES}/{made[0]['id']}/pin"))["pinned"] is True
    answer = await amina.post(f"{STATUSES}/{made[5]['id']}/pin", expect=422)
    assert "already pinned the maximum" in answer["error"]
    assert (await amina.post(f"{STATUSES}/{made[0]['id']}/unpin"))["pinned"] is False
    await amina.post(f"{STATUSES}/{made[5]['id']}/pin")
    theirs = await number_of(node, await node.write("bruno", "Bonjour"))
    answer = await amina.post(f"{STATUSES}/{theirs}/pin", expect=422)
    assert answer["error"] == "Validation failed: Someone else's post cannot be pinned"


async def test_a_muted_conversation_tells_nothing_more(node: LocalNode) -> None:
    amina, bruno = await app_of(node, "amina"), await app_of(node, "bruno")
    first = await amina.post(STATUSES, json={"status": "Discutons"})
    await amina.post(f"{STATUSES}/{first['id']}/mute")
    answer = {"status": "@amina oui", "in_reply_to_id": first["id"]}
    reply = await bruno.post(STATUSES, json=answer)
    await node.work_inbox()
    assert await node.notified("amina") == []
    assert (await amina.get(f"{STATUSES}/{reply['id']}"))["muted"] is True
    await amina.post(f"{STATUSES}/{first['id']}/unmute")
    await bruno.post(STATUSES, json=answer)
    await node.work_inbox()
    assert await node.notified("amina") == ["mention"]


async def test_who_liked_and_boosted_is_listed_page_by_page(node: LocalNode) -> None:
    number = await number_of(node, await node.write("bruno", "Bonjour"))
    apps = [await app_of(node, name) for name in ("amina", "claire", "dora")]
    for app in apps:
        await app.post(f"{STATUSES}/{number}/favourite")
        await app.post(f"{STATUSES}/{number}/reblog")
    stranger = App(node)
    for who in ("favourited_by", "reblogged_by"):
        path = f"{STATUSES}/{number}/{who}"
        page = await stranger.ask("GET", path, query={"limit": 2})
        assert [account["acct"] for account in page.json] == ["dora", "claire"]
        following = page.link("next")
        assert following is not None
        rest = await stranger.get(following.removeprefix("https://node.example"))
        assert [account["acct"] for account in rest] == ["amina"]
    hidden = await number_of(node, await node.write("bruno", "Non", visibility="followers"))
    await stranger.get(f"{STATUSES}/{hidden}/favourited_by", expect=404)


async def test_whom_one_blocks_is_not_listed(node: LocalNode) -> None:
    number = await number_of(node, await node.write("bruno", "Bonjour"))
    amina, claire = await app_of(node, "amina"), await app_of(node, "claire")
    await claire.post(f"{STATUSES}/{number}/favourite")

    from outbox.acts.block import block_actor

    assert amina.actor is not None
    assert claire.actor is not None
    await block_actor(node.outbox, amina.actor, claire.actor)
    assert await amina.get(f"{STATUSES}/{number}/favourited_by") == []


async def test_likes_and_boosts_travel_both_ways(network: Network) -> None:
    here, there = await network.node("greta"), await network.node("mfr")
    amina, paul = await app_of(here, "amina"), await app_of(there, "paul")
    await there.ask_to_follow("paul", "amina@greta.example")
    await network.settle()
    status = await amina.post(STATUSES, json={"status": "Bonjour"})
    await network.settle()
    copy = await number_of(there, status["uri"])
    await paul.post(f"{STATUSES}/{copy}/favourite")
    await paul.post(f"{STATUSES}/{copy}/reblog")
    await network.settle()
    seen = await amina.get(f"{STATUSES}/{status['id']}")
    assert (seen["favourites_count"], seen["reblogs_count"]) == (1, 1)
    people = await amina.get(f"{STATUSES}/{status['id']}/favourited_by")
    assert [account["acct"] for account in people] == ["paul@mfr.example"]
    await paul.post(f"{STATUSES}/{copy}/unfavourite")
    await paul.post(f"{STATUSES}/{copy}/unreblog")
    await network.settle()
    seen = await amina.get(f"{STATUSES}/{status['id']}")
    assert (seen["favourites_count"], seen["reblogs_count"]) == (0, 0)


async def test_what_somebody_bookmarked_is_not_pruned(network: Network) -> None:
    here, there = await network.node("greta"), await network.node("mfr")
    amina, paul = await app_of(here, "amina"), await app_of(there, "paul")
    await there.ask_to_follow("paul", "amina@greta.example")
    await network.settle()
    kept = await amina.post(STATUSES, json={"status": "Gardé"})
    lost = await amina.post(STATUSES, json={"status": "Oublié"})
    await network.settle()
    await paul.post(f"{STATUSES}/{await number_of(there, kept['uri'])}/bookmark")
    network.clock.pass_by(1_000 * 24 * 3_600)
    await there.services.housekeeping.run_once()
    assert await there.object(kept["uri"]) is not None
    assert await there.object(lost["uri"]) is None
