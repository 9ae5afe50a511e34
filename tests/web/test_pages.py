"""The public pages, read as a visitor without an account would."""

import pytest

from tests.support.fediverse import LocalNode

PERSON = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


async def read(node: LocalNode, path: str, language: str = "fr") -> str:
    """A page as text; it must be there."""
    headers = PERSON | {"Accept-Language": language}
    answer = await node.app.test_client().get(path, headers=headers)
    assert answer.status_code == 200, path
    assert answer.content_type == "text/html; charset=utf-8"
    return await answer.get_data(as_text=True)


def path_of(url: str) -> str:
    """The path of one of the node's URLs."""
    return "/" + url.split("/", 3)[3]


async def test_the_home_page_shows_public_posts_only(node: LocalNode) -> None:
    for visibility in ("public", "unlisted", "followers", "direct"):
        await node.write("greta", f"Un texte {visibility}.", visibility=visibility)
    page = await read(node, "/")
    shown = [v for v in ("public", "unlisted", "followers", "direct") if f"texte {v}" in page]
    assert shown == ["public"]


async def test_a_profile_shows_what_is_for_everybody(node: LocalNode) -> None:
    await node.write("greta", "Discret mais visible.", visibility="unlisted")
    await node.write("greta", "Seulement pour les abonnés.", visibility="followers")
    page = await read(node, "/@greta")
    assert "Discret mais visible" in page
    assert "Seulement pour" not in page
    assert "@greta@node.example" in page


async def test_a_post_has_its_page_with_the_public_answers(node: LocalNode) -> None:
    url = await node.write("greta", "Une question ?")
    await node.write("greta", "Une réponse.", reply_to=url)
    page = await read(node, path_of(url))
    assert "Une question" in page
    assert "Une réponse" in page


async def test_what_is_not_for_everybody_has_no_page(node: LocalNode) -> None:
    url = await node.write("greta", "Entre nous.", visibility="followers")
    answer = await node.app.test_client().get(path_of(url), headers=PERSON)
    assert answer.status_code == 404
    assert "Entre nous" not in await answer.get_data(as_text=True)


async def test_a_hashtag_has_a_page(node: LocalNode) -> None:
    await node.write("greta", "Essai #AFEST")
    await node.write("greta", "Rien")
    page = await read(node, "/tags/afest")
    assert "Essai" in page
    assert "Rien" not in page


async def test_texts_of_people_cannot_become_markup(node: LocalNode) -> None:
    url = await node.write("greta", "<script>alert(1)</script> <img src=x onerror=alert(2)>")
    for path in ("/", "/@greta", path_of(url)):
        page = await read(node, path)
        assert "<script" not in page
        assert "<img" not in page


@pytest.mark.parametrize("value", ["x", "-1", "1" * 30, "١"])
async def test_a_page_number_that_is_none_is_refused(node: LocalNode, value: str) -> None:
    answer = await node.app.test_client().get(
        "/@greta", query_string={"before": value}, headers=PERSON
    )
    assert answer.status_code == 400


@pytest.mark.parametrize(("language", "word"), [("fr-FR", "Dernières"), ("en-GB", "Latest")])
async def test_pages_speak_the_visitors_language(node: LocalNode, language: str, word: str) -> None:
    assert word in await read(node, "/", language)
    assert f'<html lang="{language[:2]}">' in await read(node, "/", language)


async def test_an_unknown_language_gets_the_nodes_own(node: LocalNode) -> None:
    assert "Dernières" in await read(node, "/", "de-DE")
    assert "Latest" in await read(node, "/?lang=en", "de-DE")


async def test_the_style_sheet_and_robots_are_served(node: LocalNode) -> None:
    client = node.app.test_client()
    assert (await client.get("/static/style.css")).content_type.startswith("text/css")
    assert b"User-agent" in await (await client.get("/robots.txt")).get_data()
