"""Days as people write them."""

from datetime import date

import pytest

from objects.dates import written


@pytest.mark.parametrize(
    ("day", "language", "said"),
    [
        (date(2026, 11, 23), "fr", "23 novembre 2026"),
        (date(2027, 6, 1), "fr", "1er juin 2027"),
        (date(2027, 6, 11), "fr", "11 juin 2027"),
        (date(2027, 6, 1), "en", "June 1, 2027"),
    ],
)
def test_the_first_of_a_month_is_an_ordinal_in_french(day: date, language: str, said: str) -> None:
    assert written(day, language) == said


def test_a_whole_day_names_the_day_of_the_week() -> None:
    assert written(date(2027, 6, 1), "fr", "full") == "mardi 1er juin 2027"
