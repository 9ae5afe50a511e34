"""`run`, `web` and `worker`: the processes of a node."""

from typing import Annotated

import typer

from node.commands.choice import Choice
from node.start import start

Bind = Annotated[
    str, typer.Option(metavar="ADDR:PORT", help="Where to listen; the setting `bind` otherwise.")
]


def run(bind: Bind = "") -> None:
    """Run the whole node in one process: pages, inbox, fan-out and delivery."""
    start("run", Choice.data, bind)


def web(bind: Bind = "") -> None:
    """Run only what answers requests; any number of these may run on one PostgreSQL."""
    start("web", Choice.data, bind)


def worker() -> None:
    """Run only the work behind: inbox, fan-out, delivery; any number on one PostgreSQL."""
    start("worker", Choice.data, "")
