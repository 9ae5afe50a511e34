"""The start of a serving process, without the library of the command line: it takes 0.15 s."""

import gc
import logging
import resource
import sys
from importlib import import_module
from pathlib import Path
from typing import Final

from config.environment import data_directory, environment
from config.load import BadSettings, load_settings
from config.settings import Settings
from node.spared import spare_unused

SERVERS: Final = {"run": "serve_all", "web": "serve_pages", "worker": "serve_workers"}
"""Each command that serves, with its function in `node/serve.py`."""


def plain_start(words: list[str]) -> tuple[str, Path | None, str] | None:
    """Command, data directory and address of `[--data DIR] run|web|worker [--bind ADDR:PORT]`.

    None for everything else, which the whole command line must look at.
    """
    data = Path(words[1]) if words[:1] == ["--data"] and len(words) > 1 else None
    rest = words[2:] if data is not None else words
    match rest:
        case [("run" | "web" | "worker") as command]:
            return command, data, ""
        case [("run" | "web") as command, "--bind", bind]:
            return command, data, bind
        case _:
            return None


def start(command: str, data: Path | None, bind: str) -> None:
    """Serve until told to stop; what makes that impossible ends with a sentence and code 1."""
    spare_unused()
    # What is imported stays: looking through it for garbage again and again is wasted.
    gc.disable()
    chosen = _settings(data, bind)
    _log(chosen)
    _raise_file_limit()
    import uvloop

    from storage.ports import StorageError

    serve = getattr(import_module("node.serve"), SERVERS[command])
    gc.freeze()
    gc.enable()
    try:
        uvloop.run(serve(chosen) if command == "worker" else serve(chosen, bind or chosen.bind))
    except (StorageError, ValueError, OSError) as error:
        sys.exit(f"communotic: {error}")


def _settings(data: Path | None, bind: str) -> Settings:
    try:
        chosen = load_settings(data_directory(data), environment())
    except BadSettings as error:
        sys.exit(f"communotic: {error}")
    if bind and not bind.rpartition(":")[2].isdecimal():
        sys.exit(f"communotic: --bind is {bind!r}; write ADDRESS:PORT")
    return chosen


class OneLine(logging.Formatter):
    """Each message on one line of its own: paths and texts of strangers cannot forge another."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the library's name
        """The line with its control characters as escapes; tracebacks follow it as they are."""
        line = super().formatMessage(record)
        return "".join(one if one.isprintable() else ascii(one)[1:-1] for one in line)


def _log(chosen: Settings) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(OneLine("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=chosen.log_level.upper(), handlers=[handler])
    if chosen.development:
        logging.getLogger("communotic").warning(
            "DEVELOPMENT MODE: %s; never use this where strangers can reach the node",
            "plain HTTP" if chosen.scheme == "http" else "private networks may be contacted",
        )


def _raise_file_limit() -> None:
    """As many open files as the system allows: idle connections to many servers need them."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
