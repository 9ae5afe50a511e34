"""The list of experiences, its search and filters, read as a browser without scripts does."""

from datetime import date
from html import unescape

import pytest
from werkzeug.datastructures import MultiDict

from objects.vocabularies.bundle import load_bundled
from objects.vocabularies.names import concept_uri
from tests.support.experiences import NOW, publish
from tests.support.factories import Json
from tests.support.fediverse import LocalNode
from tests.support.signed_in import csrf, post, signed_in
from tests.web.test_pages import PERSON, read
from web.public.asking import Asked, month_start, read_request

HOSTILE = [
    "q=%22%22%22", "q=%27%29%20or%201%3D1--", "q=%F0%9F%99%82", "q=" + "x" * 3000, "q=a%20AND%20",
    "theme=" + "&theme=".join(f"t{n}" for n in range(1000)), "page=0", "page=-1", "page=99999999",
    "page=x", "page=%C2%B2", "from=2025-13", "from=9999-12", "until=0000",
    "from=%D9%A1%D9%A9%D9%A9%D9%A0", "sort=drop", "scope=network", "territory=%27",
    "year=%EF%BC%92", "licence=%3Cscript%3E",
    "theme=javascript:alert(1)", "q=%ED%A0%80", "q=%ff%fe", "theme=%ff", "q=-", "q=%E2%80%AE",
]  # fmt: skip


async def shelve(node: LocalNode) -> None:
    """The vocabularies, and three experiences of the node's organisation."""
    await load_bundled(node.store, NOW)
    greta = await node.person("greta")
    rows: list[Json] = [
        {"title": "Lutter contre l’illettrisme", "territory": "50129", "ends": "2024-06-01"},
        {"title": "Une classe virtuelle", "territory": "50502", "ends": "2025-06-01"},
        {"title": "Un podcast <b>& co</b>", "territory": "14118", "ends": "2025-09-01"},
    ]
    themes = ("illettrisme", "classe-virtuelle", "audio-et-podcast")
    for row, theme in zip(rows, themes, strict=True):
        uri = concept_uri("theme", theme)
        await publish(node.store, greta, row.pop("title"), themes=(uri,), **row)


async def test_the_list_shows_everything_with_numbers_for_each_filter(node: LocalNode) -> None:
    await shelve(node)
    page = await read(node, "/experiences")
    assert "3 expériences" in page
    assert all(word in page for word in ("Manche", "Calvados", "Normandie", "illettrisme"))
    assert '<link rel="canonical" href="https://node.example/experiences">' in page
    assert "noindex" not in page


async def test_the_search_marks_words_and_keeps_what_was_typed(node: LocalNode) -> None:
    await shelve(node)
    page = await read(node, "/experiences?q=CLASSES")
    assert "1 expérience" in page
    assert "<mark>classe</mark>" in page
    assert 'value="CLASSES"' in page
    assert '<meta name="robots" content="noindex">' in page


async def test_typing_errors_are_said(node: LocalNode) -> None:
    await shelve(node)
    page = await read(node, "/experiences?q=illetrisme")
    assert "illetrisme" in page
    assert "illettrisme" in page
    assert "Voici ce qui a été trouvé" in page


async def test_each_filter_can_be_taken_away(node: LocalNode) -> None:
    await shelve(node)
    page = unescape(await read(node, "/experiences?theme=illettrisme&territory=50&q=lutter"))
    assert "1 expérience" in page
    assert 'href="/experiences?q=lutter&territory=50"' in page
    assert 'href="/experiences?q=lutter&theme=illettrisme"' in page


async def test_a_theme_alone_has_its_own_page_as_canonical(node: LocalNode) -> None:
    await shelve(node)
    page = await read(node, "/experiences?theme=illettrisme")
    assert 'canonical" href="https://node.example/concepts/theme/illettrisme"' in page


async def test_a_period_narrows_the_list(node: LocalNode) -> None:
    await shelve(node)
    page = await read(node, "/experiences?from=2025-01&until=2025-06")
    assert "Une classe virtuelle" in page
    assert "1 expérience" in page


async def test_html_in_titles_and_queries_is_shown_as_text(node: LocalNode) -> None:
    await shelve(node)
    page = await read(node, "/experiences?q=podcast+%3Cscript%3Ealert(1)")
    assert "<script>alert" not in page
    assert "&lt;b&gt;" in page


async def test_pages_lead_to_each_other(node: LocalNode) -> None:
    greta = await node.person("greta")
    for number in range(23):
        await publish(node.store, greta, f"Essai {number}")
    first = await read(node, "/experiences")
    assert 'rel="next" href="/experiences?page=2"' in first
    second = await read(node, "/experiences?page=2")
    assert 'rel="prev" href="/experiences"' in second
    assert second.count('class="card result"') == 3
    beyond = await read(node, "/experiences?page=7")
    assert "Revenir à la première page" in beyond


async def test_nothing_found_offers_ways_on(node: LocalNode) -> None:
    await shelve(node)
    page = unescape(await read(node, "/experiences?q=illettrisme&territory=14"))
    assert "Aucune expérience ne correspond" in page
    assert 'href="/experiences?q=illettrisme"' in page
    assert "Les thèmes les plus présents" in page


async def test_an_empty_site_says_so(node: LocalNode) -> None:
    page = await read(node, "/experiences")
    assert "Rien n’a encore été publié ici" in page


async def test_restricted_experiences_are_for_members(node: LocalNode) -> None:
    greta = await node.person("greta")
    await publish(node.store, greta, "Entre nous", visibility="organisation", territory="61001")
    page = await read(node, "/experiences")
    assert "Entre nous" not in page
    assert "Orne" not in page
    member = await signed_in(node, "anne")
    shown = await (await member.get("/experiences", headers=PERSON)).get_data(as_text=True)
    assert "Entre nous" in shown


async def test_the_list_speaks_english(node: LocalNode) -> None:
    await shelve(node)
    page = await read(node, "/experiences?territory=50", "en")
    assert "2 experiences" in page
    assert "Apply the filters" in page


@pytest.mark.parametrize("query", HOSTILE, ids=range(len(HOSTILE)))
async def test_hostile_addresses_are_answered(node: LocalNode, query: str) -> None:
    await publish(node.store, await node.person("greta"), "Soudure")
    for path in ("/experiences", "/experiences.atom"):
        answer = await node.app.test_client().get(f"{path}?{query}", headers=PERSON)
        assert answer.status_code == 200, path


async def test_a_zero_byte_is_refused(node: LocalNode) -> None:
    answer = await node.app.test_client().get("/experiences?q=a%00b", headers=PERSON)
    assert answer.status_code == 400


async def test_a_member_keeps_a_search_and_lets_it_go(node: LocalNode) -> None:
    await shelve(node)
    member = await signed_in(node, "anne")
    page = await (await member.get("/experiences?theme=illettrisme")).get_data(as_text=True)
    token = csrf(page)
    address = "/experiences?theme=illettrisme&sort=evil&x=https://evil.example/"
    answer = await post(member, "/experiences/saved", _csrf=token, address=address)
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/experiences?theme=illettrisme")
    kept = await (await member.get("/experiences")).get_data(as_text=True)
    assert "Mes recherches enregistrées" in kept
    assert "evil" not in kept
    await post(member, "/experiences/saved", _csrf=token, address=address, forget="1")
    gone = await (await member.get("/experiences")).get_data(as_text=True)
    assert "Mes recherches enregistrées" not in gone


async def test_strangers_cannot_save_searches(node: LocalNode) -> None:
    answer = await node.app.test_client().post(
        "/experiences/saved", form={"address": "/experiences"}
    )
    assert answer.status_code in {303, 401, 403}
    assert "saved" not in answer.headers.get("Location", "").split("next=")[0]


def test_an_address_and_what_it_asks_for_are_inverse() -> None:
    asked = Asked(
        text="soudure navale",
        facets={"theme": (concept_uri("theme", "afest"), "https://x.example/c"), "year": ("2025",)},
        start="2024",
        end="2025-03",
        sort="reused",
        scope="network",
        page=3,
    )
    pairs = asked.pairs()
    assert read_request(MultiDict(pairs)) == asked
    assert ("theme", "afest") in pairs


def test_months_begin_and_end_where_people_think() -> None:
    assert month_start("2025-03") == 1_740_787_200_000
    assert month_start("2025-12", after=True) == month_start("2026-01")
    assert month_start("2025", after=True) == month_start("2026")
    assert month_start("soon") is None


async def test_the_newest_stand_first(node: LocalNode) -> None:
    greta = await node.person("greta")
    await publish(node.store, greta, "Ancienne", published=date(2020, 1, 1))
    await publish(node.store, greta, "Récente", published=date(2026, 1, 1))
    page = await read(node, "/experiences")
    assert page.index("Récente") < page.index("Ancienne")


async def test_what_another_server_published_leads_to_where_it_can_be_read_here(
    node: LocalNode,
) -> None:
    url = "https://mfr.example/users/mfr"
    node.wires.person(url)
    author = await node.services.remote.by_url(url)
    record = await publish(node.store, author, "De là-bas")
    client = await signed_in(node, "amina")
    answer = await client.get("/experiences?scope=network", headers=PERSON)
    page = await answer.get_data(as_text=True)
    assert f'href="/read/{record.id}"' in page
    assert (await client.get(f"/objects/{record.id}", headers=PERSON)).status_code == 404
    assert (await client.get(f"/read/{record.id}", headers=PERSON)).status_code == 200
