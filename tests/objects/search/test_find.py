"""Finding: words, facets and their counts, who may find what, ways on when nothing fits."""

from datetime import date
from typing import Any

import pytest

from objects.search.find import Query
from objects.search.index import index_experience, unindex_experience
from objects.search.related import related
from storage.concepts import Concept
from tests.objects.search.conftest import AddConcepts, Shelf
from tests.support.experiences import publish

HOSTILE = [
    '"', '""', "'", "a' or 1=1 --", "'; drop table objects; --", "title : x", "NEAR(a b)", "a AND",
    "AND OR NOT", "NOT x", "^x", "*", "x*", "(x", "x)", "{title} : x", "-", "--", '-"', "a:b:c",
    "'=x':*", "!x & | <->", "\\", "\\'", "%_%", "🙂", "🙂🙂 soudure", "x" * 20_000, "a " * 10_000,
    '"' * 5_000, "-" * 5_000, "\u202e\u200b", "\ufdfa", "½", "日本語", "\ud800", "é" * 300,
    "soudure\nOR\t1", "<script>alert(1)</script>", "$1 ?1 :name @x", "e\u0301" * 200,
]  # fmt: skip


@pytest.mark.parametrize("asked", ["réalité", "REALITES", "realite", "Réalités", "l’réalité"])
async def test_accents_case_and_plurals_do_not_matter(shelf: Shelf, asked: str) -> None:
    await publish(shelf.store, shelf.greta, "La réalité virtuelle au lycée")
    await publish(shelf.store, shelf.greta, "Un atelier de cuisine")
    assert await shelf.titles(asked) == ["La réalité virtuelle au lycée"]


async def test_all_words_must_occur_in_whatever_field(shelf: Shelf) -> None:
    await publish(shelf.store, shelf.greta, "Souder", context="avec un casque")
    await publish(shelf.store, shelf.greta, "Souder sans rien")
    assert await shelf.titles("casques souder") == ["Souder"]


async def test_the_title_weighs_more_than_the_text(shelf: Shelf) -> None:
    await publish(shelf.store, shelf.greta, "Un podcast", published=date(2020, 1, 1))
    await publish(
        shelf.store, shelf.greta, "Autre chose", context="on y parle de podcast une fois",
        published=date(2026, 1, 1),
    )  # fmt: skip
    assert await shelf.titles("podcast") == ["Un podcast", "Autre chose"]


async def test_a_phrase_stands_together_and_minus_excludes(shelf: Shelf) -> None:
    await publish(shelf.store, shelf.greta, "Une classe virtuelle du soir")
    await publish(shelf.store, shelf.greta, "Une visite virtuelle pour la classe")
    assert await shelf.titles('"classe virtuelle"') == ["Une classe virtuelle du soir"]
    assert await shelf.titles("virtuelle -visite") == ["Une classe virtuelle du soir"]
    assert await shelf.titles("-visite") == ["Une classe virtuelle du soir"]


async def test_hyphens_may_be_written_or_not(shelf: Shelf) -> None:
    await publish(shelf.store, shelf.greta, "Un e-learning en co-animation")
    for text in ("elearning", "e-learning", "coanimation", "co-animation", "co animation"):
        assert len(await shelf.titles(text)) == 1, text


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("illetrisme", "illettrisme"), ("illettirsme", "illettrisme"), ("accessibilté",
     "accessibilité"), ("xccessibilite", "accessibilité")],
)  # fmt: skip
async def test_typing_errors_are_forgiven(shelf: Shelf, typed: str, meant: str) -> None:
    await publish(shelf.store, shelf.greta, "Lutter contre l’illettrisme")
    await publish(shelf.store, shelf.greta, "L’accessibilité des supports")
    found = await shelf.find(typed)
    assert found.total == 1
    assert found.corrected == meant


async def test_a_short_word_is_not_turned_into_another(shelf: Shelf) -> None:
    await publish(shelf.store, shelf.greta, "Le bus de la formation")
    found = await shelf.find("bac")
    assert (found.total, found.corrected) == (0, "")


async def test_the_last_word_may_be_a_beginning(shelf: Shelf) -> None:
    await publish(shelf.store, shelf.greta, "Parcours multimodal")
    assert await shelf.titles("parcours multim") == ["Parcours multimodal"]
    assert (await shelf.find("multim parcours")).partial


async def test_synonyms_of_its_concepts_find_an_experience(
    shelf: Shelf, add_concepts: AddConcepts
) -> None:
    uri = "https://x.example/theme/plateformes"
    labels = {"fr": "Plateformes", "en": "Platforms"}
    synonyms: dict[str, tuple[str, ...]] = {"fr": ("LMS", "cours en ligne")}
    await add_concepts(
        Concept(uri=uri, scheme="theme", notation="p", labels=labels, synonyms=synonyms)
    )
    await publish(shelf.store, shelf.greta, "Migrer vers Moodle", themes=(uri,))
    for text in ("LMS", "cours en ligne", "platforms", "plateforme"):
        assert await shelf.titles(text) == ["Migrer vers Moodle"], text


async def test_the_name_of_place_tool_partner_and_author_find_an_experience(shelf: Shelf) -> None:
    await publish(
        shelf.store, shelf.greta, "Au port", territory="50129",
        territory_name="Cherbourg-en-Cotentin", tools=(), partners=(),
    )  # fmt: skip
    for text in ("cherbourg", "manche", "normandie", "greta", "cherbourg-en-cotentin"):
        assert await shelf.titles(text) == ["Au port"], text


async def test_words_in_some_only_are_offered_when_nothing_has_them_all(shelf: Shelf) -> None:
    await publish(shelf.store, shelf.greta, "Théâtre et insertion")
    await publish(shelf.store, shelf.greta, "Soudure")
    found = await shelf.find("théâtre insertion nucléaire")
    assert found.partial
    assert found.total == 1


# facets


async def _faceted(shelf: Shelf) -> None:
    rows: list[dict[str, Any]] = [
        {"territory": "50129", "licence": "CC-BY-4.0", "ends": "2024-05-01"},
        {"territory": "50502", "licence": "CC-BY-4.0", "ends": "2025-05-01"},
        {"territory": "14118", "licence": "CC0-1.0", "ends": "2025-06-01"},
    ]
    for number, row in enumerate(rows):
        await publish(shelf.store, shelf.greta, f"Atelier {number}", **row)


async def test_each_facet_is_counted_as_if_it_were_not_set(shelf: Shelf) -> None:
    await _faceted(shelf)
    found = await shelf.find(facets={"territory": ("50",)})
    assert found.total == 2
    assert dict(found.facets["territory"]) == {"R28": 3, "50": 2, "14": 1}
    assert dict(found.facets["licence"]) == {"CC-BY-4.0": 2}
    assert dict(found.facets["year"]) == {"2024": 1, "2025": 1}


async def test_two_filters_narrow_each_other(shelf: Shelf) -> None:
    await _faceted(shelf)
    found = await shelf.find("atelier", facets={"territory": ("50",), "year": ("2025",)})
    assert found.total == 1
    assert dict(found.facets["territory"]) == {"R28": 2, "50": 1, "14": 1}
    assert dict(found.facets["year"]) == {"2024": 1, "2025": 1}


async def test_values_of_one_facet_widen(shelf: Shelf) -> None:
    await _faceted(shelf)
    assert (await shelf.find(facets={"territory": ("50", "14")})).total == 3


async def test_a_period_narrows(shelf: Shelf) -> None:
    await _faceted(shelf)
    start = 1_735_689_600_000  # 2025-01-01
    assert set(await shelf.titles(period=(start, None))) == {"Atelier 1", "Atelier 2"}
    assert await shelf.titles(period=(None, start)) == ["Atelier 0"]


async def test_a_region_and_a_departement_of_one_number_are_told_apart(shelf: Shelf) -> None:
    await publish(shelf.store, shelf.greta, "R", territory="28", territory_name="Normandie")
    await publish(shelf.store, shelf.greta, "D", territory="28", territory_name="Eure-et-Loir")
    assert await shelf.titles(facets={"territory": ("R28",)}) == ["R"]
    assert await shelf.titles(facets={"territory": ("28",)}) == ["D"]


async def test_pages_hold_everything_once(shelf: Shelf) -> None:
    for number in range(7):
        await publish(shelf.store, shelf.greta, f"Numéro {number}")
    seen = [t for offset in (0, 3, 6) for t in await shelf.titles(offset=offset, limit=3)]
    assert len(seen) == len(set(seen)) == 7


async def test_newest_first_and_most_reused_first(shelf: Shelf) -> None:
    old = await publish(shelf.store, shelf.greta, "Ancienne", published=date(2020, 1, 1))
    await publish(shelf.store, shelf.greta, "Récente", published=date(2026, 1, 1))
    await publish(
        shelf.store, shelf.mfr, "Reprise", adapted_from=old.url, published=date(2021, 1, 1)
    )
    assert await shelf.titles(sort="newest") == ["Récente", "Reprise", "Ancienne"]
    assert (await shelf.titles(sort="reused"))[0] == "Ancienne"


# who may find what


async def test_what_is_restricted_is_not_found_counted_or_offered(shelf: Shelf) -> None:
    await publish(shelf.store, shelf.greta, "Atelier ouvert", territory="14118")
    await publish(
        shelf.store, shelf.greta, "Confidentiel", visibility="organisation", territory="50502",
        context="licenciement",
    )  # fmt: skip
    found = await shelf.find()
    assert found.total == 1
    assert dict(found.facets["territory"]) == {"14": 1, "R28": 1}
    for text in ("confidentiel", "licenciement", "licensiement", "confidentie", "manche"):
        found = await shelf.find(text)
        assert (found.total, found.corrected, found.did_you_mean) == (0, "", ""), text
        assert all(s.kind == "popular" for s in found.suggestions)
    assert await shelf.titles("licensiement", viewer=shelf.mfr) == ["Confidentiel"]


async def test_whether_a_word_stands_in_what_is_restricted_cannot_be_told(shelf: Shelf) -> None:
    await publish(shelf.store, shelf.greta, "La soudure")
    before = await shelf.find("saudure")
    assert before.corrected == "soudure"
    await publish(shelf.store, shelf.greta, "Monsieur Saudure", visibility="organisation")
    assert await shelf.find("saudure") == before
    assert await shelf.titles("saudure", viewer=shelf.mfr) == ["Monsieur Saudure"]


async def test_words_for_a_few_are_offered_to_nobody(shelf: Shelf) -> None:
    await publish(shelf.store, shelf.ailleurs, "Confidentiel", visibility="direct")
    words = await shelf.store.query(lambda tx: tx.search.words_of_length(1, 99, open_only=False))
    assert words == []


async def test_strangers_find_what_this_node_published_members_what_it_received(
    shelf: Shelf,
) -> None:
    await publish(shelf.store, shelf.greta, "D’ici")
    await publish(shelf.store, shelf.ailleurs, "De là-bas")
    assert await shelf.titles(scope="network") == ["D’ici"]
    assert await shelf.titles(viewer=shelf.mfr) == ["D’ici"]
    assert set(await shelf.titles(viewer=shelf.mfr, scope="network")) == {"D’ici", "De là-bas"}


async def test_an_author_elsewhere_may_refuse_to_be_searched(shelf: Shelf) -> None:
    record = await publish(shelf.store, shelf.ailleurs, "De là-bas")
    document = f'{{"attributedTo":"{shelf.ailleurs.url}","searchableBy":"{shelf.ailleurs.url}"}}'
    from dataclasses import replace

    from objects.experiences.fields import Experience

    refused = replace(record, document=document)
    await shelf.store.write(lambda tx: index_experience(tx, refused, Experience(title="X")))
    assert await shelf.titles(viewer=shelf.mfr, scope="network") == []


async def test_what_is_taken_out_leaves_no_word_behind(shelf: Shelf) -> None:
    record = await publish(shelf.store, shelf.greta, "Chaudronnerie navale")
    await shelf.store.write(lambda tx: unindex_experience(tx, record.id))
    assert (await shelf.find("chaudronnerie")).total == 0
    assert (await shelf.find("chaudronerie")).corrected == ""
    words = await shelf.store.query(lambda tx: tx.search.words_of_length(1, 99, open_only=False))
    assert words == []


async def test_an_edited_experience_is_found_by_its_new_words_alone(shelf: Shelf) -> None:
    from objects.experiences.fields import Experience

    record = await publish(shelf.store, shelf.greta, "Ancien titre")
    new = Experience(title="Nouvelle formule", licence="CC0-1.0")
    await shelf.store.write(lambda tx: index_experience(tx, record, new))
    assert (await shelf.find("ancien")).total == 0
    found = await shelf.find("formule")
    assert (found.total, dict(found.facets["licence"])) == (1, {"CC0-1.0": 1})


async def test_rows_deleted_with_their_author_leave_the_index(shelf: Shelf) -> None:
    record = await publish(shelf.store, shelf.greta, "Éphémère")
    async with shelf.store.transaction() as tx:
        await tx.connection.execute("delete from objects where id = $1", record.id)
    assert (await shelf.find("éphémère")).total == 0
    left = await shelf.store.query(
        lambda tx: tx.connection.fetch_value("select count(*) from experience_words")
    )
    assert left == 0


# ways on when nothing fits


async def test_dropping_one_filter_is_offered_with_its_number(shelf: Shelf) -> None:
    await _faceted(shelf)
    found = await shelf.find("atelier", facets={"territory": ("50",), "licence": ("CC0-1.0",)})
    offered = {(s.kind, s.value): s.number for s in found.suggestions}
    assert offered["without", "territory"] == 1
    assert offered["without", "licence"] == 2


async def test_dropping_all_filters_is_offered_when_no_single_one_helps(shelf: Shelf) -> None:
    await _faceted(shelf)
    found = await shelf.find(facets={"territory": ("61",), "licence": ("etalab-2.0",)})
    assert ("without_filters", 3) in {(s.kind, s.number) for s in found.suggestions}


async def test_the_theme_above_and_popular_themes_are_offered(
    shelf: Shelf, add_concepts: AddConcepts
) -> None:
    above, below = "https://x.example/theme/a", "https://x.example/theme/b"
    await add_concepts(
        Concept(uri=above, scheme="theme", notation="a", labels={"fr": "Numérique"}),
        Concept(uri=below, scheme="theme", notation="b", labels={"fr": "IA"}, broader=above),
    )
    await publish(shelf.store, shelf.greta, "Un tableur", themes=(above,))
    await publish(shelf.store, shelf.greta, "Une enquête", themes=("https://x.example/theme/c",))
    found = await shelf.find(facets={"theme": (below,)})
    offered = [(s.kind, s.value, s.number) for s in found.suggestions]
    assert ("broader", above, 1) in offered
    assert ("popular", "https://x.example/theme/c", 1) in offered


async def test_a_theme_below_counts_for_the_one_above(
    shelf: Shelf, add_concepts: AddConcepts
) -> None:
    above, below = "https://x.example/theme/a", "https://x.example/theme/b"
    await add_concepts(
        Concept(uri=above, scheme="theme", notation="a", labels={"fr": "Numérique"}),
        Concept(uri=below, scheme="theme", notation="b", labels={"fr": "IA"}, broader=above),
    )
    await publish(shelf.store, shelf.greta, "Un assistant", themes=(below,))
    assert await shelf.titles(facets={"theme": (above,)}) == ["Un assistant"]
    assert await shelf.titles("numérique") == ["Un assistant"]


async def test_the_network_is_offered_to_a_member(shelf: Shelf) -> None:
    await publish(shelf.store, shelf.ailleurs, "Soudure sous-marine")
    found = await shelf.find("soudure", viewer=shelf.mfr)
    assert ("network", 1) in {(s.kind, s.number) for s in found.suggestions}
    assert all(s.kind != "network" for s in (await shelf.find("soudure")).suggestions)


async def test_each_word_alone_is_offered(shelf: Shelf) -> None:
    await publish(shelf.store, shelf.greta, "Soudure", licence="CC0-1.0")
    await publish(shelf.store, shelf.greta, "Théâtre", licence="CC-BY-4.0")
    found = await shelf.find("soudure théâtre", facets={"language": ("en",)})
    offered = {(s.kind, s.value): s.number for s in found.suggestions}
    assert offered["word", "soudure"] == offered["word", "théâtre"] == 1


# what is alike


async def test_experiences_alike_share_rare_themes_and_are_visible(shelf: Shelf) -> None:
    theme, common = "https://x.example/theme/a", "https://x.example/theme/common"
    one = await publish(shelf.store, shelf.greta, "Une", themes=(theme, common))
    near = await publish(shelf.store, shelf.mfr, "Proche", themes=(theme,))
    far = await publish(shelf.store, shelf.mfr, "Loin", themes=(common,))
    for number in range(6):
        await publish(shelf.store, shelf.mfr, f"Commun {number}", themes=(common,), licence="x")
    hidden = await publish(
        shelf.store, shelf.mfr, "Cachée", themes=(theme, common), visibility="organisation"
    )
    found = await shelf.store.query(lambda tx: related(tx, one.id, None))
    assert found[0] == near.id
    assert len(found) == 4
    assert not {hidden.id, one.id} & set(found)
    everything = await shelf.store.query(lambda tx: related(tx, one.id, shelf.greta, limit=99))
    assert {hidden.id, far.id} <= set(everything)


# hostile


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
async def test_hostile_queries_are_answered(shelf: Shelf, text: str) -> None:
    await publish(shelf.store, shelf.greta, "Soudure")
    await shelf.find(text, facets={"theme": (text[:50].replace("\ud800", ""),)})
    await shelf.find(text)


async def test_a_thousand_facet_values_are_answered(shelf: Shelf) -> None:
    await _faceted(shelf)
    many = tuple(f"value-{number}" for number in range(1000))
    found = await shelf.find(facets=dict.fromkeys(("theme", "public", "year", "x"), many))
    assert found.total == 0


async def test_an_enormous_experience_is_indexed(shelf: Shelf) -> None:
    text = " ".join(f"mot{number}" for number in range(20_000))
    await publish(shelf.store, shelf.greta, "Énorme", context=text, approach=text, results=text)
    assert await shelf.titles("mot77 énorme") == ["Énorme"]


async def test_the_number_of_statements_does_not_grow_with_what_is_found(shelf: Shelf) -> None:
    from objects.search.find import find
    from tests.storage.test_query_plans import Recorder

    counts = []
    for number in range(12):
        await publish(shelf.store, shelf.greta, f"Atelier {number}")
        if number in (0, 11):
            async with shelf.store.read() as tx:
                recorder = Recorder(tx.connection)
                tx.connection = recorder  # type: ignore[assignment]
                await find(tx, Query(text="atelier"))
                counts.append(len(recorder.seen))
    assert counts[0] == counts[1] <= 3
