"""Public timelines: of everybody, with hashtags, with links; what never shows there."""

import pytest

from storage.store import Tx
from tests.clients.timelines.feeds import (
    CARLA,
    boost,
    hashtag,
    ids,
    receive,
    to_everybody,
    url_of,
    write,
)
from tests.support.apps import App, app_of
from tests.support.fediverse import LocalNode
from tests.support.signing import Remote

PUBLIC = "/api/v1/timelines/public"
TAG = "/api/v1/timelines/tag"
FILE = {
    "type": "Document",
    "mediaType": "image/png",
    "url": "https://atelier.example/a.png",
    "name": "Un atelier",
}


@pytest.fixture
async def carla(node: LocalNode) -> Remote:
    """Somebody elsewhere whom greta follows."""
    person = node.wires.person(CARLA)
    await node.befriend("greta", person)
    return person


async def test_posts_of_here_and_of_elsewhere_are_told_apart(
    node: LocalNode, carla: Remote
) -> None:
    here = await write(node, "amina", "D’ici")
    away = await receive(node, carla, "De loin")
    for app in (App(node), await app_of(node, "greta")):
        assert await ids(app, PUBLIC) == [away, here]
        assert await ids(app, PUBLIC, local="true") == [here]
        assert await ids(app, PUBLIC, remote="1") == [away]
        assert await ids(app, PUBLIC, remote="false", local=0) == [away, here]


async def test_only_what_is_public_and_answers_nobody_else_shows(
    node: LocalNode, carla: Remote
) -> None:
    greta = await app_of(node, "greta")
    for visibility in ("unlisted", "followers", "direct", "network", "organisation"):
        await write(node, "amina", f"@greta {visibility} #formation", visibility=visibility)
    await receive(node, carla, "Discret", **to_everybody(carla))
    post = await write(node, "amina", "Un fil")
    record = await url_of(node, post)
    await write(node, "basile", "Réponse", reply_to=record)
    more = await write(node, "amina", "Suite", reply_to=record)
    await boost(node, "basile", post)
    for app in (App(node), greta):
        assert await ids(app, PUBLIC) == [more, post]
        assert await ids(app, f"{TAG}/formation") == []


async def test_posts_with_files_can_be_asked_for_alone(node: LocalNode, carla: Remote) -> None:
    await receive(node, carla, "Sans image #atelier", tag=[hashtag("atelier")])
    tags = [hashtag("atelier")]
    seen = await receive(node, carla, "Avec image", attachment=[FILE], tag=tags)
    app = await app_of(node, "greta")
    assert await ids(app, PUBLIC, only_media="true") == [seen]
    assert await ids(app, f"{TAG}/atelier", only_media="true") == [seen]


async def test_hashtags_can_be_added_required_and_excluded(node: LocalNode) -> None:
    app = App(node)
    one = await write(node, "amina", "#un")
    two = await write(node, "amina", "#deux")
    both = await write(node, "amina", "#un #deux #Trois")
    assert await ids(app, f"{TAG}/UN") == [both, one]
    assert await ids(app, f"{TAG}/un", **{"any[]": ["deux"]}) == [both, two, one]
    assert await ids(app, f"{TAG}/un", **{"all[]": ["deux", "trois"]}) == [both]
    assert await ids(app, f"{TAG}/un", **{"none[]": "trois"}) == [one]
    assert await ids(app, f"{TAG}/un", **{"any[]": "deux", "none[]": "trois"}) == [two, one]
    assert await ids(app, f"{TAG}/inconnu") == []


async def test_answers_show_under_their_hashtag(node: LocalNode) -> None:
    post = await write(node, "amina", "Bonjour")
    answer = await write(node, "basile", "#atelier", reply_to=await url_of(node, post))
    assert await ids(App(node), f"{TAG}/atelier") == [answer]


async def test_the_hidden_show_to_others_alone(node: LocalNode) -> None:
    greta = await app_of(node, "greta")
    post = await write(node, "amina", "Bonjour #atelier")
    amina = (await node.person("amina")).id
    await greta.post(f"/api/v1/accounts/{amina}/mute")
    assert await ids(greta, PUBLIC) == []
    assert await ids(greta, f"{TAG}/atelier") == []
    await greta.post(f"/api/v1/accounts/{amina}/unmute")
    await (await app_of(node, "amina")).post(f"/api/v1/accounts/{greta.id}/block")
    assert await ids(greta, PUBLIC) == []
    assert await ids(App(node), PUBLIC) == [post]


async def test_domains_that_a_member_blocks_do_not_show(node: LocalNode, carla: Remote) -> None:
    basile = await app_of(node, "basile")
    away = await receive(node, carla, "De loin")
    await basile.post("/api/v1/domain_blocks", form={"domain": "atelier.example"})
    assert await ids(basile, PUBLIC) == []
    assert await ids(await app_of(node, "greta"), PUBLIC) == [away]


async def test_strangers_see_nothing_of_a_site_that_is_closed(
    node: LocalNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def closed() -> bool:
        return False

    monkeypatch.setattr(type(node.services.clients.site), "open_to_visitors", lambda _: closed())
    for path in (PUBLIC, f"{TAG}/atelier", "/api/v1/timelines/link", "/api/v1/tags/atelier"):
        answer = await App(node).get(path, expect=401)
        assert answer == {"error": "This method requires an authenticated user"}
    assert await ids(await app_of(node, "greta"), PUBLIC) == []


async def test_posts_with_a_link_are_found_by_it(node: LocalNode) -> None:
    link = "https://journal.example/article"
    one = await write(node, "amina", f"Lisez {link}")
    await write(node, "basile", f"Lisez {link}", visibility="unlisted")

    async def operation(tx: Tx) -> None:
        await tx.connection.execute("update cards set state = 'ready', title = 'Un article'")

    await node.store.write(operation)
    assert await ids(App(node), "/api/v1/timelines/link", url=link) == [one]
    await App(node).get("/api/v1/timelines/link?url=https://x.example/", expect=404)
    await App(node).get("/api/v1/timelines/link", expect=404)
