"""The endpoints of this folder."""

from clients.door import Door
from clients.timelines.conversations import add_conversation_routes
from clients.timelines.home import add_home_routes
from clients.timelines.kept import add_kept_routes
from clients.timelines.markers import add_marker_routes
from clients.timelines.public import add_public_routes


def add_routes(door: Door) -> None:
    """Register them."""
    add_home_routes(door)
    add_public_routes(door)
    add_kept_routes(door)
    add_conversation_routes(door)
    add_marker_routes(door)
