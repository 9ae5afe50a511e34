"""`communotic`: the command line. Its names are a contract that others script against."""

import sys
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from node.commands.care import backup, doctor, restore
from node.commands.members import member, token
from node.commands.queues import deliveries, inbox
from node.commands.serve import run, web, worker
from node.commands.setup import init, migrate
from node.commands.shared import Choice
from node.commands.speak import follow, post, publish, timeline, unfollow

app = typer.Typer(
    help="One organisation's Communotic node.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
COMMANDS = (
    init, run, web, worker, token, post, publish, follow, unfollow, timeline, migrate, doctor,
    backup, restore,
)  # fmt: skip
for command in COMMANDS:
    app.command()(command)
app.add_typer(member, name="member")
app.add_typer(deliveries, name="deliveries")
app.add_typer(inbox, name="inbox")


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"communotic {version('communotic')}")
        raise typer.Exit


@app.callback()
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


def main() -> None:
    """The entry point; `--data DIR` may stand before or after the command."""
    app(args=data_first(sys.argv[1:]))


def data_first(words: list[str]) -> list[str]:
    """Move `--data DIR` in front of the command's name, where the parser looks for it."""
    for place, word in enumerate(words):
        if word == "--":
            break
        if word == "--data" and place + 1 < len(words):
            return [*words[place : place + 2], *words[:place], *words[place + 2 :]]
        if word.startswith("--data="):
            return [word, *words[:place], *words[place + 1 :]]
    return words


if __name__ == "__main__":
    main()
