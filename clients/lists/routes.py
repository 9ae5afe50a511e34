"""The endpoints of this folder."""

from clients.door import Door
from clients.lists.accounts import add_account_routes
from clients.lists.managing import add_managing_routes


def add_routes(door: Door) -> None:
    """Register them."""
    add_managing_routes(door)
    add_account_routes(door)
