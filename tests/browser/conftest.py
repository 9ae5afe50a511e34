"""A browser and a site for the tests of one file; what went wrong is kept as pictures.

Playwright's synchronous half keeps an event loop running in its thread. It ends with each file,
so that files with asynchronous tests may follow in the same process; the tests here ask for no
asynchronous fixture.
"""

import re
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, Response, sync_playwright

from tests.browser.furniture import furnish
from tests.browser.site import Site, start_site
from tests.support.chromium import chromium
from tests.support.processes import ROOT, Program

PICTURES: Final = ROOT / "build" / "screenshots"
FAILED: Final = pytest.StashKey[bool]()
WAIT_MS: Final = 15_000
# `zoomed` is a desk at 200 %: half as many pixels for the page, each twice as large.
SIZES: Final = {
    "desktop": (1280, 900),
    "phone": (390, 844),
    "narrow": (320, 700),
    "zoomed": (640, 450),
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A running Chromium."""
    options = chromium().options
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(**options)
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A running node with an organisation, its people and what they published."""
    started = start_site(tmp_path_factory.mktemp("site"))
    yield started
    started.node.stop()


@pytest.fixture(scope="module")
def samples(site: Site) -> dict[str, str]:
    """The numbers and names of things on the site: see `tests.browser.furniture`."""
    return site.do(furnish)


@dataclass
class Visits:
    """Opens pages as different people see them, and notices what no page of ours may do."""

    browser: Browser
    site: Site
    name: str
    pages: list[Page] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def __call__(
        self,
        path: str = "",
        *,
        who: str = "",
        size: str = "desktop",
        dark: bool = False,
        scripts: bool = True,
        language: str = "fr",
    ) -> Page:
        """A page of its own browser profile, signed in as `who`, showing `path` when given."""
        width, height = SIZES[size]
        context = self.browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            java_script_enabled=scripts,
            locale={"fr": "fr-FR", "en": "en-GB"}[language],
            base_url=self.site.node.base_url,
            is_mobile=size in {"phone", "narrow"},
            has_touch=size in {"phone", "narrow"},
            device_scale_factor=2 if size == "zoomed" else 1,
        )
        context.set_default_timeout(WAIT_MS)
        if who:
            self.sign_in(context, who)
        page = context.new_page()
        self._watch(page)
        self.pages.append(page)
        if path:
            page.goto(path)
        return page

    def sign_in(self, context: BrowserContext, who: str) -> None:
        """Give a browser profile the session of one of the site's people."""
        token = self.site.sessions[who]
        context.add_cookies(
            [{"name": "session", "value": token, "url": self.site.node.base_url, "httpOnly": True}]
        )

    def picture(self, page: Page, name: str = "") -> Path:
        """Keep a picture of the whole page, as an artefact of the build."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        path = PICTURES / f"{_slug(f'{self.name} {name}')}.png"
        page.screenshot(path=path, full_page=True)
        return path

    def close(self, *, failed: bool) -> None:
        """Close every page; keep its picture and its text first when the test failed."""
        for number, page in enumerate(self.pages):
            if page.is_closed():
                continue
            if failed:
                path = self.picture(page, f"failed-{number}")
                path.with_suffix(".html").write_text(page.content(), encoding="utf-8")
            page.context.close()

    def _watch(self, page: Page) -> None:
        def asked(request: Request) -> None:
            scheme, host = urlsplit(request.url)[:2]
            if scheme in {"http", "https"} and host != self.site.node.domain:
                self.complaints.append(f"a request to another server: {request.url}")

        def answered(response: Response) -> None:
            if response.status >= 400 and response.request.resource_type != "document":
                self.complaints.append(f"{response.status} for {response.url}")

        def said(message: Any) -> None:
            # the browser says so of every page that is a refusal, too
            if message.type == "error" and "Failed to load resource" not in message.text:
                self.complaints.append(f"on the console of {page.url}: {message.text}")

        page.on("request", asked)
        page.on("response", answered)
        page.on("console", said)
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))


@pytest.fixture
def visit(browser: Browser, site: Site, request: pytest.FixtureRequest) -> Iterator[Visits]:
    """`visit("/", who="nour", size="phone", dark=True)` opens a page.

    A test fails when a page asked another server for anything, lacked a file, or made the
    browser complain (about the content security policy, or an error in a script).
    """
    visits = Visits(browser, site, request.node.name)
    yield visits
    visits.close(failed=request.node.stash.get(FAILED, False))
    assert not visits.complaints, "\n".join(visits.complaints)


@pytest.fixture
def page(visit: Visits) -> Page:
    """A visitor's browser on a desk, on no page yet."""
    return visit()


@pytest.fixture
def signed_in_page(visit: Visits) -> Callable[[str], Page]:
    """`signed_in_page("nour")`: the browser of somebody who signed in before."""
    return lambda who: visit(who=who)


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower().removeprefix("test_")).strip("-")[:100]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Remember failures for the fixtures, and show the end of the node's log below them."""
    report = yield
    if report.failed:
        item.stash[FAILED] = True
        for program in Program.running:
            report.sections.append((f"log of {program.name}", program.log_tail()))
    return report
