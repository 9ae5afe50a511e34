"""What every page leans on: style sheet and scripts, the choice of a language, robots."""

from pathlib import Path
from typing import Final

from quart import Blueprint, Response, request, send_from_directory
from quart.blueprints import BlueprintSetupState

from actors.problems import not_found
from web.context import WebContext
from web.rendering import LANGUAGE_COOKIE, TEMPLATE_GLOBALS, redirect
from web.sessions import own_path
from web.texts import LANGUAGES

HERE: Final = Path(__file__).parent
YEAR_S: Final = 365 * 24 * 3600
HOUR_S: Final = 3600
ROBOTS: Final = """User-agent: *
Disallow: /authorize_interaction
Disallow: /activities/
Disallow: /language
Disallow: /sign-in
Disallow: /follow
Disallow: /report
Sitemap: {origin}/sitemap.xml
"""


def routes(context: WebContext) -> Blueprint:
    """The templates' surroundings; registered before the areas."""
    blueprint = Blueprint("web", __name__, template_folder=str(HERE / "templates"))

    @blueprint.record_once
    def prepare(state: BlueprintSetupState) -> None:
        environment = state.app.jinja_env
        environment.trim_blocks = environment.lstrip_blocks = True
        environment.globals.update(TEMPLATE_GLOBALS)

    @blueprint.get("/static/<path:name>")
    async def static(name: str) -> Response:
        response = await send_from_directory(HERE / "static", name)
        age = f"{YEAR_S}, immutable" if "v" in request.args else str(HOUR_S)
        response.headers["Cache-Control"] = f"public, max-age={age}"
        return response

    @blueprint.get("/robots.txt")
    async def robots() -> Response:
        text = ROBOTS.format(origin=context.settings.origin)
        return Response(text, content_type="text/plain; charset=utf-8")

    @blueprint.get("/language")
    async def language() -> Response:
        """Remember a language, in the only cookie that a visitor can get, and go back."""
        chosen = request.args.get("to", "")
        if chosen not in LANGUAGES:
            raise not_found("language")
        response = redirect(own_path(request.args.get("next")) or "/")
        response.set_cookie(
            LANGUAGE_COOKIE,
            chosen,
            max_age=YEAR_S,
            path="/",
            secure=context.settings.scheme == "https",
            httponly=True,
            samesite="Lax",
        )
        return response

    return blueprint
