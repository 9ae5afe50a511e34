"""The endpoints of this folder."""

from clients.door import Door
from clients.statuses.history import add_history_routes
from clients.statuses.polls import add_poll_routes
from clients.statuses.quoting import add_quoting_routes
from clients.statuses.reacting import add_reacting_routes
from clients.statuses.reading import add_reading_routes
from clients.statuses.scheduling import add_scheduling_routes
from clients.statuses.thread import add_thread_routes
from clients.statuses.writing import add_writing_routes


def add_routes(door: Door) -> None:
    """Register them."""
    add_reading_routes(door)
    add_quoting_routes(door)
    add_history_routes(door)
    add_poll_routes(door)
    add_reacting_routes(door)
    add_scheduling_routes(door)
    add_thread_routes(door)
    add_writing_routes(door)
