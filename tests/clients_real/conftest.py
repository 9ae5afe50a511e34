"""One pair of nodes for all libraries; each library has people of its own."""

import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.clients_real.world import World, open_world
from tests.support import nodejs
from tests.support.processes import ROOT


@pytest.fixture(scope="session")
def libraries() -> None:
    """The environment of the Python libraries, from its lock; at once when it is there."""
    with nodejs.locked("clients"):
        maker = [sys.executable, "-I", str(ROOT / "node" / "environment.py"), "clients"]
        subprocess.run(maker, check=True, stdout=subprocess.DEVNULL)


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Two running nodes."""
    opened = open_world(tmp_path_factory.mktemp("world"))
    yield opened
    opened.home.stop()
    opened.away.stop()
