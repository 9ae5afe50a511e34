"""A web app on another site: registered, allowed, reading, writing and streaming in a browser."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import PICTURES, WAIT_MS
from tests.browser.site import Site

SCOPES: Final = "read write follow push"
CALL: Final = """
async ([url, method, token, body]) => {
    const headers = {"Content-Type": "application/json"};
    if (token) headers.Authorization = `Bearer ${token}`;
    const answer = await fetch(url, {
        method, headers, body: body ? JSON.stringify(body) : undefined,
    });
    return {
        status: answer.status, json: await answer.json(),
        link: answer.headers.get("Link"), limit: answer.headers.get("X-RateLimit-Limit"),
    };
}
"""
STREAM: Final = """
([url, token]) => new Promise((resolve, reject) => {
    const socket = new WebSocket(url, token);
    window.events = [];
    socket.onmessage = (message) => window.events.push(JSON.parse(message.data));
    socket.onopen = () => {
        socket.send(JSON.stringify({type: "subscribe", stream: "user"}));
        resolve(socket.protocol);
    };
    socket.onerror = () => reject(new Error("the stream was refused"));
})
"""


class _Blank(BaseHTTPRequestHandler):
    """The site of the app: one empty page."""

    def do_GET(self) -> None:
        body = b"<!doctype html><html lang=fr><title>App</title><p>App"
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[str]:
    """The address of another site."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Blank)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def phone(browser: Browser, site: Site) -> Iterator[Page]:
    """A telephone on which Nour is signed in to the node."""
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, is_mobile=True, locale="fr-FR"
    )
    context.set_default_timeout(WAIT_MS)
    session = site.sessions["nour"]
    context.add_cookies([{"name": "session", "value": session, "url": site.node.base_url}])
    yield context.new_page()
    context.close()


def call(page: Page, site: Site, method: str, path: str, token: str = "", body: Any = None) -> Any:
    """What the app gets for a request of its own."""
    answer = page.evaluate(CALL, [site.url(path), method, token, body])
    assert answer["status"] == 200, answer
    return answer


def log_in(page: Page, site: Site, elsewhere: str) -> str:
    """The whole way of a web app to its token."""
    page.goto(elsewhere)
    registered = {
        "client_name": "Petite App",
        "redirect_uris": f"{elsewhere}/retour?un=deux%20trois",
        "scopes": SCOPES,
        "website": elsewhere,
    }
    app = call(page, site, "POST", "/api/v1/apps", body=registered)["json"]
    query = (
        f"client_id={app['client_id']}&scope={quote(SCOPES)}&response_type=code"
        f"&redirect_uri={quote(registered['redirect_uris'], safe='')}&state=abc%20d"
    )
    page.goto(site.url(f"/oauth/authorize?{query}"))
    assert "Petite App" in page.inner_text("main")
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / "web-app-consent.png", full_page=True)
    page.get_by_role("button", name="Autoriser").click()
    page.wait_for_url(f"{elsewhere}/**")
    returned = parse_qs(urlsplit(page.url).query)
    assert returned["state"] == ["abc d"]
    assert returned["un"] == ["deux trois"]
    asked = {
        "grant_type": "authorization_code",
        "code": returned["code"][0],
        "client_id": app["client_id"],
        "client_secret": app["client_secret"],
        "redirect_uri": registered["redirect_uris"],
    }
    return str(call(page, site, "POST", "/oauth/token", body=asked)["json"]["access_token"])


def test_a_web_app_of_another_site_reads_writes_and_listens(
    phone: Page, site: Site, elsewhere: str
) -> None:
    token = log_in(phone, site, elsewhere)
    me = call(phone, site, "GET", "/api/v1/accounts/verify_credentials", token)["json"]
    assert me["username"] == "nour"
    instance = call(phone, site, "GET", "/api/v2/instance")["json"]
    streaming = instance["configuration"]["urls"]["streaming"]
    assert phone.evaluate(STREAM, [f"{streaming}/api/v1/streaming", token]) == token
    posted = call(
        phone, site, "POST", "/api/v1/statuses", token, {"status": "Depuis une autre page"}
    )["json"]
    phone.wait_for_function("window.events.some((event) => event.event === 'update')")
    home = call(phone, site, "GET", "/api/v1/timelines/home?limit=1", token)
    assert home["json"][0]["id"] == posted["id"]
    assert 'rel="next"' in home["link"]
    assert home["limit"]
