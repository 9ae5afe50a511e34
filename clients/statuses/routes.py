"""The endpoints of this folder."""

from clients.door import Door
from clients.statuses.quoting import add_quoting_routes
from clients.statuses.reading import add_reading_routes


def add_routes(door: Door) -> None:
    """Register them."""
    add_reading_routes(door)
    add_quoting_routes(door)
