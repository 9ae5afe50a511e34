"""One search for people, hashtags and posts; what may be found by whom."""

from typing import Any

import pytest

from objects.search.posts import index_some
from outbox.acts.react import find_useful
from tests.clients.timelines.feeds import (
    CARLA,
    follow,
    hashtag,
    number,
    receive,
    to_everybody,
    url_of,
    write,
)
from tests.support.apps import App, app_of
from tests.support.factories import note, profile
from tests.support.fediverse import LocalNode, Network
from tests.support.shared_experiences import publish
from tests.support.signing import Remote

PATH = "/api/v2/search"
FILE = {
    "type": "Document",
    "mediaType": "image/png",
    "url": "https://atelier.example/a.png",
    "name": "Une passerelle",
}


async def statuses(app: App, text: str, **query: Any) -> list[str]:
    """The ids of the posts that a search finds, once everything is indexed."""
    while await index_some(app.node.store):
        pass
    found = await app.get(PATH, query={"q": text, "type": "statuses", **query})
    assert found["accounts"] == found["hashtags"] == []
    return [status["id"] for status in found["statuses"]]


@pytest.fixture
async def carla(node: LocalNode) -> Remote:
    """Somebody elsewhere whom greta follows, and whose posts may be searched."""
    person = node.wires.person(CARLA)
    node.wires.serve(profile(person, indexable=True, discoverable=True))
    await node.befriend("greta", person)
    return person


@pytest.fixture
async def amina(node: LocalNode) -> App:
    """Somebody here whose posts may be searched."""
    app = await app_of(node, "amina")
    await app.patch("/api/v1/accounts/update_credentials", json={"indexable": True})
    return app


async def reluctant(node: LocalNode) -> Remote:
    """Somebody elsewhere whom greta follows, and whose posts nobody may search."""
    person = node.wires.person("https://far.example/users/dan")
    node.wires.serve(profile(person, indexable=False))
    await node.befriend("greta", person)
    return person


@pytest.mark.usefixtures("amina")
async def test_words_are_found_whatever_their_endings_and_accents(node: LocalNode) -> None:
    greta = await app_of(node, "greta")
    one = await write(node, "amina", "Les formations élémentaires", language="fr")
    two = await write(node, "amina", "Une formation continue", language="fr")
    other = await write(node, "amina", "Teaching together", language="en")
    assert await statuses(greta, "FORMATION") == [two, one]
    assert await statuses(greta, "elementaire formation") == [one]
    assert await statuses(greta, "teach") == [other]
    assert await statuses(greta, "introuvable") == []
    assert await statuses(greta, "contin*") == [two]


@pytest.mark.usefixtures("amina")
async def test_phrases_and_unwanted_words_count(node: LocalNode) -> None:
    greta = await app_of(node, "greta")
    one = await write(node, "amina", "La pomme verte du jardin", language="fr")
    two = await write(node, "amina", "Le jardin verte pomme", language="fr")
    assert await statuses(greta, '"pomme verte"') == [one]
    assert await statuses(greta, "pomme jardin") == [two, one]
    assert await statuses(greta, 'jardin -"pomme verte"') == [two]
    assert await statuses(greta, "-pomme") == []
    assert await statuses(greta, "' \" ) ( AND OR NOT * : -") == []


async def test_operators_narrow_down(node: LocalNode, carla: Remote, amina: App) -> None:
    greta = await app_of(node, "greta")
    own = await write(node, "greta", "Atelier de moi", language="fr")
    hers = await write(node, "amina", "Atelier d’Amina", language="fr")
    answer = await write(
        node, "amina", "Atelier suite", reply_to=await url_of(node, own), language="en"
    )
    away = await receive(node, carla, "Atelier au loin", attachment=[FILE])
    assert await statuses(greta, "atelier from:me") == [own]
    assert await statuses(greta, "from:me") == [own]
    assert await statuses(greta, "atelier from:@amina") == [answer, hers]
    assert await statuses(greta, "atelier from:carla@atelier.example") == [away]
    assert await statuses(greta, "atelier -from:amina") == [away, own]
    assert await statuses(greta, "atelier from:personne") == []
    assert await statuses(greta, "atelier has:media") == [away]
    assert await statuses(greta, "passerelle") == [away], "descriptions of files count"
    assert await statuses(greta, "atelier -has:media is:reply") == [answer]
    assert await statuses(greta, "atelier language:en") == [answer]
    assert await statuses(greta, "atelier has:chien") == []
    assert await statuses(greta, "atelier in:library") == [answer, own]
    assert await statuses(greta, "atelier before:2020-01-01") == []
    assert len(await statuses(greta, "atelier after:2020-01-01")) == 4
    assert await statuses(greta, "atelier after:hier") == []
    assert await statuses(greta, "atelier", account_id=amina.id) == [answer, hers]
    assert await statuses(greta, "atelier", max_id=answer) == [hers, own]
    assert await statuses(greta, "atelier", min_id=hers) == [away, answer]
    assert await statuses(greta, "atelier", limit=2) == [away, answer]
    assert await statuses(greta, "atelier", limit=2, offset=2) == [hers, own]


async def test_only_what_a_member_may_search_is_found(node: LocalNode, carla: Remote) -> None:
    dan = await reluctant(node)
    greta, basile = await app_of(node, "greta"), await app_of(node, "basile")
    public = await receive(node, carla, "Passage public")
    await receive(node, carla, "Passage discret", **to_everybody(carla))
    closed = await receive(node, dan, "Passage fermé")
    named = await write(node, "amina", "@greta passage privé", visibility="direct")
    kept = await write(node, "amina", "Passage réservé", visibility="followers")
    mine = await write(node, "greta", "Passage à moi", visibility="followers")
    assert await statuses(greta, "passage") == [mine, named, public]
    assert await statuses(basile, "passage") == [public]
    assert await statuses(await app_of(node, "amina"), "passage") == [kept, named, public]
    record = await node.store.query(lambda tx: tx.objects.by_id(int(closed)))
    assert record is not None
    await find_useful(node.outbox, await node.person("basile"), record)
    assert await statuses(basile, "passage") == [closed, public]
    assert (await App(node).get(PATH, query={"q": "passage"}))["statuses"] == []


async def test_blocks_mutes_edits_and_deletions_count(node: LocalNode, carla: Remote) -> None:
    greta = await app_of(node, "greta")
    away = await receive(node, carla, "Paysage")
    mine = await write(node, "greta", "Paysage à moi")
    assert await statuses(greta, "paysage") == [mine, away]
    known = await node.actor(carla.url)
    assert known is not None
    await greta.post(f"/api/v1/accounts/{known.id}/mute")
    assert await statuses(greta, "paysage") == [mine]
    await greta.put(f"/api/v1/statuses/{mine}", json={"status": "Horizon"})
    assert await statuses(greta, "paysage") == []
    assert await statuses(greta, "horizon") == [mine]
    await greta.delete(f"/api/v1/statuses/{mine}")
    assert await statuses(greta, "horizon") == []
    assert await node.count("posts_to_index") == 0


async def test_people_are_found_by_name_and_only_those_followed_if_asked(node: LocalNode) -> None:
    greta = await app_of(node, "greta")
    await follow(node, "greta", "amina")
    await node.person("aminata")
    found = await greta.get(PATH, query={"q": "amina", "type": "accounts"})
    assert [one["acct"] for one in found["accounts"]] == ["amina", "aminata"]
    found = await greta.get(PATH, query={"q": "amina", "type": "accounts", "following": "true"})
    assert [one["acct"] for one in found["accounts"]] == ["amina"]
    found = await App(node).get(PATH, query={"q": "aminata"})
    assert [one["acct"] for one in found["accounts"]] == ["aminata"]


async def test_hashtags_are_found_by_their_beginning(node: LocalNode) -> None:
    greta = await app_of(node, "greta")
    for text in ("#formation", "#formateurs", "#formateurs", "#autre"):
        await write(node, "amina", text)
    await write(node, "amina", "#formesecrete", visibility="followers")
    await write(node, "basile", "#formateurs")
    found = await greta.get(PATH, query={"q": "#Form", "type": "hashtags"})
    assert {tag["name"] for tag in found["hashtags"]} == {"formateurs", "formation"}
    found = await greta.get(PATH, query={"q": "formation"})
    assert [tag["name"] for tag in found["hashtags"]] == ["formation"]
    old = await greta.get("/api/v1/search", query={"q": "formation"})
    assert old["hashtags"] == ["formation"]


async def test_an_address_is_looked_up_for_members_who_ask(node: LocalNode) -> None:
    greta = await app_of(node, "greta")
    carla = node.wires.person(CARLA)
    post = note(carla, "De loin", tag=[hashtag("loin")])
    node.wires.serve(post)
    assert await greta.get(PATH, query={"q": post["id"]}) == {
        "accounts": [], "statuses": [], "hashtags": [], "collections": []
    }  # fmt: skip
    found = await greta.get(PATH, query={"q": post["id"], "resolve": "true"})
    assert [status["uri"] for status in found["statuses"]] == [post["id"]]
    assert found["statuses"][0]["id"] == await number(node, post["id"])
    again = await App(node).get(PATH, query={"q": post["id"]})
    assert again["statuses"], "what is known here needs no fetch"
    wrong = await greta.get(PATH, query={"q": post["id"], "type": "accounts"})
    assert wrong["statuses"] == wrong["accounts"] == []
    person = node.wires.person("https://far.example/users/dan")
    found = await greta.get(PATH, query={"q": person.url, "resolve": "true"})
    assert [one["uri"] for one in found["accounts"]] == [person.url]
    nothing = await greta.get(PATH, query={"q": "https://far.example/none", "resolve": "1"})
    assert nothing["statuses"] == nothing["accounts"] == []
    private = await write(node, "amina", "Secret", visibility="direct")
    found = await greta.get(PATH, query={"q": await url_of(node, private), "resolve": "true"})
    assert found["statuses"] == []


async def test_a_handle_is_looked_up_across_nodes(network: Network) -> None:
    here, there = await network.node("greta"), await network.node("rouen")
    await there.person("basile")
    amina = await app_of(here, "amina")
    query = {"q": "@basile@rouen.example", "resolve": "true"}
    found = await amina.get(PATH, query=query)
    assert [one["acct"] for one in found["accounts"]] == ["basile@rouen.example"]
    query = {"q": "personne@rouen.example", "resolve": "true"}
    assert (await amina.get(PATH, query=query))["accounts"] == []


async def test_a_search_says_what_it_cannot_do(node: LocalNode) -> None:
    greta, stranger = await app_of(node, "greta"), App(node)
    query: dict[str, Any]
    for query in ({}, {"q": " "}):
        answer = await greta.get(PATH, query=query, expect=400)
        assert answer["error"] == "param is missing or the value is empty: q"
    for query in ({"q": "x", "resolve": "true"}, {"q": "x", "offset": 5, "type": "accounts"}):
        answer = await stranger.get(PATH, query=query, expect=401)
        assert "not supported without authentication" in answer["error"]
    await (await app_of(node, "greta", scopes="write")).get(PATH, query={"q": "x"}, expect=403)
    await greta.get(PATH, query={"q": "x", "account_id": "x"}, expect=404)
    await greta.get(PATH, query={"q": "x", "limit": "viele"}, expect=422)
    for text in ("'", '"', "%", "\\", "a" * 3_000, "🦀", "from:", "-", "before:99999-01-01", "*"):
        await greta.get(PATH, query={"q": text})


async def test_experiences_are_there_to_be_found(node: LocalNode) -> None:
    made = await publish(node, "amina")
    record = await node.object(made.url)
    assert record is not None
    assert await statuses(await app_of(node, "greta"), f'"{record.name}"') == [str(record.id)]
