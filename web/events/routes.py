"""Every page of events."""

from collections.abc import Callable

from quart import Blueprint

from web.context import WebContext
from web.events.agenda import add_agenda_routes
from web.events.attending import add_attending_routes
from web.events.listing import add_listing_routes
from web.events.pages import add_page_routes
from web.events.sheet import add_sheet_routes


def routes(context: WebContext) -> Blueprint:
    """Finding events, announcing them, taking part, the calendar of a project."""
    blueprint = Blueprint("events", __name__)
    parts: tuple[Callable[[Blueprint, WebContext], None], ...] = (
        add_listing_routes,
        add_attending_routes,
        add_page_routes,
        add_sheet_routes,
        add_agenda_routes,
    )
    for add in parts:
        add(blueprint, context)
    return blueprint
