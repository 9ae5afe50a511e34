"""What keeps an experience from being published, said field by field."""

from dataclasses import fields, replace
from typing import Any

import pytest

from objects.experiences.checking import REQUIRED, Problem, check, concepts_of, is_duration
from objects.experiences.fields import (
    MAX_MARKDOWN,
    Contributor,
    Experience,
    Indicator,
    Means,
    Partner,
    Tool,
)

PUBLIC = "https://communotic.normandie.fr/ns/public/salaries"
MODALITY = "https://communotic.normandie.fr/ns/modality/afest"
MATURITY = "https://communotic.normandie.fr/ns/maturity/eprouvee"
ROLE = "https://communotic.normandie.fr/ns/role/tuteur"
KNOWN = {PUBLIC, MODALITY, MATURITY, ROLE}
COMPLETE = Experience(
    title="Un bus qui forme dans les villages",
    summary="Un bus équipé va chaque semaine dans six communes.",
    context="Les stagiaires ne se déplacent plus.",
    publics=(PUBLIC,),
    objectives=("Remplir un dossier en ligne",),
    modalities=(MODALITY,),
    approach="1. Un tour de table\n2. Un atelier",
    results="Quarante personnes venues.",
    caveats="Le froid.",
    maturity=MATURITY,
)


def codes(experience: Experience, **options: Any) -> list[tuple[str, str]]:
    return [(problem.field, problem.code) for problem in check(experience, **options)]


def test_a_complete_experience_has_no_problem() -> None:
    assert check(COMPLETE, known=KNOWN) == []


def test_an_empty_one_lacks_every_required_field_and_a_word_on_difficulties() -> None:
    found = codes(Experience())
    assert found == [*((name, "required") for name in REQUIRED), ("caveats", "say-none")]


@pytest.mark.parametrize("name", REQUIRED)
def test_blanks_fill_nothing(name: str) -> None:
    empty: Any = "  \n " if isinstance(getattr(COMPLETE, name), str) else ()
    assert codes(replace(COMPLETE, **{name: empty})) == [(name, "required")]


def test_that_there_were_no_difficulties_is_said_explicitly() -> None:
    assert codes(replace(COMPLETE, caveats="")) == [("caveats", "say-none")]
    assert codes(replace(COMPLETE, caveats="", no_caveats=True)) == []


def test_an_adaptation_says_what_was_changed_and_what_came_of_it() -> None:
    adapted = replace(COMPLETE, adapted_from="https://ailleurs.example/objects/1")
    assert codes(adapted) == [("adaptations", "required"), ("result_here", "required")]
    assert codes(replace(adapted, adaptations="Le rythme", result_here="Bien")) == []


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"title": "x" * 151}, ("title", "too-long")),
        ({"summary": "x" * 501}, ("summary", "too-long")),
        ({"approach": "x" * (MAX_MARKDOWN + 1)}, ("approach", "too-long")),
        ({"rhythm": "x" * 301}, ("rhythm", "too-long")),
        ({"tools": (Tool("x"),) * 51}, ("tools", "too-many")),
        ({"themes": tuple(f"https://x.example/{n}" for n in range(31))}, ("themes", "too-many")),
        ({"tools": (Tool("x", "javascript:alert(1)"),)}, ("tools", "bad-url")),
        ({"tools": (Tool("", "https://x.example"),)}, ("tools", "required")),
        ({"partners": (Partner("x", "ftp://x.example"),)}, ("partners", "bad-url")),
        ({"means": (Means("formatrice", -1.0),)}, ("means", "bad-number")),
        ({"means": (Means("", 1.0),)}, ("means", "required")),
        ({"indicators": (Indicator("", "1", "2"),)}, ("indicators", "required")),
        ({"objectives": ("x" * 301,)}, ("objectives", "too-long")),
        ({"contributors": (Contributor("nour@nowhere"),)}, ("contributors", "unknown-person")),
        ({"duration": "trois jours"}, ("duration", "bad-duration")),
        ({"starts": "2026-02-30"}, ("starts", "bad-date")),
        ({"ends": "23/11/2026"}, ("ends", "bad-date")),
        ({"starts": "2026-03-02", "ends": "2026-03-01"}, ("ends", "dates-order")),
        ({"public_number": -1}, ("public_number", "bad-number")),
        ({"cost_from": 10, "cost_to": 9}, ("cost_to", "cost-order")),
        ({"transferability": 5}, ("transferability", "bad-choice")),
        ({"territory": "Cherbourg"}, ("territory", "bad-territory")),
        ({"licence": "WTFPL"}, ("licence", "bad-choice")),
        ({"reach": "everybody"}, ("reach", "bad-choice")),
        ({"language": "français"}, ("language", "bad-choice")),
    ],
)
def test_each_wrong_value_is_said_once_beside_its_field(
    changes: dict[str, Any], problem: tuple[str, str]
) -> None:
    assert codes(replace(COMPLETE, **changes)) == [problem]


@pytest.mark.parametrize("code", ["50129", "2A004", "97411", "50", "2B", "976", "R28"])
def test_insee_codes_are_accepted(code: str) -> None:
    assert codes(replace(COMPLETE, territory=code)) == []


@pytest.mark.parametrize("text", ["P3D", "PT21H", "P2W", "P1M", "P1DT3H", "P1Y2M"])
def test_durations_are_iso_8601(text: str) -> None:
    assert is_duration(text)


@pytest.mark.parametrize("text", ["P", "PT", "3D", "P3", "P-1D", "PT3D", "p3d", "P١D"])
def test_other_texts_are_no_durations(text: str) -> None:
    assert not is_duration(text)


def test_unknown_concepts_are_refused_where_they_stand() -> None:
    other = "https://communotic.normandie.fr/ns/public/martiens"
    strange = replace(
        COMPLETE,
        publics=(PUBLIC, other),
        maturity=other,
        contributors=(
            Contributor("https://a.example/users/a", ROLE),
            Contributor("https://a.example/users/b", other),
        ),
    )
    assert check(strange, known=KNOWN) == [
        Problem("publics", "unknown-concept"),
        Problem("maturity", "unknown-concept"),
        Problem("contributors", "unknown-concept", 1),
    ]
    assert set(concepts_of(strange)) == {PUBLIC, MODALITY, ROLE, other}


def test_people_in_pictures_must_have_agreed() -> None:
    assert codes(COMPLETE, pictures=True) == [("consent", "consent")]
    assert codes(replace(COMPLETE, consent=True), pictures=True) == []


def test_every_problem_names_a_field() -> None:
    names = {field.name for field in fields(Experience)}
    assert {problem.field for problem in check(Experience(), pictures=True)} <= names
