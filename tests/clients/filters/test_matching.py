"""Which posts meet a filter, how they say so, and what the node leaves out."""

import pytest

from tests.support.apps import App, app_of
from tests.support.fediverse import LocalNode, Network


async def number_of(node: LocalNode, url: str) -> str:
    record = await node.object(url)
    assert record is not None
    return str(record.id)


async def filtered(app: App, *words: str, whole: bool = True, **filter_: object) -> str:
    made = await app.post(
        "/api/v2/filters",
        json={
            "title": "Filtre",
            "context": ["home"],
            "keywords_attributes": [{"keyword": word, "whole_word": whole} for word in words],
            **filter_,
        },
    )
    return str(made["id"])


async def matches(app: App, node: LocalNode, text: str, **draft: object) -> list[str] | None:
    number = await number_of(node, await node.write("greta", text, **draft))
    status = await app.get(f"/api/v1/statuses/{number}")
    return status["filtered"][0]["keyword_matches"] if status["filtered"] else None


@pytest.mark.parametrize(
    ("word", "whole", "text", "met"),
    [
        ("chat", True, "Un Chat passe", "Chat"),
        ("chat", True, "Les chats passent", None),
        ("chat", False, "Les chats passent", "chat"),
        ("été", True, "C’est l’été !", "été"),
        ("été", True, "Ils ont étés", None),
        ("#foo", True, "Un mot#foo", "#foo"),
        ("d'art", True, "Un objet d'art.", "d'art"),
        ("हिन्द", True, "यह हिन्दी है", None),
        ("हिन्दी", True, "यह हिन्दी है", "हिन्दी"),
        ("a.c", True, "abc", None),
        ("猫", True, "黒猫だ", None),
        ("猫", False, "黒猫だ", "猫"),
    ],
)
async def test_words_are_found_as_mastodon_finds_them(
    node: LocalNode, word: str, whole: bool, text: str, met: str | None
) -> None:
    app = await app_of(node, "amina")
    await filtered(app, word, whole=whole)
    assert await matches(app, node, text) == ([met] if met else None)


async def test_a_short_word_is_found_where_a_long_one_is_not(node: LocalNode) -> None:
    app = await app_of(node, "amina")
    await filtered(app, "chats")
    await filtered(app, "chat", whole=False)
    number = await number_of(node, await node.write("greta", "Des chatsons"))
    status = await app.get(f"/api/v1/statuses/{number}")
    assert [one["keyword_matches"] for one in status["filtered"]] == [["chat"]]


async def test_warnings_choices_and_titles_are_searched(node: LocalNode) -> None:
    app = await app_of(node, "amina")
    await filtered(app, "secret")
    assert await matches(app, node, "Rien", summary="Un secret") == ["secret"]
    assert await matches(app, node, "Rien à voir") is None


async def test_single_posts_and_their_shares_are_met(node: LocalNode) -> None:
    app = await app_of(node, "amina")
    number = await number_of(node, await node.write("greta", "Bonjour"))
    name = await filtered(app)
    await app.post(f"/api/v2/filters/{name}/statuses", json={"status_id": number})
    found = (await app.get(f"/api/v1/statuses/{number}"))["filtered"]
    assert [one["status_matches"] for one in found] == [[number]]
    assert found[0]["keyword_matches"] is None
    assert found[0]["filter"]["id"] == name


async def test_an_expired_filter_is_met_by_nothing(node: LocalNode) -> None:
    app = await app_of(node, "amina")
    await filtered(app, "secret", expires_in=60)
    assert await matches(app, node, "Un secret") == ["secret"]
    node.clock.pass_by(61)
    assert await matches(app, node, "Un secret encore") is None
    assert len(await app.get("/api/v2/filters")) == 1


async def test_what_one_wrote_oneself_is_not_filtered(node: LocalNode) -> None:
    app = await app_of(node, "greta")
    await filtered(app, "secret")
    assert await matches(app, node, "Un secret") is None


async def test_what_is_hidden_at_home_stays_away_and_paging_goes_on(
    node: LocalNode, network: Network
) -> None:
    greta, app = await app_of(node, "greta"), await app_of(node, "amina")
    await app.post(f"/api/v1/accounts/{greta.id}/follow")
    await network.settle()
    for text in ("Un", "Un secret", "Deux"):
        await node.write("greta", text)
    await network.settle()
    await filtered(app, "secret", filter_action="warn")
    assert len(await app.get("/api/v1/timelines/home")) == 3
    hiding = await filtered(app, "secret", filter_action="hide")
    answer = await app.ask("GET", "/api/v1/timelines/home", query={"limit": 2})
    assert [s["content"] for s in answer.json] == ["<p>Deux</p>"]
    following = answer.link("next")
    assert following is not None
    rest = await app.get(following.partition(node.host)[2])
    assert [s["content"] for s in rest] == ["<p>Un</p>"]
    await app.put(f"/api/v2/filters/{hiding}", json={"context": ["public"]})
    assert len(await app.get("/api/v1/timelines/home")) == 3


async def test_a_page_asks_once_for_all_filters(node: LocalNode) -> None:
    app = await app_of(node, "amina")
    for number in range(5):
        await filtered(app, f"mot{number}", "autre")
    async with node.store.read() as tx:
        rules = await tx.filters.rules(app.actor.id, node.clock.ms)  # type: ignore[union-attr]
    assert len(rules) == 10
    assert [rule.keyword for rule in rules[:2]] == ["mot0", "autre"]
