"""The endpoints of this folder."""

from clients.admin.accounts import add_account_routes
from clients.admin.domains import add_domain_routes
from clients.admin.measures import add_measure_routes
from clients.admin.reports import add_report_routes
from clients.door import Door


def add_routes(door: Door) -> None:
    """Register them."""
    add_account_routes(door)
    add_report_routes(door)
    add_domain_routes(door)
    add_measure_routes(door)
