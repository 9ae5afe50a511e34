"""The site with the keyboard alone: the skip link, signing in, forms and their mistakes."""

from itertools import pairwise

from playwright.sync_api import Page

from tests.browser.conftest import Visits
from tests.browser.site import PASSWORD

MANY = 80


def focused(page: Page) -> str:
    """The name of what has the focus: its id, its name, or its text."""
    return str(
        page.evaluate(
            "() => { const e = document.activeElement;"
            " return e.id || e.name || e.textContent.trim().slice(0, 60); }"
        )
    )


def reach(page: Page, name: str) -> None:
    """Press Tab until something with this id, name or text has the focus, and is seen to."""
    for _ in range(MANY):
        page.keyboard.press("Tab")
        if focused(page) == name:
            style = page.evaluate(
                "() => { const s = getComputedStyle(document.activeElement);"
                " return [s.outlineStyle, parseFloat(s.outlineWidth)]; }"
            )
            assert style[0] != "none", f"the focus on {name} is not seen"
            assert style[1] >= 2, f"the focus on {name} is not seen"
            return
    raise AssertionError(f"{name} is not reached on {page.url}")


def test_the_first_key_offers_to_skip_to_the_content(visit: Visits) -> None:
    page = visit("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.locator(".skip").bounding_box() is not None
    page.keyboard.press("Enter")
    page.wait_for_function("location.hash === '#content'")
    assert focused(page) == "content"


def test_nothing_on_the_home_page_holds_the_focus(visit: Visits) -> None:
    page = visit("/", who="nour")
    seen = []
    for _ in range(MANY):
        page.keyboard.press("Tab")
        seen.append(focused(page))
        if page.evaluate("document.activeElement === document.body"):
            break
    assert len(set(seen)) > 10
    assert all(one != other for one, other in pairwise(seen)), seen


def test_somebody_signs_in_and_out_with_the_keyboard(visit: Visits) -> None:
    page = visit("/sign-in")
    reach(page, "name")
    page.keyboard.type("nour")
    reach(page, "password")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/dashboard*")
    summary = page.locator(".menu > summary")
    summary.focus()
    page.keyboard.press("Enter")
    reach(page, "Se déconnecter")
    page.keyboard.press("Enter")
    page.wait_for_url("**/?done=signed-out")
    assert page.get_by_role("status").is_visible()


def test_a_refused_form_leads_to_its_mistakes(visit: Visits) -> None:
    page = visit("/report")
    reach(page, "comment")
    page.keyboard.type("Trop")
    page.keyboard.press("Tab")
    page.locator("main button[type=submit]").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#errors")
    assert focused(page) == "errors"
    assert page.input_value("#comment") == "Trop"
    reach(page, page.locator("#errors a").first.inner_text().strip()[:60])
    page.keyboard.press("Enter")
    assert focused(page) == "about"
    described = page.locator("#about").get_attribute("aria-describedby") or ""
    assert "about-error" in described.split()
