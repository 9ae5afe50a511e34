"""The endpoints of this folder."""

from clients.accounts.blocks import add_block_routes, add_domain_routes, add_mute_routes
from clients.accounts.bonds import add_bond_routes, add_endorsement_routes
from clients.accounts.credentials import add_credential_routes
from clients.accounts.discovery import add_discovery_routes
from clients.accounts.follows import add_follow_routes, add_network_routes, add_request_routes
from clients.accounts.moving import add_moving_routes
from clients.accounts.reading import add_reading_routes, add_search_routes
from clients.accounts.statuses import add_status_routes
from clients.door import Door


def add_routes(door: Door) -> None:
    """Register them."""
    add_credential_routes(door)
    add_reading_routes(door)
    add_search_routes(door)
    add_status_routes(door)
    add_follow_routes(door)
    add_network_routes(door)
    add_request_routes(door)
    add_block_routes(door)
    add_mute_routes(door)
    add_domain_routes(door)
    add_bond_routes(door)
    add_endorsement_routes(door)
    add_discovery_routes(door)
    add_moving_routes(door)
