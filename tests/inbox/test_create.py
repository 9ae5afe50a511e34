"""What others publish: kept when it concerns somebody here, believed from its author alone."""

import pytest

from federation.vocabulary import PUBLIC
from tests.support.factories import Json, activity, create, note
from tests.support.fediverse import LocalNode
from tests.support.signing import Remote

ALICE = "https://mastodon.example/users/alice"
BOB = "https://elsewhere.example/users/bob"
GRETA = "https://node.example/users/greta"


@pytest.fixture
async def alice(node: LocalNode) -> Remote:
    """Somebody whom greta follows."""
    person = node.wires.person(ALICE)
    await node.befriend("greta", person)
    return person


@pytest.fixture
def bob(node: LocalNode) -> Remote:
    """Somebody whom nobody here follows."""
    return node.wires.person(BOB)


async def test_a_note_of_somebody_followed_reaches_the_home_timeline(
    node: LocalNode, alice: Remote
) -> None:
    hello = note(alice, "Bonjour de la formation")
    assert await node.receive(alice, create(alice, hello)) == "done"
    assert await node.home("greta") == [hello["id"]]
    assert await node.inbox_types("greta") == ["Create"]


async def test_the_same_activity_twice_takes_effect_once(node: LocalNode, alice: Remote) -> None:
    hello = create(alice, note(alice))
    await node.receive(alice, hello)
    await node.receive(alice, hello)
    await node.receive(alice, hello, to=node.inbox("greta"))
    assert await node.home("greta") == [hello["object"]["id"]]
    assert await node.inbox_types("greta") == ["Create"]
    assert await node.count("objects") == 1


async def test_what_concerns_nobody_here_is_not_kept(node: LocalNode, bob: Remote) -> None:
    outcome = await node.receive(bob, create(bob, note(bob)))
    assert outcome.startswith("ignored: nobody here follows")
    assert await node.count("objects") == 0
    assert await node.count("activities") == 0


async def test_an_object_that_concerns_nobody_is_not_even_fetched(
    node: LocalNode, bob: Remote
) -> None:
    hello = note(bob)
    node.wires.serve(hello)
    await node.receive(bob, activity(bob, "Create", hello["id"], to=[PUBLIC]))
    assert node.wires.fetched(hello["id"]) == 0


async def test_a_stranger_s_mention_is_kept_and_told(node: LocalNode, bob: Remote) -> None:
    mention = {"type": "Mention", "href": GRETA, "name": "@greta@node.example"}
    hello = note(bob, "@greta bonjour", to=[GRETA], cc=[], tag=[mention])
    assert await node.receive(bob, create(bob, hello)) == "done"
    assert await node.inbox_types("greta") == ["Create"]
    assert await node.notified("greta") == ["mention"]
    assert await node.home("greta") == [], "only what one follows is in one's home"
    stored = await node.object(hello["id"])
    assert stored is not None
    assert stored.visibility == "direct"


async def test_what_comes_to_a_personal_inbox_is_for_its_owner(
    node: LocalNode, bob: Remote
) -> None:
    await node.receive(bob, create(bob, note(bob)), to=node.inbox("greta"))
    assert await node.inbox_types("greta") == ["Create"]


async def test_a_mention_by_somebody_blocked_is_dropped_in_silence(
    node: LocalNode, bob: Remote
) -> None:
    greta = await node.person("greta")
    blocked = await node.services.remote.by_url(bob.url)
    await node.store.write(
        lambda tx: tx.relationships.block(greta.id, blocked.id, "https://node.example/b", 1)
    )
    hello = note(bob, to=[GRETA], cc=[])
    assert (await node.receive(bob, create(bob, hello))).startswith("ignored")
    assert (await node.receive(bob, create(bob, hello), to=node.inbox("greta"))).startswith(
        "ignored"
    )
    assert await node.count("objects") == 0
    assert await node.notified("greta") == []


async def test_an_object_without_audience_has_that_of_its_activity(
    node: LocalNode, alice: Remote
) -> None:
    hello = note(alice, to=None, cc=None)
    await node.receive(alice, activity(alice, "Create", hello, to=[PUBLIC]))
    stored = await node.object(hello["id"])
    assert stored is not None
    assert stored.visibility == "public"


async def test_several_authors_are_fine_when_the_actor_is_one(
    node: LocalNode, alice: Remote
) -> None:
    group = {"type": "Group", "id": "https://mastodon.example/groups/1"}
    video = note(alice, type="Video", name="Film", attributedTo=[group, alice.url])
    assert await node.receive(alice, create(alice, video)) == "done"
    assert await node.home("greta") == [video["id"]]


# rule 2: embedded objects are trusted from their author's own origin only


def _of_another_origin(alice: Remote, bob: Remote) -> Json:
    return note(alice, id=f"{BOB}/notes/1")


def _of_another_author(alice: Remote, bob: Remote) -> Json:
    return note(alice, attributedTo="https://mastodon.example/users/carol")


def _of_nobody(alice: Remote, bob: Remote) -> Json:
    return note(alice, attributedTo=None)


def _of_ours(alice: Remote, bob: Remote) -> Json:
    return note(alice, id="https://node.example/objects/1")


@pytest.mark.parametrize("forge", [_of_another_origin, _of_another_author, _of_nobody, _of_ours])
async def test_a_forged_object_is_not_believed(
    node: LocalNode, alice: Remote, bob: Remote, forge: object
) -> None:
    forged = forge(alice, bob)  # type: ignore[operator]
    outcome = await node.receive(alice, create(alice, forged))
    assert outcome != "done"
    assert await node.count("objects") == 0
    assert await node.home("greta") == []


async def test_an_object_that_is_not_vouched_for_is_taken_from_its_origin(
    node: LocalNode, alice: Remote
) -> None:
    true = note(alice, "ce que j’ai écrit")
    node.wires.serve(true)
    forged = {**true, "content": "<p>forgé</p>", "attributedTo": None}
    del forged["attributedTo"]
    assert await node.receive(alice, create(alice, forged)) == "done"
    stored = await node.object(true["id"])
    assert stored is not None
    assert "ce que j’ai écrit" in stored.content


async def test_an_object_by_its_address_alone_is_fetched(node: LocalNode, alice: Remote) -> None:
    hello = note(alice)
    node.wires.serve(hello)
    assert await node.receive(alice, create(alice, hello["id"])) == "done"
    assert await node.home("greta") == [hello["id"]]


async def test_an_object_that_its_origin_attributes_to_another_is_refused(
    node: LocalNode, alice: Remote
) -> None:
    carol = "https://mastodon.example/users/carol"
    stolen = note(alice, attributedTo=carol)
    node.wires.serve(stolen)
    outcome = await node.receive(alice, create(alice, stolen["id"]))
    assert outcome.startswith("refused")
    assert await node.count("objects") == 0


async def test_another_s_object_is_not_replaced_by_a_create(node: LocalNode, alice: Remote) -> None:
    carol = node.wires.person("https://mastodon.example/users/carol")
    await node.befriend("greta", carol)
    hers = note(carol, "d’origine")
    await node.receive(carol, create(carol, hers))
    forged = {**hers, "attributedTo": alice.url, "content": "<p>forgé</p>"}
    assert (await node.receive(alice, create(alice, forged))).startswith("ignored")
    stored = await node.object(hers["id"])
    assert stored is not None
    assert "d’origine" in stored.content


async def test_unknown_kinds_of_objects_are_ignored_politely(
    node: LocalNode, alice: Remote
) -> None:
    outcome = await node.receive(alice, create(alice, note(alice, type="Recipe")))
    assert outcome.startswith("ignored: objects of type Recipe")


@pytest.mark.parametrize("odd", [None, 3, [], "", {"type": "Note"}, ["", {"id": 7}]])
async def test_odd_objects_never_fail(node: LocalNode, alice: Remote, odd: object) -> None:
    outcome = await node.receive(alice, {**create(alice, "x"), "object": odd})
    assert outcome.startswith("ignored")


async def test_a_deleted_object_does_not_come_back(node: LocalNode, alice: Remote) -> None:
    hello = note(alice)
    await node.receive(alice, create(alice, hello))
    await node.receive(alice, activity(alice, "Delete", hello["id"]))
    assert (await node.receive(alice, create(alice, hello))).startswith("ignored")
    assert await node.home("greta") == []


async def test_an_object_that_is_created_again_does_not_come_up_again(
    node: LocalNode, alice: Remote
) -> None:
    first, second = note(alice, "un"), note(alice, "deux")
    for each in (first, second):
        await node.receive(alice, create(alice, each))
    assert (await node.receive(alice, create(alice, first))).startswith("ignored: another")
    assert await node.home("greta") == [second["id"], first["id"]]


async def test_a_post_that_was_known_as_context_comes_up_when_its_author_sends_it(
    node: LocalNode, alice: Remote
) -> None:
    first = note(alice, "un")
    node.wires.serve(first)
    reply = note(alice, "deux", inReplyTo=first["id"])
    await node.receive(alice, create(alice, reply))
    await node.receive(alice, create(alice, first))
    assert await node.home("greta") == [first["id"], reply["id"]]
