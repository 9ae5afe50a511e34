"""What every page owes its readers, asked of the page in the browser."""

from functools import cache
from typing import TYPE_CHECKING, Any, Final

from playwright.sync_api import Page

from tests.browser.pages import Place
from tests.support.chromium import axe_source

if TYPE_CHECKING:
    from tests.browser.conftest import Visits

TAGS: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_axe = cache(axe_source)


def barriers(page: Page) -> list[str]:
    """The serious and critical findings of axe-core, one line each with the element."""
    page.evaluate(_axe())
    found: dict[str, Any] = page.evaluate(
        "tags => axe.run(document, {runOnly: tags, resultTypes: ['violations']})", TAGS
    )
    return [
        f"{finding['id']}: {node['html'][:200]} ({node['failureSummary'][:300]})"
        for finding in found["violations"]
        if finding["impact"] in {"serious", "critical"}
        for node in finding["nodes"]
    ]


def assert_accessible(page: Page) -> None:
    """Raise AssertionError with every barrier on the page as it now is."""
    found = barriers(page)
    assert not found, f"{page.url}\n" + "\n".join(found)


def assert_fits(page: Page) -> None:
    """Raise AssertionError when the page must be scrolled sideways, with what sticks out."""
    sticking = page.evaluate(
        # a telephone widens its layout instead of scrolling, so its own width is asked for
        """width => {
          const root = document.scrollingElement;
          if (root.scrollWidth <= Math.min(width, root.clientWidth)) return [];
          return ['the page', ...[...document.querySelectorAll('body *')]
            .filter(e => e.checkVisibility() && e.getBoundingClientRect().right > width + 1)
            .map(e => e.outerHTML.slice(0, 120))];
        }""",
        page.viewport_size["width"] if page.viewport_size else 0,
    )
    assert not sticking, f"{page.url} is wider than {page.viewport_size}: {sticking[:5]}"


def assert_read_by_everybody(visit: "Visits", samples: dict[str, str], place: Place) -> None:
    """Look at a page as different people do; AssertionError with what keeps one of them out.

    On a narrow telephone, on one with a dark theme, on a desk zoomed to 200 % without scripts:
    no barrier, nothing that sticks out, one main heading. The telephone's picture is kept.
    """
    path = place.path.format(**samples)
    for size, dark in (("narrow", False), ("phone", True)):
        page = visit(path, who=place.who, size=size, dark=dark)
        assert_status(page, place)
        assert_accessible(page)
        assert_fits(page)
        if size == "phone":
            visit.picture(page)
        page.context.close()
    zoomed = visit(path, who=place.who, size="zoomed", scripts=False)
    assert_fits(zoomed)
    assert zoomed.locator("h1").count() == 1, f"{path} needs one main heading"
    assert zoomed.locator("html[lang]").count() == 1


def assert_status(page: Page, place: Place) -> None:
    """Raise AssertionError when the server answered anything but what is expected."""
    found = page.evaluate("performance.getEntriesByType('navigation')[0].responseStatus")
    assert found == place.status, f"{page.url}: {found}"
