"""Signing in at an OpenID Connect provider: discovery, code flow with PKCE, checked tokens.

Nothing that comes through the browser is believed but the code; who signed in is what the
provider says over its own connection, in tokens that it signed. ProConnect sends its user
information as a signed token too.
"""

import base64
import logging
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote, urlencode, urlsplit

import httpx
import orjson

from federation.client import Answer, HttpClient
from federation.errors import Untrusted
from federation.openid_claims import (
    Attempt,
    NotSignedIn,
    Person,
    audience,
    check_id_token,
    person_of,
)

log = logging.getLogger(__name__)

JSON: Final = "application/json"
JWT: Final = "application/jwt"
FORM: Final = "application/x-www-form-urlencoded"
# Only signatures that the provider alone can make.
ALGORITHMS: Final = frozenset(
    {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}
)
CACHED_S: Final = 3_600.0
# A token may name a key that is newer than our copy; strangers must not make us fetch endlessly.
REFETCH_AFTER_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class ProviderSettings:
    """What the provider and the node agreed upon; `issuer` as the provider writes it."""

    issuer: str
    client_id: str
    client_secret: str
    scopes: str
    acr: str
    redirect_uri: str

    def __repr__(self) -> str:
        return f"ProviderSettings({self.issuer}, {self.client_id})"


@dataclass(slots=True)
class OpenIdProvider:
    """One provider, its description and keys remembered for an hour."""

    client: HttpClient
    settings: ProviderSettings
    clock: Callable[[], float]
    _description: Mapping[str, Any] = field(default_factory=dict)
    _keys: Mapping[str, Any] = field(default_factory=dict)
    _described_until: float = field(default=float("-inf"))
    _keys_from: float = field(default=float("-inf"))

    async def address(self, attempt: Attempt) -> str:
        """Where to send the browser. Raises `FederationError`."""
        endpoint = _endpoint(await self._described(), "authorization_endpoint")
        asked = {
            "response_type": "code",
            "client_id": self.settings.client_id,
            "redirect_uri": self.settings.redirect_uri,
            "scope": self.settings.scopes,
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": attempt.challenge,
            "code_challenge_method": "S256",
        }
        if self.settings.acr:
            asked["acr_values"] = self.settings.acr
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(asked)}"

    async def person(self, attempt: Attempt, code: str, issuer: str | None) -> Person:
        """Who came back with this code. `issuer` is what the browser says it is from (RFC 9207).

        Raises `NotSignedIn` and other `FederationError`s.
        """
        if issuer is not None and issuer != self.settings.issuer:
            raise NotSignedIn("an answer in the name of another provider")
        tokens = await self._exchange(attempt, code)
        claims = await self._checked_token(str(tokens.get("id_token", "")))
        check_id_token(claims, attempt, self.settings.client_id, self.clock())
        told = await self._user_information(str(tokens.get("access_token", "")), claims)
        return person_of(self.settings.issuer, {**claims, **told})

    async def _exchange(self, attempt: Attempt, code: str) -> dict[str, Any]:
        described = await self._described()
        fields = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.settings.redirect_uri,
            "code_verifier": attempt.verifier,
        }
        headers = {"Accept": JSON}
        allowed = described.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        if self.settings.client_secret and "client_secret_post" not in allowed:
            headers["Authorization"] = _basic(self.settings)
        else:
            fields["client_id"] = self.settings.client_id
            if self.settings.client_secret:
                fields["client_secret"] = self.settings.client_secret
        url = _endpoint(described, "token_endpoint")
        answer = await self.client.post(
            url, urlencode(fields).encode(), content_type=FORM, headers=headers
        )
        if not answer.ok:
            raise NotSignedIn(f"{url} refused the code with {answer.status}")
        return _object(answer)

    async def _user_information(self, token: str, claims: Mapping[str, Any]) -> dict[str, Any]:
        """What the provider says of the person whom `claims` name."""
        described = await self._described()
        if not token or not described.get("userinfo_endpoint"):
            return {}
        url = _endpoint(described, "userinfo_endpoint")
        answer = await self.client.get(
            url, accept=f"{JSON}, {JWT}", signer=_Bearer(token), max_redirects=0
        )
        answer.require_ok(self.clock())
        if answer.content_type.partition(";")[0].strip().lower() == JWT:
            told = await self._checked_token(answer.body.decode("ascii", "replace").strip())
        else:
            told = _object(answer)
        if told.get("sub") != claims.get("sub"):
            raise NotSignedIn("information about somebody else")
        return told

    async def _checked_token(self, token: str) -> dict[str, Any]:
        """The claims of a token that the provider signed for us."""
        import jwt

        try:
            head = jwt.get_unverified_header(token)
            if head.get("alg") not in ALGORITHMS:
                raise NotSignedIn(f"a token signed with {str(head.get('alg'))[:20]}")
            key = await self._key(head.get("kid"))
            claims: dict[str, Any] = jwt.decode(
                token,
                key,
                algorithms=[head["alg"]],
                # Times by our own clock, issuer and audience below.
                options={
                    "verify_exp": False,
                    "verify_iat": False,
                    "verify_nbf": False,
                    "verify_aud": False,
                    "verify_iss": False,
                },
            )
        except (jwt.PyJWTError, ValueError, TypeError) as error:
            raise NotSignedIn(f"a token that proves nothing: {error}") from error
        if claims.get("iss") != self.settings.issuer:
            raise NotSignedIn("a token of another issuer")
        if self.settings.client_id not in audience(claims):
            raise NotSignedIn("a token for another service")
        return claims

    async def _key(self, key_id: Any) -> Any:
        """The provider's key with this id; its keys are fetched anew for one that is unknown."""
        found = self._known_key(key_id)
        if found is None and self.clock() - self._keys_from >= REFETCH_AFTER_S:
            url = _endpoint(await self._described(), "jwks_uri")
            answer = await self.client.get(url, accept=JSON)
            answer.require_ok(self.clock())
            self._keys, self._keys_from = _object(answer), self.clock()
            found = self._known_key(key_id)
        if found is None:
            raise NotSignedIn("a token signed with an unknown key")
        return found

    def _known_key(self, key_id: Any) -> Any:
        import jwt

        keys = [key for key in self._keys.get("keys", []) if isinstance(key, dict)]
        keys = [key for key in keys if key.get("use", "sig") == "sig"]
        if key_id is not None:
            keys = [key for key in keys if key.get("kid") == key_id]
        return jwt.PyJWK(keys[0]).key if len(keys) == 1 else None

    async def _described(self) -> Mapping[str, Any]:
        if self.clock() >= self._described_until:
            url = f"{self.settings.issuer.rstrip('/')}/.well-known/openid-configuration"
            answer = await self.client.get(url, accept=JSON)
            answer.require_ok(self.clock())
            found = _object(answer)
            if found.get("issuer") != self.settings.issuer:
                raise Untrusted(url, f"speaks for {str(found.get('issuer'))[:200]}")
            self._description, self._described_until = found, self.clock() + CACHED_S
        return self._description


class _Bearer(httpx.Auth):
    """Shows an access token; on the first address alone, as redirects are refused."""

    def __init__(self, token: str) -> None:
        self._token = token

    async def async_auth_flow(
        self, request: httpx.Request
    ) -> AsyncGenerator[httpx.Request, httpx.Response]:
        request.headers["Authorization"] = f"Bearer {self._token}"
        yield request


def _endpoint(described: Mapping[str, Any], name: str) -> str:
    url = described.get(name)
    if not isinstance(url, str) or urlsplit(url).scheme not in ("https", "http"):
        raise Untrusted(str(described.get("issuer")), f"names no {name}")
    return url


def _object(answer: Answer) -> dict[str, Any]:
    try:
        found = orjson.loads(answer.body)
    except orjson.JSONDecodeError as error:
        raise NotSignedIn(f"{answer.url} answers no JSON") from error
    if not isinstance(found, dict):
        raise NotSignedIn(f"{answer.url} answers no object")
    return found


def _basic(settings: ProviderSettings) -> str:
    pair = f"{quote(settings.client_id, safe='')}:{quote(settings.client_secret, safe='')}"
    return f"Basic {base64.b64encode(pair.encode()).decode()}"
