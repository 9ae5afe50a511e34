"""Every endpoint of the API."""

from quart import Blueprint

from clients.accounts.routes import add_routes as add_accounts
from clients.admin.routes import add_routes as add_admin
from clients.context import ClientContext
from clients.discovery.routes import add_routes as add_discovery
from clients.door import Door
from clients.errors import is_for_clients
from clients.filters.routes import add_routes as add_filters
from clients.instance.routes import add_routes as add_instance
from clients.limits import Limits
from clients.lists.routes import add_routes as add_lists
from clients.media.routes import add_routes as add_media
from clients.notifications.routes import add_routes as add_notifications
from clients.oauth.routes import add_routes as add_oauth
from clients.push.routes import add_routes as add_push
from clients.reports.routes import add_routes as add_reports
from clients.search.routes import add_routes as add_search
from clients.statuses.routes import add_routes as add_statuses
from clients.streaming.routes import add_routes as add_streaming
from clients.tags.routes import add_routes as add_tags
from clients.timelines.routes import add_routes as add_timelines


def client_door(context: ClientContext) -> Door:
    """The door with all its endpoints; its blueprint answers them."""
    limits = Limits(context.settings.client_rate, context.outbox.clock)
    door = Door(context, Blueprint("clients", __name__), limits)
    limits.install(door.blueprint, is_for_clients)
    for add in (
        add_oauth,
        add_instance,
        add_accounts,
        add_statuses,
        add_media,
        add_timelines,
        add_lists,
        add_tags,
        add_filters,
        add_notifications,
        add_push,
        add_search,
        add_discovery,
        add_streaming,
        add_reports,
        add_admin,
    ):
        add(door)
    return door
