"""Everybody can read where one signs in: axe-core, both themes, 320 pixels, 200 %, no scripts."""

import pytest

from tests.browser.checks import assert_read_by_everybody
from tests.browser.conftest import Visits
from tests.browser.pages import SIGN_IN, Place


@pytest.mark.parametrize("place", SIGN_IN, ids=str)
def test_a_page_shuts_nobody_out(visit: Visits, samples: dict[str, str], place: Place) -> None:
    assert_read_by_everybody(visit, samples, place)
