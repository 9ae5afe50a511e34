"""Everybody can read the pages of events: axe-core, both themes, 320 pixels, 200 %."""

import pytest

from tests.browser.checks import assert_read_by_everybody
from tests.browser.conftest import Visits
from tests.browser.pages import EVENTS, Place


@pytest.mark.parametrize("place", EVENTS, ids=str)
def test_a_page_shuts_nobody_out(visit: Visits, samples: dict[str, str], place: Place) -> None:
    assert_read_by_everybody(visit, samples, place)
