"""`run`, `web` and `worker`: the processes of a node."""

import logging
import sys
from typing import Annotated

import typer

from config.settings import Settings
from node.commands.shared import fail, run_with_uvloop, settings
from node.serve import serve_all, serve_pages, serve_workers

Bind = Annotated[
    str, typer.Option(metavar="ADDR:PORT", help="Where to listen; the setting `bind` otherwise.")
]


def run(bind: Bind = "") -> None:
    """Run the whole node in one process: pages, inbox, fan-out and delivery."""
    chosen = _ready(bind)
    run_with_uvloop(serve_all(chosen, bind or chosen.bind))


def web(bind: Bind = "") -> None:
    """Run only what answers requests; any number of these may run on one PostgreSQL."""
    chosen = _ready(bind)
    run_with_uvloop(serve_pages(chosen, bind or chosen.bind))


def worker() -> None:
    """Run only the work behind: inbox, fan-out, delivery; any number on one PostgreSQL."""
    chosen = _ready("")
    run_with_uvloop(serve_workers(chosen))


def _ready(bind: str) -> Settings:
    chosen = settings()
    if bind and not bind.rpartition(":")[2].isdecimal():
        fail(f"--bind is {bind!r}; write ADDRESS:PORT")
    logging.basicConfig(
        level=chosen.log_level.upper(),
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
        stream=sys.stderr,
    )
    if chosen.development:
        logging.getLogger("communotic").warning(
            "DEVELOPMENT MODE: %s; never use this where strangers can reach the node",
            "plain HTTP" if chosen.scheme == "http" else "private networks may be contacted",
        )
    return chosen
