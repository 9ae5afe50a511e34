"""The page of an experience, as everybody reads it and as nobody may misuse it."""

from typing import Any

import orjson
import pytest
from html5lib import parse

from objects.experiences.fields import Experience, Indicator, Partner, Tool
from outbox.acts.change import withdraw
from storage.records import ObjectRecord
from tests.support.fediverse import LocalNode
from tests.support.signed_in import signed_in
from tests.web.visiting import WHOLE, get, page, path_of, publish, with_coauthor, with_concepts

EVIL = '"><script>alert(1)</script><img src=x onerror=alert(2)>{{ 7*191 }}</script><!--'


def elements(text: str, name: str) -> list[Any]:
    """Every element of a kind."""
    tree = parse(text, namespaceHTMLElements=False)
    return list(tree.iter(name))


async def test_everything_that_an_experience_says_stands_on_its_page(node: LocalNode) -> None:
    await with_concepts(node)
    record = await publish(node, contributors=await with_coauthor(node, "emile"))
    text = await page(node, path_of(record.url))
    wanted = [
        WHOLE.title, WHOLE.summary, "dans leur carton", "Demandeuses et demandeurs d’emploi",
        "13 personnes", "Aucun prérequis.", "Lire une notice", "Réparer une lampe", "Présentiel",
        "Chercher la panne", "Moodle", "Tournevis", "3 jours", "du 2 mars 2026 au 4 mars 2026",
        "une journée par semaine", "Formatrice", "12 jours", "400", "800", "Région Normandie",
        "Neuf sur dix", "Abandons", "22 %", "9 %", "Suivi interne", "Prévoir des pièces.",
        "Un petit groupe.", "3/4", "Un lieu calme.", "Recommencer au printemps.",
        "Notices en gros caractères.", "Ressourcerie", "L’Aigle", "formation@greta.example",
        "Éprouvée", "Transition écologique", "CC BY-SA 4.0", "Nour", "Emile", "relit",
        "Greta", record.url,
    ]  # fmt: skip
    shown = text.lower()
    assert [words for words in wanted if words.lower() not in shown] == []


async def test_the_page_speaks_english_around_a_french_text(node: LocalNode) -> None:
    record = await publish(node)
    text = await page(node, path_of(record.url), "en-GB")
    assert '<html lang="en">' in text
    assert "Difficulties and what to mind" in text
    assert f'<h1 lang="fr">{WHOLE.title}</h1>' in text


async def test_indicators_are_a_table_with_headings(node: LocalNode) -> None:
    record = await publish(node)
    text = await page(node, path_of(record.url))
    heads = [cell.text for cell in elements(text, "th")]
    assert heads == ["Indicateur", "Avant", "Après", "Source"]


async def test_what_is_empty_leaves_no_heading(node: LocalNode) -> None:
    record = await publish(node, partners=(), next_steps="", accessibility="", indicators=())
    text = await page(node, path_of(record.url))
    for heading in ("Partenaires", "Suites", "Accessibilité<"):
        assert f"<h2>{heading}" not in text
        assert f">{heading}</h2>" not in text


HOSTILE = [
    {name: EVIL}
    for name in (
        "title", "summary", "context", "public_details", "approach", "rhythm", "funder",
        "results", "caveats", "success_factors", "transferability_conditions", "next_steps",
        "accessibility", "territory_name", "contact", "adaptations", "result_here",
    )
] + [
    {"objectives": (EVIL,)},
    {"tools": (Tool(EVIL, "javascript:alert(1)"),)},
    {"partners": (Partner(EVIL, "data:text/html,<script>alert(1)</script>"),)},
    {"indicators": (Indicator(EVIL, EVIL, EVIL, EVIL),)},
    {"duration": EVIL},
    {"licence": "javascript:alert(1)//"},
    {"language": 'fr" onclick="alert(1)'},
    {"themes": (f"https://themes.example/{EVIL}",), "maturity": f"https://m.example/{EVIL}"},
]  # fmt: skip


@pytest.mark.parametrize("changes", HOSTILE, ids=lambda changes: next(iter(changes)))
async def test_no_field_becomes_markup(node: LocalNode, changes: dict[str, Any]) -> None:
    record = await publish(node, **changes)
    for suffix in ("", "/print", "/embed"):
        text = await (await get(node, path_of(record.url) + suffix)).get_data(as_text=True)
        scripts = [script.get("type") for script in elements(text, "script")]
        assert set(scripts) <= {"application/ld+json"}
        for element in parse(text, namespaceHTMLElements=False).iter():
            assert not any(name.startswith("on") for name in element.attrib), element.attrib
            for name in ("href", "src", "action"):
                target = element.get(name, "").strip().lower()
                assert not target.startswith(("javascript:", "data:", "vbscript:")), target
            assert element.get("src") != "x"
        assert "1337" not in text.replace(str(record.id), "")


async def test_linked_data_is_valid_and_cannot_leave_its_element(node: LocalNode) -> None:
    record = await publish(node, title=f"Titre {EVIL}", summary="a & b < c")
    text = await page(node, path_of(record.url))
    (script,) = [s for s in elements(text, "script") if s.get("type") == "application/ld+json"]
    assert "<" not in script.text
    data = orjson.loads(script.text)
    assert data["@context"] == "https://schema.org"
    assert data["@type"] == ["LearningResource", "Article"]
    assert data["@id"] == data["url"] == record.url
    assert data["headline"] == f"Titre {EVIL}"
    assert data["description"] == "a & b < c"
    assert data["author"][0]["name"] == "Nour"
    assert data["license"] == "https://creativecommons.org/licenses/by-sa/4.0/"
    assert data["datePublished"].endswith("Z")
    assert data["teaches"] == ["Lire une notice", "Réparer une lampe"]


async def test_social_networks_find_a_title_a_text_and_a_picture(node: LocalNode) -> None:
    record = await publish(node, "greta")
    text = await page(node, path_of(record.url))
    metas = {m.get("property") or m.get("name"): m.get("content") for m in elements(text, "meta")}
    assert metas["og:title"] == WHOLE.title
    assert metas["og:description"] == WHOLE.summary
    assert metas["og:url"] == record.url
    assert metas["og:image"] == f"{record.url}.png"
    assert metas["fediverse:creator"] == "@greta@node.example"
    links = {(li.get("rel"), li.get("type")): li.get("href") for li in elements(text, "link")}
    assert links["canonical", None] == record.url
    assert links["alternate", "application/activity+json"] == record.url
    assert "robots" not in metas


async def test_search_engines_find_what_is_for_everybody(node: LocalNode) -> None:
    record = await publish(node)
    assert not (await node.person("nour")).indexable
    noindex = '<meta name="robots" content="noindex">'
    assert noindex not in await page(node, path_of(record.url))
    assert "X-Robots-Tag" not in (await get(node, f"{path_of(record.url)}.md")).headers
    assert noindex in await page(node, "/@nour")
    assert noindex in await page(node, f"{path_of(record.url)}/print")


async def test_a_visitor_gets_no_cookie_and_asks_nobody_else(node: LocalNode) -> None:
    record = await publish(node)
    for path in ("/", "/@greta", "/@nour", path_of(record.url), f"{path_of(record.url)}/print"):
        answer = await get(node, path)
        assert "Set-Cookie" not in answer.headers
        text = await answer.get_data(as_text=True)
        loaded = [
            element.get("src") or element.get("href") or ""
            for name in ("img", "script", "link", "source", "iframe", "video", "audio")
            for element in elements(text, name)
            if name != "link" or element.get("rel") in {"stylesheet", "icon", "preload"}
        ]
        assert loaded
        assert [url for url in loaded if "//" in url.removeprefix("https://node.example/")] == []
        assert len(text.encode()) < 150_000


async def test_a_long_experience_weighs_little(node: LocalNode) -> None:
    paragraph = "Un paragraphe qui raconte ce qui a été fait, jour après jour. " * 20
    long: Any = dict.fromkeys(("context", "approach", "results", "caveats"), f"{paragraph}\n\n" * 3)
    record = await publish(node, **long)
    answer = await get(node, path_of(record.url))
    assert len(await answer.get_data()) < 150_000


async def test_what_is_for_the_organisation_is_no_page_for_strangers(node: LocalNode) -> None:
    record = await publish(node, reach="organisation")
    for suffix in ("", "/print", "/embed", ".pdf", ".md", ".jsonld", ".bib", ".png", "/qr.svg"):
        answer = await get(node, path_of(record.url) + suffix)
        assert answer.status_code == 404, suffix
        assert WHOLE.title not in await answer.get_data(as_text=True)
    for path in ("/", "/@nour", "/@greta"):
        assert WHOLE.title not in await page(node, path)


@pytest.mark.parametrize("reach", ["organisation", "network"])
async def test_members_read_what_is_for_them(node: LocalNode, reach: str) -> None:
    record = await publish(node, reach=reach)
    client = await signed_in(node, "emile")
    answer = await get(node, path_of(record.url), client=client)
    text = await answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert WHOLE.title in text
    assert "noindex" in text
    assert "og:title" not in text
    assert answer.headers["Cache-Control"] == "private, no-store"
    embedded = await get(node, f"{path_of(record.url)}/embed", client=client)
    assert embedded.status_code == 404


async def test_the_family_of_a_practice_is_shown_both_ways(node: LocalNode) -> None:
    first = await publish(node, title="La source")
    second = await publish(
        node, "emile", title="L’adaptation", adapted_from=first.url, adaptations="Plus court.",
        result_here="Bien.",
    )  # fmt: skip
    source, derived = await page(node, path_of(first.url)), await page(node, path_of(second.url))
    assert "Réutilisée par" in source
    assert f'href="{second.url}"' in source
    assert "Adaptée de" in derived
    assert f'<a href="{first.url}">La source</a>' in derived
    assert "Plus court." in derived


async def test_a_withdrawn_source_stays_in_the_family(node: LocalNode) -> None:
    first = await publish(node, title="La source")
    second = await publish(
        node, "emile", adapted_from=first.url, adaptations="Plus court.", result_here="Bien."
    )
    await withdraw(node.outbox, await node.person("nour"), first)
    text = await page(node, path_of(second.url))
    assert "source retirée" in text
    assert "La source" not in text
    gone = await get(node, path_of(first.url))
    assert gone.status_code == 410


async def test_answers_stand_below_in_their_order(node: LocalNode) -> None:
    record = await publish(node)
    question = await node.write("emile", "Combien de temps ?", reply_to=record.url)
    await node.write("nour", "Trois jours.", reply_to=question)
    text = await page(node, path_of(record.url))
    assert "2 commentaires" in text
    assert text.index("Combien de temps") < text.index("Trois jours.")
    assert 'class="depth-1"' in text


async def test_members_find_their_actions_on_the_page(node: LocalNode) -> None:
    record = await publish(node)
    path = path_of(record.url)
    reader = await page(node, path, client=await signed_in(node, "emile"))
    assert f'action="{path}/like"' in reader
    assert f'action="{path}/comment"' in reader
    assert f'href="{path}/edit"' not in reader
    writer = await page(node, path, client=await signed_in(node, "nour"))
    assert f'href="{path}/edit"' in writer
    assert "/like" not in writer
    stranger = await page(node, path)
    assert "_csrf" not in stranger.replace('name="_csrf" value=""', "")


async def questions_of(node: LocalNode, record: ObjectRecord) -> int:
    """How many statements the page of an experience takes."""
    from storage.sqlite_connection import SqliteConnection

    counted = 0
    known = SqliteConnection.fetch_all

    async def fetch_all(self: Any, sql: str, *args: Any) -> Any:
        nonlocal counted
        counted += 1
        return await known(self, sql, *args)

    SqliteConnection.fetch_all = fetch_all  # type: ignore[method-assign]
    try:
        await page(node, path_of(record.url))
    finally:
        SqliteConnection.fetch_all = known  # type: ignore[method-assign]
    return counted


async def test_more_answers_and_relatives_ask_no_more_questions(node: LocalNode) -> None:
    record = await publish(node)

    async def grow(number: int) -> None:
        await node.write("emile", f"Réponse {number}", reply_to=record.url)
        await publish(
            node, "emile", title=f"Adaptation {number}", adapted_from=record.url,
            adaptations="Autrement.", result_here="Bien.",
        )  # fmt: skip

    await grow(0)
    await page(node, path_of(record.url))
    few = await questions_of(node, record)
    for number in range(1, 4):
        await grow(number)
    assert 0 < few == await questions_of(node, record)


async def test_documents_for_other_servers_keep_their_address(node: LocalNode) -> None:
    record = await publish(node)
    accept = {"Accept": "application/activity+json"}
    answer = await node.app.test_client().get(path_of(record.url), headers=accept)
    assert answer.content_type.startswith("application/activity+json")


def test_the_whole_experience_of_these_tests_says_everything() -> None:
    empty = Experience()
    unsaid = {
        "adapted_from", "adaptations", "result_here", "contributors", "carried_by", "author_role",
        "no_caveats", "consent", "unknown", "reach", "language", "licence", "project",
    }  # fmt: skip
    same = [n for n in Experience.__slots__ if getattr(WHOLE, n) == getattr(empty, n)]
    assert set(same) <= unsaid
