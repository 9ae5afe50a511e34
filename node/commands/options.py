"""What stands before the command's name: `--data` and `--version`."""

from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from node.commands.choice import Choice


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"communotic {version('communotic')}")
        raise typer.Exit


def options(
    data: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Data directory of the node (or COMMUNOTIC_DATA)."),
    ] = None,
    _: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """One organisation's Communotic node."""
    Choice.data = data
