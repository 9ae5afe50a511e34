"""One fixture starts a node in this process, one a network of them; signatures are real."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.clock import Clock
from tests.support.databases import (
    PostgresServer,
    database_url,
    postgres_server,
    postgres_store,
    postgres_url,
    sqlite_store,
    sqlite_template,
    sqlite_url,
    store,
)
from tests.support.fediverse import LocalNode, Network
from tests.support.wires import Wires

__all__ = [
    "database_url",
    "postgres_server",
    "postgres_store",
    "postgres_url",
    "sqlite_store",
    "sqlite_template",
    "sqlite_url",
    "store",
]


@pytest.fixture
def wires() -> Wires:
    """The connections between nodes, and what servers of others serve."""
    return Wires()


@pytest.fixture
async def network(wires: Wires, sqlite_template: Path, tmp_path: Path) -> AsyncIterator[Network]:
    """Nodes of ours that reach each other: `greta = await network.node("greta")`."""
    found = Network(wires, Clock(), sqlite_template, tmp_path)
    yield found
    await found.close()


@pytest.fixture
async def postgres_network(
    wires: Wires, sqlite_template: Path, tmp_path: Path, postgres_server: PostgresServer
) -> AsyncIterator[Network]:
    """As `network`, but each node keeps what it knows on PostgreSQL."""
    names: list[str] = []

    async def database() -> str:
        names.append(await postgres_server.copy_of_template())
        return postgres_server.uri(names[-1])

    found = Network(wires, Clock(), sqlite_template, tmp_path, databases=database)
    yield found
    await found.close()
    for name in names:
        await postgres_server.run(f"drop database {name} with (force)")


@pytest.fixture
async def node(network: Network) -> LocalNode:
    """One node, node.example, with the organisation `greta` on it."""
    return await network.open("node.example", "greta", fetch_timeout=1)
