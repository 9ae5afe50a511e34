"""The endpoints of this folder."""

from clients.door import Door
from clients.streaming.sockets import add_socket
from clients.streaming.sources import add_sources


def add_routes(door: Door) -> None:
    """Register them."""
    add_socket(door)
    add_sources(door)
