"""The endpoints of this folder."""

from clients.discovery.trends import add_trend_routes
from clients.door import Door


def add_routes(door: Door) -> None:
    """Register them."""
    add_trend_routes(door)
