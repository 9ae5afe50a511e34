"""Like, emoji reactions, Announce, and taking them back."""

import json
from typing import Any

import pytest

from federation.vocabulary import PUBLIC
from storage.ids import new_id
from storage.records import ObjectRecord
from tests.support.factories import activity, create, note, undo
from tests.support.fediverse import LocalNode
from tests.support.signing import Remote

ALICE = "https://mastodon.example/users/alice"
BOB = "https://elsewhere.example/users/bob"
GRETA = "https://node.example/users/greta"


async def own_post(node: LocalNode, visibility: str = "public", **changes: Any) -> ObjectRecord:
    """Something that greta published."""
    greta = await node.person("greta")
    number = new_id()
    url = node.services.identifiers.object(number)
    values: dict[str, Any] = {
        "id": number,
        "url": url,
        "type": "Note",
        "actor_id": greta.id,
        "local": 1,
        "visibility": visibility,
        "in_reply_to": None,
        "in_reply_to_id": None,
        "conversation": node.services.identifiers.conversation(number),
        "name": "",
        "summary": "",
        "content": "<p>Retour d’expérience</p>",
        "language": "fr",
        "sensitive": 0,
        "html_url": url,
        "document": json.dumps({"id": url, "type": "Note", "attributedTo": GRETA, "to": [PUBLIC]}),
        "published_at": node.clock.ms,
        "created_at": node.clock.ms,
    }
    record = ObjectRecord(**{**values, **changes})
    await node.store.write(lambda tx: tx.objects.add(record))
    return record


@pytest.fixture
def alice(node: LocalNode) -> Remote:
    """Somebody on another server."""
    return node.wires.person(ALICE)


async def likes(node: LocalNode, url: str) -> int:
    """The likes of an object, as counted."""
    record = await node.object(url)
    assert record is not None
    return record.likes_count


@pytest.mark.parametrize("kind", ["Like", "EmojiReact"])
async def test_a_like_counts_once_and_is_told(node: LocalNode, alice: Remote, kind: str) -> None:
    post = await own_post(node)
    like = activity(alice, kind, post.url, content="🔥")
    assert await node.receive(alice, like) == "done"
    assert await node.receive(alice, activity(alice, kind, post.url)) == "done"
    assert await likes(node, post.url) == 1
    assert await node.notified("greta") == ["like"]
    assert kind in await node.inbox_types("greta")


@pytest.mark.parametrize("kind", ["Like", "EmojiReact"])
async def test_a_like_is_taken_back(node: LocalNode, alice: Remote, kind: str) -> None:
    post = await own_post(node)
    like = activity(alice, kind, post.url)
    await node.receive(alice, like)
    assert await node.receive(alice, undo(like)) == "done"
    assert await likes(node, post.url) == 0
    assert await node.inbox_types("greta") == []


async def test_a_like_is_taken_back_by_its_object_when_its_id_is_forgotten(
    node: LocalNode, alice: Remote
) -> None:
    post = await own_post(node)
    await node.receive(alice, activity(alice, "Like", post.url))
    other = {"type": "Like", "id": f"{ALICE}/other", "actor": ALICE, "object": post.url}
    assert await node.receive(alice, activity(alice, "Undo", other)) == "done"
    assert await likes(node, post.url) == 0


async def test_nobody_can_undo_another_s_like(node: LocalNode, alice: Remote) -> None:
    mallory = node.wires.person("https://evil.example/users/mallory")
    post = await own_post(node)
    like = activity(alice, "Like", post.url)
    await node.receive(alice, like)
    for target in (like, like["id"], {**like, "actor": mallory.url}):
        outcome = await node.receive(mallory, activity(mallory, "Undo", target))
        assert outcome.startswith("refused")
    assert await likes(node, post.url) == 1


@pytest.mark.parametrize("visibility", ["followers", "direct"])
async def test_what_one_may_not_see_one_cannot_like(
    node: LocalNode, alice: Remote, visibility: str
) -> None:
    post = await own_post(node, visibility)
    outcome = await node.receive(alice, activity(alice, "Like", post.url))
    assert outcome == "ignored: the object is not known here"
    assert await likes(node, post.url) == 0


async def test_a_like_of_the_unknown_fetches_nothing(node: LocalNode, alice: Remote) -> None:
    node.wires.person(BOB)
    outcome = await node.receive(alice, activity(alice, "Like", f"{BOB}/notes/1"))
    assert outcome.startswith("ignored")
    assert node.wires.fetched(f"{BOB}/notes/1") == 0


async def test_dislikes_are_ignored_politely(node: LocalNode, alice: Remote) -> None:
    post = await own_post(node)
    outcome = await node.receive(alice, activity(alice, "Dislike", post.url))
    assert outcome == "ignored: Dislike has no effect here"


# Announce


async def test_a_share_by_somebody_followed_shows_what_is_shared(
    node: LocalNode, alice: Remote
) -> None:
    bob = node.wires.person(BOB)
    await node.befriend("greta", alice)
    hello = note(bob)
    node.wires.serve(hello)
    share = activity(alice, "Announce", hello["id"], to=[PUBLIC], cc=[f"{ALICE}/followers"])
    assert await node.receive(alice, share) == "done"
    assert await node.home("greta") == [hello["id"]]
    stored = await node.object(hello["id"])
    assert stored is not None
    assert stored.shares_count == 1
    author = await node.actor(BOB)
    assert author is not None
    assert stored.actor_id == author.id


async def test_an_embedded_object_is_not_believed_but_fetched(
    node: LocalNode, alice: Remote
) -> None:
    bob = node.wires.person(BOB)
    await node.befriend("greta", alice)
    true = note(bob, "d’origine")
    node.wires.serve(true)
    forged = {**true, "content": "<p>forgé</p>"}
    await node.receive(alice, activity(alice, "Announce", forged))
    stored = await node.object(true["id"])
    assert stored is not None
    assert "d’origine" in stored.content


async def test_a_share_by_a_stranger_is_neither_kept_nor_fetched(
    node: LocalNode, alice: Remote
) -> None:
    bob = node.wires.person(BOB)
    hello = note(bob)
    node.wires.serve(hello)
    outcome = await node.receive(alice, activity(alice, "Announce", hello["id"]))
    assert outcome.startswith("ignored")
    assert node.wires.fetched(hello["id"]) == 0


async def test_a_share_of_ours_is_counted_and_told(node: LocalNode, alice: Remote) -> None:
    post = await own_post(node)
    await node.receive(alice, activity(alice, "Announce", post.url))
    stored = await node.object(post.url)
    assert stored is not None
    assert stored.shares_count == 1
    assert await node.notified("greta") == ["share"]


@pytest.mark.parametrize("visibility", ["followers", "direct"])
async def test_private_posts_of_ours_cannot_be_shared(
    node: LocalNode, alice: Remote, visibility: str
) -> None:
    post = await own_post(node, visibility)
    outcome = await node.receive(alice, activity(alice, "Announce", post.url))
    assert outcome.startswith("refused")
    assert await node.count("shares") == 0


async def test_private_posts_of_others_cannot_be_shared(node: LocalNode, alice: Remote) -> None:
    bob = node.wires.person(BOB)
    await node.befriend("greta", alice)
    secret = note(bob, to=[f"{BOB}/followers"], cc=[])
    node.wires.serve(secret)
    outcome = await node.receive(alice, activity(alice, "Announce", secret["id"]))
    assert outcome.startswith("refused")
    assert await node.object(secret["id"]) is None


async def test_a_shared_object_whose_author_lives_elsewhere_is_refused(
    node: LocalNode, alice: Remote
) -> None:
    bob = node.wires.person(BOB)
    await node.befriend("greta", alice)
    forged = note(bob, id="https://evil.example/notes/1")
    node.wires.serve(forged)
    outcome = await node.receive(alice, activity(alice, "Announce", forged["id"]))
    assert outcome.startswith("refused")
    assert await node.count("objects") == 0


async def test_a_share_is_taken_back_out_of_the_timelines(node: LocalNode, alice: Remote) -> None:
    bob = node.wires.person(BOB)
    await node.befriend("greta", alice)
    hello = note(bob)
    node.wires.serve(hello)
    share = activity(alice, "Announce", hello["id"])
    await node.receive(alice, share)
    assert await node.receive(alice, undo(share)) == "done"
    assert await node.home("greta") == []
    stored = await node.object(hello["id"])
    assert stored is not None
    assert stored.shares_count == 0


# groups (FEP-1b12)


async def test_a_group_passes_posts_of_its_members_on(node: LocalNode, alice: Remote) -> None:
    group = node.wires.person("https://lemmy.example/c/formation", type="Group")
    await node.befriend("greta", group)
    page = note(alice, type="Page", name="Un titre", audience=group.url)
    node.wires.serve(page)
    outcome = await node.receive(group, activity(group, "Announce", create(alice, page)))
    assert outcome == "done"
    assert await node.home("greta") == [page["id"]]


async def test_a_reply_in_a_group_is_kept_and_not_pushed(node: LocalNode, alice: Remote) -> None:
    group = node.wires.person("https://lemmy.example/c/formation", type="Group")
    await node.befriend("greta", group)
    reply = note(alice, inReplyTo="https://lemmy.example/post/1")
    node.wires.serve(reply)
    await node.receive(group, activity(group, "Announce", create(alice, reply)))
    assert await node.object(reply["id"]) is not None
    assert await node.home("greta") == []


async def test_what_a_group_passes_on_is_taken_from_the_origin(
    node: LocalNode, alice: Remote
) -> None:
    group = node.wires.person("https://lemmy.example/c/formation", type="Group")
    await node.befriend("greta", group)
    true = note(alice, "d’origine")
    node.wires.serve(true)
    forged = create(alice, {**true, "content": "<p>forgé</p>"})
    await node.receive(group, activity(group, "Announce", forged))
    stored = await node.object(true["id"])
    assert stored is not None
    assert "d’origine" in stored.content


async def test_a_group_deletes_only_what_its_origin_deleted(node: LocalNode, alice: Remote) -> None:
    group = node.wires.person("https://lemmy.example/c/formation", type="Group")
    await node.befriend("greta", group)
    page = note(alice)
    node.wires.serve(page)
    await node.receive(group, activity(group, "Announce", create(alice, page)))
    removal = activity(alice, "Delete", page["id"])
    outcome = await node.receive(group, activity(group, "Announce", removal))
    assert outcome.startswith("ignored")
    node.wires.take_away(page["id"])
    assert await node.receive(group, activity(group, "Announce", removal)) == "done"
    stored = await node.object(page["id"])
    assert stored is not None
    assert stored.deleted_at is not None


async def test_only_groups_pass_activities_on(node: LocalNode, alice: Remote) -> None:
    bob = node.wires.person(BOB)
    await node.befriend("greta", alice)
    hello = note(bob)
    node.wires.serve(hello)
    outcome = await node.receive(alice, activity(alice, "Announce", create(bob, hello)))
    assert outcome == "ignored: only groups pass activities on"
