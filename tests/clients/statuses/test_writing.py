"""Posts that apps write: as they were meant, once for each key, at other servers too."""

import asyncio
from typing import Any

import pytest

from objects.choices import PostChoices, save_post_choices
from objects.limits import MAX_CHARACTERS
from storage.ids import new_id
from storage.store import Tx
from tests.support.apps import App, app_of
from tests.support.fediverse import LocalNode, Network
from tests.support.openapi import check_entity

STATUSES = "/api/v1/statuses"


async def test_an_empty_field_of_a_form_is_no_file(node: LocalNode) -> None:
    app = await app_of(node, "amina")
    sent = {"status": "Bonjour", "media_ids[]": ""}
    assert (await app.post(STATUSES, form=sent))["media_attachments"] == []


async def test_a_plain_post_is_what_was_typed(node: LocalNode) -> None:
    app = await app_of(node, "amina")
    await node.person("greta")
    status = await app.post(STATUSES, form={"status": "Bonjour @greta, #formation <b>ici</b>"})
    check_entity("Status", status)
    assert "&lt;b&gt;ici&lt;/b&gt;" in status["content"]
    assert [mention["acct"] for mention in status["mentions"]] == ["greta"]
    assert [tag["name"] for tag in status["tags"]] == ["formation"]
    assert (status["visibility"], status["language"]) == ("public", "fr")
    assert (status["account"]["acct"], status["sensitive"]) == ("amina", False)


async def test_json_says_the_same_as_a_form(node: LocalNode) -> None:
    app = await app_of(node, "amina")
    sent: dict[str, Any] = {
        "status": "Un **mot**",
        "content_type": "text/markdown",
        "visibility": "unlisted",
        "spoiler_text": "Attention",
        "language": "en",
        "unknown": {"any": "thing"},
        "media_ids": None,
        "poll": None,
        "allowed_mentions": [],
    }
    status = await app.post(STATUSES, json=sent)
    assert "<strong>mot</strong>" in status["content"]
    assert (status["visibility"], status["language"]) == ("unlisted", "en")
    assert (status["spoiler_text"], status["sensitive"]) == ("Attention", True)


async def test_a_warning_alone_is_the_text(node: LocalNode) -> None:
    status = await (await app_of(node, "amina")).post(STATUSES, json={"spoiler_text": "Seul"})
    assert (status["content"], status["spoiler_text"]) == ("<p>Seul</p>", "")


async def test_new_posts_begin_with_what_the_member_chose(node: LocalNode) -> None:
    app = await app_of(node, "amina")
    chosen = PostChoices("followers", True, "nl", "nobody")

    async def choose(tx: Tx) -> None:
        await save_post_choices(tx, int(app.id), chosen)

    await node.store.write(choose)
    status = await app.post(STATUSES, json={"status": "Comme toujours"})
    assert (status["visibility"], status["sensitive"], status["language"]) == (
        "private",
        True,
        "nl",
    )
    other = await app.post(STATUSES, json={"status": "Autrement", "visibility": "public"})
    assert other["visibility"] == "public"


async def test_the_app_is_named(node: LocalNode) -> None:
    app = await app_of(node, "amina")

    async def register(tx: Tx) -> None:
        number = new_id()
        await tx.connection.execute(
            "insert into oauth_apps (id, client_id, secret_hash, name, website, redirect_uris, "
            "scopes, created_at) values ($1, 'c', '', 'Tusky', 'https://tusky.app', '[]', '', 0)",
            number,
        )
        await tx.connection.execute("update tokens set app_id = $1", number)

    await node.store.write(register)
    status = await app.post(STATUSES, json={"status": "Depuis le bus"})
    assert status["application"] == {"name": "Tusky", "website": "https://tusky.app"}


async def test_a_long_post_is_accepted_up_to_the_limit_and_links_count_little(
    node: LocalNode,
) -> None:
    app = await app_of(node, "amina")
    await app.post(STATUSES, json={"status": "é" * MAX_CHARACTERS})
    address = "https://example.org/" + "x" * 400
    await app.post(STATUSES, json={"status": "é" * (MAX_CHARACTERS - 24) + " " + address})
    answer = await app.post(STATUSES, json={"status": "é" * (MAX_CHARACTERS + 1)}, expect=422)
    assert (
        answer["error"] == f"Validation failed: Text character limit of {MAX_CHARACTERS} exceeded"
    )


BAD: list[tuple[Any, int, str]] = [
    ({}, 422, "Text can't be blank"),
    ({"status": " \n"}, 422, "Text can't be blank"),
    ({"status": {"a": 1}}, 422, "Validation failed"),
    ({"status": ["a", {"b": []}]}, 422, "Validation failed"),
    ({"status": "a", "sensitive": {"no": 1}}, 422, "Validation failed"),
    ({"status": "a", "visibility": "secret"}, 422, "Visibility is not included in the list"),
    ({"status": "a", "content_type": "text/html"}, 422, "Content type"),
    ({"status": "a", "in_reply_to_id": "12"}, 404, "does not appear to exist"),
    ({"status": "a", "in_reply_to_id": "abc"}, 404, "does not appear to exist"),
    ({"status": "a", "in_reply_to_id": "9" * 30}, 404, "does not appear to exist"),
    ({"status": "a", "in_reply_to_id": str(2**63)}, 404, "does not appear to exist"),
    ({"status": "a", "quoted_status_id": "12"}, 404, "does not appear to exist"),
    ({"status": "a", "quote_approval_policy": "x"}, 422, "Quote approval policy"),
    ({"status": "a", "media_ids": ["12"]}, 422, "Media 12 not found or already attached"),
    ({"status": "a", "media_ids": ["x"]}, 422, "Media x not found"),
    ({"status": "a", "media_ids": [str(n) for n in range(5)]}, 422, "Cannot attach more than 4"),
    ({"status": "a", "poll": {"options": ["x"], "expires_in": 600}}, 422, "more than one item"),
    ({"status": "a", "poll": {"options": ["x", " "], "expires_in": 600}}, 422, "more than one"),
    ({"status": "a", "poll": {"options": ["x", "x"], "expires_in": 600}}, 422, "duplicate items"),
    ({"status": "a", "poll": {"options": list("abcde"), "expires_in": 600}}, 422, "more than 4"),
    ({"status": "a", "poll": {"options": ["x", "y" * 51], "expires_in": 600}}, 422, "than 50"),
    ({"status": "a", "poll": {"options": ["x", "y"], "expires_in": 10}}, 422, "is too soon"),
    ({"status": "a", "poll": {"options": ["x", "y"], "expires_in": 10**9}}, 422, "too far"),
    ({"status": "a", "poll": {"options": ["x", "y"]}}, 422, "can't be blank"),
    ({"status": "a", "poll": {"options": ["x", "y"], "expires_in": "soon"}}, 422, "Validation"),
    ({"poll": {"options": ["x", "y"], "expires_in": 600}}, 422, "Text can't be blank"),
    ({"status": "a", "poll": "yes"}, 422, "Validation failed"),
    ({"status": "a", "scheduled_at": "2001-01-01T00:00:00Z"}, 422, "must be in the future"),
    ({"status": "a", "scheduled_at": "someday"}, 422, "Record invalid"),
    ({"status": "a", "scheduled_at": "9999-12-31T23:59:59Z"}, 422, "Record invalid"),
]  # fmt: skip


@pytest.mark.parametrize(("sent", "status", "error"), BAD)
async def test_what_cannot_be_published_is_refused_in_words(
    node: LocalNode, sent: Any, status: int, error: str
) -> None:
    app = await app_of(node, "amina")
    answer = await app.post(STATUSES, json=sent, expect=status)
    assert error in answer["error"]
    assert await node.count("objects") == 0


async def test_what_is_no_json_is_refused(node: LocalNode) -> None:
    app = await app_of(node, "amina")
    answer = await app.post(STATUSES, json=["not", "an", "object"], expect=400)
    assert "parsing request parameters" in answer["error"]


async def test_somebody_without_the_scope_writes_nothing(node: LocalNode) -> None:
    app = await app_of(node, "amina", scopes="read")
    await app.post(STATUSES, json={"status": "Non"}, expect=403)
    await App(node).post(STATUSES, json={"status": "Non"}, expect=401)


async def test_what_is_not_for_somebody_cannot_be_answered(node: LocalNode) -> None:
    bruno, amina = await app_of(node, "bruno"), await app_of(node, "amina")
    hidden = await bruno.post(STATUSES, json={"status": "Pour moi", "visibility": "private"})
    sent = {"status": "Je réponds", "in_reply_to_id": hidden["id"]}
    answer = await amina.post(STATUSES, json=sent, expect=404)
    assert answer == {"error": "The post you are trying to reply to does not appear to exist."}


async def test_the_same_key_makes_one_post(node: LocalNode) -> None:
    app, other = await app_of(node, "amina"), await app_of(node, "bruno")
    key = {"Idempotency-Key": "abc"}
    first = await app.post(STATUSES, json={"status": "Une fois"}, headers=key)
    again = await app.post(STATUSES, json={"status": "Une fois"}, headers=key)
    assert first["id"] == again["id"]
    theirs = await other.post(STATUSES, json={"status": "Une fois"}, headers=key)
    assert theirs["id"] != first["id"]
    node.clock.pass_by(3_700)
    later = await app.post(STATUSES, json={"status": "Une fois"}, headers=key)
    assert later["id"] != first["id"]


async def test_the_same_key_at_the_same_moment_makes_one_post(node: LocalNode) -> None:
    app = await app_of(node, "amina")
    key = {"Idempotency-Key": "abc"}
    made = await asyncio.gather(
        *(app.post(STATUSES, json={"status": "Vite"}, headers=key) for _ in range(8))
    )
    assert len({status["id"] for status in made}) == 1
    assert await node.count("objects") == 1


async def test_a_private_message_is_for_those_whom_it_names(node: LocalNode) -> None:
    amina, bruno, claire = [await app_of(node, name) for name in ("amina", "bruno", "claire")]
    first = await bruno.post(STATUSES, json={"status": "Une question"})
    sent = {"status": "@claire regarde", "visibility": "direct", "in_reply_to_id": first["id"]}
    message = await amina.post(STATUSES, json=sent)
    await node.work_inbox()
    assert message["visibility"] == "direct"
    assert (await claire.get(f"{STATUSES}/{message['id']}"))["id"] == message["id"]
    await bruno.get(f"{STATUSES}/{message['id']}", expect=404)
    assert "mention" in await node.notified("claire")


async def test_a_post_reaches_an_app_of_another_node_and_so_do_its_changes(
    network: Network,
) -> None:
    here, there = await network.node("greta"), await network.node("mfr")
    amina, paul = await app_of(here, "amina"), await app_of(there, "paul")
    await there.ask_to_follow("paul", "amina@greta.example")
    await network.settle()
    sent = {"status": "Bonjour @paul@mfr.example", "spoiler_text": "Salut", "language": "fr"}
    status = await amina.post(STATUSES, json=sent)
    await network.settle()
    record = await there.object(status["uri"])
    assert record is not None
    read = await paul.get(f"{STATUSES}/{record.id}")
    assert (read["content"], read["spoiler_text"]) == (status["content"], "Salut")
    assert [mention["acct"] for mention in read["mentions"]] == ["paul"]
    changed = {"status": "Bonsoir", "spoiler_text": ""}
    await amina.put(f"{STATUSES}/{status['id']}", json=changed)
    await network.settle()
    read = await paul.get(f"{STATUSES}/{record.id}")
    assert (read["content"], read["spoiler_text"]) == ("<p>Bonsoir</p>", "")
    assert read["edited_at"] is not None
    history = await paul.get(f"{STATUSES}/{record.id}/history")
    assert [edit["spoiler_text"] for edit in history] == ["Salut", ""]
    await amina.delete(f"{STATUSES}/{status['id']}")
    await network.settle()
    await paul.get(f"{STATUSES}/{record.id}", expect=404)


async def test_a_chain_of_answers_crosses_nodes(network: Network) -> None:
    here, there = await network.node("greta"), await network.node("mfr")
    amina, paul = await app_of(here, "amina"), await app_of(there, "paul")
    await there.ask_to_follow("paul", "amina@greta.example")
    await network.settle()
    first = await amina.post(STATUSES, json={"status": "Qui sait ?"})
    await network.settle()
    copy = await there.object(first["uri"])
    assert copy is not None
    sent = {"status": "@amina@greta.example Moi", "in_reply_to_id": str(copy.id)}
    second = await paul.post(STATUSES, json=sent)
    await network.settle()
    context = await amina.get(f"{STATUSES}/{first['id']}/context")
    assert [status["uri"] for status in context["descendants"]] == [second["uri"]]
    assert context["descendants"][0]["in_reply_to_id"] == first["id"]
    assert (await amina.get(f"{STATUSES}/{first['id']}"))["replies_count"] == 1
