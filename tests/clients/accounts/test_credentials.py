"""Changing one's own account, profile and preferences through apps."""

from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from quart.datastructures import FileStorage

from tests.clients.accounts.test_follows import pair, relation
from tests.support.apps import App, app_of
from tests.support.fediverse import LocalNode, Network
from tests.support.openapi import check_entity

UPDATE = "/api/v1/accounts/update_credentials"


def picture() -> FileStorage:
    content = BytesIO()
    Image.new("RGB", (8, 8), "teal").save(content, "PNG")
    content.seek(0)
    return FileStorage(content, filename="a.png", content_type="image/png")


async def own(app: App) -> Any:
    return await app.get("/api/v1/accounts/verify_credentials")


async def test_a_profile_reaches_the_other_node(network: Network) -> None:
    basile, amina, amina_here, _ = await pair(network)
    await basile.post(f"/api/v1/accounts/{amina_here}/follow")
    await network.settle()
    changes = {
        "display_name": "Amina B.",
        "note": "Formatrice à Caen. #Numérique @basile@ici.example",
        "bot": True,
        "discoverable": False,
        "fields_attributes": [{"name": "Site", "value": "https://amina.example/"}],
    }
    changed = await amina.patch(UPDATE, json=changes)
    assert changed["source"]["note"] == changes["note"]
    assert 'href="https://ici.example/@basile"' in changed["note"]
    assert 'rel="me nofollow noopener"' in changed["fields"][0]["value"]
    await network.settle()
    seen = await basile.get(f"/api/v1/accounts/{amina_here}")
    assert (seen["display_name"], seen["bot"]) == ("Amina B.", True)
    assert 'href="https://ici.example/@basile"' in seen["note"]
    assert [field["name"] for field in seen["fields"]] == ["Site"]
    assert not seen["discoverable"]
    await amina.patch(UPDATE, json={"bot": False})
    await network.settle()
    assert not (await basile.get(f"/api/v1/accounts/{amina_here}"))["bot"]


async def test_texts_come_back_as_they_were_typed(node: LocalNode) -> None:
    app = await app_of(node, "amina")
    note = "Première ligne\nDeuxième\n\nUn <b>autre</b> paragraphe & voilà"
    value = "suivez @greta ou https://greta.example/tres/long/chemin/qui/est/raccourci"
    form = {
        "note": note,
        "fields_attributes[0][name]": "Qui",
        "fields_attributes[0][value]": value,
        "fields_attributes[1][name]": "",
        "fields_attributes[1][value]": "",
    }
    changed = await app.patch(UPDATE, form=form)
    check_entity("CredentialAccount", changed)
    assert changed["source"]["note"] == note
    assert "<b>" not in changed["note"]
    assert [(f["name"], f["value"]) for f in changed["source"]["fields"]] == [("Qui", value)]
    kept = await app.patch(UPDATE, json={"locked": True})
    assert kept["source"]["note"] == note
    assert kept["locked"]
    profile = await app.get("/api/v1/profile")
    assert (profile["note"], profile["fields"][0]["value"]) == (note, value)
    emptied = await app.patch(UPDATE, json={"note": "", "fields_attributes": []})
    assert (emptied["note"], emptied["fields"], emptied["source"]["note"]) == ("", [], "")


async def test_what_comes_as_html_is_typed_as_its_text(node: LocalNode) -> None:
    app = await app_of(node, "amina")
    await app.patch(UPDATE, json={"note": "avant"})
    assert app.actor is not None
    await node.act(
        "amina",
        {
            "type": "Update",
            "object": {
                "type": "Person",
                "id": app.actor.url,
                "summary": "<p>après <b>coup</b></p>",
            },
        },
    )
    assert (await own(app))["source"]["note"] == "après coup"


async def test_pictures_are_uploaded_described_and_taken_away(network: Network) -> None:
    basile, amina, amina_here, _ = await pair(network)
    await basile.post(f"/api/v1/accounts/{amina_here}/follow")
    await network.settle()
    before = await own(amina)
    changed = await amina.patch(
        "/api/v1/profile",
        form={"avatar_description": "Amina sourit"},
        files={"avatar": picture(), "header": picture()},
    )
    check_entity("Profile", changed)
    assert changed["avatar"].startswith("https://la-bas.example/media/")
    await network.settle()
    seen = await basile.get(f"/api/v1/accounts/{amina_here}")
    assert seen["avatar_description"] == "Amina sourit"
    assert "/static/" not in seen["avatar"]
    gone = await amina.delete("/api/v1/profile/avatar")
    assert (gone["avatar"], gone["avatar_description"]) == (before["avatar"], "")
    assert gone["header"] == changed["header"]
    assert (await amina.get("/api/v1/profile"))["avatar"] is None
    assert (await amina.delete("/api/v1/profile/header"))["header"] == before["header"]
    await network.settle()
    seen = await basile.get(f"/api/v1/accounts/{amina_here}")
    assert seen["avatar"].startswith("https://ici.example/static/")


async def test_preferences_are_those_of_the_profile(node: LocalNode) -> None:
    app = await app_of(node, "amina")
    preferences = await app.get("/api/v1/preferences")
    check_entity("Preferences", preferences)
    assert preferences["posting:default:visibility"] == "public"
    form = {
        "source[privacy]": "private",
        "source[sensitive]": "true",
        "source[language]": "fr",
        "source[quote_policy]": "nobody",
    }
    source = (await app.patch(UPDATE, form=form))["source"]
    assert (source["privacy"], source["sensitive"], source["language"]) == ("private", True, "fr")
    preferences = await app.get("/api/v1/preferences")
    assert preferences["posting:default:visibility"] == "private"
    assert preferences["posting:default:sensitive"]
    assert preferences["posting:default:language"] == "fr"
    assert preferences["posting:default:quote_policy"] == "nobody"


async def test_what_is_said_besides_is_kept(node: LocalNode) -> None:
    app = await app_of(node, "amina")
    changes = {
        "attribution_domains": ["Journal.example", "journal.example"],
        "show_media": False,
        "indexable": True,
        "hide_collections": True,
    }
    profile = await app.patch("/api/v1/profile", json=changes)
    assert profile["attribution_domains"] == ["journal.example"]
    assert (profile["show_media"], profile["show_featured"]) == (False, True)
    account = await own(app)
    assert account["source"]["attribution_domains"] == ["journal.example"]
    assert (account["show_media"], account["indexable"], account["noindex"]) == (False, True, False)
    assert account["hide_collections"]
    cleared = await app.patch("/api/v1/profile", json={"attribution_domains": []})
    assert cleared["attribution_domains"] == []


@pytest.mark.parametrize(
    "changes",
    [
        {"display_name": "x" * 101},
        {"note": "x" * 2_001},
        {"fields_attributes": [{"name": "a", "value": "b"}] * 9},
        {"fields_attributes": [{"name": "", "value": "b"}]},
        {"fields_attributes": [{"name": "x" * 101, "value": "b"}]},
        {"fields_attributes": [{"name": "a", "value": "x" * 501}]},
        {"fields_attributes": "many"},
        {"source": {"privacy": "nobody"}},
        {"source": {"language": "le français"}},
        {"source": {"quote_policy": "some"}},
        {"attribution_domains": ["a b"]},
        {"avatar_description": "x" * 1_501},
        {"locked": {"very": 1}},
    ],
)
async def test_what_does_not_fit_is_refused(node: LocalNode, changes: Any) -> None:
    app = await app_of(node, "amina")
    before = await own(app)
    answer = await app.patch(UPDATE, json=changes | {"bot": True}, expect=422)
    assert answer["error"].startswith("Validation failed:")
    assert await own(app) == before


async def test_what_is_no_picture_is_refused(node: LocalNode) -> None:
    app = await app_of(node, "amina")
    text = FileStorage(BytesIO(b"<svg/>"), filename="a.png", content_type="image/png")
    answer = await app.patch(UPDATE, files={"avatar": text}, expect=422)
    assert answer["error"].startswith("Validation failed: Avatar")
    sound = FileStorage(BytesIO(b"fLaC" + bytes(99)), filename="a.png", content_type="image/png")
    await app.patch(UPDATE, files={"header": sound}, expect=422)


async def test_whoever_is_locked_no_more_accepts_all_who_wait(network: Network) -> None:
    basile, amina, amina_here, basile_there = await pair(network, locked=True)
    await basile.post(f"/api/v1/accounts/{amina_here}/follow")
    await network.settle()
    await amina.patch(UPDATE, form={"locked": "false"})
    assert (await relation(amina, basile_there))["followed_by"]
    await network.settle()
    assert (await relation(basile, amina_here))["following"]


async def test_nothing_changed_tells_nobody(node: LocalNode) -> None:
    app = await app_of(node, "amina")
    before = await node.count("activities")
    await app.patch(UPDATE, json={"unknown": 1})
    await app.patch(UPDATE, json={"source": {"sensitive": True}})
    await app.delete("/api/v1/profile/avatar")
    assert await node.count("activities") == before
    reader = await app_of(node, "amina", scopes="read profile")
    await reader.patch(UPDATE, json={"note": "x"}, expect=403)
    await reader.delete("/api/v1/profile/avatar", expect=403)
