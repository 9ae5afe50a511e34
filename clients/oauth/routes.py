"""The endpoints of this folder; the page where members consent is `web/sign_in/authorize.py`."""

from clients.door import Door
from clients.oauth.apps import add_app_routes
from clients.oauth.discovery import add_discovery_routes
from clients.oauth.sign_up import add_sign_up_routes
from clients.oauth.tokens import add_token_routes


def add_routes(door: Door) -> None:
    """Register them."""
    add_discovery_routes(door)
    add_app_routes(door)
    add_token_routes(door)
    add_sign_up_routes(door)
