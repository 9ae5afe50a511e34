"""`communotic`: the command line. Its names are a contract that others script against."""

import sys
from collections.abc import Iterable
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from node.start import plain_start, start

if TYPE_CHECKING:
    import typer

COMMANDS: Final = {
    "init": "setup:init",
    "run": "serve:run",
    "web": "serve:web",
    "worker": "serve:worker",
    "member": "members:member",
    "token": "tokens:token",
    "tokens": "tokens:tokens",
    "profile": "profile:profile",
    "post": "speak:post",
    "publish": "speak:publish",
    "follow": "speak:follow",
    "unfollow": "speak:unfollow",
    "timeline": "speak:timeline",
    "project": "projects:project",
    "deliveries": "queues:deliveries",
    "inbox": "queues:inbox",
    "domain": "domains:domain",
    "network": "network:network",
    "vocabulary": "vocabularies:vocabulary",
    "import": "imports:import_",
    "reindex": "search:reindex",
    "reports": "reports:reports",
    "announce": "announcements:announce",
    "emoji": "emojis:emoji",
    "audit": "audit:audit",
    "mail": "mail:mail",
    "migrate": "setup:migrate",
    "doctor": "care:doctor",
    "backup": "care:backup",
    "restore": "care:restore",
}
"""Each command or group, with the file in `node/commands/` and the name in it.

Only the command that is called is imported: a node starts in half the time.
"""


def application(names: Iterable[str] = COMMANDS) -> "typer.Typer":
    """The command line with the commands of these names."""
    import typer

    from node.commands.options import options

    app = typer.Typer(
        help="One organisation's Communotic node.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        add_completion=False,
    )
    app.callback()(options)
    for name in names:
        module, _, attribute = COMMANDS[name].partition(":")
        found: Any = getattr(import_module(f"node.commands.{module}"), attribute)
        if isinstance(found, typer.Typer):
            app.add_typer(found, name=name)
        else:
            app.command(name)(found)
    return app


def main() -> None:
    """The entry point; `--data DIR` may stand before or after the command."""
    words = data_first(sys.argv[1:])
    serving = plain_start(words)
    if serving is not None:
        start(*serving)
        return
    rest = words[2:] if words[:1] == ["--data"] else words
    application(rest[:1] if rest and rest[0] in COMMANDS else COMMANDS)(args=words)


def data_first(words: list[str]) -> list[str]:
    """Move `--data DIR` in front of the command's name, where the parser looks for it."""
    for place, word in enumerate(words):
        if word == "--":
            break
        if word == "--data" and place + 1 < len(words):
            return [*words[place : place + 2], *words[:place], *words[place + 2 :]]
        if word.startswith("--data="):
            return ["--data", word[len("--data=") :], *words[:place], *words[place + 1 :]]
    return words


if __name__ == "__main__":
    main()
