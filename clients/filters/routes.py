"""The endpoints of this folder."""

from clients.door import Door
from clients.filters.managing import add_managing_routes
from clients.filters.older import add_older_routes
from clients.filters.parts import add_keyword_routes, add_post_routes


def add_routes(door: Door) -> None:
    """Register them."""
    add_managing_routes(door)
    add_keyword_routes(door)
    add_post_routes(door)
    add_older_routes(door)
