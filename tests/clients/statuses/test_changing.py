"""Posts that apps change and delete: text, warning, files, poll; sources and earlier versions."""

from typing import Any

from storage.store import Tx
from tests.clients.media.uploads import upload
from tests.support.apps import App, app_of
from tests.support.fediverse import LocalNode, Network
from tests.support.openapi import check_entity

STATUSES = "/api/v1/statuses"
POLL = {"options": ["thé", "café"], "expires_in": 3_600}


async def test_the_source_is_what_was_typed(node: LocalNode) -> None:
    app = await app_of(node, "amina")
    sent = {"status": "Un **mot**", "content_type": "text/markdown", "spoiler_text": "Oh"}
    status = await app.post(STATUSES, json=sent)
    source = await app.get(f"{STATUSES}/{status['id']}/source")
    assert source == {
        "id": status["id"], "text": "Un **mot**", "spoiler_text": "Oh",
        "content_type": "text/markdown",
    }  # fmt: skip


async def test_an_edit_replaces_all_and_keeps_what_was(node: LocalNode) -> None:
    app = await app_of(node, "amina")
    status = await app.post(STATUSES, json={"status": "Premier #jet", "language": "fr"})
    assert status["edited_at"] is None
    sent = {"status": "Second #essai", "spoiler_text": "Relu", "sensitive": True, "language": "en"}
    changed = await app.put(f"{STATUSES}/{status['id']}", json=sent)
    assert (changed["spoiler_text"], changed["sensitive"], changed["language"]) == (
        "Relu", True, "en",
    )  # fmt: skip
    assert [tag["name"] for tag in changed["tags"]] == ["essai"]
    assert changed["edited_at"] is not None
    assert changed["created_at"] == status["created_at"]
    history = await app.get(f"{STATUSES}/{status['id']}/history")
    assert [(edit["spoiler_text"], edit["sensitive"]) for edit in history] == [
        ("", False), ("Relu", True),
    ]  # fmt: skip
    assert history[0]["created_at"] == status["created_at"]
    assert history[1]["created_at"] == changed["edited_at"]
    assert history[0]["account"]["acct"] == "amina"


async def test_what_was_never_changed_has_one_version(node: LocalNode) -> None:
    app = await app_of(node, "amina")
    status = await app.post(STATUSES, json={"status": "Une fois"})
    history = await App(node).get(f"{STATUSES}/{status['id']}/history")
    assert [edit["content"] for edit in history] == ["<p>Une fois</p>"]


async def test_an_edit_that_changes_nothing_is_none(node: LocalNode) -> None:
    app = await app_of(node, "amina")
    status = await app.post(STATUSES, json={"status": "Pareil"})
    same = await app.put(f"{STATUSES}/{status['id']}", json={"status": "Pareil"})
    assert same["edited_at"] is None
    assert len(await app.get(f"{STATUSES}/{status['id']}/history")) == 1


async def test_files_come_go_and_are_described_anew(node: LocalNode) -> None:
    app = await app_of(node, "amina")
    one, two = await upload(app, "red"), await upload(app, "blue")
    status = await app.post(STATUSES, json={"status": "Photo", "media_ids": [one["id"]]})
    sent: dict[str, Any] = {
        "status": "Photo",
        "media_ids": [two["id"], one["id"]],
        "media_attributes": [
            {"id": one["id"], "description": "Une pomme", "focus": "0.5,-0.5"},
        ],
    }
    changed = await app.put(f"{STATUSES}/{status['id']}", json=sent)
    assert [media["id"] for media in changed["media_attachments"]] == [two["id"], one["id"]]
    apple = changed["media_attachments"][1]
    assert (apple["description"], apple["meta"]["focus"]) == ("Une pomme", {"x": 0.5, "y": -0.5})
    bare = await app.put(f"{STATUSES}/{status['id']}", json={"status": "Sans photo"})
    assert bare["media_attachments"] == []
    history = await app.get(f"{STATUSES}/{status['id']}/history")
    assert [len(edit["media_attachments"]) for edit in history] == [1, 2, 0]
    assert history[1]["media_attachments"][1]["description"] == "Une pomme"


async def test_attributes_come_in_forms_too(node: LocalNode) -> None:
    app = await app_of(node, "amina")
    one = await upload(app, "red")
    status = await app.post(STATUSES, json={"status": "Photo", "media_ids": [one["id"]]})
    form = {
        "status": "Photo",
        "media_ids[]": one["id"],
        "media_attributes[][id]": one["id"],
        "media_attributes[][description]": "Rouge",
    }
    changed = await app.put(f"{STATUSES}/{status['id']}", form=form)
    assert changed["media_attachments"][0]["description"] == "Rouge"


async def test_another_poll_has_no_votes_and_the_same_keeps_them(node: LocalNode) -> None:
    amina, bruno = await app_of(node, "amina"), await app_of(node, "bruno")
    status = await amina.post(STATUSES, json={"status": "Quoi ?", "poll": POLL})
    await bruno.post(f"/api/v1/polls/{status['id']}/votes", json={"choices": [1]})
    sent = {"status": "Quoi donc ?", "poll": POLL}
    same = await amina.put(f"{STATUSES}/{status['id']}", json=sent)
    assert [option["votes_count"] for option in same["poll"]["options"]] == [0, 1]
    sent = {"status": "Quoi donc ?", "poll": {**POLL, "options": ["thé", "eau"]}}
    other = await amina.put(f"{STATUSES}/{status['id']}", json=sent)
    assert [option["title"] for option in other["poll"]["options"]] == ["thé", "eau"]
    assert other["poll"]["voters_count"] == 0
    again = await bruno.get(f"/api/v1/polls/{status['id']}")
    assert (again["voted"], again["own_votes"]) == (False, [])
    history = await bruno.get(f"{STATUSES}/{status['id']}/history")
    assert [option["title"] for option in history[0]["poll"]["options"]] == ["thé", "café"]
    bare = await amina.put(f"{STATUSES}/{status['id']}", json={"status": "Plus de question"})
    assert bare["poll"] is None
    await bruno.get(f"/api/v1/polls/{status['id']}", expect=404)


async def test_only_authors_change_and_delete(node: LocalNode) -> None:
    amina, bruno = await app_of(node, "amina"), await app_of(node, "bruno")
    status = await amina.post(STATUSES, json={"status": "À moi"})
    path = f"{STATUSES}/{status['id']}"
    assert await bruno.put(path, json={"status": "À moi"}, expect=404) == {
        "error": "Record not found"
    }
    await bruno.delete(path, expect=404)
    await amina.put(path, json={"status": ""}, expect=422)
    await amina.put(path, json={"status": "a", "media_ids": ["7"]}, expect=422)
    await amina.put(f"{STATUSES}/7", json={"status": "a"}, expect=404)
    await amina.delete(f"{STATUSES}/7", expect=404)


async def test_what_was_deleted_can_be_written_again_with_its_files(node: LocalNode) -> None:
    app = await app_of(node, "amina")
    picture = await upload(app, "red")
    sent = {"status": "Une _faute_", "content_type": "text/markdown", "media_ids": [picture["id"]]}
    status = await app.post(STATUSES, json=sent)
    node.clock.pass_by(3 * 24 * 3_600)
    deleted = await app.delete(f"{STATUSES}/{status['id']}")
    check_entity("Status", deleted)
    assert deleted["text"] == "Une _faute_"
    assert [media["id"] for media in deleted["media_attachments"]] == [picture["id"]]
    await app.get(f"{STATUSES}/{status['id']}", expect=404)
    await node.services.housekeeping.run_once()
    again = await app.post(STATUSES, json={"status": "Sans", "media_ids": [picture["id"]]})
    assert again["media_attachments"][0]["id"] == picture["id"]


async def test_files_go_at_once_when_asked(node: LocalNode) -> None:
    app = await app_of(node, "amina")
    picture = await upload(app, "red")
    status = await app.post(STATUSES, json={"status": "Photo", "media_ids": [picture["id"]]})
    await app.delete(f"{STATUSES}/{status['id']}", query={"delete_media": "true"})
    assert await node.count("media") == 0
    await app.post(STATUSES, json={"status": "a", "media_ids": [picture["id"]]}, expect=422)


async def test_experiences_are_changed_on_the_web_alone(node: LocalNode) -> None:
    app = await app_of(node, "amina")
    url = await node.write("amina", "Un texte", name="Un titre")
    record = await node.object(url)
    assert record is not None
    await app.put(f"{STATUSES}/{record.id}", json={"status": "Autre"}, expect=422)


async def test_an_edited_poll_starts_anew_at_other_servers(network: Network) -> None:
    here, there = await network.node("greta"), await network.node("mfr")
    amina, paul = await app_of(here, "amina"), await app_of(there, "paul")
    await there.ask_to_follow("paul", "amina@greta.example")
    await network.settle()
    status = await amina.post(STATUSES, json={"status": "Quoi ?", "poll": POLL})
    await network.settle()
    copy = await there.object(status["uri"])
    assert copy is not None
    await paul.post(f"/api/v1/polls/{copy.id}/votes", json={"choices": ["0"]})
    await network.settle()
    sent = {"status": "Quoi ?", "poll": {**POLL, "options": ["eau", "vin"], "multiple": True}}
    await amina.put(f"{STATUSES}/{status['id']}", json=sent)
    await network.settle()
    read = await paul.get(f"/api/v1/polls/{copy.id}")
    assert [option["title"] for option in read["options"]] == ["eau", "vin"]
    assert (read["voted"], read["multiple"], read["votes_count"]) == (False, True, 0)


async def test_nobody_is_told_less_than_before(node: LocalNode) -> None:
    app = await app_of(node, "amina")
    await node.person("bruno")
    status = await app.post(STATUSES, json={"status": "@bruno salut", "visibility": "direct"})
    await app.put(f"{STATUSES}/{status['id']}", json={"status": "Sans nom"})

    async def audience(tx: Tx) -> int:
        return len(await tx.objects.audience(int(status["id"])))

    assert await node.store.query(audience) == 1


async def test_whoever_boosted_a_post_hears_of_its_change(network: Network) -> None:
    here, there = await network.node("greta"), await network.node("mfr")
    amina, bruno = await app_of(here, "amina"), await app_of(here, "bruno")
    paul = await app_of(there, "paul")
    await there.ask_to_follow("paul", "amina@greta.example")
    await network.settle()
    status = await amina.post(STATUSES, json={"status": "Premier jet"})
    await network.settle()
    copy = await there.object(status["uri"])
    assert copy is not None
    await bruno.post(f"{STATUSES}/{status['id']}/reblog")
    await paul.post(f"{STATUSES}/{copy.id}/reblog")
    await network.settle()
    await amina.put(f"{STATUSES}/{status['id']}", json={"status": "Second jet"})
    await network.settle()
    assert "update" in await here.notified("bruno")
    assert "update" in await there.notified("paul")
    assert "update" not in await here.notified("amina")


async def test_an_edit_may_say_who_quotes(node: LocalNode) -> None:
    app = await app_of(node, "amina")
    status = await app.post(STATUSES, json={"status": "Citez-moi"})
    path = f"{STATUSES}/{status['id']}"
    sent = {"status": "Citez-moi", "quote_approval_policy": "nobody"}
    changed = await app.put(path, json=sent)
    assert changed["quote_approval"]["automatic"] == []
    await app.put(path, json={**sent, "quote_approval_policy": "x"}, expect=422)


async def test_files_of_others_are_never_attached(node: LocalNode) -> None:
    amina, bruno = await app_of(node, "amina"), await app_of(node, "bruno")
    theirs = await upload(amina, "red")
    sent = {"status": "Volé", "media_ids": [theirs["id"]]}
    assert "not found" in (await bruno.post(STATUSES, json=sent, expect=422))["error"]
    own = await bruno.post(STATUSES, json={"status": "À moi"})
    await bruno.put(f"{STATUSES}/{own['id']}", json=sent, expect=422)


async def test_a_boost_is_no_name_under_which_to_change_or_delete(node: LocalNode) -> None:
    amina, bruno = await app_of(node, "amina"), await app_of(node, "bruno")
    status = await amina.post(STATUSES, json={"status": "À moi"})
    boost = await bruno.post(f"{STATUSES}/{status['id']}/reblog")
    await amina.delete(f"{STATUSES}/{boost['id']}", expect=404)
    await amina.put(f"{STATUSES}/{boost['id']}", json={"status": "Autre"}, expect=404)
    assert (await amina.get(f"{STATUSES}/{status['id']}"))["content"] == "<p>À moi</p>"
