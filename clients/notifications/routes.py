"""The endpoints of this folder."""

from clients.door import Door
from clients.notifications.grouping import add_group_routes, add_grouping_routes
from clients.notifications.listing import add_listing_routes
from clients.notifications.policies import add_policy_routes, add_request_routes


def add_routes(door: Door) -> None:
    """Register them."""
    add_policy_routes(door)
    add_request_routes(door)
    add_listing_routes(door)
    add_grouping_routes(door)
    add_group_routes(door)
