"""Private conversations as apps list them, here and across nodes."""

import pytest

from tests.clients.timelines.feeds import url_of, walk, write
from tests.support.apps import App, app_of
from tests.support.fediverse import LocalNode, Network

PATH = "/api/v1/conversations"


async def say(node: LocalNode, who: str, text: str, to: str | None = None) -> str:
    """Write a private post, in answer to another."""
    answered = await url_of(node, to) if to else None
    return await write(node, who, text, visibility="direct", reply_to=answered)


async def told(app: App) -> list[tuple[str, bool, list[str]]]:
    """Latest post, whether it is unread, the others."""
    return [
        (one["last_status"]["id"], one["unread"], [a["acct"] for a in one["accounts"]])
        for one in await app.get(PATH)
    ]


async def test_a_private_post_is_unread_for_those_who_get_it(node: LocalNode) -> None:
    greta, amina = await app_of(node, "greta"), await app_of(node, "amina")
    post = await say(node, "greta", "@amina bonjour")
    assert await told(greta) == [(post, False, ["amina"])]
    assert await told(amina) == [(post, True, ["greta"])]
    answer = await say(node, "amina", "Bonjour !", to=post)
    assert await told(greta) == [(answer, True, ["amina"])]
    assert await told(amina) == [(answer, False, ["greta"])]
    await write(node, "amina", "@greta pour tous")
    assert len(await told(greta)) == 1
    assert await told(await app_of(node, "basile")) == []


async def test_other_people_make_another_conversation(node: LocalNode) -> None:
    greta = await app_of(node, "greta")
    await node.person("basile")
    two = await say(node, "amina", "@greta à deux")
    three = await say(node, "amina", "@greta @basile à trois", to=two)
    found = await told(greta)
    assert [(one[0], sorted(one[2])) for one in found] == [
        (three, ["amina", "basile"]),
        (two, ["amina"]),
    ]


async def test_a_conversation_is_read_forgotten_and_begins_anew(node: LocalNode) -> None:
    greta = await app_of(node, "greta")
    post = await say(node, "amina", "@greta bonjour")
    number = (await greta.get(PATH))[0]["id"]
    read = await greta.post(f"{PATH}/{number}/read")
    assert read["unread"] is False
    assert read["last_status"]["id"] == post
    assert (await greta.post(f"{PATH}/{number}/unread"))["unread"] is True
    stranger = await app_of(node, "basile")
    await stranger.post(f"{PATH}/{number}/read", expect=404)
    await stranger.delete(f"{PATH}/{number}", expect=404)
    assert await greta.delete(f"{PATH}/{number}") == {}
    assert await told(greta) == []
    await greta.delete(f"{PATH}/{number}", expect=404)
    again = await say(node, "amina", "@greta et alors ?", to=post)
    assert await told(greta) == [(again, True, ["amina"])]


async def test_when_the_latest_post_is_deleted_the_one_before_it_stands(node: LocalNode) -> None:
    greta, amina = await app_of(node, "greta"), await app_of(node, "amina")
    await node.person("basile")
    first = await say(node, "amina", "@greta un")
    await say(node, "amina", "@greta @basile autre cercle", to=first)
    last = await say(node, "amina", "@greta deux", to=first)
    await amina.delete(f"/api/v1/statuses/{last}")
    assert [one[0] for one in await told(greta)][-1] == first
    await amina.delete(f"/api/v1/statuses/{first}")
    assert [len(one[2]) for one in await told(greta)] == [2]


async def test_the_muted_are_not_heard(node: LocalNode) -> None:
    greta = await app_of(node, "greta")
    await greta.post(f"/api/v1/accounts/{(await node.person('amina')).id}/mute")
    await say(node, "amina", "@greta bonjour")
    assert await told(greta) == []


async def test_a_note_to_oneself_shows_oneself(node: LocalNode) -> None:
    greta = await app_of(node, "greta")
    post = await say(node, "greta", "À ne pas oublier")
    assert await told(greta) == [(post, False, ["greta"])]


async def test_pages_go_by_the_latest_post(node: LocalNode) -> None:
    greta = await app_of(node, "greta")
    posts = [await say(node, name, "@greta bonjour") for name in ("amina", "basile", "claire")]
    answer = await greta.ask("GET", PATH, query={"limit": 2})
    assert [one["last_status"]["id"] for one in answer.json] == posts[:0:-1]
    assert answer.link("next") == f"https://node.example{PATH}?limit=2&max_id={posts[1]}"
    older = await greta.get(PATH, query={"max_id": posts[1]})
    assert [one["last_status"]["id"] for one in older] == posts[:1]
    assert len(await walk(greta, PATH, limit=1)) == 3


async def test_a_conversation_crosses_nodes(network: Network) -> None:
    here, there = await network.node("greta"), await network.node("rouen")
    basile = await app_of(there, "basile")
    post = await say(here, "amina", "@basile@rouen.example bonjour")
    await network.settle()
    found = (await basile.get(PATH))[0]
    assert found["unread"] is True
    assert [account["acct"] for account in found["accounts"]] == ["amina@greta.example"]
    await write(there, "basile", "Bonjour", visibility="direct",
                reply_to=found["last_status"]["uri"])  # fmt: skip
    await network.settle()
    [(_, unread, others)] = await told(await app_of(here, "amina"))
    assert (unread, others) == (True, ["basile@rouen.example"])
    assert await url_of(here, post)


@pytest.mark.parametrize("scopes", ["read:lists", "write:lists"])
async def test_scopes_are_asked_for(node: LocalNode, scopes: str) -> None:
    app = await app_of(node, "greta", scopes=scopes)
    await app.get(PATH, expect=403)
    await app.post(f"{PATH}/1/read", expect=403)
    await app.delete(f"{PATH}/1", expect=403)
