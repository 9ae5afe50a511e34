"""The browser itself and what the other files lean on: that their checks can fail."""

import pytest
from playwright.sync_api import Page

from tests.browser.checks import assert_accessible, assert_fits
from tests.browser.conftest import Visits


def test_the_home_page_opens_and_is_pictured(visit: Visits) -> None:
    page = visit("/", size="phone", dark=True)
    assert "Greta du Cotentin" in page.inner_text("main")
    assert page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    assert visit.picture(page, "home").read_bytes().startswith(b"\x89PNG")


def test_a_page_without_names_for_its_pictures_is_not_accessible(page: Page) -> None:
    page.set_content('<html lang="fr"><title>t</title><main><h1>t</h1><img src="data:,"></main>')
    with pytest.raises(AssertionError, match="image-alt"):
        assert_accessible(page)


def test_a_page_with_too_little_contrast_is_not_accessible(page: Page) -> None:
    page.set_content('<html lang="fr"><title>t</title><main><h1 style="color:#ccc">Bonjour</h1>')
    with pytest.raises(AssertionError, match="color-contrast"):
        assert_accessible(page)


def test_a_page_that_is_too_wide_does_not_fit(visit: Visits) -> None:
    page = visit(size="narrow")
    page.set_content(
        '<!doctype html><meta name="viewport" content="width=device-width">'
        '<p style="width:50em">wide</p>'
    )
    with pytest.raises(AssertionError, match="wider"):
        assert_fits(page)


def test_a_request_to_another_server_is_noticed(visit: Visits) -> None:
    page = visit()
    page.set_content('<img src="http://127.0.0.2:9/track.gif" alt="">')
    page.wait_for_load_state()
    assert any("another server" in line for line in visit.complaints)
    visit.complaints.clear()


def test_scripts_can_be_switched_off(visit: Visits) -> None:
    page = visit(scripts=False)
    page.set_content("<p>before</p><script>document.querySelector('p').textContent='x'</script>")
    assert page.inner_text("p") == "before"
