"""Filters as apps make, change and read them, in both versions of the API."""

from typing import Any

import pytest

from tests.support.apps import App, app_of
from tests.support.fediverse import LocalNode

FILTER = {"title": "Bruit", "context": ["home"], "keywords_attributes": [{"keyword": "bruit"}]}


async def made(app: App, **changes: object) -> Any:
    return await app.post("/api/v2/filters", json={**FILTER, **changes})


async def test_a_filter_is_made_read_changed_and_removed(node: LocalNode) -> None:
    app = await app_of(node, "amina")
    filtered = await made(app, filter_action="hide", expires_in=3600)
    assert filtered["filter_action"] == "hide"
    assert filtered["expires_at"] is not None
    assert [word["keyword"] for word in filtered["keywords"]] == ["bruit"]
    assert await app.get("/api/v2/filters") == [filtered]
    path = f"/api/v2/filters/{filtered['id']}"
    changed = await app.put(path, json={"title": "Silence", "expires_in": None})
    assert (changed["title"], changed["expires_at"]) == ("Silence", None)
    assert changed["context"] == ["home"]
    assert await app.get(path) == changed
    await app.delete(path)
    await app.get(path, expect=404)


async def test_words_are_added_changed_and_removed_with_their_filter(node: LocalNode) -> None:
    app = await app_of(node, "amina")
    filtered = await made(app)
    word = filtered["keywords"][0]["id"]
    changed = await app.put(
        f"/api/v2/filters/{filtered['id']}",
        form={
            "keywords_attributes[0][id]": word,
            "keywords_attributes[0][whole_word]": "false",
            "keywords_attributes[1][keyword]": "vacarme",
        },
    )
    assert [(w["keyword"], w["whole_word"]) for w in changed["keywords"]] == [
        ("bruit", False),
        ("vacarme", True),
    ]
    left = await app.put(
        f"/api/v2/filters/{filtered['id']}",
        form={"keywords_attributes[][id]": word, "keywords_attributes[][_destroy]": "true"},
    )
    assert [w["keyword"] for w in left["keywords"]] == ["vacarme"]


async def test_words_have_addresses_of_their_own(node: LocalNode) -> None:
    app = await app_of(node, "amina")
    filtered = await made(app)
    added = await app.post(
        f"/api/v2/filters/{filtered['id']}/keywords", form={"keyword": "cri", "whole_word": "0"}
    )
    path = f"/api/v2/filters/keywords/{added['id']}"
    assert (await app.get(path))["whole_word"] is False
    assert (await app.put(path, json={"keyword": "cris"}))["keyword"] == "cris"
    assert len(await app.get(f"/api/v2/filters/{filtered['id']}/keywords")) == 2
    await app.delete(path)
    await app.get(path, expect=404)


async def test_single_posts_are_filtered(node: LocalNode) -> None:
    record = await node.object(await node.write("greta", "Bonjour"))
    assert record is not None
    app = await app_of(node, "amina")
    filtered = await made(app)
    address = f"/api/v2/filters/{filtered['id']}/statuses"
    added = await app.post(address, json={"status_id": str(record.id)})
    assert added["status_id"] == str(record.id)
    await app.post(address, json={"status_id": str(record.id)}, expect=422)
    assert await app.get(address) == [added]
    path = f"/api/v2/filters/statuses/{added['id']}"
    assert await app.get(path) == added
    await app.delete(path)
    assert await app.get(address) == []


async def test_a_post_that_the_member_may_not_see_is_not_there(node: LocalNode) -> None:
    record = await node.object(await node.write("greta", "Entre nous", visibility="direct"))
    assert record is not None
    app = await app_of(node, "amina")
    filtered = await made(app)
    for wanted in (str(record.id), "x", "9" * 30, ""):
        address = f"/api/v2/filters/{filtered['id']}/statuses"
        await app.post(address, json={"status_id": wanted}, expect=404)


async def test_nobody_reads_or_changes_the_filters_of_others(node: LocalNode) -> None:
    greta = await app_of(node, "greta")
    filtered = await made(greta)
    word = filtered["keywords"][0]["id"]
    amina = await app_of(node, "amina")
    assert await amina.get("/api/v2/filters") == []
    assert await amina.get("/api/v1/filters") == []
    for path in (
        f"/api/v2/filters/{filtered['id']}",
        f"/api/v2/filters/keywords/{word}",
        f"/api/v1/filters/{word}",
    ):
        await amina.get(path, expect=404)
        await amina.put(path, json={"title": "x", "phrase": "x"}, expect=404)
        await amina.delete(path, expect=404)
    stolen = {"keywords_attributes": [{"id": word, "keyword": "x"}]}
    mine = await made(amina)
    await amina.put(f"/api/v2/filters/{mine['id']}", json=stolen, expect=404)
    assert (await greta.get("/api/v2/filters")) == [filtered]


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": " "},
        {"title": "x" * 257},
        {"context": []},
        {"context": ["anywhere"]},
        {"filter_action": "burn"},
        {"keywords_attributes": [{"keyword": ""}]},
        {"keywords_attributes": [{"keyword": "x" * 513}]},
        {"keywords_attributes": "x"},
        {"expires_in": "soon"},
    ],
)
async def test_what_is_no_filter_is_refused(node: LocalNode, wrong: dict[str, object]) -> None:
    app = await app_of(node, "amina")
    answer = await app.post("/api/v2/filters", json={**FILTER, **wrong}, expect=422)
    assert answer["error"].startswith(("Validation failed", "'burn' is not"))
    assert await app.get("/api/v2/filters") == []


async def test_older_apps_see_each_word_as_a_filter(node: LocalNode) -> None:
    app = await app_of(node, "amina")
    made_here = await app.post(
        "/api/v1/filters",
        form={"phrase": "cri", "context[]": "public", "irreversible": "true", "whole_word": "0"},
    )
    assert (made_here["irreversible"], made_here["whole_word"]) == (True, False)
    assert made_here["expires_at"] is None
    both = await made(app, keywords_attributes=[{"keyword": "un"}, {"keyword": "deux"}])
    listed = await app.get("/api/v1/filters")
    assert [one["phrase"] for one in listed] == ["cri", "un", "deux"]
    path = f"/api/v1/filters/{made_here['id']}"
    changed = await app.put(path, json={"phrase": "cris", "context": ["home", "thread"]})
    assert (changed["phrase"], changed["context"]) == ("cris", ["home", "thread"])
    assert changed["irreversible"] is True
    shared = f"/api/v1/filters/{both['keywords'][0]['id']}"
    await app.put(shared, json={"phrase": "une", "context": ["public"]}, expect=422)
    assert (await app.put(shared, json={"phrase": "une", "context": ["home"]}))["phrase"] == "une"
    await app.delete(path)
    assert [one["title"] for one in await app.get("/api/v2/filters")] == ["Bruit"]


async def test_a_token_needs_the_scopes_of_filters(node: LocalNode) -> None:
    app = await app_of(node, "amina", scopes="read:statuses write:statuses")
    await app.get("/api/v2/filters", expect=403)
    await app.post("/api/v2/filters", json=FILTER, expect=403)
    await App(node).get("/api/v1/filters", expect=401)
