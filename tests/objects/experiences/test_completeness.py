"""The meter, the interview and the lines in which lists are typed."""

from dataclasses import replace

import pytest

from objects.experiences.completeness import OPTIONAL, RECOMMENDED, completeness
from objects.experiences.fields import Experience, Indicator, Means, Partner, Tool
from objects.experiences.interview import LONGEST_TITLE, QUESTIONS, title_from
from objects.experiences.rows import lines, tool_lines, tools_of
from tests.objects.experiences.test_checking import COMPLETE

EVERYTHING = replace(
    COMPLETE,
    indicators=(Indicator("présence", "60 %", "90 %"),),
    tools=(Tool("Moodle"),),
    duration="P3D",
    starts="2026-03-01",
    success_factors="Le maire.",
    transferability=3,
    themes=("https://communotic.normandie.fr/ns/theme/mobilite",),
    territory="50129",
    means=(Means("formateur", 3),),
    partners=(Partner("Mairie"),),
    public_number=12,
    rhythm="Un jour par semaine",
    funder="Région",
    transferability_conditions="Un bus",
    next_steps="Un second bus",
    accessibility="Rampe",
)


def test_nothing_told_is_nothing() -> None:
    empty = completeness(Experience())
    assert (empty.percent, empty.length) == (0, None)
    assert empty.missing[0] == "title"


def test_the_three_lengths() -> None:
    assert completeness(COMPLETE).length == "éclair"
    standard = replace(EVERYTHING, means=(), partners=(), rhythm="")
    assert completeness(standard).length == "standard"
    whole = completeness(EVERYTHING)
    assert (whole.percent, whole.missing, whole.length) == (100, (), "capitalisation")


@pytest.mark.parametrize("name", [*RECOMMENDED, *OPTIONAL])
def test_every_field_counts(name: str) -> None:
    without = replace(EVERYTHING, **{name: getattr(Experience(), name)})
    found = completeness(without)
    assert found.missing == (name,)
    assert found.percent < 100


def test_the_absence_of_difficulties_counts_when_it_is_said() -> None:
    assert completeness(replace(EVERYTHING, caveats="", no_caveats=True)).percent == 100


def test_there_are_twelve_questions_about_fields_that_exist() -> None:
    assert len(QUESTIONS) == len(set(QUESTIONS)) == 12
    assert all(hasattr(COMPLETE, name) for name in QUESTIONS)


def test_the_first_sentence_becomes_the_title() -> None:
    assert title_from("Un bus va dans les villages. Il forme.") == "Un bus va dans les villages"
    assert title_from("  ") == ""
    long = title_from("mot " * 60)
    assert len(long) <= LONGEST_TITLE + 1
    assert long.endswith("mot…")
    assert title_from("x" * 300) == "x" * LONGEST_TITLE + "…"


def test_lines_lose_their_bullets_and_blanks() -> None:
    assert lines(" - un\r\n\n* deux \n-\ntrois") == ("un", "deux", "trois")


def test_tools_are_typed_one_on_a_line() -> None:
    text = "Moodle https://moodle.org\nUn tableau\nhttps://example.org/x\nBBB : <https://b.example>"
    tools = tools_of(text)
    assert tools == (
        Tool("Moodle", "https://moodle.org"),
        Tool("Un tableau"),
        Tool("https://example.org/x", "https://example.org/x"),
        Tool("BBB", "https://b.example"),
    )
    assert tools_of(tool_lines(tools)) == tools
