"""Refusals as Mastodon words them: `{"error": …}`, and OAuth's own two fields."""

from typing import Final

import msgspec
from quart import Response, request

from actors.oauth.errors import OAuthRefused
from clients.door import JSON
from federation.errors import FederationError, Gone, Refused, Unreachable
from outbox.context import ActRefused

REALM: Final = "Communotic"
BEARER: Final = frozenset({"invalid_token", "insufficient_scope"})
OAUTH: Final = frozenset({"/oauth/token", "/oauth/revoke", "/oauth/userinfo"})

SAID: Final = frozenset({"no-parent", "no-quoted"})
"""Of these apps are told what exactly was not found."""


def is_for_clients(path: str) -> bool:
    """Whether apps talk to this address, so that errors are in their shape."""
    return path.startswith("/api/") or path.rstrip("/") in OAUTH


def error_answer(refused: Refused) -> Response:
    """The answer to what the API refuses."""
    body: dict[str, object] = {"error": refused.detail}
    if refused.status == 422:
        # Documented for every 422, though there is nothing to say for each field.
        body["details"] = {}
    if refused.status == 429:
        body = {"error": "Too many requests"}
    elif isinstance(refused, OAuthRefused):
        body = {"error": refused.code, "error_description": refused.detail}
    elif refused.status == 404 and refused.code not in SAID:
        body = {"error": "Record not found"}
    response = Response(msgspec.json.encode(body), status=refused.status, content_type=JSON)
    response.headers["Cache-Control"] = "no-store"
    challenge = _challenge(refused)
    if challenge:
        response.headers["WWW-Authenticate"] = challenge
    if refused.status in (429, 503):
        response.headers["Retry-After"] = str(getattr(refused, "retry_after", 30))
    return response


def _challenge(refused: Refused) -> str:
    """What a refusal says about the way in (RFC 6750, 3; RFC 6749, 5.2); empty for most."""
    if refused.code == "invalid_client" and "Authorization" in request.headers:
        return f'Basic realm="{REALM}", charset="UTF-8"'
    if refused.code in BEARER:
        why = f'error="{refused.code}", error_description="{refused.detail}"'
        return f'Bearer realm="{REALM}", {why}'
    return f'Bearer realm="{REALM}"' if refused.status == 401 else ""


def as_refused(error: ActRefused | FederationError | LookupError) -> Refused:
    """What an act, another server or a search refuses, as a door says it."""
    if isinstance(error, Refused):
        return error
    if isinstance(error, ActRefused):
        return Refused(error.status, error.code, str(error))
    if isinstance(error, Unreachable):
        return Refused(503, "unreachable", "Remote data could not be fetched")
    if isinstance(error, Gone | LookupError):
        return Refused(404, "not-found", "Record not found")
    return Refused(422, "untrusted", str(error))
