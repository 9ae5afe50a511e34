"""The addresses that are pages alone; actors and objects share theirs with their documents."""

from pathlib import Path

from quart import Blueprint, Response

from web.pages import Pages

HERE = Path(__file__).parent
ROBOTS = "User-agent: *\nDisallow: /authorize_interaction\nDisallow: /activities/\n"


def page_routes(pages: Pages) -> Blueprint:
    """The home page and the style sheet."""
    blueprint = Blueprint(
        "web",
        __name__,
        template_folder=str(HERE / "templates"),
        static_folder=str(HERE / "static"),
        static_url_path="/static",
    )

    @blueprint.get("/")
    async def home() -> Response:
        return await pages.home()

    @blueprint.get("/robots.txt")
    async def robots() -> Response:
        return Response(ROBOTS, content_type="text/plain; charset=utf-8")

    return blueprint
