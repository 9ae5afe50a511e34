"""The home timeline: what shows in it, and what does not."""

import pytest

from tests.clients.timelines.feeds import (
    CARLA,
    boost,
    follow,
    hashtag,
    ids,
    number,
    receive,
    url_of,
    write,
)
from tests.support.apps import App, app_of
from tests.support.factories import activity, create, note
from tests.support.fediverse import LocalNode
from tests.support.signing import Remote

HOME = "/api/v1/timelines/home"


@pytest.fixture
async def carla(node: LocalNode) -> Remote:
    """Somebody elsewhere whom greta follows."""
    person = node.wires.person(CARLA)
    await node.befriend("greta", person)
    return person


async def test_what_comes_from_those_followed_and_oneself_shows_latest_first(
    node: LocalNode, carla: Remote
) -> None:
    greta = await app_of(node, "greta")
    await follow(node, "greta", "amina")
    own = await write(node, "greta", "De moi")
    hers = await write(node, "amina", "D’Amina")
    theirs = await receive(node, carla, "De loin")
    await write(node, "basile", "D’un inconnu")
    assert await ids(greta, HOME) == [theirs, hers, own]


async def test_a_share_shows_once_with_its_own_id_and_its_bringer(node: LocalNode) -> None:
    greta = await app_of(node, "greta")
    await follow(node, "greta", "amina")
    await follow(node, "greta", "basile")
    post = await write(node, "claire", "À partager")
    shared = await boost(node, "amina", post)
    await boost(node, "basile", post)
    page = await greta.get(HOME)
    assert [status["id"] for status in page] == [shared]
    assert page[0]["reblog"]["id"] == post
    assert page[0]["account"]["acct"] == "amina"


async def test_a_share_brings_what_the_home_had_left_out(node: LocalNode) -> None:
    greta = await app_of(node, "greta")
    for name in ("amina", "claire"):
        await follow(node, "greta", name)
    stranger = await url_of(node, await write(node, "basile", "Une question"))
    answer = await write(node, "amina", "À Basile", reply_to=stranger)
    assert await ids(greta, HOME) == []
    shared = await boost(node, "claire", answer)
    assert await ids(greta, HOME) == [shared]


async def test_an_answer_to_somebody_not_followed_stays_away(
    node: LocalNode, carla: Remote
) -> None:
    greta = await app_of(node, "greta")
    stranger = await write(node, "basile", "Une question")
    own = await write(node, "greta", "Ma question")
    answer = await receive(node, carla, "À Basile", inReplyTo=await url_of(node, stranger))
    to_greta = await receive(node, carla, "À Greta", inReplyTo=await url_of(node, own))
    thread = await receive(node, carla, "Un fil")
    more = await receive(node, carla, "Suite", inReplyTo=await url_of(node, thread))
    unknown = note(carla, "À personne d’ici", inReplyTo="https://away.example/gone")
    await node.receive(carla, create(carla, unknown))
    assert await ids(greta, HOME) == [more, thread, to_greta, own]
    await follow(node, "greta", "basile")
    assert answer in await ids(greta, HOME), "whom one follows now is answered in one's home"


async def test_a_new_follow_brings_what_is_there_and_its_end_takes_it_away(
    node: LocalNode,
) -> None:
    greta = await app_of(node, "greta")
    post = await write(node, "amina", "Écrit avant")
    shared = await boost(node, "amina", await write(node, "basile", "Partagé avant"))
    await write(node, "amina", "@basile en privé", visibility="direct")
    assert await ids(greta, HOME) == []
    await follow(node, "greta", "amina")
    assert await ids(greta, HOME) == [shared, post]
    new = await write(node, "amina", "Écrit après")
    assert await ids(greta, HOME) == [new, shared, post]
    account = (await node.person("amina")).id
    await greta.post(f"/api/v1/accounts/{account}/unfollow")
    assert await ids(greta, HOME) == []
    await follow(node, "greta", "amina")
    assert await ids(greta, HOME) == [new, shared, post]


async def test_followers_only_posts_leave_with_the_follow(node: LocalNode) -> None:
    greta = await app_of(node, "greta")
    await follow(node, "greta", "amina")
    post = await write(node, "amina", "Pour mes abonnés", visibility="followers")
    assert await ids(greta, HOME) == [post]
    await greta.post(f"/api/v1/accounts/{(await node.person('amina')).id}/unfollow")
    assert await ids(greta, HOME) == []


async def test_mutes_hide_and_pages_stay_full(node: LocalNode) -> None:
    greta = await app_of(node, "greta")
    for name in ("amina", "basile"):
        await follow(node, "greta", name)
    heard = []
    for round_ in range(4):
        heard.append(await write(node, "amina", f"Entendu {round_}"))
        await write(node, "basile", f"Tu {round_}")
    await write(node, "amina", "@basile bonjour")
    await greta.post(f"/api/v1/accounts/{(await node.person('basile')).id}/mute")
    assert await ids(greta, HOME, limit=4) == heard[::-1]


async def test_shares_can_be_left_out_for_each_person_followed(node: LocalNode) -> None:
    greta = await app_of(node, "greta")
    await follow(node, "greta", "amina")
    post = await write(node, "amina", "De moi")
    await boost(node, "amina", await write(node, "basile", "D’un autre"))
    path = f"/api/v1/accounts/{(await node.person('amina')).id}/follow"
    await greta.post(path, json={"reblogs": False})
    assert await ids(greta, HOME) == [post]


async def test_a_followed_hashtag_shows_posts_of_anybody_once(
    node: LocalNode, carla: Remote
) -> None:
    greta = await app_of(node, "greta")
    await greta.post("/api/v1/tags/Formation/follow")
    await follow(node, "greta", "amina")
    both = await write(node, "amina", "Une #formation")
    strange = await write(node, "basile", "Autre #Formation #formation")
    await write(node, "basile", "Sans étiquette")
    await write(node, "basile", "Discret #formation", visibility="unlisted")
    remote = await receive(node, carla, "#formation", tag=[hashtag("Formation")])
    assert await ids(greta, HOME) == [remote, strange, both]
    await greta.post("/api/v1/tags/formation/unfollow")
    assert await ids(greta, HOME) == [remote, both]


async def test_a_followed_hashtag_shows_what_came_in_for_another_reason(
    node: LocalNode,
) -> None:
    sharer, author = node.wires.person(CARLA), node.wires.person("https://far.example/users/dan")
    await node.befriend("basile", sharer)
    amina = await app_of(node, "amina")
    await amina.post("/api/v1/tags/formation/follow")
    document = note(author, "#formation", tag=[hashtag("formation")], published=None)
    node.wires.serve(document)
    await node.receive(sharer, activity(sharer, "Announce", document["id"]))
    assert await ids(amina, HOME) == [await number(node, document["id"])]


async def test_an_answer_with_a_followed_hashtag_shows_too(node: LocalNode, carla: Remote) -> None:
    greta = await app_of(node, "greta")
    await greta.post("/api/v1/tags/formation/follow")
    stranger = await url_of(node, await write(node, "basile", "Une question"))
    answer = await receive(
        node, carla, "#formation", tag=[hashtag("formation")], inReplyTo=stranger
    )
    assert await ids(greta, HOME) == [answer]


async def test_home_belongs_to_a_member(node: LocalNode) -> None:
    answer = await App(node).get(HOME, expect=401)
    assert answer == {"error": "The access token is invalid"}
    await (await app_of(node, "greta", scopes="read:lists")).get(HOME, expect=403)


async def test_nonsense_in_bounds_is_harmless(node: LocalNode) -> None:
    greta = await app_of(node, "greta")
    post = await write(node, "greta", "Bonjour")
    for bound in ("x", "-1", "9" * 30, str(2**63), ""):
        assert await ids(greta, HOME, max_id=bound) in ([post], [])
        assert await ids(greta, HOME, limit=bound) in ([post], [])
