"""The one shape of every error answer (RFC 9457)."""

from http import HTTPStatus
from typing import Any, Final

from federation.errors import Refused

PROBLEM_JSON: Final = "application/problem+json"


def problem(refused: Refused) -> dict[str, Any]:
    """The problem document for what a door refuses."""
    return {
        "type": "about:blank",
        "title": HTTPStatus(refused.status).phrase,
        "status": refused.status,
        "code": refused.code,
        "detail": refused.detail,
    }


def not_found(what: str) -> Refused:
    """The refusal for what does not exist, or must look as if it did not."""
    return Refused(404, "not-found", f"There is no such {what} here.")
