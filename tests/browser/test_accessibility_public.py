"""Everybody can read what visitors read: axe-core, both themes, 320 pixels, 200 %, no scripts."""

import pytest

from tests.browser.checks import assert_read_by_everybody
from tests.browser.conftest import Visits
from tests.browser.pages import PUBLIC, Place


@pytest.mark.parametrize("place", PUBLIC, ids=str)
def test_a_page_shuts_nobody_out(visit: Visits, samples: dict[str, str], place: Place) -> None:
    assert_read_by_everybody(visit, samples, place)
