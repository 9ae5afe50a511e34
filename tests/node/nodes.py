"""A node on disk, and its command line, for the tests of this room."""

from pathlib import Path

from typer.testing import CliRunner, Result

from node.cli import application, data_first

DOMAIN = "127.0.0.1:18099"


def called(data: Path, *words: str, said: str | None = None) -> Result:
    """Run a command of the node in `data`; `said` is its standard input."""
    return CliRunner().invoke(application(), data_first([*words, "--data", str(data)]), input=said)


def made(data: Path) -> Path:
    """A new node in `data`, with the organisation `greta`."""
    names = ("--organisation", "Greta du Cotentin", "--username", "greta")
    private = ("--scheme", "http", "--allow-private", "127.0.0.0/8")
    result = called(data, "init", "--domain", DOMAIN, *names, *private)
    assert result.exit_code == 0, result.output
    return data
