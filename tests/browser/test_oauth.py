"""Somebody signs in with an application on a telephone without scripts, up to the token."""

import base64
import hashlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.checks import assert_accessible, assert_fits
from tests.browser.conftest import PICTURES, WAIT_MS
from tests.browser.site import PASSWORD, Site

VERIFIER: Final = "v" * 64
OOB: Final = "urn:ietf:wg:oauth:2.0:oob"


class _App(BaseHTTPRequestHandler):
    """An application that leads from its callback to another site, as many do."""

    def do_GET(self) -> None:
        if self.path.startswith("/callback"):
            self.send_response(302)
            port = self.headers["Host"].rpartition(":")[2]
            self.send_header("Location", f"http://localhost:{port}/done{self.path[9:]}")
            self.end_headers()
            return
        body = b"<!doctype html><title>App</title><p>Signed in"
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def callback() -> Iterator[str]:
    """Where the application waits for the code."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _App)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/callback"
    server.shutdown()
    server.server_close()


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """A telephone on which nobody is signed in, without scripts."""
    context = browser.new_context(
        viewport={"width": 390, "height": 844},
        is_mobile=True,
        java_script_enabled=False,
        locale="fr-FR",
    )
    context.set_default_timeout(WAIT_MS)
    yield context.new_page()
    context.close()


def register(site: Site, redirect_uri: str) -> dict[str, Any]:
    """A new application."""
    sent = {
        "client_name": "Tusky",
        "redirect_uris": redirect_uri,
        "scopes": "read write push",
        "website": "https://tusky.app",
    }
    answer = httpx.post(site.url("/api/v1/apps"), json=sent)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def address(site: Site, app: dict[str, Any]) -> str:
    """What the application opens in the browser."""
    digest = hashlib.sha256(VERIFIER.encode()).digest()
    query = {
        "response_type": "code",
        "client_id": app["client_id"],
        "redirect_uri": app["redirect_uris"][0],
        "scope": "read write:media",
        "state": "a b/é",
        "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }
    return site.url(f"/oauth/authorize?{urlencode(query)}")


def token(site: Site, app: dict[str, Any], code: str) -> str:
    """The token for a code."""
    sent = {
        "grant_type": "authorization_code",
        "client_id": app["client_id"],
        "client_secret": app["client_secret"],
        "redirect_uri": app["redirect_uris"][0],
        "code": code,
        "code_verifier": VERIFIER,
    }
    answer = httpx.post(site.url("/oauth/token"), data=sent)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["access_token"])


def sign_in(page: Page, name: str) -> None:
    """Fill the form that stands between."""
    page.get_by_label("Votre nom sur ce site, ou votre adresse mail").fill(name)
    page.get_by_label("Mot de passe", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Se connecter").click()


def username(site: Site, access: str) -> str:
    """Whose token this is."""
    answer = httpx.get(
        site.url("/api/v1/accounts/verify_credentials"),
        headers={"Authorization": f"Bearer {access}"},
    )
    return str(answer.json()["username"])


def test_from_a_password_to_a_token(phone: Page, site: Site, callback: str) -> None:
    app = register(site, callback)
    phone.goto(address(site, app))
    sign_in(phone, "rene")
    expect(phone.get_by_role("heading", level=1)).to_contain_text("Laisser Tusky")
    PICTURES.mkdir(parents=True, exist_ok=True)
    phone.screenshot(path=PICTURES / "consent-phone.png", full_page=True)
    phone.get_by_role("button", name="Autoriser").click()
    phone.wait_for_url("**/done?**")
    returned = parse_qs(urlsplit(phone.url).query)
    assert returned["state"] == ["a b/é"]
    assert username(site, token(site, app, returned["code"][0])) == "rene"


def test_a_no_leads_back_without_a_code(phone: Page, site: Site, callback: str) -> None:
    app = register(site, callback)
    phone.goto(address(site, app))
    sign_in(phone, "nour")
    phone.get_by_role("button", name="Refuser").click()
    phone.wait_for_url("**/done?**")
    assert parse_qs(urlsplit(phone.url).query)["error"] == ["access_denied"]


def test_somebody_else_signs_in_and_copies_the_code(
    phone: Page, site: Site, browser: Browser
) -> None:
    app = register(site, OOB)
    phone.goto(address(site, app))
    sign_in(phone, "nour")
    phone.get_by_role("button", name="Utiliser un autre compte").click()
    sign_in(phone, "emile")
    expect(phone.get_by_role("main")).to_contain_text("Émile Roussel")
    phone.get_by_role("button", name="Autoriser").click()
    code = phone.get_by_label("Code").input_value()
    phone.screenshot(path=PICTURES / "code-phone.png", full_page=True)
    assert_fits(phone)
    assert username(site, token(site, app, code)) == "emile"


def test_an_application_with_a_scheme_of_its_own_is_opened(phone: Page, site: Site) -> None:
    app = register(site, "icecubesapp://")
    phone.goto(address(site, app))
    sign_in(phone, "nour")
    said: list[str] = []
    phone.on("console", lambda message: said.append(message.text))
    with phone.expect_event("requestfailed") as failed:
        phone.get_by_role("button", name="Autoriser").click()
    # No application of that name is here; what counts is that the policy lets the way there.
    assert "authorize" in failed.value.url or failed.value.url.startswith("icecubesapp:")
    assert not [text for text in said if "form-action" in text]


def test_the_page_of_the_code_shuts_nobody_out(browser: Browser, site: Site) -> None:
    app = register(site, OOB)
    context = browser.new_context(viewport={"width": 320, "height": 700}, locale="fr-FR")
    context.set_default_timeout(WAIT_MS)
    context.add_cookies(
        [{"name": "session", "value": site.sessions["nour"], "url": site.node.base_url}]
    )
    page = context.new_page()
    page.goto(address(site, app))
    page.get_by_role("button", name="Autoriser").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Votre code")
    assert_accessible(page)
    assert_fits(page)
    context.close()
