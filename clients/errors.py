"""Refusals as Mastodon words them: `{"error": …}`, and OAuth's own two fields."""

from typing import Final

import msgspec
from quart import Response

from clients.door import JSON
from federation.errors import FederationError, Gone, Refused, Unreachable
from outbox.context import ActRefused

OAUTH: Final = frozenset({"/oauth/token", "/oauth/revoke", "/oauth/userinfo"})


def is_for_clients(path: str) -> bool:
    """Whether apps talk to this address, so that errors are in their shape."""
    return path.startswith("/api/") or path in OAUTH


def error_answer(refused: Refused, path: str) -> Response:
    """The answer to what the API refuses."""
    body = {"error": refused.detail}
    if path in OAUTH:
        body = {"error": refused.code.replace("-", "_"), "error_description": refused.detail}
    elif refused.status == 404:
        body = {"error": "Record not found"}
    response = Response(msgspec.json.encode(body), status=refused.status, content_type=JSON)
    if refused.status == 401:
        response.headers["WWW-Authenticate"] = f'Bearer realm="Communotic", error="{refused.code}"'
    if refused.status in (429, 503):
        response.headers["Retry-After"] = str(getattr(refused, "retry_after", 30))
    return response


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
