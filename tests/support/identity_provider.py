"""An OpenID Connect provider in this process, which can be told to misbehave; real signatures."""

import base64
import hashlib
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.support.clock import Clock

ISSUER = "https://id.example/api/v2"
CLIENT = "communotic-node"
SECRET = "kept between the two"


@dataclass
class IdentityProvider(httpx.AsyncBaseTransport):
    """Answers as ProConnect does: user information comes as a signed token.

    `claims` is whom it signs in; `changes` are made to the next ID token, `told` to the user
    information; `signer` signs.
    """

    clock: Clock
    claims: dict[str, Any] = field(default_factory=dict)
    changes: dict[str, Any] = field(default_factory=dict)
    told: dict[str, Any] = field(default_factory=dict)
    issuer: str = ISSUER
    description: dict[str, Any] = field(default_factory=dict)
    plain_information: bool = False
    algorithm: str = "RS256"
    signer: Any = field(default_factory=lambda: rsa.generate_private_key(65_537, 2_048))
    published: Any = None
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def authorise(self, location: str) -> str:
        """Sign the person in and send the browser back: the path and query on the node."""
        parts = urlsplit(location)
        assert f"{parts.scheme}://{parts.netloc}{parts.path}" == f"{ISSUER}/authorize", location
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        assert asked["client_id"] == CLIENT
        code = f"code{len(self.codes)}"
        self.codes[code] = asked
        back = urlsplit(asked["redirect_uri"])
        return f"{back.path}?code={code}&state={asked['state']}&iss={ISSUER}"

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """One of the four addresses that a node asks."""
        path = request.url.path.removeprefix("/api/v2")
        self.asked.append(path)
        if path == "/.well-known/openid-configuration":
            return _json(self._describe())
        if path == "/jwks":
            return _json(self._jwks())
        if path == "/token":
            return self._token((await request.aread()).decode())
        if path == "/userinfo":
            return self._userinfo(request.headers.get("authorization", ""))
        return httpx.Response(404, stream=httpx.ByteStream(b""))

    def _describe(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{ISSUER}/authorize",
            "token_endpoint": f"{ISSUER}/token",
            "userinfo_endpoint": f"{ISSUER}/userinfo",
            "jwks_uri": f"{ISSUER}/jwks",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
            **self.description,
        }

    def _jwks(self) -> dict[str, Any]:
        public = (self.published or self.signer).public_key()
        key = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(public))
        return {"keys": [{**key, "kid": "k1", "use": "sig", "alg": "RS256"}]}

    def _token(self, body: str) -> httpx.Response:
        given = {name: values[0] for name, values in parse_qs(body).items()}
        asked = self.codes.pop(given.get("code", ""), None)
        digest = hashlib.sha256(given.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if (
            asked is None
            or challenge != asked["code_challenge"]
            or given.get("client_secret") != SECRET
        ):
            return _json({"error": "invalid_grant"}, status=400)
        now = int(self.clock())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "sub": self.claims["sub"],
            "nonce": asked["nonce"],
            "iat": now,
            "exp": now + 60,
        }
        token = self._sign({**claims, **self.changes})
        return _json({"access_token": "shown once", "token_type": "Bearer", "id_token": token})

    def _userinfo(self, authorisation: str) -> httpx.Response:
        if authorisation != "Bearer shown once":
            return _json({"error": "invalid_token"}, status=401)
        told = {**self.claims, **self.told}
        if self.plain_information:
            return _json(told)
        token = self._sign({"iss": self.issuer, "aud": CLIENT, **told})
        headers = {"Content-Type": "application/jwt"}
        return httpx.Response(200, headers=headers, stream=httpx.ByteStream(token.encode()))

    def _sign(self, claims: dict[str, Any]) -> str:
        key: Any = self.signer if self.algorithm == "RS256" else None
        if self.algorithm == "HS256":
            key = self._jwks_as_secret()
        return jwt.encode(claims, key, algorithm=self.algorithm, headers={"kid": "k1"})

    def _jwks_as_secret(self) -> str:
        """What a careless verifier would take for a shared secret."""
        return str(self._jwks()["keys"][0]["n"])


def _json(value: Any, status: int = 200) -> httpx.Response:
    content = json.dumps(value).encode()
    headers = {"Content-Type": "application/json"}
    return httpx.Response(status, headers=headers, stream=httpx.ByteStream(content))
