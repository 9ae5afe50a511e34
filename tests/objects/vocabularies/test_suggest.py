"""Suggestions from a text: right, explained, of several schemes, quick to compute."""

from collections.abc import Sequence

import pytest

from objects.vocabularies.bundle import load_bundled
from objects.vocabularies.suggest import Suggestion, named, suggest
from objects.vocabularies.terms import spellings
from storage.store import Store

HYBRID = (
    "Nous avons monté un parcours hybride avec huit demandeurs d’emploi : ils tournent des "
    "capsules vidéo avec leur téléphone et les déposent sur Moodle. "
    "Beaucoup de mots de passe oubliés. "
    "Le chef de cuisine et la formatrice FLE animaient à deux."
)


@pytest.fixture
async def loaded(store: Store) -> Store:
    """A database with the bundled schemes."""
    await load_bundled(store, 1)
    return store


async def suggested(store: Store, text: str, language: str = "fr") -> list[Suggestion]:
    """What is suggested for a text."""
    return await store.query(lambda tx: suggest(tx, text, language))


def named_so(found: Sequence[Suggestion]) -> list[str]:
    """`scheme:notation` of each suggestion."""
    return [f"{each.concept.scheme}:{each.concept.notation}" for each in found]


async def test_a_text_gets_themes_competences_and_jobs_with_the_words_that_call_for_them(
    loaded: Store,
) -> None:
    found = await suggested(loaded, HYBRID)
    assert len(found) <= 8
    names = named_so(found)
    assert {"theme:video-pedagogique", "theme:hybridation", "theme:plateformes"} <= set(names)
    assert {"digcomp:4.1", "rome:G1601"} <= set(names)
    reasons = {f"{s.concept.scheme}:{s.concept.notation}": s.reasons for s in found}
    assert "capsules vidéo" in reasons["theme:video-pedagogique"]
    assert "mots de passe" in reasons["digcomp:4.1"]
    assert "chef de cuisine" in reasons["rome:G1601"]


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("Un serious game sur la laïcité", "fr", "theme:jeux-serieux"),
        ("FORMATIONS EN SITUATIONS DE TRAVAIL en atelier", "fr", "theme:afest"),
        ("lutter contre l'illettrisme", "fr", "theme:illettrisme"),
        ("Les stagiaires ont reçu un open badge", "fr", "theme:reconnaissance-des-competences"),
        ("en maison d’arrêt avec des casques VR", "fr", "theme:realite-virtuelle"),
        ("la conseillère en insertion professionnelle", "fr", "rome:K1801"),
        ("nous avons parlé de protection des données et de RGPD", "fr", "digcomp:4.2"),
        ("We built an escape game about climate", "en", "theme:jeux-serieux"),
        ("phishing and password hygiene", "en", "digcomp:4.1"),
    ],
)
async def test_plurals_accents_apostrophes_and_both_languages_are_understood(
    loaded: Store, text: str, language: str, expected: str
) -> None:
    assert expected in named_so(await suggested(loaded, text, language))


@pytest.mark.parametrize(
    "text", ["", "   ", "Il faisait beau lundi.", "<>&%_'\"; drop table", "😀" * 50]
)
async def test_a_text_about_nothing_gets_nothing(loaded: Store, text: str) -> None:
    assert await suggested(loaded, text) == []


async def test_words_of_the_trade_alone_suggest_no_job(loaded: Store) -> None:
    found = await suggested(loaded, "Le formateur accompagne chaque stagiaire ; un agent aide.")
    assert not [each for each in found if each.concept.scheme == "rome"]


async def test_modalities_and_publics_are_suggested_only_when_asked_for(loaded: Store) -> None:
    assert not {s.concept.scheme for s in await suggested(loaded, HYBRID)} & {"modality", "public"}
    found = await loaded.query(lambda tx: suggest(tx, HYBRID, "fr", among=("modality", "public")))
    assert {"public:demandeurs-emploi", "modality:hybride"} <= set(named_so(found))


async def test_an_endless_text_is_cut_not_refused(loaded: Store) -> None:
    found = await suggested(loaded, "illettrisme " + "mot " * 500_000)
    assert named_so(found) == ["theme:illettrisme"]


async def test_a_job_is_found_by_the_beginning_of_its_name(loaded: Store) -> None:
    found = await loaded.query(lambda tx: named(tx, "Boulang", "fr", ("rome",)))
    assert found[0].label("fr") == "Boulanger / Boulangère"
    assert await loaded.query(lambda tx: named(tx, "conseillère insert", "fr", ("rome",)))
    assert not await loaded.query(lambda tx: named(tx, "%", "fr", ("rome",)))


def test_a_label_is_said_in_both_genders_and_without_its_brackets() -> None:
    assert spellings("Concepteur organisateur / Conceptrice organisatrice en formation") == [
        "Concepteur organisateur en formation",
        "Conceptrice organisatrice en formation",
    ]
    assert spellings("Formation en situation de travail (AFEST)") == [
        "Formation en situation de travail",
        "AFEST",
    ]
    assert spellings("Formateur / Formatrice de Français Langue Etrangère - FLE -")[-1] == "FLE"
