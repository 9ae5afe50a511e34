"""docs/commands.md, written from the command line's own declarations."""

from collections.abc import Iterator

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

Command = TyperCommand | TyperGroup

INTRODUCTION = """\
# Commands

Every command of `communotic`. The data directory is named with `--data` or `COMMUNOTIC_DATA`, and
is `./data` otherwise. `--json` answers in a form for programs. Errors go to standard error, with a
sentence that says what to do, and end with a code other than 0.

`make docs` writes this page from the declarations of the command line.
"""


def commands_page(app: typer.Typer) -> str:
    """The whole page."""
    found = commands(typer.main.get_command(app), "communotic")
    return INTRODUCTION + "".join(command_text(path, command) for path, command in found)


def commands(command: object, path: str) -> Iterator[tuple[str, Command]]:
    """A command and all below it, each with the words that call it."""
    if not isinstance(command, Command):
        raise TypeError(f"{path} is no command of Typer")
    yield path, command
    if isinstance(command, TyperGroup):
        for name, child in sorted(command.commands.items()):
            yield from commands(child, f"{path} {name}")


def command_text(path: str, command: Command) -> str:
    """One command: how it is called, what it does, its options."""
    shown = [p for p in command.params if not getattr(p, "hidden", False) and p.name != "help"]
    words = [path, *(word for p in shown if isinstance(p, TyperArgument) for word in argument(p))]
    options = "".join(option_text(p) for p in shown if isinstance(p, TyperOption))
    level = "#" * min(4, 1 + len(path.split()))
    about = (command.help or "").strip()
    return f"\n{level} `{' '.join(words)}`\n\n{about}\n" + (f"\n{options}" if options else "")


def argument(parameter: TyperArgument) -> Iterator[str]:
    """The word that stands for an argument."""
    word = (parameter.metavar or parameter.name or "").upper().strip("[]")
    yield word if parameter.required else f"[{word}]"


def option_text(option: TyperOption) -> str:
    """One option on one line."""
    value = "" if option.is_flag else f" {option.metavar or (option.name or '').upper()}"
    names = ", ".join(f"`{name}{value}`" for name in [*option.opts, *option.secondary_opts])
    choices = option.type_descriptor.choices or ()
    values = f" ({', '.join(str(choice) for choice in choices)})" if choices else ""
    several = " May be repeated." if option.multiple else ""
    return f"- {names}{values}: {option.help or ''}{several}\n"
