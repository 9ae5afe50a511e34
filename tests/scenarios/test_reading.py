"""What other servers read of a node: every collection to its end, every part of a post."""

import asyncio
from typing import Any

import orjson
import pytest

from actors.collections import PAGE_SIZE
from federation.signing import sign_cavage
from federation.vocabulary import ACTIVITY_JSON, PUBLIC
from storage.ids import new_id
from storage.records import FollowRecord
from tests.support.factories import create, note
from tests.support.fediverse import LocalNode, Network
from tests.support.signing import Remote

GRETA = "https://greta.example/users/greta"
MANY = 2 * PAGE_SIZE + 5


@pytest.fixture
async def greta(network: Network) -> LocalNode:
    """A training organisation."""
    return await network.node("greta")


async def got(node: LocalNode, url: str) -> dict[str, Any]:
    """A document as a stranger gets it."""
    path = url.partition(node.host)[2].partition("#")[0]
    answer = await node.app.test_client().get(path, headers={"Accept": ACTIVITY_JSON})
    assert answer.status_code == 200, (url, answer.status_code)
    return dict(await answer.get_json(force=True))


async def walked(node: LocalNode, url: str) -> list[Any]:
    """Every item of a collection, page by page, as Mastodon and Fedify walk."""
    root = await got(node, url)
    assert root["id"] == url
    items = [*root.get("orderedItems", ()), *root.get("items", ())]
    following = root.get("first")
    pages = 0
    while following is not None:
        pages += 1
        assert pages < 20, "the collection has no end"
        page = await got(node, following) if isinstance(following, str) else following
        assert page["partOf"] == url
        found = [*page.get("orderedItems", ()), *page.get("items", ())]
        assert len(found) <= PAGE_SIZE
        items += found
        following = page.get("next")
    return items


def ids(items: list[Any]) -> list[str]:
    """The ids of items, embedded or not."""
    return [item if isinstance(item, str) else item["id"] for item in items]


async def test_the_outbox_is_walked_to_its_end(greta: LocalNode) -> None:
    urls = [await greta.write("greta", f"n° {number}") for number in range(MANY)]
    await greta.write("greta", "pour les miens", visibility="followers")
    items = await walked(greta, f"{GRETA}/outbox")
    assert [item["object"]["id"] for item in items] == urls[::-1]
    assert (await got(greta, f"{GRETA}/outbox"))["totalItems"] == MANY


async def test_the_followers_are_walked_to_their_end(network: Network, greta: LocalNode) -> None:
    owner = await greta.person("greta")
    urls = []
    for number in range(MANY):
        ada = network.wires.person(f"https://ada.example/users/ada{number}")
        stranger = await greta.services.remote.by_url(ada.url)
        urls.append(ada.url)
        row = FollowRecord(
            new_id(), stranger.id, owner.id, 0, "accepted", f"{ada.url}#f", network.clock.ms
        )
        async with greta.store.transaction() as tx:
            await tx.relationships.save_follow(row)
    assert ids(await walked(greta, f"{GRETA}/followers")) == urls[::-1]


async def test_replies_and_conversation_are_walked_to_their_end(
    network: Network, greta: LocalNode
) -> None:
    root = await greta.write("greta", "Une question")
    ada = network.wires.person("https://ada.example/users/ada")
    answers = []
    for number in range(MANY):
        reply = note(ada, f"réponse {number}", inReplyTo=root, cc=[GRETA])
        answers.append(reply["id"])
        await greta.deliver(ada, create(ada, reply))
    private = note(ada, "en privé", inReplyTo=root, to=[GRETA], cc=[])
    await greta.deliver(ada, create(ada, private))
    await greta.work_inbox()
    assert sorted(ids(await walked(greta, f"{root}/replies"))) == sorted(answers)
    conversation = (await got(greta, root))["context"]
    assert conversation == f"{root}/context"
    assert sorted(ids(await walked(greta, conversation))) == sorted([root, *answers])
    assert (await got(greta, conversation))["attributedTo"] == GRETA
    assert (await got(greta, conversation))["totalItems"] == MANY + 1


@pytest.mark.parametrize("name", ["replies", "likes", "shares", "context"])
async def test_what_an_object_names_can_be_fetched(greta: LocalNode, name: str) -> None:
    url = await greta.write("greta", "Bonjour")
    named = (await got(greta, url))[name]
    assert await walked(greta, named if isinstance(named, str) else named["id"]) in ([], [url])


async def test_what_an_actor_names_can_be_fetched(greta: LocalNode) -> None:
    actor = await got(greta, GRETA)
    for name in ("outbox", "followers", "following", "featured", "liked"):
        await got(greta, actor[name])
    assert (await got(greta, actor["publicKey"]["id"]))["id"] == GRETA
    assert (await got(greta, actor["generator"]["url"]))["type"] == "Application"


@pytest.mark.parametrize(
    "path",
    [
        "/users/greta/outbox?before=99999999999999999999999999",
        "/users/greta/outbox?before=-1",
        "/users/greta/outbox?before=one",
        "/users/greta/followers?page=true&before=99999999999999999999999999",
        "/users/greta/following?page=true&before=-5",
        "/tags/formation?page=true&before=99999999999999999999999999",
        "/users/greta%00/outbox",
        "/users/greta?x=%00",
        "/.well-known/webfinger?resource=acct:a%00@greta.example",
    ],
)
async def test_numbers_and_bytes_that_nobody_gave_are_refused(greta: LocalNode, path: str) -> None:
    answer = await greta.app.test_client().get(path, headers={"Accept": ACTIVITY_JSON})
    assert answer.status_code == 400
    assert answer.content_type == "application/problem+json"


@pytest.mark.parametrize("path", ["/users/greta", "/actor", "/users/greta/outbox", "/nodeinfo/2.1"])
async def test_a_head_says_what_a_get_would(greta: LocalNode, path: str) -> None:
    client, headers = greta.app.test_client(), {"Accept": ACTIVITY_JSON}
    head, whole = [await ask(path, headers=headers) for ask in (client.head, client.get)]
    assert head.status_code == whole.status_code == 200
    for name in ("Content-Type", "Content-Length", "Cache-Control"):
        assert head.headers.get(name) == whole.headers.get(name)


async def test_a_post_in_another_language_with_emoji_and_tags_keeps_them(
    network: Network, greta: LocalNode
) -> None:
    ada = await followed(network, greta)
    image = {"type": "Image", "mediaType": "image/png", "url": "https://ada.example/blob.png"}
    tags = [
        {"type": "Emoji", "id": "https://ada.example/e/1", "name": ":blob:", "icon": image},
        {"type": "Hashtag", "name": "#Ausbildung", "href": "https://ada.example/tags/ausbildung"},
    ]
    sent = note(ada, content=None, contentMap={"de": "<p>Guten Tag :blob:</p>"}, tag=tags)
    await greta.receive(ada, create(ada, sent))
    stored = await greta.object(sent["id"])
    assert stored is not None
    assert (stored.content, stored.language) == ("<p>Guten Tag :blob:</p>", "de")
    async with greta.store.read() as tx:
        assert await tx.ledger.emojis("ada.example") == {"blob": "https://ada.example/blob.png"}
        assert [found.id for found in await tx.objects.tagged("ausbildung")] == [stored.id]


async def test_a_poll_of_another_server_is_kept_with_its_counts_and_renewed(
    network: Network, greta: LocalNode
) -> None:
    ada = await followed(network, greta)

    def choices(*votes: int) -> list[dict[str, Any]]:
        return [
            {"type": "Note", "name": name, "replies": {"type": "Collection", "totalItems": number}}
            for name, number in zip(("oui", "non"), votes, strict=True)
        ]

    sent = note(
        ada, "On y va ?", type="Question", oneOf=choices(1, 2), votersCount=3,
        endTime="2027-01-01T00:00:00Z",
    )  # fmt: skip
    await greta.receive(ada, create(ada, sent))
    renewed = {**sent, "oneOf": choices(4, 5), "votersCount": 9}
    update = {**create(ada, renewed), "type": "Update", "id": f"{ada.url}/updates/1"}
    await greta.receive(ada, update)
    stored = await greta.object(sent["id"])
    assert stored is not None
    poll = await greta.store.query(lambda tx: tx.objects.poll(stored.id))
    assert poll is not None
    assert orjson.loads(poll.options) == [["oui", 4], ["non", 5]]
    assert poll.voters_count == 9


async def test_a_vote_is_shown_to_nobody_but_the_asker(network: Network, greta: LocalNode) -> None:
    ada = await followed(network, greta)
    options = [{"type": "Note", "name": name} for name in ("oui", "non")]
    sent = note(ada, "On y va ?", type="Question", oneOf=options)
    await greta.receive(ada, create(ada, sent))
    ballot = {"type": "Note", "name": "oui", "inReplyTo": sent["id"], "to": [ada.url]}
    done = await greta.act("greta", ballot)
    await network.settle()
    (delivered,) = [
        each for each in network.wires.delivered(f"{ada.url}/inbox") if each["type"] == "Create"
    ]
    vote = delivered["object"]
    assert (vote["name"], vote["inReplyTo"], vote["to"]) == ("oui", sent["id"], [ada.url])
    assert "content" not in vote
    assert PUBLIC not in str(delivered["to"]) + str(delivered.get("cc"))
    for url in (done.url, vote["id"]):
        answer = await greta.app.test_client().get(
            url.partition(greta.host)[2], headers={"Accept": ACTIVITY_JSON}
        )
        assert answer.status_code == 404
    assert await greta.home("greta") == [sent["id"]]
    assert (await greta.actor(GRETA)).posts_count == 0  # type: ignore[union-attr]


async def test_aliases_are_set_by_a_client_and_told(network: Network, greta: LocalNode) -> None:
    ada = await followed(network, greta)
    old = "https://old.example/users/greta"
    change = {"id": GRETA, "type": "Organization", "alsoKnownAs": [old]}
    await greta.act("greta", {"type": "Update", "object": change})
    await network.settle()
    assert (await got(greta, GRETA))["alsoKnownAs"] == [old]
    assert ada.url


async def test_a_first_contact_of_many_is_answered_without_asking_back(
    network: Network, greta: LocalNode
) -> None:
    """Servers that have just got a Follow read a lot at once, signed; none is asked anything."""
    readers = [network.wires.person(f"https://s{n}.example/users/ada") for n in range(20)]
    url = await greta.write("greta", "Bienvenue")
    await network.settle()
    before = len(network.wires.log)
    paths = (
        GRETA,
        "https://greta.example/actor",
        "https://greta.example/.well-known/nodeinfo",
        "https://greta.example/nodeinfo/2.1",
        "https://greta.example/.well-known/webfinger?resource=acct:greta@greta.example",
        f"{GRETA}/outbox",
        f"{GRETA}/followers",
        f"{GRETA}/featured",
        url,
        f"{url}/replies",
    )
    asked = [read_signed(greta, reader, path) for reader in readers for path in paths]
    assert set(await asyncio.gather(*asked)) == {200}
    assert len(network.wires.log) == before


async def followed(network: Network, node: LocalNode) -> Remote:
    """Somebody on another server whom the organisation follows."""
    ada = network.wires.person("https://ada.example/users/ada")
    await node.befriend("greta", ada)
    return ada


async def read_signed(node: LocalNode, reader: Remote, url: str) -> int:
    """A signed GET; its status."""
    headers = {"Accept": ACTIVITY_JSON, "Host": node.host}
    headers |= sign_cavage("GET", url, None, reader.rsa_key, node.clock())
    answer = await node.app.test_client().get(url.partition(node.host)[2], headers=headers)
    return answer.status_code
