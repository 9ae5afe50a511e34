"""What was typed, understood: quotes, minus signs, hyphens, elisions, excess."""

from hypothesis import given
from hypothesis import strategies as st

from objects.search.query import LONGEST, MOST_TERMS, parse_query
from storage.search_terms import fts5, tsquery


def test_quotes_of_every_kind_make_a_phrase() -> None:
    for text in ('"classe virtuelle"', "« classe virtuelle »", "“classe virtuelle”"):
        (part,) = parse_query(text).parts
        assert part.phrase
        assert part.words == ("classe", "virtuelle")


def test_a_quote_that_never_closes_is_left_out() -> None:
    assert [part.words for part in parse_query('"classe virtuelle').parts] == [
        ("classe",),
        ("virtuelle",),
    ]


def test_a_minus_before_a_word_or_phrase_means_without() -> None:
    parsed = parse_query('stage -soudure -"en ligne" co-animation')
    assert [part.typed for part in parsed.parts if part.unwanted] == ["soudure", "en ligne"]
    assert parsed.wanted[-1].words == ("co", "animation")


def test_an_article_is_taken_off() -> None:
    assert [part.alone for part in parse_query("l’apprenant d'aujourd").parts] == [
        "apprenant",
        "aujourd",
    ]


def test_the_query_can_be_written_again_with_a_word_replaced() -> None:
    parsed = parse_query('illetrisme -soudure "classe virtuelle"').replacing(
        {"illetrisme": "illettrisme"}
    )
    assert parsed.text == 'illettrisme -soudure "classe virtuelle"'


def test_a_long_query_is_cut() -> None:
    assert len(parse_query("mot " * 500).parts) <= MOST_TERMS
    assert len(parse_query("x" * 5000).parts[0].words[0]) <= LONGEST


def test_nothing_typed_is_told_from_nothing_that_can_be_searched() -> None:
    assert not parse_query("   ").said
    assert parse_query("🙂 de la").said
    assert parse_query("🙂 de la").parts == ()


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=300))
def test_no_text_reaches_the_engines_but_words_in_quotes(text: str) -> None:
    parsed = parse_query(text)
    for terms in (parsed.terms, parsed.unwanted):
        for query, quote in ((fts5(terms), '"'), (tsquery(terms), "'")):
            outside = "".join(query.split(quote)[::2])
            assert query.count(quote) % 2 == 0
            assert set(outside) <= set("{titlenamsurybodxec} :()ORAND*&|<->")
