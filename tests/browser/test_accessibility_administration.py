"""Everybody can read the pages of administration: axe-core, both themes, 320 pixels, 200 %."""

import pytest

from tests.browser.checks import assert_accessible, assert_fits, assert_read_by_everybody
from tests.browser.conftest import Visits
from tests.browser.pages import ADMINISTRATION, Place


@pytest.mark.parametrize("place", ADMINISTRATION, ids=str)
def test_a_page_shuts_nobody_out(visit: Visits, samples: dict[str, str], place: Place) -> None:
    assert_read_by_everybody(visit, samples, place)


@pytest.mark.parametrize(
    ("path", "who", "button"),
    [
        ("/report", "", "Envoyer le signalement"),
        ("/admin/invitations", "lea", "Inviter"),
        ("/admin/domains", "lea", "Poser la règle"),
        ("/admin/departures/nour", "lea", "Enregistrer le départ"),
    ],
)
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_a_refused_form_shuts_nobody_out(
    visit: Visits, path: str, who: str, button: str, dark: bool
) -> None:
    page = visit(path, who=who, size="narrow", dark=dark)
    page.get_by_role("button", name=button, exact=True).click()
    page.wait_for_selector("#errors")
    assert_accessible(page)
    assert_fits(page)
    visit.picture(page)
