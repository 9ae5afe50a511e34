"""The endpoints of this folder."""

from clients.door import Door
from clients.reports.filing import add_filing_routes


def add_routes(door: Door) -> None:
    """Register them."""
    add_filing_routes(door)
