"""`# a title` begins a draft experience, and its author is told where it is."""

from typing import Any

import pytest

from objects.experiences.drafts import Writer, drafts_of
from objects.experiences.fields import Experience
from storage.drafts import DraftRecord
from storage.records import MediaRecord
from storage.store import Tx
from tests.clients.media.uploads import upload
from tests.support.apps import App, app_of
from tests.support.fediverse import LocalNode

STATUSES = "/api/v1/statuses"


async def drafts(node: LocalNode, app: App) -> list[tuple[DraftRecord, Experience]]:
    """What somebody may go on writing."""
    assert app.actor is not None
    writer = Writer(app.actor, editor=False, organisation=None)
    return await node.store.query(lambda tx: drafts_of(tx, writer))


async def test_nothing_is_published_and_the_author_is_told(node: LocalNode) -> None:
    app = await app_of(node, "amina")
    text = "# Un bus qui forme\n\nDeux jours par semaine.\n\nD’abord un vote.\n\nPuis la route."
    answer = await app.post(STATUSES, json={"status": text, "language": "fr"})
    ((record, experience),) = await drafts(node, app)
    assert experience.title == "Un bus qui forme"
    assert experience.summary == "Deux jours par semaine."
    assert experience.approach == "D’abord un vote.\n\nPuis la route."
    assert (experience.language, experience.reach) == ("fr", "public")
    assert f"https://node.example/drafts/{record.id}" in answer["content"]
    assert "Un bus qui forme" in answer["content"]
    assert (answer["visibility"], answer["account"]["acct"]) == ("direct", "greta")
    assert [mention["acct"] for mention in answer["mentions"]] == ["amina"]
    assert await node.count("objects") == 1
    await node.work_inbox()
    assert await node.notified("amina") == ["mention"]
    assert len(await node.home("amina")) == 1
    await (await app_of(node, "bruno")).get(f"{STATUSES}/{answer['id']}", expect=404)


@pytest.mark.parametrize(
    ("language", "said"), [("fr", "est maintenant un brouillon"), ("en", "is now a draft")]
)
async def test_it_is_said_in_the_members_language(
    node: LocalNode, language: str, said: str
) -> None:
    app = await app_of(node, "amina")

    async def choose(tx: Tx) -> None:
        await tx.connection.execute("update members set language = $1", language)

    await node.store.write(choose)
    answer = await app.post(STATUSES, json={"status": "# Un titre"})
    assert said in answer["content"]


async def test_names_in_a_title_call_nobody(node: LocalNode) -> None:
    app, bruno = await app_of(node, "amina"), await app_of(node, "bruno")
    answer = await app.post(STATUSES, json={"status": "# Avec @bruno et #nous"})
    assert [mention["acct"] for mention in answer["mentions"]] == ["amina"]
    assert answer["tags"] == []
    await bruno.get(f"{STATUSES}/{answer['id']}", expect=404)


async def test_files_become_the_drafts(node: LocalNode) -> None:
    app = await app_of(node, "amina")
    picture = await upload(app, "red")
    sent = {"status": "# Un titre", "media_ids": [picture["id"]], "visibility": "private"}
    await app.post(STATUSES, json=sent)
    ((record, experience),) = await drafts(node, app)
    assert experience.reach == "organisation"

    async def files(tx: Tx) -> list[MediaRecord]:
        return await tx.drafts.media(record.id)

    assert [str(media.id) for media in await node.store.query(files)] == [picture["id"]]


async def test_a_warning_is_the_summary_and_a_long_beginning_is_no_summary(
    node: LocalNode,
) -> None:
    app = await app_of(node, "amina")
    await app.post(STATUSES, json={"status": "# Un\nSuite", "spoiler_text": "En bref"})
    await app.post(STATUSES, json={"status": "# Deux\n" + "long " * 200 + "\n\nfin"})
    found = {experience.title: experience for _, experience in await drafts(node, app)}
    assert (found["Un"].summary, found["Un"].approach) == ("En bref", "Suite")
    assert found["Deux"].summary == ""
    assert found["Deux"].approach.endswith("long \n\nfin")


async def test_the_same_key_begins_one_draft(node: LocalNode) -> None:
    app = await app_of(node, "amina")
    key = {"Idempotency-Key": "k"}
    first = await app.post(STATUSES, json={"status": "# Un titre"}, headers=key)
    again = await app.post(STATUSES, json={"status": "# Un titre"}, headers=key)
    assert first["id"] == again["id"]
    assert len(await drafts(node, app)) == 1


ORDINARY: list[dict[str, Any]] = [
    {"status": "#titre sans blanc"},
    {"status": "Bonjour\n# pas au début"},
    {"status": "# Pour Bruno", "visibility": "direct"},
    {"status": "# Une question", "poll": {"options": ["a", "b"], "expires_in": 600}},
]


@pytest.mark.parametrize("sent", ORDINARY)
async def test_ordinary_posts_stay_posts(node: LocalNode, sent: dict[str, Any]) -> None:
    app = await app_of(node, "amina")
    status = await app.post(STATUSES, json=sent)
    assert status["account"]["acct"] == "amina"
    assert await drafts(node, app) == []


async def test_answers_and_edits_stay_what_they_are(node: LocalNode) -> None:
    app = await app_of(node, "amina")
    first = await app.post(STATUSES, json={"status": "Bonjour"})
    reply = await app.post(STATUSES, json={"status": "# Oui", "in_reply_to_id": first["id"]})
    assert reply["in_reply_to_id"] == first["id"]
    changed = await app.put(f"{STATUSES}/{first['id']}", json={"status": "# Encore"})
    assert "# Encore" in changed["content"]
    assert await drafts(node, app) == []


async def test_readers_begin_nothing(node: LocalNode) -> None:
    app = await app_of(node, "rene")

    async def demote(tx: Tx) -> None:
        await tx.connection.execute("update members set role = 'reader'")

    await node.store.write(demote)
    status = await app.post(STATUSES, json={"status": "# Un avis"})
    assert status["account"]["acct"] == "rene"
    assert await drafts(node, app) == []


async def test_the_organisation_itself_is_told_by_the_node(node: LocalNode) -> None:
    app = await app_of(node, "greta")
    answer = await app.post(STATUSES, json={"status": "# Un titre"})
    assert answer["account"]["acct"] == "node.example"
    assert len(await drafts(node, app)) == 1
