"""Web apps on other sites may call what apps call (CORS), never with cookies."""

from typing import Final

from quart import Quart, Response, request

_OPEN: Final = ("/api/", "/nodeinfo/", "/.well-known/", "/media/")
_OAUTH: Final = frozenset({"/oauth/token", "/oauth/revoke", "/oauth/userinfo"})
_EXPOSED: Final = "Link, X-RateLimit-Reset, X-RateLimit-Limit, X-RateLimit-Remaining, X-Request-Id"


def install_cors(app: Quart) -> None:
    """Answer preflights without looking at anything else, and open the answers themselves."""

    @app.before_request
    async def preflight() -> Response | None:
        asked = "Access-Control-Request-Method" in request.headers
        if request.method != "OPTIONS" or not asked or not _open(request.path):
            return None
        response = Response("", status=204)
        headers = request.headers.get("Access-Control-Request-Headers", "")
        response.headers["Access-Control-Allow-Methods"] = "GET, POST, PUT, PATCH, DELETE, OPTIONS"
        response.headers["Access-Control-Allow-Headers"] = headers or "Authorization, Content-Type"
        response.headers["Access-Control-Max-Age"] = "86400"
        return response

    @app.after_request
    async def expose(response: Response) -> Response:
        if _open(request.path):
            response.headers["Access-Control-Allow-Origin"] = "*"
            response.headers["Access-Control-Expose-Headers"] = _EXPOSED
        return response


def _open(path: str) -> bool:
    return path.startswith(_OPEN) or path.rstrip("/") in _OAUTH
