"""The public pages, as addresses of their own and as the pages behind actors and objects."""

from dataclasses import dataclass

from quart import Blueprint, Response

from storage.records import ActorRecord
from web.context import WebContext
from web.public.actor import actor_page
from web.public.concepts import add_concept_routes
from web.public.downloads import add_download_routes
from web.public.embed import add_embed_routes
from web.public.feeds import add_feed_routes
from web.public.follow import add_follow_routes
from web.public.home import home_page
from web.public.legal import add_legal_routes
from web.public.lists import add_list_routes
from web.public.namespace import add_namespace_routes
from web.public.objects import object_page
from web.public.post import tag_page
from web.public.printed import add_printed_routes
from web.public.reports import add_report_routes
from web.public.saved import add_saved_routes
from web.public.sitemap import add_sitemap_routes
from web.public.theme import add_theme_routes


@dataclass(frozen=True, slots=True)
class PublicPages:
    """The pages at addresses that documents share: actors, objects, hashtags."""

    context: WebContext

    async def actor(self, actor: ActorRecord) -> Response:
        """An organisation, a person, or the node itself."""
        return await actor_page(self.context, actor)

    async def object(self, number: int) -> Response:
        """Any object of this node that its reader may see."""
        return await object_page(self.context, number)

    async def tag(self, name: str) -> Response:
        """The public posts with a hashtag."""
        return await tag_page(self.context, name)


def routes(context: WebContext) -> Blueprint:
    """Every public address that is a page alone."""
    blueprint = Blueprint("public", __name__)
    add_legal_routes(blueprint, context)
    add_theme_routes(blueprint, context)
    add_follow_routes(blueprint, context)
    add_report_routes(blueprint, context)
    add_concept_routes(blueprint, context)
    add_namespace_routes(blueprint, context)
    add_download_routes(blueprint, context)
    add_printed_routes(blueprint, context)
    add_embed_routes(blueprint, context)
    add_list_routes(blueprint, context)
    add_saved_routes(blueprint, context)
    add_feed_routes(blueprint, context)
    add_sitemap_routes(blueprint, context)

    @blueprint.get("/")
    async def home() -> Response:
        return await home_page(context)

    return blueprint
