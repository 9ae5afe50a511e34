"""Feeds and the site map, read as a feed reader and a search engine do."""

from dataclasses import replace
from datetime import date
from typing import Any
from xml.etree import ElementTree

import pytest

from objects.vocabularies.bundle import load_bundled
from objects.vocabularies.names import concept_uri
from tests.support.experiences import NOW, publish
from tests.support.fediverse import LocalNode

ATOM = "{http://www.w3.org/2005/Atom}"
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"


async def get(node: LocalNode, path: str, **headers: str) -> Any:
    """An answer to a feed reader."""
    return await node.app.test_client().get(path, headers=headers)


async def parsed(node: LocalNode, path: str) -> ElementTree.Element:
    """A feed as XML."""
    answer = await get(node, path)
    assert answer.status_code == 200, path
    return ElementTree.fromstring(await answer.get_data(as_text=True))  # noqa: S314 - our own


async def titles(node: LocalNode, path: str) -> list[str | None]:
    """The titles of a feed's entries, in either format."""
    feed = await parsed(node, path)
    found = feed.findall(f"{ATOM}entry/{ATOM}title") or feed.findall("channel/item/title")
    return [each.text for each in found]


async def test_an_atom_feed_has_whole_entries_with_author_licence_and_dates(
    node: LocalNode,
) -> None:
    greta = await node.person("greta")
    record = await publish(
        node.store, greta, "Souder & co <1>", context="Le fil rouge.", licence="CC-BY-4.0",
        published=date(2026, 3, 2),
    )  # fmt: skip
    feed = await parsed(node, "/feed.atom")
    (entry,) = feed.findall(f"{ATOM}entry")
    text = {each.tag.removeprefix(ATOM): each.text for each in entry}
    assert text["title"] == "Souder & co <1>"
    assert text["id"] == record.url
    assert "Le fil rouge" in (text["content"] or "")
    assert str(text["published"]).startswith("2026-03-02T12:00:00")
    assert text["rights"] == "CC-BY-4.0"
    assert entry.findtext(f"{ATOM}author/{ATOM}name") == greta.name
    licences = [e.get("href") for e in entry.findall(f"{ATOM}link") if e.get("rel") == "license"]
    assert licences == ["https://creativecommons.org/licenses/by/4.0/"]
    assert feed.findtext(f"{ATOM}updated") == text["updated"]


async def test_an_rss_feed_has_whole_items(node: LocalNode) -> None:
    record = await publish(node.store, await node.person("greta"), "Souder", context="Le fil.")
    item = (await parsed(node, "/feed.rss")).find("channel/item")
    assert item is not None
    assert item.findtext("guid") == record.url
    assert "Le fil" in (item.findtext(CONTENT) or "")
    assert item.findtext("pubDate")


@pytest.mark.parametrize("kind", ["atom", "rss"])
async def test_feeds_hold_public_things_of_this_node_alone(node: LocalNode, kind: str) -> None:
    greta = await node.person("greta")
    await publish(node.store, greta, "Essai ouvert")
    for visibility in ("network", "organisation", "followers", "direct", "unlisted"):
        await publish(node.store, greta, f"Essai {visibility}", visibility=visibility)
    for path in ("/feed", "/experiences", "/@greta"):
        assert await titles(node, f"{path}.{kind}") == ["Essai ouvert"], path
    assert await titles(node, f"/experiences.{kind}?scope=network&q=essai") == ["Essai ouvert"]


async def test_a_person_has_a_feed_of_what_they_wrote_or_carry(node: LocalNode) -> None:
    greta, anne = await node.person("greta"), await node.person("anne.guerin")
    await publish(node.store, anne, "D’Anne", carried_by=greta.url)
    await publish(node.store, greta, "De Greta")
    assert await titles(node, "/@anne.guerin.atom") == ["D’Anne"]
    assert set(await titles(node, "/@greta.rss")) == {"D’Anne", "De Greta"}


async def test_a_theme_and_a_search_have_feeds(node: LocalNode) -> None:
    await load_bundled(node.store, NOW)
    greta = await node.person("greta")
    uri = concept_uri("theme", "afest")
    await publish(node.store, greta, "Une AFEST", themes=(uri,))
    await publish(node.store, greta, "De la soudure")
    assert await titles(node, "/concepts/theme/afest.atom") == ["Une AFEST"]
    assert await titles(node, "/experiences.rss?q=soudures") == ["De la soudure"]
    assert await titles(node, "/experiences.atom?theme=afest") == ["Une AFEST"]
    feed = await parsed(node, "/experiences.atom?theme=afest")
    assert "AFEST" in (feed.findtext(f"{ATOM}title") or "")


@pytest.mark.parametrize("path", ["/@nobody.atom", "/concepts/theme/nothing.rss"])
async def test_there_is_no_feed_of_nobody(node: LocalNode, path: str) -> None:
    assert (await get(node, path)).status_code == 404


async def test_a_reader_that_has_the_feed_is_told_so(node: LocalNode) -> None:
    greta = await node.person("greta")
    await publish(node.store, greta, "Une", published=date(2026, 1, 1))
    first = await get(node, "/feed.atom")
    tag, changed = first.headers["ETag"], first.headers["Last-Modified"]
    assert (await get(node, "/feed.atom", **{"If-None-Match": tag})).status_code == 304
    assert (await get(node, "/feed.atom", **{"If-Modified-Since": changed})).status_code == 304
    await publish(node.store, greta, "Deux", published=date(2026, 2, 1))
    assert (await get(node, "/feed.atom", **{"If-None-Match": tag})).status_code == 200
    assert (await get(node, "/feed.atom", **{"If-Modified-Since": changed})).status_code == 200


async def test_an_empty_feed_does_not_change_by_itself(node: LocalNode) -> None:
    first, second = await get(node, "/feed.rss"), await get(node, "/feed.rss")
    assert first.headers["ETag"] == second.headers["ETag"]


async def test_signs_that_xml_cannot_hold_are_left_out(node: LocalNode) -> None:
    await publish(node.store, await node.person("greta"), "Un\x0btitre\x1b ]]> &", context="\x08")
    for path in ("/feed.atom", "/feed.rss"):
        assert await titles(node, path) == ["Untitre ]]> &"]


async def test_the_site_map_names_what_search_engines_may_show(node: LocalNode) -> None:
    greta, anne = await node.person("greta"), await node.person("anne")
    shown = await publish(node.store, greta, "Montrée")
    hers = await publish(node.store, anne, "D’une personne")
    private = await publish(node.store, greta, "Interne", visibility="organisation")
    found = {each.text for each in (await parsed(node, "/sitemap.xml")).iter(f"{MAP}loc")}
    assert {shown.url, hers.url, "https://node.example/experiences"} <= found
    assert not {anne.url, anne.html_url, private.url} & found


async def test_a_large_site_map_has_an_index(
    node: LocalNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    from web.public import sitemap

    monkeypatch.setattr(sitemap, "MOST", 2)
    greta = await node.person("greta")
    urls = {(await publish(node.store, greta, f"Essai {number}")).url for number in range(5)}
    index = [each.text or "" for each in (await parsed(node, "/sitemap.xml")).iter(f"{MAP}loc")]
    assert len(index) == 4
    found: set[str | None] = set()
    for url in index:
        part = await parsed(node, url.removeprefix("https://node.example"))
        found |= {each.text for each in part.iter(f"{MAP}loc")}
    assert urls <= found
    assert (await get(node, "/sitemap-9.xml")).status_code == 404


async def test_an_edited_experience_is_dated_by_its_edit(node: LocalNode) -> None:
    record = await publish(node.store, await node.person("greta"), "Une")
    edited = replace(record, edited_at=record.published_at + 86_400_000)
    async with node.store.transaction() as tx:
        await tx.objects.edit(edited, 1)
    entry = (await parsed(node, "/feed.atom")).find(f"{ATOM}entry")
    assert entry is not None
    assert entry.findtext(f"{ATOM}published") != entry.findtext(f"{ATOM}updated")
