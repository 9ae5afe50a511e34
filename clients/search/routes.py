"""The endpoints of this folder."""

from clients.door import Door


def add_routes(door: Door) -> None:
    """Register them."""
