"""How refusals and surprises become answers: problem documents, said once in the log."""

import logging
from html import escape

import orjson
from quart import Quart, Response, has_websocket_context, request
from werkzeug.exceptions import HTTPException

from actors.negotiation import Format, choose
from actors.problems import PROBLEM_JSON, problem
from clients.errors import as_refused, error_answer, is_for_clients
from federation.errors import FederationError, Refused
from outbox.context import ActRefused
from storage.ports import Busy
from web.rendering import Renderer

log = logging.getLogger(__name__)

FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


def problem_response(refused: Refused) -> Response:
    """The answer to what a door refuses."""
    response = Response(
        orjson.dumps(problem(refused)), status=refused.status, content_type=PROBLEM_JSON
    )
    if refused.status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    if refused.status in (429, 503):
        response.headers["Retry-After"] = str(getattr(refused, "retry_after", 30))
    return response


def bare_page(refused: Refused) -> Response:
    """A page that needs neither database nor templates, for when these are what is broken."""
    text = f"{refused.status} · {escape(refused.detail)}"
    html = (
        f"<!doctype html><html lang=en><meta charset=utf-8><title>{refused.status}</title><p>{text}"
    )
    headers = {"Content-Security-Policy": "default-src 'none'", "Cache-Control": "no-store"}
    return Response(
        html, status=refused.status, content_type="text/html; charset=utf-8", headers=headers
    )


def wants_page() -> bool:
    """Whether a person's browser asks."""
    return choose(request.accept_mimetypes) is Format.HTML


def install_error_answers(app: Quart, renderer: Renderer) -> None:
    """Every error of every route leaves as a problem document, or as a page for browsers."""

    async def answer(refused: Refused) -> Response:
        # Somebody may have opened a WebSocket where there is none: then there is no request.
        if has_websocket_context() or is_for_clients(request.path):
            return error_answer(refused)
        read = request.method in ("GET", "HEAD")
        if wants_page() and (read or request.mimetype in FORMS):
            try:
                return await renderer.problem(refused)
            except Exception as error:  # noqa: BLE001 - the page needs the database, its failure none
                log.error(
                    "the page about %s cannot be made: %s", refused.code, type(error).__name__
                )
                return bare_page(refused)
        return problem_response(refused)

    @app.errorhandler(Refused)
    async def refused(error: Refused) -> Response:
        if error.status not in (401, 404, 410):
            log.info("%s %s refused: %s %s", request.method, request.path, error.code, error.detail)
        return await answer(error)

    @app.errorhandler(ActRefused)
    @app.errorhandler(FederationError)
    async def not_possible(error: ActRefused | FederationError) -> Response:
        return await refused(as_refused(error))

    @app.errorhandler(HTTPException)
    async def http(error: HTTPException) -> Response:
        status = error.code or 500
        code = (error.name or "error").lower().replace(" ", "-")
        refused = Refused(status, code, error.description or error.name)
        response = await answer(refused)
        allowed = getattr(error, "valid_methods", None)
        if allowed:
            response.headers["Allow"] = ", ".join(sorted(allowed))
        return response

    @app.errorhandler(Busy)
    async def busy(error: Busy) -> Response:
        log.warning("%s %s: the database is busy: %s", request.method, request.path, error)
        return await answer(Refused(503, "busy", "The node is busy; try again in a moment."))

    @app.errorhandler(Exception)
    async def surprise(error: Exception) -> Response:
        log.error("%s %s failed", request.method, request.path, exc_info=error)
        detail = "Something went wrong here; the administrator's log says what."
        return await answer(Refused(500, "internal", detail))
