"""What OAuth refuses, in the words of RFC 6749, 5.2, and of Mastodon."""

from typing import Final

from federation.errors import Refused

_SENTENCES: Final = {
    "invalid_request": "The request is missing a required parameter, includes an unsupported "
    "parameter value, or is otherwise malformed.",
    "invalid_client": "Client authentication failed due to unknown client, no client "
    "authentication included, or unsupported authentication method.",
    "invalid_grant": "The provided authorization grant is invalid, expired, revoked, does not "
    "match the redirection URI used in the authorization request, or was issued to another client.",
    "invalid_scope": "The requested scope is invalid, unknown, or malformed.",
    "unsupported_grant_type": "The authorization grant type is not supported by the "
    "authorization server.",
    "unauthorized_client": "You are not authorized to revoke this token",
}
_STATUS: Final = {"invalid_client": 401, "unauthorized_client": 403}


class OAuthRefused(Refused):
    """A refusal that an app reads: `code` is one of RFC 6749."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(_STATUS.get(code, 400), code, detail or _SENTENCES[code])


def lacking(parameter: str) -> OAuthRefused:
    """The refusal of a request without one of its parameters."""
    return OAuthRefused("invalid_request", f"Missing required parameter: {parameter}.")
