"""Dates, durations, licences, amounts as people write them."""

import pytest

from objects.importing import values


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2019-03-12", "2019-03-12"),
        ("2019-03-12T10:11:12+01:00", "2019-03-12"),
        ("12/03/2019", "2019-03-12"),
        ("1.4.2019", "2019-04-01"),
        ("1er avril 2019", "2019-04-01"),
        ("12 août 2019", "2019-08-12"),
        ("3 feb 2020", "2020-02-03"),
    ],
)
def test_a_date_is_understood_day_first(text: str, day: str) -> None:
    found = values.day(text)
    assert found is not None
    assert found.isoformat() == day


@pytest.mark.parametrize(
    "text", ["", "31/02/2019", "bientôt", "99/99/9999", "12 brumaire 2019", "-1"]
)
def test_what_is_no_date_is_none(text: str) -> None:
    assert values.day(text) is None
    assert values.moment(text) is None


def test_a_time_is_french_unless_it_says_otherwise() -> None:
    assert values.moment("2016-07-01 10:00:00") == 1_467_360_000_000
    assert values.moment("2016-07-01 08:00:00", utc=True) == 1_467_360_000_000
    assert values.moment("2016-07-01T08:00:00Z") == 1_467_360_000_000
    assert values.moment("0001-01-01") is None


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("3 jours", "P3D"), ("21 heures", "PT21H"), ("2 h 30", "PT2H30M"), ("45 min", "PT45M"),
        ("6 mois", "P6M"), ("1 an", "P1Y"), ("2 weeks", "P2W"), ("PT21H", "PT21H"), ("p3d", "P3D"),
        ("trois jours", ""), ("3 jours par semaine", ""), ("2,5 jours", ""), ("", ""),
    ],
)  # fmt: skip
def test_durations(text: str, iso: str) -> None:
    assert values.duration(text) == iso


@pytest.mark.parametrize(
    ("text", "spdx"),
    [
        ("CC BY-SA 4.0", "CC-BY-SA-4.0"), ("cc-by-nc-sa", "CC-BY-NC-SA-4.0"), ("CC0", "CC0-1.0"),
        ("https://creativecommons.org/licenses/by/4.0/", "CC-BY-4.0"),
        ("Licence Ouverte 2.0", "etalab-2.0"), ("Creative Commons BY-ND", "CC-BY-ND-4.0"),
        ("Tous droits réservés", ""), ("CC", ""), ("MIT", ""),
    ],
)  # fmt: skip
def test_licences(text: str, spdx: str) -> None:
    assert values.licence(text) == spdx


def test_amounts_and_lists() -> None:
    assert values.whole("1 200 €") == 1_200
    assert values.whole("12 personnes") == 12
    assert values.whole("beaucoup") is None
    assert values.parts("- un\n2. deux\ndeux; trois | quatre") == ["un", "deux", "trois", "quatre"]
    assert values.none_at_all("Sans objet.")
    assert not values.none_at_all("Sans objet précis, mais du bruit")
