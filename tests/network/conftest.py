"""Fixtures that start nodes and peers as processes, and end them whatever happens."""

from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest

from tests.network.peers.servers import BovinePeer, CrowdPeer, FedifyPeer
from tests.support.processes import NodeProcess, Program

P = TypeVar("P", bound=Program)


class Network:
    """Starts programs below one folder, and remembers them to end them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._programs: list[Program] = []

    def node(self, username: str = "asso", **options: Any) -> NodeProcess:
        """A node of ours, initialised and running."""
        node = NodeProcess(self._place(username), username=username, **options)
        self._programs.append(node)
        node.init().start()
        return node

    def nodes(self, *usernames: str) -> list[NodeProcess]:
        """Several nodes, each of one organisation."""
        return [self.node(username) for username in usernames]

    def fedify(self, username: str = "fedi", **flags: str | bool) -> FedifyPeer:
        """A Fedify server, running."""
        return self._run(FedifyPeer(self._place(username), username, **flags))

    def bovine(self) -> BovinePeer:
        """A bovine server, running."""
        return self._run(BovinePeer(self._place("bovine")))

    def crowd(self, actors: int = 200) -> CrowdPeer:
        """A server of many actors, running."""
        return self._run(CrowdPeer(self._place("crowd"), actors))

    def _place(self, name: str) -> Path:
        return self.folder / f"{len(self._programs)}-{name}"

    def _run(self, program: P) -> P:
        self._programs.append(program)
        return program.start()

    def end(self) -> None:
        """End every program."""
        for program in reversed(self._programs):
            program.stop()


@pytest.fixture
def network(tmp_path: Path) -> Iterator[Network]:
    """Programs of one test."""
    network = Network(tmp_path)
    yield network
    network.end()


@pytest.fixture(scope="module")
def shared_network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    """Programs that the tests of one file share."""
    network = Network(tmp_path_factory.mktemp("network"))
    yield network
    network.end()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show the end of every program's log below a failure."""
    report = yield
    if report.failed:
        for program in Program.running:
            report.sections.append((f"log of {program.name}", program.log_tail()))
    return report
