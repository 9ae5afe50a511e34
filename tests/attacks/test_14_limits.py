"""Rule 14: `limit` makes a server quiet, `reject_media` takes its pictures away."""

import json
from typing import Any

import pytest

from actors.auth import issue_token
from federation.vocabulary import PUBLIC
from tests.attacks.test_14_fetches import home_seen, rule, severity, shown
from tests.support.factories import Json, activity, create, note, profile
from tests.support.fediverse import LocalNode
from tests.support.signing import Remote

TAG = {"type": "Hashtag", "name": "#afest"}
PICTURE = "https://media.bad.example/cat.jpg"
EMOJI = {
    "type": "Emoji",
    "name": ":cat:",
    "icon": {"type": "Image", "url": PICTURE},
}


def mention(node: LocalNode, eve: Remote, **changes: Any) -> Json:
    """A public post that names greta."""
    greta = node.people["greta"].url
    tags = [TAG, {"type": "Mention", "href": greta, "name": "@greta"}]
    return note(eve, **{"to": [PUBLIC], "cc": [greta], "tag": tags, **changes})


def illustrated(node: LocalNode, eve: Remote) -> Json:
    """A post with a picture and an emoji."""
    picture = {"type": "Document", "mediaType": "image/jpeg", "url": PICTURE, "name": "Un chat"}
    return mention(node, eve, attachment=[picture], image={"type": "Image", "url": PICTURE},
                   tag=[TAG, EMOJI])  # fmt: skip


@pytest.mark.parametrize("url", ["https://bad.example/users/eve", "https://a.bad.example/users/e"])
async def test_a_limited_server_notifies_only_those_who_follow(node: LocalNode, url: str) -> None:
    eve = node.wires.person(url)
    await node.person("amina")
    await node.befriend("amina", eve)
    await rule(node, "limit")
    assert await severity(node, eve) == "limit"
    names = [node.people[name].url for name in ("greta", "amina")]
    assert await node.receive(eve, create(eve, mention(node, eve, cc=names))) == "done"
    ours = await node.write("greta", "Notre texte")
    assert await node.receive(eve, activity(eve, "Like", ours)) == "done"
    assert await node.notified("greta") == []
    assert await node.notified("amina") == ["mention"]
    assert len(await home_seen(node, "amina")) == 1


async def test_a_server_that_is_met_after_the_rule_is_limited_too(node: LocalNode) -> None:
    await rule(node, "limit")
    eve = node.wires.person("https://bad.example/users/eve")
    assert await node.receive(eve, create(eve, mention(node, eve))) == "done"
    assert await severity(node, eve) == "limit"
    assert await node.notified("greta") == []


async def test_a_limited_server_is_not_on_our_public_pages(node: LocalNode) -> None:
    ours = await node.write("greta", "Notre texte")
    path = ours.partition(node.host)[2]
    for host in ("bad.example", "good.example"):
        somebody = node.wires.person(f"https://{host}/users/eve")
        reply = mention(node, somebody, content=f"<p>from {host}</p>", inReplyTo=ours)
        assert await node.receive(somebody, create(somebody, reply)) == "done"
    await rule(node, "limit")
    for page in ("/tags/afest", path):
        assert await shown(node, page, "from good.example")
        assert not await shown(node, page, "from bad.example")
    for collection in ("replies", "context"):
        answer = await node.app.test_client().get(f"{path}/{collection}?page=true")
        listed = await answer.get_data(as_text=True)
        assert "good.example" in listed
        assert "bad.example" not in listed
    await rule(node, "")
    assert await shown(node, "/tags/afest", "from bad.example")


async def test_pictures_and_emoji_of_a_rejected_server_are_not_kept(node: LocalNode) -> None:
    eve = node.wires.person("https://bad.example/users/eve")
    await node.befriend("greta", eve)
    await rule(node, "reject_media")
    post = illustrated(node, eve)
    assert await node.receive(eve, create(eve, post)) == "done"
    stored = await node.object(post["id"])
    assert stored is not None
    assert "cat.jpg" not in stored.document
    assert "Bonjour" in stored.content
    assert await node.count("emojis") == 0
    changed = {**post, "content": "<p>Au revoir</p>", "updated": "2026-11-18T09:00:00Z"}
    assert await node.receive(eve, activity(eve, "Update", changed)) == "done"
    stored = await node.object(post["id"])
    assert stored is not None
    assert "Au revoir" in stored.content
    assert "cat.jpg" not in stored.document
    listed = json.dumps(await own_inbox(node))
    assert "Bonjour" in listed
    assert "cat.jpg" not in listed


async def test_what_was_kept_before_the_rule_is_not_shown_any_more(node: LocalNode) -> None:
    eve = node.wires.person("https://bad.example/users/eve")
    await node.befriend("greta", eve)
    post = illustrated(node, eve)
    assert await node.receive(eve, create(eve, post)) == "done"
    assert await shown(node, "/tags/afest", "Un chat")
    assert await node.count("emojis") == 1
    await rule(node, "reject_media")
    assert await shown(node, "/tags/afest", "Bonjour")
    assert not await shown(node, "/tags/afest", "Un chat")
    assert await node.count("emojis") == 0
    assert "cat.jpg" not in json.dumps(await own_inbox(node))
    assert "cat.jpg" not in json.dumps(await proxied(node, post["id"]))


async def test_avatars_of_a_rejected_server_go_and_come_back_with_the_end_of_the_rule(
    node: LocalNode,
) -> None:
    picture = {"type": "Image", "url": PICTURE}
    fields = [{"type": "PropertyValue", "name": "Site", "value": "x"}]
    eve = node.wires.person(
        "https://bad.example/users/eve", icon=picture, image=picture, attachment=fields
    )
    met = await node.services.remote.by_url(eve.url)
    assert (met.icon, met.image) == (PICTURE, PICTURE)
    await rule(node, "reject_media")
    for _ in range(2):
        found = await node.actor(eve.url)
        assert found is not None
        assert (found.icon, found.image) == ("", "")
        proxy = json.dumps(await proxied(node, eve.url))
        assert "cat.jpg" not in proxy
        assert "Site" in proxy
        update = activity(eve, "Update", profile(eve, icon=picture))
        assert await node.receive(eve, update) == "done"
    await rule(node, "")
    assert (await node.services.remote.by_url(eve.url)).icon == PICTURE


async def get(node: LocalNode, path: str, **form: str) -> Any:
    """What greta's client gets."""
    greta = node.people["greta"].id
    token = await node.store.write(lambda tx: issue_token(tx, greta, "read", "", node.clock.ms))
    client, headers = node.app.test_client(), {"Authorization": f"Bearer {token}"}
    if form:
        answer = await client.post(path, form=form, headers=headers)
    else:
        answer = await client.get(path, headers=headers)
    assert answer.status_code == 200
    return await answer.get_json(force=True)


async def own_inbox(node: LocalNode) -> Any:
    """The first page of greta's inbox."""
    return await get(node, "/users/greta/inbox?before=0")


async def proxied(node: LocalNode, url: str) -> Any:
    """A document through `proxyUrl`."""
    return await get(node, "/proxy", id=url)
