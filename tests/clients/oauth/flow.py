"""What an app does to sign somebody in, and what somebody does in the browser meanwhile."""

import base64
import hashlib
import secrets
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from quart.wrappers import Response

from tests.support.apps import App
from tests.support.fediverse import LocalNode
from tests.support.signed_in import post, signed_in

CALLBACK = "https://client.example/callback"
SCOPES = "read write follow push"


@dataclass
class Registered:
    """An app as it knows itself."""

    node: LocalNode
    client_id: str
    client_secret: str
    redirect_uri: str = CALLBACK
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))

    @property
    def challenge(self) -> str:
        """What the verifier is hashed to."""
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

    def query(self, **changes: str | None) -> dict[str, str]:
        """What it asks the browser to open; None leaves a field out."""
        usual: dict[str, str | None] = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "scope": SCOPES,
            "state": "st/at e+1",
            "code_challenge": self.challenge,
            "code_challenge_method": "S256",
        }
        return {name: value for name, value in (usual | changes).items() if value is not None}

    def address(self, **changes: str | None) -> str:
        """That address."""
        return f"/oauth/authorize?{urlencode(self.query(**changes))}"

    async def code(self, username: str = "amina", **changes: str | None) -> str:
        """The code that a member's yes gives."""
        browser = await signed_in(self.node, username)
        answer = await post(browser, self.address(**changes), decision="authorise")
        assert answer.status_code == 303, await answer.get_data(as_text=True)
        return code_in(answer)

    async def exchange(
        self, code: str | None, *, expect: int = 200, **changes: str | None
    ) -> dict[str, Any]:
        """What `/oauth/token` answers to a code; None leaves a field out."""
        usual: dict[str, str | None] = {
            "grant_type": "authorization_code",
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "redirect_uri": self.redirect_uri,
            "code": code,
            "code_verifier": self.verifier,
        }
        form = {name: value for name, value in (usual | changes).items() if value is not None}
        found = await App(self.node).post("/oauth/token", form=form, expect=expect)
        return dict(found)

    async def sign_in(self, username: str = "amina", **changes: str | None) -> App:
        """The app with a member's token."""
        token = await self.exchange(await self.code(username, **changes))
        return App(self.node, token["access_token"], await self.node.person(username))


async def registered(
    node: LocalNode, redirect_uris: Any = CALLBACK, *, scopes: str = SCOPES, **more: Any
) -> Registered:
    """A new app."""
    sent = {"client_name": "Tusky", "redirect_uris": redirect_uris, "scopes": scopes, **more}
    found = await App(node).post("/api/v1/apps", json=sent)
    return Registered(node, found["client_id"], found["client_secret"], found["redirect_uris"][0])


def code_in(answer: Response) -> str:
    """The code in the address that the browser is sent to."""
    return parse_qs(urlsplit(answer.headers["Location"]).query)["code"][0]
