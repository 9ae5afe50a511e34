"""What every page owes its readers, asked of the page in the browser."""

from functools import cache
from typing import Any, Final

from playwright.sync_api import Page

from tests.support.chromium import axe_source

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
            .filter(e => e.getBoundingClientRect().right > width + 1)
            .map(e => e.outerHTML.slice(0, 120))];
        }""",
        page.viewport_size["width"] if page.viewport_size else 0,
    )
    assert not sticking, f"{page.url} is wider than {page.viewport_size}: {sticking[:5]}"
