"""Update and Delete of posts and of actors; Move; Block; Flag; pins."""

import json

import pytest

from tests.inbox.test_follow import published, state
from tests.inbox.test_reactions import own_post
from tests.support.factories import activity, create, note, profile, undo
from tests.support.fediverse import LocalNode
from tests.support.signing import Remote

ALICE = "https://mastodon.example/users/alice"
NEW = "https://neuf.example/users/alice"
GRETA = "https://node.example/users/greta"


@pytest.fixture
async def alice(node: LocalNode) -> Remote:
    """Somebody whom greta follows."""
    person = node.wires.person(ALICE)
    await node.befriend("greta", person)
    return person


@pytest.fixture
def mallory(node: LocalNode) -> Remote:
    """Somebody on the same server as alice, who claims what is hers."""
    return node.wires.person("https://mastodon.example/users/mallory")


async def content(node: LocalNode, url: str) -> str:
    """The text of a stored object."""
    record = await node.object(url)
    assert record is not None
    return record.content


async def test_an_edit_replaces_the_text_and_keeps_the_old_one(
    node: LocalNode, alice: Remote
) -> None:
    hello = note(alice, "avant")
    await node.receive(alice, create(alice, hello))
    edited = {**hello, "content": "<p>après</p>", "updated": "2026-11-18T09:00:00Z"}
    assert await node.receive(alice, activity(alice, "Update", edited)) == "done"
    assert "après" in await content(node, hello["id"])
    assert await node.count("object_versions") == 1


async def test_an_older_edit_that_comes_late_is_ignored(node: LocalNode, alice: Remote) -> None:
    hello = note(alice, "un")
    await node.receive(alice, create(alice, hello))
    third = {**hello, "content": "<p>trois</p>", "updated": "2026-11-18T09:00:03Z"}
    second = {**hello, "content": "<p>deux</p>", "updated": "2026-11-18T09:00:02Z"}
    await node.receive(alice, activity(alice, "Update", third))
    outcome = await node.receive(alice, activity(alice, "Update", second))
    assert outcome.startswith("ignored: an older version")
    assert "trois" in await content(node, hello["id"])


async def test_nobody_edits_another_s_post(node: LocalNode, alice: Remote, mallory: Remote) -> None:
    hello = note(alice, "d’origine")
    await node.receive(alice, create(alice, hello))
    for author in (alice.url, mallory.url):
        forged = {**hello, "content": "<p>forgé</p>", "attributedTo": author}
        outcome = await node.receive(mallory, activity(mallory, "Update", forged))
        assert outcome != "done"
    stranger = node.wires.person("https://evil.example/users/eve")
    outcome = await node.receive(stranger, activity(stranger, "Update", hello))
    assert outcome.startswith("refused")
    assert "d’origine" in await content(node, hello["id"])


async def test_an_edit_of_the_unknown_is_ignored(node: LocalNode, alice: Remote) -> None:
    assert (await node.receive(alice, activity(alice, "Update", note(alice)))).startswith("ignored")


@pytest.mark.parametrize("tombstone", [True, False])
async def test_a_deleted_post_leaves_every_timeline(
    node: LocalNode, alice: Remote, tombstone: bool
) -> None:
    hello = note(alice)
    await node.receive(alice, create(alice, hello))
    target = {"id": hello["id"], "type": "Tombstone"} if tombstone else hello["id"]
    assert await node.receive(alice, activity(alice, "Delete", target)) == "done"
    assert await node.home("greta") == []
    assert await content(node, hello["id"]) == ""


async def test_nobody_deletes_another_s_post(
    node: LocalNode, alice: Remote, mallory: Remote
) -> None:
    eve = node.wires.person("https://evil.example/users/eve")
    hello = note(alice)
    await node.receive(alice, create(alice, hello))
    post = await own_post(node)
    for person in (mallory, eve):
        for url in (hello["id"], post.url):
            outcome = await node.receive(person, activity(person, "Delete", url))
            assert outcome.startswith("refused")
    assert await node.home("greta") == [hello["id"]]


async def test_who_leaves_takes_everything_along(node: LocalNode, alice: Remote) -> None:
    for number in range(3):
        await node.receive(alice, create(alice, note(alice, f"{number}")))
    assert await node.receive(alice, activity(alice, "Delete", ALICE)) == "done"
    assert await node.home("greta") == []
    gone = await node.actor(ALICE)
    assert gone is not None
    assert (gone.state, gone.name) == ("gone", "")
    assert await state(node, GRETA, ALICE) == "none"


async def test_nobody_deletes_another_actor(
    node: LocalNode, alice: Remote, mallory: Remote
) -> None:
    for url in (ALICE, GRETA):
        assert await node.receive(mallory, activity(mallory, "Delete", url)) != "done"
    for url in (ALICE, GRETA):
        actor = await node.actor(url)
        assert actor is not None
        assert actor.state == "active"


async def test_a_changed_profile_is_taken_from_its_origin(node: LocalNode, alice: Remote) -> None:
    node.wires.serve(profile(alice, name="Alice Nouvelle"))
    claimed = profile(alice, name="Ce que dit un vieux message")
    assert await node.receive(alice, activity(alice, "Update", claimed)) == "done"
    actor = await node.actor(ALICE)
    assert actor is not None
    assert actor.name == "Alice Nouvelle"


async def test_nobody_changes_another_s_profile(
    node: LocalNode, alice: Remote, mallory: Remote
) -> None:
    forged = profile(alice, name="Forgée")
    assert await node.receive(mallory, activity(mallory, "Update", forged)) != "done"
    actor = await node.actor(ALICE)
    assert actor is not None
    assert actor.name == "Alice"


# Move


async def test_followers_go_along_with_who_moves(node: LocalNode, alice: Remote) -> None:
    node.wires.person(NEW, alsoKnownAs=[ALICE])
    outcome = await node.receive(alice, activity(alice, "Move", ALICE, target=NEW))
    assert outcome == "1 followers moved"
    assert await state(node, GRETA, NEW) == "pending"
    assert await state(node, GRETA, ALICE) == "none"
    assert [follow["object"] for follow in await published(node, "Follow")] == [NEW]
    assert [gone["object"]["object"] for gone in await published(node, "Undo")] == [ALICE]
    old = await node.actor(ALICE)
    assert old is not None
    assert old.moved_to == NEW


async def test_a_move_to_who_knows_nothing_of_it_is_refused(node: LocalNode, alice: Remote) -> None:
    node.wires.person(NEW)
    outcome = await node.receive(alice, activity(alice, "Move", ALICE, target=NEW))
    assert outcome.startswith("refused")
    assert await state(node, GRETA, ALICE) == "accepted"


async def test_nobody_moves_another(node: LocalNode, alice: Remote, mallory: Remote) -> None:
    node.wires.person(NEW, alsoKnownAs=[ALICE])
    outcome = await node.receive(mallory, activity(mallory, "Move", ALICE, target=NEW))
    assert outcome.startswith("ignored")
    assert await state(node, GRETA, ALICE) == "accepted"


# Block


async def test_a_block_ends_what_was_between_the_two(node: LocalNode, alice: Remote) -> None:
    await node.receive(alice, create(alice, note(alice)))
    await node.receive(alice, activity(alice, "Follow", GRETA))
    block = activity(alice, "Block", GRETA)
    assert await node.receive(alice, block) == "done"
    assert await node.home("greta") == []
    assert (await state(node, GRETA, ALICE), await state(node, ALICE, GRETA)) == ("none", "none")
    assert await node.inbox_types("greta") == [], "nobody is told"


@pytest.mark.parametrize("by_id", [True, False])
async def test_a_block_is_lifted_by_who_made_it(
    node: LocalNode, alice: Remote, mallory: Remote, by_id: bool
) -> None:
    block = activity(alice, "Block", GRETA)
    await node.receive(alice, block)
    assert await node.receive(mallory, activity(mallory, "Undo", block["id"])) != "done"
    assert await node.count("blocks") == 1
    done = undo(block, object=block["id"]) if by_id else undo(block)
    assert await node.receive(alice, done) == "done"
    assert await node.count("blocks") == 0


# Flag


async def test_a_report_is_kept_for_the_administrators(node: LocalNode, alice: Remote) -> None:
    post = await own_post(node)
    about = [GRETA, post.url, "https://elsewhere.example/notes/1"]
    report = activity(alice, "Flag", about, content="<script>x</script>Du spam")
    assert await node.receive(alice, report) == "done"
    kept = (await node.store.query(lambda tx: tx.ledger.reports()))[0]
    assert kept.comment == "Du spam"
    assert json.loads(kept.objects) == [post.url]
    greta = await node.person("greta")
    assert kept.target_id == greta.id


async def test_a_report_about_nobody_here_is_ignored(node: LocalNode, alice: Remote) -> None:
    outcome = await node.receive(alice, activity(alice, "Flag", ["https://x.example/users/y"]))
    assert outcome.startswith("ignored")


# Add and Remove


async def test_a_pin_is_set_and_taken_off(node: LocalNode, alice: Remote) -> None:
    hello = note(alice)
    node.wires.serve(hello)
    featured = f"{ALICE}/collections/featured"
    assert await node.receive(alice, activity(alice, "Add", hello["id"], target=featured)) == "done"
    assert await node.count("featured") == 1
    removal = activity(alice, "Remove", hello["id"], target=featured)
    assert await node.receive(alice, removal) == "done"
    assert await node.count("featured") == 0


async def test_nobody_pins_to_another_s_profile_or_another_s_post(
    node: LocalNode, alice: Remote, mallory: Remote
) -> None:
    hello = note(alice)
    await node.receive(alice, create(alice, hello))
    hers, his = f"{ALICE}/collections/featured", f"{mallory.url}/collections/featured"
    for target in (hers, his, "https://node.example/users/greta/featured", None):
        attempt = activity(mallory, "Add", hello["id"], target=target)
        assert await node.receive(mallory, attempt) != "done"
        attempt = activity(mallory, "Remove", hello["id"], target=target)
        assert await node.receive(mallory, attempt) != "done" or target == his
    assert await node.count("featured") == 0
