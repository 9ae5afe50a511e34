"""Every connection of the in-process fediverse: nodes by host, other servers as tables."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx

from federation.vocabulary import ACTIVITY_JSON
from tests.support.factories import Json, profile
from tests.support.signing import Remote

JRD = "application/jrd+json"


@dataclass(frozen=True)
class Sent:
    """A request that one of our nodes made to another server."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Json:
        """The body."""
        return dict(json.loads(self.body))


class Wires(httpx.AsyncBaseTransport):
    """Every connection: to nodes of ours by host, to documents of others by URL.

    What is posted elsewhere is accepted, or answered as `refusals` says.
    """

    def __init__(self) -> None:
        self.nodes: dict[str, httpx.ASGITransport] = {}
        self.served: dict[str, tuple[int, str, bytes]] = {}
        self.silent: set[str] = set()
        self.endless: set[str] = set()
        self.redirects: dict[str, str] = {}
        self.refusals: dict[str, int] = {}
        self.log: list[Sent] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Pass a request to the node that has the host, else answer it from the table."""
        host = request.url.netloc.decode()
        body = await request.aread()
        self.log.append(Sent(request.method, str(request.url), dict(request.headers), body))
        if host in self.silent:
            raise httpx.ConnectError(f"{host} does not answer", request=request)
        if host in self.endless:
            await asyncio.Event().wait()
        if str(request.url) in self.redirects:
            headers = {"Location": self.redirects[str(request.url)]}
            return httpx.Response(302, headers=headers, stream=httpx.ByteStream(b""))
        if host in self.nodes:
            return await self.nodes[host].handle_async_request(request)
        if request.method == "POST":
            accepted = self.refusals.get(str(request.url), 202)
            return httpx.Response(accepted, stream=httpx.ByteStream(b""))
        status, kind, content = self.served.get(str(request.url), (404, "text/plain", b"nothing"))
        stream = httpx.ByteStream(content)  # unread, as from a socket
        return httpx.Response(status, headers={"Content-Type": kind}, stream=stream)

    def serve(self, document: Json, *, status: int = 200, at: str | None = None) -> str:
        """Serve a document at its id (or `at`); gives the address."""
        url = at or str(document["id"])
        self.served[url] = (status, ACTIVITY_JSON, json.dumps(document).encode())
        return url

    def take_away(self, url: str, status: int = 410) -> None:
        """Answer `status` from now on."""
        self.served[url] = (status, "text/plain", b"gone")

    def person(self, url: str, **changes: Any) -> Remote:
        """Somebody on another server, with profile, keys and WebFinger."""
        person = Remote(url, rsa_name=url, ed_name=url)
        document = profile(person, **changes)
        self.serve(document)
        host = httpx.URL(url).netloc.decode()
        acct = f"acct:{document['preferredUsername']}@{host}"
        links = [{"rel": "self", "type": ACTIVITY_JSON, "href": url}]
        finger = json.dumps({"subject": acct, "links": links}).encode()
        for resource in (acct, url):
            where = f"https://{host}/.well-known/webfinger?resource={quote(resource, safe='')}"
            self.served[where] = (200, JRD, finger)
        return person

    def fetched(self, url: str) -> int:
        """How often a URL was asked for."""
        return sum(1 for sent in self.log if sent.method == "GET" and sent.url == url)

    def delivered(self, inbox: str) -> list[Json]:
        """What reached an inbox of another server, in order."""
        return [sent.json for sent in self.log if sent.method == "POST" and sent.url == inbox]
