"""Words: folding, endings of French and English, hyphens, hostile text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from objects.search.words import (
    LONGEST_WORD,
    as_written,
    compounds,
    fold,
    is_stop_word,
    stems,
    words,
)

ALIKE = [
    "formation formations", "formateur formatrice formateurs formatrices", "tuteur tutrices",
    "jeu jeux", "canal canaux", "travail travaux", "emploi emplois", "vidéo vidéos video",
    "formé formée formés formées", "demandeur demandeuse demandeuses", "cuisinier cuisinière",
    "lieu lieux", "réseau réseaux reseau", "professionnel professionnelles", "salarié salariées",
    "sérieux sérieuse sérieuses", "évaluer évaluation evaluations", "actif active actifs",
    "œuvre oeuvres", "apprenti apprentie apprentis", "français française", "quiz quizz",
    "handicap handicapé handicapés", "technicien technicienne", "essai essais",
]  # fmt: skip
APART = [
    ("formation", "format"), ("communication", "commune"), ("direction", "direct"),
    ("personne", "personnel"), ("stage", "stagiaire"), ("organisme", "organisation"),
    ("mobile", "mobilité"), ("numérique", "numéro"), ("poste", "pause"),
]  # fmt: skip


@pytest.mark.parametrize("line", ALIKE)
def test_words_of_one_family_share_their_stem(line: str) -> None:
    assert len({tuple(stems(word, "fr")) for word in line.split()}) == 1


@pytest.mark.parametrize(("one", "other"), APART)
def test_other_words_of_the_trade_are_not_confused(one: str, other: str) -> None:
    assert stems(one, "fr") != stems(other, "fr")


def test_english_has_its_own_endings() -> None:
    assert stems("Trainings", "en") == stems("training", "en")
    assert stems("companies", "en") == stems("company", "en")


def test_case_accents_ligatures_and_apostrophes_do_not_matter() -> None:
    assert fold("L’Œuvre ÉLEVÉE, ÇA") == "l'oeuvre elevee, ca"
    assert words("cœur") == words("COEUR")
    assert fold("e\u0301cole") == "ecole"


def test_articles_and_single_letters_are_no_words() -> None:
    assert stems("L’atelier de la MFR est à vous", "fr") == stems("atelier mfr", "fr")
    assert not is_stop_word("3")


def test_hyphenated_words_are_known_in_one_word_too() -> None:
    assert compounds("La co-animation d’un e-learning") == ["coanimation", "elearning"]


def test_a_word_is_shown_with_the_accents_that_it_was_written_with() -> None:
    assert as_written(["L’Évaluation", "evaluation"])["evaluation"] == "évaluation"


@given(st.text(max_size=300))
def test_any_text_gives_plain_words(text: str) -> None:
    for word in words(text):
        assert 0 < len(word) <= LONGEST_WORD
        assert not set(word) & set("\"'\\\0 :*()^&|<>-_$%")
    stems(text, "fr")
    compounds(text)
