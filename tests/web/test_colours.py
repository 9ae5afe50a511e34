"""The site's own colour is legible in both themes, whatever was chosen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.colours import DARK, ENOUGH, LIGHT, STRONG, Ground, contrast, rgb, shades, written
from web.public.theme import theme_css

colours = st.tuples(*[st.integers(0, 255)] * 3)


def test_contrast_is_the_one_of_wcag() -> None:
    assert contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    assert contrast(rgb("#777777"), (255, 255, 255)) == pytest.approx(4.48, abs=0.01)


@given(colours, st.sampled_from([LIGHT, DARK]))
def test_any_colour_becomes_legible(colour: tuple[int, int, int], ground: Ground) -> None:
    found = shades(written(colour), ground)
    for under in (ground.paper, ground.card, found.soft):
        assert contrast(rgb(found.accent), rgb(under)) >= ENOUGH
        assert contrast(rgb(found.strong), rgb(under)) >= STRONG
    assert contrast(rgb(found.on_accent), rgb(found.accent)) >= ENOUGH


def test_a_colour_that_is_legible_already_stays_as_it_is() -> None:
    assert shades("#0b4f6c", LIGHT).accent == "#0b4f6c"
    assert shades("#8fd3e8", DARK).accent == "#8fd3e8"


def test_what_is_no_colour_is_refused() -> None:
    with pytest.raises(ValueError):
        rgb("red")


def test_without_a_colour_the_sheet_is_empty_and_with_one_it_sets_both_themes() -> None:
    assert theme_css("") == ""
    sheet = theme_css("#ffcc00")
    assert sheet.count("--accent:") == 3
    assert "prefers-color-scheme: dark" in sheet
