"""Territories in people's own words, and where they lie."""

import pytest

from objects.search.centroids import CENTROIDS, departments_of, is_overseas, middle, region_of
from objects.search.places import places_in
from objects.search.territories import DEPARTMENTS, REGIONS, facet_values


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Calvados, Manche, Orne.", ("14", "50", "61")),
        ("Seine-et-Marne et la Marne", ("77", "51")),
        ("ille et vilaine", ("35",)),
        ("Val d'Oise", ("95",)),
        ("Basse-Normandie", ("R28",)),
        ("50129 Cherbourg-en-Cotentin", ("50",)),
        ("2A004", ("2A",)),
        ("97411 Saint-Denis", ("974",)),
        ("le Cotentin", ()),
        ("", ()),
    ],
)
def test_places_are_found_by_name_and_by_code(text: str, expected: tuple[str, ...]) -> None:
    assert places_in(text) == expected


def test_a_departement_needs_no_name_to_be_itself() -> None:
    assert facet_values("50") == ("50", "R28")
    assert facet_values("28", "Normandie") == ("R28",)
    assert facet_values("28") == ("28", "R24")


def test_every_departement_has_its_place_in_its_region() -> None:
    assert set(CENTROIDS) == set(DEPARTMENTS)
    assert sum(len(departments_of(region)) for region in REGIONS) == len(DEPARTMENTS)
    for code, (north, east) in CENTROIDS.items():
        if not is_overseas(code):
            assert 41 < north < 51.5, code
            assert -5 < east < 9.6, code


def test_the_middle_of_a_region_lies_between_its_departements() -> None:
    assert region_of("50") == "R28"
    found = middle("R28")
    assert found is not None
    assert 48.6 < found[0] < 49.7
    assert -1.3 < found[1] < 1.0
    assert middle("R99") is None
