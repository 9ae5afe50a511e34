"""Previews of links, from the post to the app."""

from typing import Any

from tests.support.apps import App
from tests.support.factories import Json, activity, create, note
from tests.support.fediverse import LocalNode, Network
from tests.support.openapi import check_entity
from tests.support.shared_experiences import publish

PAGE = "https://site.example/articles/1"
HTML = b"""<html lang="fr"><head><title>Une page</title>
<meta name="description" content="Ce qu'elle dit"></head><body>"""
DAY = 24 * 3_600


def serve(node: LocalNode, body: bytes = HTML, url: str = PAGE, kind: str = "text/html") -> None:
    """Let another site have a page."""
    node.wires.served[url] = (200, kind, body)


async def fetched(node: LocalNode) -> int:
    """Let the worker fetch what is due; gives how many pages."""
    done: int = await node.services.card_worker.run_once()
    return done


async def card_of(node: LocalNode, url: str, app: App | None = None) -> Json | None:
    """The card of a post."""
    record = await node.object(url)
    assert record is not None
    status = await (app or App(node)).get(f"/api/v1/statuses/{record.id}")
    card: Json | None = status["card"]
    if card is not None:
        check_entity("PreviewCard", card)
    return card


async def test_the_first_link_of_a_post_has_a_card(node: LocalNode) -> None:
    serve(node)
    url = await node.write("amina", f"@greta #sujet voyez {PAGE} et https://other.example/")
    assert await card_of(node, url) is None
    assert await fetched(node) == 1
    card = await card_of(node, url)
    assert card is not None
    assert (card["url"], card["title"], card["description"], card["language"]) == (
        PAGE, "Une page", "Ce qu'elle dit", "fr",
    )  # fmt: skip
    assert (card["type"], card["html"], card["image"]) == ("link", "", None)
    assert node.wires.fetched("https://other.example/") == 0


async def test_a_page_is_fetched_once_for_all_posts_and_again_after_two_weeks(
    node: LocalNode,
) -> None:
    serve(node)
    await node.write("amina", f"Un {PAGE}")
    await fetched(node)
    second = await node.write("greta", f"Deux {PAGE}")
    assert await fetched(node) == 0
    assert await card_of(node, second) is not None
    node.clock.pass_by(15 * DAY)
    serve(node, HTML.replace(b"Une page", b"Une autre page"))
    await node.write("greta", f"Trois {PAGE}")
    assert await fetched(node) == 1
    card = await card_of(node, second)
    assert card is not None
    assert card["title"] == "Une autre page"
    assert node.wires.fetched(PAGE) == 2


async def test_a_site_that_is_away_is_asked_again_ever_later(node: LocalNode) -> None:
    node.wires.silent.add("site.example")
    url = await node.write("amina", f"Un {PAGE}")
    for pause in (0, 90, 900, 10_000):
        node.clock.pass_by(pause)
        assert await fetched(node) == 1
        assert await fetched(node) == 0
    node.clock.pass_by(DAY)
    assert await fetched(node) == 0
    node.wires.silent.clear()
    serve(node)
    await node.write("greta", f"Deux {PAGE}")
    node.clock.pass_by(2 * DAY)
    await node.write("greta", f"Trois {PAGE}")
    assert await fetched(node) == 1
    assert await card_of(node, url) is not None


async def test_what_few_may_read_is_told_to_no_site(node: LocalNode) -> None:
    serve(node)
    for visibility in ("followers", "direct", "network", "organisation"):
        await node.write("amina", f"@greta {PAGE}", visibility=visibility)
    assert await node.count("cards") == 0


async def test_plain_http_is_fetched_by_https(node: LocalNode) -> None:
    serve(node)
    url = await node.write("amina", PAGE.replace("https", "http"))
    assert await fetched(node) == 1
    card = await card_of(node, url)
    assert card is not None
    assert card["url"].startswith("http://site.example/")
    assert node.wires.fetched(PAGE) == 1


async def test_posts_of_other_servers_have_cards_too_but_not_all_at_once(
    node: LocalNode, network: Network
) -> None:
    ada = network.wires.person("https://ada.example/users/ada")
    await node.befriend("amina", ada)
    serve(node)
    post = note(ada, f'Voyez <a href="{PAGE}">ceci</a>')
    await node.receive(ada, create(ada, post))
    node.clock.pass_by(30)
    assert await fetched(node) == 1
    assert await card_of(node, post["id"]) is not None
    edited = post | {"content": "<p>Sans lien</p>", "updated": "2026-11-18T08:30:00Z"}
    await node.receive(ada, activity(ada, "Update", edited))
    assert await card_of(node, post["id"]) is None


async def test_an_experience_is_shown_by_its_title_and_never_in_itself(
    node: LocalNode, network: Network
) -> None:
    made = await publish(node, "amina")
    url = await node.write("greta", f"À lire : {made.url}")
    await network.settle()
    card = await card_of(node, url)
    assert card is not None
    assert (card["url"], card["title"]) == (made.url, made.name)
    assert card["description"] == " ".join(made.summary.split())
    assert await card_of(node, made.url) is None
    await node.act("amina", {"type": "Delete", "object": made.url})
    assert await card_of(node, url) is None


async def test_a_link_to_a_known_note_has_no_card(node: LocalNode) -> None:
    note_url = await node.write("amina", "Une note")
    url = await node.write("greta", f"Voyez {note_url} et {PAGE}")
    serve(node)
    assert await fetched(node) == 1
    card = await card_of(node, url)
    assert card is not None
    assert card["url"] == PAGE


async def test_unused_cards_are_forgotten(node: LocalNode) -> None:
    serve(node)
    url = await node.write("amina", PAGE)
    await fetched(node)
    await node.act("amina", {"type": "Delete", "object": url})
    assert await node.count("object_cards") == 0
    node.clock.now += 3_000 * DAY
    removed: dict[str, Any] = await node.services.housekeeping.run_once()
    assert removed["cards"] == 1
