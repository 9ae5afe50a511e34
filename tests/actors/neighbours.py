"""Other servers, in memory: actors with real keys behind the real client, and a log of requests."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx

from actors.access import incoming_request
from actors.identifiers import Identifiers
from actors.keys import KeyPairs
from federation.incoming import IncomingRequest
from federation.keys import load_public
from federation.multikey import encode_multikey
from federation.signing import SigningKey, sign_cavage, sign_rfc9421
from federation.vocabulary import ACTIVITY_JSON, CONTEXT

JRD = "application/jrd+json"


def remote_document(url: str, username: str, pairs: KeyPairs, /, **changes: Any) -> dict[str, Any]:
    """An actor document as Mastodon would write it, with an assertion method too."""
    document = {
        "@context": CONTEXT,
        "id": url,
        "type": "Person",
        "preferredUsername": username,
        "name": username.title(),
        "inbox": f"{url}/inbox",
        "outbox": f"{url}/outbox",
        "followers": f"{url}/followers",
        "publicKey": {
            "id": f"{url}#main-key",
            "owner": url,
            "publicKeyPem": pairs.rsa.public_pem,
        },
        "assertionMethod": [
            {
                "id": f"{url}#ed25519-key",
                "type": "Multikey",
                "controller": url,
                "publicKeyMultibase": encode_multikey(load_public(pairs.ed25519.public_pem)),
            }
        ],
    }
    return {name: value for name, value in (document | changes).items() if value is not None}


def signing_key(url: str, pairs: KeyPairs) -> SigningKey:
    """The RSA key of a remote actor."""
    return SigningKey(f"{url}#main-key", "rsa", pairs.rsa.private_pem)


class _Body(httpx.AsyncByteStream):
    """A body that is read as it comes, as from a socket."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._body


class Neighbours(httpx.AsyncBaseTransport):
    """A transport that answers from a table of addresses and notes what was asked."""

    def __init__(self) -> None:
        self.answers: dict[str, tuple[int, str, bytes]] = {}
        self.asked: list[str] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The table's answer, or 404."""
        url = str(request.url)
        self.asked.append(url)
        status, content_type, body = self.answers.get(url, (404, "text/plain", b"nothing"))
        return httpx.Response(status, headers={"Content-Type": content_type}, stream=_Body(body))

    def serve(
        self, url: str, document: Any, *, content_type: str = ACTIVITY_JSON, status: int = 200
    ) -> None:
        """Answer a document at an address."""
        self.answers[url] = (status, content_type, json.dumps(document).encode())

    def serve_actor(self, document: dict[str, Any], acct: str | None = None) -> None:
        """Answer an actor, and its name by WebFinger."""
        url = document["id"]
        self.serve(url, document)
        name = acct or f"{document['preferredUsername']}@{httpx.URL(url).netloc.decode()}"
        self.serve_name(name, url)

    def serve_name(self, acct: str, url: str, subject: str | None = None) -> None:
        """Answer WebFinger for one name."""
        host = acct.partition("@")[2]
        links = [{"rel": "self", "type": ACTIVITY_JSON, "href": url}]
        resource = f"acct:{acct}".replace(":", "%3A").replace("@", "%40")
        self.serve(
            f"https://{host}/.well-known/webfinger?resource={resource}",
            {"subject": f"acct:{subject or acct}", "links": links},
            content_type=JRD,
        )


def signed_get(url: str, key: SigningKey, now: float, *, scheme: str = "cavage") -> dict[str, str]:
    """The headers of a signed GET."""
    sign = sign_cavage if scheme == "cavage" else sign_rfc9421
    return sign("GET", url, None, key, now)


def asking(
    identifiers: Identifiers, url: str, headers: dict[str, str] | None = None
) -> IncomingRequest:
    """A GET of one of our addresses as it reaches the verifier."""
    parts = httpx.URL(url)
    scope = {
        "method": "GET",
        "path": parts.path,
        "raw_path": parts.raw_path.partition(b"?")[0],
        "query_string": parts.query,
        "headers": [(n.lower().encode(), v.encode()) for n, v in (headers or {}).items()],
    }
    return incoming_request(scope, b"", identifiers)
