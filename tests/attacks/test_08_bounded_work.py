"""Rule 8: whatever one activity says, the work that it causes here is bounded."""

import pytest

from federation.vocabulary import PUBLIC
from inbox.sources import FETCHES_PER_ACTIVITY, Crowded, Lanes
from tests.support.factories import Json, activity, create, note
from tests.support.fediverse import LocalNode, Network
from tests.support.signing import Remote
from tests.support.wires import Sent

ALICE = "https://mastodon.example/users/alice"
EVIL = "https://evil.example"
MANY = 2_000


@pytest.fixture
async def alice(node: LocalNode) -> Remote:
    """Somebody whom greta follows, and who means harm."""
    person = node.wires.person(ALICE)
    await node.befriend("greta", person)
    return person


def asked(node: LocalNode) -> list[Sent]:
    """What our node asked of anybody."""
    return [sent for sent in node.wires.log if "node.example" not in sent.url]


async def costs(node: LocalNode, sender: Remote, document: Json) -> int:
    """How many requests one activity makes us send, follow-ups included."""
    await node.deliver(sender, activity(sender, "Like", "x"))  # the key is known from now on
    await node.work_inbox()
    before = len(asked(node))
    await node.deliver(sender, document)
    await node.work_inbox()
    return len(asked(node)) - before


async def test_mentions_and_tags_make_us_ask_nobody(node: LocalNode, alice: Remote) -> None:
    mentions = [
        {"type": "Mention", "href": f"{EVIL}/users/{number}", "name": f"@{number}@evil.example"}
        for number in range(MANY)
    ]
    tags = [{"type": "Hashtag", "name": f"#tag{number}"} for number in range(MANY)]
    hello = note(alice, tag=mentions + tags)
    assert await costs(node, alice, create(alice, hello)) == 0
    assert await node.count("object_tags") <= 100
    assert await node.count("audience") <= 600


async def test_a_long_audience_makes_us_ask_nobody(node: LocalNode, alice: Remote) -> None:
    many = [f"{EVIL}/users/{number}" for number in range(MANY)]
    ours = [f"https://node.example/users/{number}" for number in range(MANY)]
    hello = note(alice, to=[PUBLIC, *many], cc=ours)
    assert await costs(node, alice, create(alice, hello)) == 0
    assert len(await node.home("greta")) == 1


async def test_attachments_and_links_are_not_fetched(node: LocalNode, alice: Remote) -> None:
    files = [
        {"type": "Document", "mediaType": "image/png", "url": f"{EVIL}/{number}.png"}
        for number in range(MANY)
    ]
    hello = note(alice, attachment=files, url=[f"{EVIL}/{number}" for number in range(MANY)])
    assert await costs(node, alice, create(alice, hello)) == 0


async def test_a_thread_without_end_ends(network: Network) -> None:
    depth = 5
    node = await network.open("node.example", "greta", thread_depth=depth)
    alice, eve = node.wires.person(ALICE), node.wires.person(f"{EVIL}/users/eve")
    await node.befriend("greta", alice)
    for number in range(200):
        above = f"{EVIL}/notes/{number + 1}"
        node.wires.serve(note(eve, id=f"{EVIL}/notes/{number}", inReplyTo=above))
    reply = create(alice, note(alice, inReplyTo=f"{EVIL}/notes/0"))
    assert await costs(node, alice, reply) <= depth + 2, "the posts, their author, her name"


async def test_a_thread_of_a_new_author_for_each_post_ends(network: Network) -> None:
    depth = 5
    node = await network.open("node.example", "greta", thread_depth=depth)
    alice = node.wires.person(ALICE)
    await node.befriend("greta", alice)
    for number in range(200):
        author = node.wires.person(f"{EVIL}/users/{number}")
        above = f"{EVIL}/notes/{number + 1}"
        node.wires.serve(note(author, id=f"{EVIL}/notes/{number}", inReplyTo=above))
    reply = create(alice, note(alice, inReplyTo=f"{EVIL}/notes/0"))
    assert await costs(node, alice, reply) <= 3 * depth, "a post, an author, a name at each step"


@pytest.mark.parametrize("kind", ["Announce", "Create", "Add"])
async def test_one_activity_causes_a_handful_of_fetches(
    node: LocalNode, alice: Remote, kind: str
) -> None:
    bob = node.wires.person(f"{EVIL}/users/bob")
    objects = [node.wires.serve(note(bob)) for _ in range(50)]
    target = f"{ALICE}/collections/featured"
    attack = activity(alice, kind, objects, to=[PUBLIC], target=target)
    assert await costs(node, alice, attack) <= FETCHES_PER_ACTIVITY


async def test_shares_of_shares_lead_nowhere(node: LocalNode, alice: Remote) -> None:
    for number in range(50):
        share = activity(alice, "Announce", f"{ALICE}/shares/{number + 1}")
        node.wires.serve({**share, "id": f"{ALICE}/shares/{number}"})
    attack = activity(alice, "Announce", f"{ALICE}/shares/0")
    assert await costs(node, alice, attack) <= 1
    nested = activity(alice, "Announce", activity(alice, "Announce", f"{ALICE}/shares/0"))
    assert await costs(node, alice, nested) == 0


async def test_a_followers_list_without_end_is_given_up(node: LocalNode, alice: Remote) -> None:
    url = f"{ALICE}/followers_synchronization"
    for number in range(200):
        page = {"id": f"{url}?page={number}", "type": "OrderedCollectionPage"}
        node.wires.serve({**page, "orderedItems": [], "next": f"{url}?page={number + 1}"})
    node.wires.serve({"id": url, "type": "OrderedCollection", "first": f"{url}?page=0"})
    header = f'collectionId="{ALICE}/followers", url="{url}", digest="00"'
    hello = create(alice, note(alice))
    before = len(asked(node))
    await node.receive(alice, hello, headers={"Collection-Synchronization": header})
    assert len(asked(node)) - before <= FETCHES_PER_ACTIVITY + 1
    follow = await node.follow("https://node.example/users/greta", ALICE)
    assert follow is not None, "a list that was not read to its end ends no follow"


async def test_fetches_are_few_at_once_for_each_host_and_in_all() -> None:
    lanes = Lanes(total=3, per_host=2)
    async with lanes.enter("https://a.example/1"), lanes.enter("https://a.example/2"):
        with pytest.raises(Crowded):
            async with lanes.enter("https://a.example/3"):
                pass
        async with lanes.enter("https://b.example/1"):
            with pytest.raises(Crowded):
                async with lanes.enter("https://c.example/1"):
                    pass
    async with lanes.enter("https://a.example/3"):
        pass
