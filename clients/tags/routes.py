"""The endpoints of this folder."""

from clients.door import Door
from clients.tags.featuring import add_featuring_routes
from clients.tags.following import add_following_routes


def add_routes(door: Door) -> None:
    """Register them."""
    add_following_routes(door)
    add_featuring_routes(door)
