"""An experience as text for people: whole, in order, in their language, and harmless."""

from dataclasses import replace

import pytest

from objects.experiences.fields import Experience, Indicator, Means, Partner, Tool
from objects.experiences.labels import LANGUAGES, label, written_day, written_number
from objects.experiences.sections import (
    concept_name,
    escaped,
    render_content,
    render_markdown,
    sections,
    written_duration,
)
from objects.text import markdown_html, plain_text
from storage.concepts import Concept
from tests.objects.experiences.made_up import FULL, NS

AFEST = f"{NS}/modality/afest"
CONCEPTS = {
    AFEST: Concept(
        uri=AFEST, scheme="modality", notation="afest", labels={"fr": "AFEST", "en": "At work"}
    )
}


def html_of(experience: Experience, key: str, language: str = "") -> str:
    """The HTML of one section, its spaces as characters."""
    return next(
        s.html.replace("&nbsp;", "\u00a0")
        for s in sections(experience, CONCEPTS, language)
        if s.key == key
    )


def test_everything_that_was_said_is_in_the_whole() -> None:
    for language in LANGUAGES:
        shown = plain_text(render_content(FULL, CONCEPTS, language))
        for words in (
            "Des salariés du bâtiment", "chefs d’équipe", "Aucun prérequis", "Calculer une surface",
            "Construire les séquences", "Pix", "mètre ruban", "demi-journée", "Formatrice",
            "Constructys", "plan de prévention", "grille d’évaluation", "bruit du chantier",
            "tuteur volontaire", "lieu calme", "Former les tuteurs", "gros caractères",
            "GRETA Cotentin", "Cherbourg", "formation@a.example", "raccourci", "en deux mois",
            "CC-BY-4.0", "eprouvee", "https://c.example/objects/7", "3/4",
        ):  # fmt: skip
            assert words in shown, words
        assert "12" in shown


def test_headings_follow_the_language_and_concepts_have_names() -> None:
    french = [s.heading for s in sections(FULL, CONCEPTS)]
    english = [s.heading for s in sections(FULL, CONCEPTS, "en-GB")]
    assert french[:4] == [
        "Expérience d’origine", "Ce que nous avons adapté", "Le résultat chez nous",
        "Contexte et besoin de départ",
    ]  # fmt: skip
    assert len(french) == len(english) == len(set(french))
    assert "How it was done" in english
    assert "AFEST" in html_of(FULL, "modalities")
    assert "At work" in html_of(FULL, "modalities", "en")
    assert "presentiel" in html_of(FULL, "modalities")
    assert concept_name("https://x.example/a#deux_mots", {}, "fr") == "deux mots"


def test_what_says_nothing_has_no_section() -> None:
    assert sections(Experience(title="T"), {}) == []
    assert "<h2>" not in render_content(Experience(title="T", summary="S"), {})


def test_no_difficulties_is_said_in_words() -> None:
    assert "Pas de difficulté" in html_of(Experience(no_caveats=True), "caveats")
    assert "Pas de" not in html_of(Experience(no_caveats=True, caveats="Le bruit"), "caveats")


def test_french_spaces_stay_where_they_are() -> None:
    period = html_of(replace(FULL, duration="P3D"), "period")
    assert "Durée\u00a0: 3 jours" in period
    assert "du 12 janvier 2026 au 10 avril 2026" in period
    assert "de 4\u202f000\u00a0€ à 6\u202f500\u00a0€" in html_of(FULL, "means")
    assert "12,5 jours" in html_of(FULL, "means")
    assert "from €4,000 to €6,500" in html_of(FULL, "means", "en")
    assert "Cost: from" in html_of(FULL, "means", "en")


@pytest.mark.parametrize(
    ("iso", "french"),
    [("P1D", "1 jour"), ("P1Y2M", "1 an, 2 mois"), ("PT21H", "21 heures"), ("bald", "bald")],
)
def test_durations_are_written_out(iso: str, french: str) -> None:
    assert written_duration(iso, "fr") == french


def test_numbers_and_days_are_written_out() -> None:
    assert written_number(1234567.5, "fr") == "1\u202f234\u202f567,5"
    assert written_number(3.0, "en") == "3"
    assert (written_day("2026-11-01", "fr"), written_day("bald", "fr")) == (
        "1er novembre 2026",
        "bald",
    )
    assert written_day("2026-11-01", "en") == "1 November 2026"


HOSTILE = [
    "<script>alert(1)</script>",
    "[x](javascript:alert(1))",
    "![x](https://x.example/a.png)",
    "```\nunclosed",
    "| a | b |",
    "<img src=x onerror=alert(1)>",
    "](https://evil.example/) [",
    "# Titre\n<h1>",
    "* * *\n---\n",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_in_any_field_is_alive_or_swallows_what_follows(text: str) -> None:
    hostile = Experience(
        summary=text, context=text, publics=(), public_details=text, objectives=(text,),
        approach=text, tools=(Tool(text, "https://x.example/)>(y"),), means=(Means(text, 1),),
        funder=text, results=text, indicators=(Indicator(text, text),), caveats=text,
        partners=(Partner(text),), territory_name=text, contact=text, rhythm=text,
        next_steps="La fin",
    )  # fmt: skip
    html = render_content(hostile, {})
    assert "<script" not in html
    assert "<img" not in html
    assert "<h1" not in html
    assert 'href="javascript' not in html
    assert ">](" in html or "evil" not in html
    assert "<h2>Suites</h2><p>La fin</p>" in html
    assert html.count("<h2>") == len(sections(hostile, {}))


@pytest.mark.parametrize(
    "text", ["a*b*c", "1. un", "- un", "+ un", "[a](b)", "a_b_", "~~a~~", "`a`"]
)
def test_one_line_texts_are_shown_as_they_were_typed(text: str) -> None:
    assert plain_text(markdown_html(escaped(text))) == text


def test_a_table_of_indicators_keeps_its_cells() -> None:
    html = html_of(Experience(indicators=(Indicator("a | b", "1", "2\n3", "s"),)), "results")
    assert html.count("<td>") == 4
    assert "a | b" in html
    assert "2 3" in html


def test_markdown_has_the_same_parts_in_the_same_order() -> None:
    markdown = render_markdown(FULL, CONCEPTS)
    headings = [line[3:] for line in markdown.splitlines() if line.startswith("## ")]
    assert headings == [s.heading for s in sections(FULL, CONCEPTS)]
    assert markdown.startswith("Des salariés")


def test_addresses_in_texts_become_links_and_headings_stand_below() -> None:
    html = html_of(Experience(context="# Un\nVoir https://x.example/page."), "context")
    assert html.startswith("<h3>Un</h3>")
    assert 'href="https://x.example/page"' in html
    in_code = html_of(Experience(context="`https://x.example/`"), "context")
    assert "href" not in in_code


def test_both_languages_have_every_heading() -> None:
    for key in ("context", "cost_between", "transferability_4", "no_caveats"):
        values = {"low": 1, "high": 2} if key == "cost_between" else {}
        assert label(key, "fr", **values) != label(key, "en", **values)
