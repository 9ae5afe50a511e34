"""The endpoints of this folder."""

from clients.door import Door
from clients.push.subscribing import add_subscription_routes


def add_routes(door: Door) -> None:
    """Register them."""
    add_subscription_routes(door)
