"""How apps start, request by request as each of them writes it, against a running node."""

import base64
import hashlib
import json
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import httpx
import pytest
from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, Event, Request, TextMessage

from tests.clients_real.world import OOB, PASSWORD, Person
from tests.support.openapi import check_answer
from tests.support.processes import ROOT, NodeProcess, web
from tests.support.push import Telephone

pytestmark = [pytest.mark.network, pytest.mark.slow, pytest.mark.timeout(300)]

USAGE: Final = ROOT / "tests" / "data" / "mastodon-api" / "client_usage.json"
USUAL: Final = "read write follow push"
VERIFIER: Final = "u7P-3xkUq0vDgO2yX5jE9wCzRb8TnMhF1sLaYdKiW4_"
STATE: Final = "état/1+a=b&c"
# What an app of the telephone asks for when it opens
PAGE: Final = {"limit": "40"}


@dataclass(frozen=True)
class Client:
    """An app: how it writes, where it is sent back, from which site it asks."""

    name: str
    redirect_uri: str
    way: str = "json"
    scopes: str = USUAL
    origin: str = ""
    pkce: bool = False
    subprotocol: bool = False

    @property
    def headers(self) -> dict[str, str]:
        """What its every request carries."""
        return {"Origin": self.origin} if self.origin else {}

    def written(self, fields: dict[str, str]) -> dict[str, Any]:
        """The fields in the app's own way."""
        match self.way:
            case "json":
                return {"json": fields}
            case "query":
                return {"params": fields}
            case "multipart":
                return {"files": {name: (None, value) for name, value in fields.items()}}
        return {"data": fields}


CLIENTS: Final = (
    Client(
        "elk",
        "https://elk.zone/api/node.example/oauth/" + quote("https://elk.zone", safe=""),
        subprotocol=True,
        origin="https://elk.zone",
    ),
    Client("phanpy", "https://phanpy.social/", "form", origin="https://phanpy.social", pkce=True),
    Client("tusky", "oauth2redirect://com.keylesspalace.tusky/", "form"),
    Client("icecubes", "icecubesapp://", "query"),
    Client("mastodon-android", "mastodon-android-auth://callback"),
    Client("mastodon-ios", "mastodon://joinmastodon.org/oauth"),
    Client("feditext", "feditext://oauth.callback"),
    Client("ivory", "com.tapbots.Ivory.8213:/request_token/0D4B7C1E", pkce=True),
    Client(
        "pinafore",
        "https://pinafore.social/settings/instances/add",
        origin="https://pinafore.social",
    ),
    Client("enafore", "https://enafore.social/settings/instances/add", pkce=True),
    Client("soapbox", "https://fe.soapbox.pub/login/external", origin="https://fe.soapbox.pub"),
    Client(
        "sengi",
        "https://sengi.nicolas-constant.com/register",
        scopes="read write follow",
        origin="https://sengi.nicolas-constant.com",
    ),
    Client("pleroma-fe", "https://pleroma.example/oauth-callback", "multipart"),
    Client("toot", OOB, "form"),
)


def asked_at_start(client: str) -> list[str]:
    """The endpoints that an app calls when it starts."""
    rows = json.loads(USAGE.read_text(encoding="utf-8"))
    return [row["endpoint"] for row in rows if "boot" in row["clients"].get(client, "")]


def log_in(client: Client, person: Person) -> tuple[str, dict[str, str]]:
    """Register, send the person to the page, take the code to the token; it, and the app."""
    base, headers = person.node.base_url, client.headers
    wanted = {
        "client_name": client.name,
        "redirect_uris": client.redirect_uri,
        "scopes": client.scopes,
        "website": "https://app.example",
    }
    answer = web.post(f"{base}/api/v1/apps", headers=headers, **client.written(wanted))
    assert answer.status_code == 200, answer.text
    check_answer("POST", "/api/v1/apps", 200, answer.json())
    app = answer.json()
    assert app["redirect_uri"] == client.redirect_uri
    code, proof = _code(client, person, app["client_id"])
    exchange = {
        "grant_type": "authorization_code",
        "client_id": app["client_id"],
        "client_secret": app["client_secret"],
        "redirect_uri": client.redirect_uri,
        "scope": client.scopes,
        "code": code,
        **proof,
    }
    answer = web.post(f"{base}/oauth/token", headers=headers, **client.written(exchange))
    assert answer.status_code == 200, answer.text
    check_answer("POST", "/oauth/token", 200, answer.json())
    token = answer.json()
    assert set(token["scope"].split()) == set(client.scopes.split())
    assert token["token_type"] == "Bearer"
    assert isinstance(token["created_at"], int)
    return str(token["access_token"]), {one: app[one] for one in ("client_id", "client_secret")}


def _code(client: Client, person: Person, client_id: str) -> tuple[str, dict[str, str]]:
    """The code that the person's yes gives, and what proves that this app asked for it."""
    asked = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": client.redirect_uri,
        "scope": client.scopes,
        "force_login": "true",
        "state": STATE,
    }
    proof = {}
    if client.pkce:
        digest = hashlib.sha256(VERIFIER.encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        asked |= {"code_challenge": challenge, "code_challenge_method": "S256"}
        proof = {"code_verifier": VERIFIER}
    url = f"{person.node.base_url}/oauth/authorize?{urlencode(asked)}"
    if client.redirect_uri == OOB:
        return person.agree(url), proof
    given = parse_qs(urlsplit(person.sent_to(url, client.redirect_uri)).query)
    assert given["state"] == [STATE]
    return given["code"][0], proof


def ask(client: Client, person: Person, token: str, endpoint: str) -> None:
    """One request of those at the start, and what must be true of each answer."""
    method, path = endpoint.split()
    base = person.node.base_url
    headers = {**client.headers, "Authorization": f"Bearer {token}"}
    if method == "WS":
        _listen(client, person, token)
        return
    body: dict[str, Any] = {}
    if method == "POST":
        body = {"json": Telephone().subscription("mention")}
    elif path.endswith(("notifications", "home", "public")):
        body = {"params": PAGE}
    elif path.endswith("markers"):
        body = {"params": {"timeline[]": ["home", "notifications"]}}
    answer = web.request(method, base + path, headers=headers, **body)
    # whoever is not told of anything yet has no subscription
    expected = 404 if (method, path) == ("GET", "/api/v1/push/subscription") else 200
    assert answer.status_code == expected, f"{endpoint}: {answer.status_code} {answer.text}"
    check_answer(method, path, answer.status_code, answer.json())
    if client.origin:
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert _preflight(base + path, method, client.origin) == "*"


def _preflight(url: str, method: str, origin: str) -> str:
    """What a browser asks before it lets a site's script send a token."""
    asked = {
        "Origin": origin,
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": "authorization,content-type,idempotency-key",
    }
    answer = web.options(url, headers=asked)
    assert answer.status_code in (200, 204)
    allowed = answer.headers["Access-Control-Allow-Headers"].lower()
    assert allowed == "*" or "authorization" in allowed
    return str(answer.headers["Access-Control-Allow-Origin"])


def _listen(client: Client, person: Person, token: str) -> None:
    """Open the stream where the node says that it is, and hear of a post of one's own."""
    told = web.get(f"{person.node.base_url}/api/v2/instance").json()
    host = urlsplit(told["configuration"]["urls"]["streaming"]).netloc
    target = "/api/v1/streaming/?stream=user"
    target += "" if client.subprotocol else f"&access_token={token}"
    opening = Request(host=host, target=target, subprotocols=[token] * client.subprotocol)
    address = urlsplit(f"//{host}")
    with socket.create_connection((address.hostname, address.port), timeout=20) as wire:
        heard = _heard(wire, opening)
        accepted = next(heard)
        assert isinstance(accepted, AcceptConnection), accepted
        assert (accepted.subprotocol == token) == client.subprotocol
        headers = {"Authorization": f"Bearer {token}"}
        post = {"status": "Bonjour"}
        web.post(f"{person.node.base_url}/api/v1/statuses", json=post, headers=headers)
        message = next(one for one in heard if isinstance(one, TextMessage))
        event = json.loads(message.data)
        assert event["event"] == "update"
        assert json.loads(event["payload"])["content"] == "<p>Bonjour</p>"


def _heard(wire: socket.socket, opening: Request) -> Iterator[Event]:
    """What comes through a WebSocket."""
    connection = WSConnection(ConnectionType.CLIENT)
    wire.sendall(connection.send(opening))
    while received := wire.recv(65_536):
        connection.receive_data(received)
        yield from connection.events()


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NodeProcess]:
    """A node as it is when it serves people: it says whom to write to."""
    contact = {"COMMUNOTIC_CONTACT": "contact@node.example"}
    made = NodeProcess(tmp_path_factory.mktemp("boot"), settings=contact).init().start()
    yield made
    made.stop()


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
def test_an_app_starts(node: NodeProcess, client: Client) -> None:
    home = Person(node, f"boot_{client.name.replace('-', '_')}")
    node.run("member", "add", home.username, "--password-stdin", given=PASSWORD)
    base = node.base_url
    for path in ("/api/v2/instance", "/api/v1/instance", "/nodeinfo/2.0"):
        answer = web.get(base + path, headers=client.headers)
        assert answer.status_code == httpx.codes.OK
    token, app = log_in(client, home)
    signed_in = {"GET /oauth/authorize", "POST /api/v1/apps", "POST /oauth/token"}
    endpoints = [one for one in asked_at_start(client.name) if one not in signed_in]
    usual = ["GET /api/v1/accounts/verify_credentials", "GET /api/v1/timelines/home"]
    for endpoint in endpoints or usual:
        ask(client, home, token, endpoint)
    revoked = client.written({"token": token, **app})
    answer = web.post(f"{base}/oauth/revoke", headers=client.headers, **revoked)
    assert answer.status_code == httpx.codes.OK
    headers = {**client.headers, "Authorization": f"Bearer {token}"}
    answer = web.get(f"{base}/api/v1/accounts/verify_credentials", headers=headers)
    assert answer.status_code == httpx.codes.UNAUTHORIZED
