"""The endpoints of this folder."""

from clients.door import Door
from clients.media.proxied import add_proxied_routes
from clients.media.uploading import add_uploading_routes


def add_routes(door: Door) -> None:
    """Register them."""
    add_uploading_routes(door)
    add_proxied_routes(door)
