"""Citing an experience: one line for people, one entry for programs."""

from dataclasses import replace
from typing import Any

import pytest

from tests.support.fediverse import LocalNode
from tests.web.visiting import get, page, path_of, publish, with_coauthor
from web.public.citation import Reference, apa, bibtex

REFERENCE = Reference(
    title="Réparer plutôt que jeter",
    authors=("Nour Benali", "Émile Roussel", "GRETA du Cotentin"),
    publisher="GRETA du Cotentin",
    published=1_795_474_800_000,
    url="https://greta.example/objects/42",
    number=42,
    language="fr",
    licence="CC BY-SA 4.0",
)


def changed(**values: Any) -> Reference:
    """The reference with other values."""
    return replace(REFERENCE, **values)


def test_people_cite_in_apa_style() -> None:
    assert apa(REFERENCE) == (
        "Nour Benali, Émile Roussel & GRETA du Cotentin. (2026, 24 novembre). Réparer plutôt que "
        "jeter. GRETA du Cotentin. https://greta.example/objects/42"
    )
    assert "(2026, November 24)" in apa(changed(language="en"))


def test_a_title_that_ends_itself_gets_no_second_full_stop() -> None:
    assert "jeter ? GRETA" in apa(changed(title="Réparer ou jeter ?"))
    assert "un\nmot" not in apa(changed(title="un\nmot"))


def test_without_authors_the_publisher_is_cited() -> None:
    assert apa(changed(authors=())).startswith("GRETA du Cotentin. (")


def test_programs_get_an_entry() -> None:
    entry = bibtex(REFERENCE)
    assert entry.startswith("@misc{benali2026_42,\n")
    assert "author = {{Nour Benali} and {Émile Roussel} and {GRETA du Cotentin}}," in entry
    assert "title = {{Réparer plutôt que jeter}}," in entry
    assert "month = nov," in entry
    assert "url = {https://greta.example/objects/42}," in entry


@pytest.mark.parametrize(
    "title",
    [
        "50 % & 3 $ #1 _x_ ^2 ~",
        r"\input{/etc/passwd} \write18{rm}",
        "}} , note = {pwned}\n@misc{x,",
        'guillemets " et <b>',
    ],
)
def test_no_title_breaks_the_entry(title: str) -> None:
    entry = bibtex(changed(title=title, authors=(title,)))
    depth = 0
    escaped = False
    for character in entry:
        if escaped:
            escaped = False
            continue
        escaped = character == "\\"
        depth += {"{": 1, "}": -1}.get(character, 0)
        assert depth >= 0
    assert depth == 0
    assert entry.count("\n@") == 0
    assert "\\input" not in entry
    assert "\\write" not in entry


def test_the_key_has_letters_and_digits_only() -> None:
    assert bibtex(changed(authors=("Łukasz, }{",))).startswith("@misc{communotic2026_42,")
    assert bibtex(changed(authors=("Zoé Lévêque",))).startswith("@misc{leveque2026_42,")


async def test_the_page_shows_the_citation_and_offers_the_entry(node: LocalNode) -> None:
    record = await publish(node, contributors=await with_coauthor(node, "emile"))
    assert "Nour &amp; Emile. (2026, " in await page(node, path_of(record.url))
    answer = await get(node, f"{path_of(record.url)}.bib")
    assert answer.content_type.startswith("application/x-bibtex")
    assert "{{Nour} and {Emile}}" in await answer.get_data(as_text=True)
    assert f'filename="experience-{record.id}.bib"' in answer.headers["Content-Disposition"]
