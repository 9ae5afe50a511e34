"""The endpoints of this folder."""

from clients.door import Door
from clients.search.searching import add_searching_routes


def add_routes(door: Door) -> None:
    """Register them."""
    add_searching_routes(door)
