"""The public pages, as addresses of their own and as the pages behind actors and objects."""

from dataclasses import dataclass

from quart import Blueprint, Response

from storage.records import ActorRecord, ObjectRecord
from web.context import WebContext
from web.public.actor import actor_page
from web.public.home import home_page
from web.public.post import post_page, tag_page
from web.public.reports import add_report_routes
from web.public.theme import add_theme_routes


@dataclass(frozen=True, slots=True)
class PublicPages:
    """The pages at addresses that documents share: actors, objects, hashtags."""

    context: WebContext

    async def actor(self, actor: ActorRecord) -> Response:
        """An organisation, a person, or the node itself."""
        return await actor_page(self.context, actor)

    async def object(self, record: ObjectRecord, _: ActorRecord) -> Response:
        """Any object that its reader may see."""
        return await post_page(self.context, record)

    async def tag(self, name: str) -> Response:
        """The public posts with a hashtag."""
        return await tag_page(self.context, name)


def routes(context: WebContext) -> Blueprint:
    """Every public address that is a page alone."""
    blueprint = Blueprint("public", __name__)

    @blueprint.get("/")
    async def home() -> Response:
        return await home_page(context)

    add_theme_routes(blueprint, context)
    add_report_routes(blueprint, context)
    return blueprint
