"""What changed between two versions, word by word."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from objects.experiences.comparison import MAX_LINES, Piece, compare, compare_texts
from objects.experiences.fields import Experience, Means, Tool
from tests.objects.experiences.test_checking import COMPLETE, MODALITY


def test_equal_versions_differ_in_nothing() -> None:
    assert compare(COMPLETE, replace(COMPLETE)) == []


def test_words_are_compared_not_letters() -> None:
    (change,) = compare(COMPLETE, replace(COMPLETE, title="Un train qui forme dans les villages"))
    assert change.field == "title"
    assert change.pieces == (
        Piece("same", "Un "),
        Piece("removed", "bus"),
        Piece("added", "train"),
        Piece("same", " qui forme dans les villages"),
    )


def test_lists_are_compared_by_entry() -> None:
    changed = replace(
        COMPLETE, tools=(Tool("Moodle", "https://moodle.org"),), means=(Means("formatrice", 2.5),)
    )
    tools, means = compare(COMPLETE, changed)
    assert (tools.field, tools.entries) == ("tools", True)
    assert tools.pieces == (Piece("added", "Moodle · https://moodle.org"),)
    assert means.pieces == (Piece("added", "formatrice · 2.5"),)


def test_concepts_are_named_as_such() -> None:
    (change,) = compare(COMPLETE, replace(COMPLETE, modalities=(MODALITY, MODALITY + "2")))
    assert change.concepts
    assert change.pieces[-1] == Piece("added", MODALITY + "2")


def test_what_stays_here_is_never_compared() -> None:
    assert compare(COMPLETE, replace(COMPLETE, consent=True, unknown={"cmt:new": 1})) == []


def test_a_value_that_was_not_given_is_empty() -> None:
    (change,) = compare(Experience(), Experience(public_number=12))
    assert change.pieces == (Piece("added", "12"),)


def test_giant_texts_are_compared_coarsely() -> None:
    before = "mot\n" * (MAX_LINES + 1)
    assert compare_texts(before, before + "fin") == (
        Piece("removed", before),
        Piece("added", before + "fin"),
    )


def test_a_sentence_that_was_replaced_reads_as_one_change() -> None:
    assert compare_texts("Le froid. Un secret bien gardé", "Le froid. Rien à cacher ici") == (
        Piece("same", "Le froid. "),
        Piece("removed", "Un secret bien gardé"),
        Piece("added", "Rien à cacher ici"),
    )


WORDS = st.lists(st.sampled_from(["un", "deux", "l’été", " ", "\n", ".", "trois"]), max_size=40)


@given(WORDS, WORDS)
def test_both_versions_can_be_read_from_a_comparison(old: list[str], new: list[str]) -> None:
    before, after = "".join(old), "".join(new)
    pieces = compare_texts(before, after)
    assert "".join(p.text for p in pieces if p.kind != "added") == before
    assert "".join(p.text for p in pieces if p.kind != "removed") == after
