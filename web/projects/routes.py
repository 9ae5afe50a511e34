"""Every page of project spaces."""

from collections.abc import Callable

from quart import Blueprint

from web.context import WebContext
from web.projects.belonging import add_belonging_routes
from web.projects.listing import add_listing_routes
from web.projects.members import add_member_routes
from web.projects.opening import add_opening_routes
from web.projects.settings import add_settings_routes


def routes(context: WebContext) -> Blueprint:
    """Reading, writing, belonging, steering."""
    blueprint = Blueprint("projects", __name__)
    parts: tuple[Callable[[Blueprint, WebContext], None], ...] = (
        add_listing_routes,
        add_opening_routes,
        add_settings_routes,
        add_member_routes,
        add_belonging_routes,
    )
    for add in parts:
        add(blueprint, context)
    return blueprint
