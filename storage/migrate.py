"""Migrations: numbered SQL files, each applied once, in order, all or nothing."""

import hashlib
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from storage.dialect import statements
from storage.ports import Connection, Engine, StorageError
from storage.store import Store

_FILE = re.compile(r"^(\d{4})_([a-z0-9_]+)\.sql$")
_TABLE = """
create table if not exists migrations (
    number bigint primary key,
    name text not null,
    checksum text not null,
    applied_at bigint not null
);
-- only: postgres
create sequence if not exists worker_numbers maxvalue 1024 cycle;
-- end
"""


class WrongSchema(StorageError):
    """The database does not fit this program; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One numbered file."""

    number: int
    name: str
    sql: str

    @property
    def checksum(self) -> str:
        """Of the text, however its spaces and line ends are written."""
        return hashlib.sha256(" ".join(self.sql.split()).encode()).hexdigest()


@cache
def known() -> tuple[Migration, ...]:
    """The migrations that came with this program, in order."""
    found = []
    for file in (files("storage") / "migrations").iterdir():
        if match := _FILE.match(file.name):
            text = file.read_text(encoding="utf-8")
            found.append(Migration(int(match.group(1)), match.group(2), text))
    return tuple(sorted(found, key=lambda migration: migration.number))


async def pending(
    store: Store, migrations: Sequence[Migration] | None = None
) -> tuple[Migration, ...]:
    """The migrations that the database still lacks. Raises `WrongSchema`."""
    async with store.read() as tx:
        present = await tx.connection.fetch_one(_table_exists(store.engine))
        applied = await _applied(tx.connection) if present else {}
    return _missing(applied, known() if migrations is None else migrations)


async def migrate(
    store: Store, migrations: Sequence[Migration] | None = None
) -> tuple[Migration, ...]:
    """Bring the database up to date; returns what was applied.

    Several processes may call it at once: one works, the others find nothing left to do.
    Raises `WrongSchema`, or `StorageError` with the name of the file that failed, which then has
    changed nothing.
    """
    migrations = known() if migrations is None else migrations
    if not await pending(store, migrations):
        return ()
    async with store.schema_change() as connection:
        await _run(connection, _TABLE)
    return tuple([each for each in migrations if await _apply(store, each, migrations)])


async def _apply(store: Store, migration: Migration, migrations: Sequence[Migration]) -> bool:
    try:
        async with store.schema_change() as connection:
            if migration not in _missing(await _applied(connection), migrations):
                return False
            await _run(connection, migration.sql)
            await connection.execute(
                "insert into migrations (number, name, checksum, applied_at) "
                "values ($1, $2, $3, $4)",
                migration.number,
                migration.name,
                migration.checksum,
                time.time_ns() // 1_000_000,
            )
    except WrongSchema:
        raise
    except StorageError as error:
        problem = f"Migration {migration.number:04}_{migration.name} failed: {error}"
        raise type(error)(problem) from error
    return True


async def _run(connection: Connection, script: str) -> None:
    for statement in statements(script, connection.engine):
        await connection.execute(statement)


async def _applied(connection: Connection) -> dict[int, str]:
    rows = await connection.fetch_all("select number, checksum from migrations")
    return {row["number"]: row["checksum"] for row in rows}


def _missing(applied: dict[int, str], migrations: Sequence[Migration]) -> tuple[Migration, ...]:
    numbers = {migration.number for migration in migrations}
    if newer := sorted(set(applied) - numbers):
        raise WrongSchema(
            f"The database has migration {newer[-1]:04}, which this version of Communotic does "
            "not know: it was used by a newer version. Install that version again, or restore "
            "the backup made before the upgrade."
        )
    for migration in migrations:
        if applied.get(migration.number, migration.checksum) != migration.checksum:
            raise WrongSchema(
                f"Migration {migration.number:04}_{migration.name} was changed after it had been "
                "applied to this database. Put the released file back; in development, start "
                "with a fresh data directory."
            )
    return tuple(migration for migration in migrations if migration.number not in applied)


def _table_exists(engine: Engine) -> str:
    if engine == "sqlite":
        return "select 1 from sqlite_schema where type = 'table' and name = 'migrations'"
    return "select 1 where to_regclass('migrations') is not null"
