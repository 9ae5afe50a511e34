"""SQLite itself: opening a file with our settings, running one statement, naming its errors."""

import json
import os
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Literal

from storage.dialect import for_sqlite
from storage.ports import Busy, Conflict, StorageError, Value

Synchronous = Literal["full", "normal"]

BUSY_TIMEOUT_MS = 5_000
CACHED_STATEMENTS = 512
CACHE_KIB = 8_192
CHECKPOINT_PAGES = 2_000
JOURNAL_LIMIT_BYTES = 64 * 1024 * 1024
PASSING = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_INTERRUPT,
    # Until somebody makes room on the disk; nothing was changed.
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_NOMEM,
}
WRONG_TYPE = 3091  # SQLITE_CONSTRAINT_DATATYPE, which the module does not name
ERRORS = (sqlite3.Error, OSError, OverflowError, UnicodeEncodeError)


def open_raw(path: Path, synchronous: Synchronous, *, read_only: bool) -> sqlite3.Connection:
    """Open a database file, made readable by its owner only: it holds private keys.

    Raises `StorageError`, or `Busy` when another process has it locked.
    """
    try:
        _create(path)
        raw = sqlite3.connect(path, isolation_level=None, cached_statements=CACHED_STATEMENTS)
        raw.row_factory = sqlite3.Row
        for pragma in (
            f"busy_timeout = {BUSY_TIMEOUT_MS}",
            "journal_mode = wal",
            f"synchronous = {synchronous}",
            "foreign_keys = on",
            f"cache_size = -{CACHE_KIB}",
            "temp_store = memory",
            f"wal_autocheckpoint = {CHECKPOINT_PAGES}",
            f"journal_size_limit = {JOURNAL_LIMIT_BYTES}",
            f"query_only = {'on' if read_only else 'off'}",
        ):
            raw.execute(f"pragma {pragma}").fetchall()
    except ERRORS as error:
        problem = portable(error)
        raise type(problem)(f"The database {path} cannot be opened: {error}") from error
    return raw


def _create(path: Path) -> None:
    """Make a new file private; an existing one is never touched.

    Closing any descriptor of a database file drops this process's locks on it: another process
    that ends would then take itself for the last one and delete the write-ahead log under us.
    """
    if path.exists():
        return
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def portable(error: Exception) -> StorageError:
    """The port's error for an error of sqlite3."""
    if isinstance(error, StorageError):
        return error
    code: int = getattr(error, "sqlite_errorcode", 0)
    if code & 0xFF in PASSING:
        return Busy(str(error))
    if isinstance(error, sqlite3.IntegrityError) and code != WRONG_TYPE:
        return Conflict(str(error))
    return StorageError(str(error))


class RawStatements:
    """Running statements on one connection, on the thread that owns it."""

    def __init__(self, raw: sqlite3.Connection) -> None:
        self.raw = raw

    def fetch_all(self, sql: str, args: Sequence[Value]) -> list[sqlite3.Row]:
        """Every row of the answer."""
        return self._run(sql, args).fetchall()

    def fetch_one(self, sql: str, args: Sequence[Value]) -> sqlite3.Row | None:
        """The first row; the statement is finished."""
        cursor = self._run(sql, args)
        row: sqlite3.Row | None = cursor.fetchone()
        cursor.close()
        return row

    def execute(self, sql: str, args: Sequence[Value]) -> int:
        """Run a statement to its end; the number of rows that it changed."""
        before = self.raw.total_changes
        cursor = self._run(sql, args)
        if cursor.description is not None:
            cursor.fetchall()
        if cursor.rowcount >= 0:
            return cursor.rowcount
        if self.raw.total_changes == before:
            return 0
        # sqlite3 does not count the rows of a statement that begins with `with`
        changed: int = self.raw.execute("select changes()").fetchone()[0]
        return changed

    def execute_many(self, sql: str, rows: Sequence[Sequence[Value]]) -> None:
        """Run a statement for each row of arguments."""
        plan = for_sqlite(sql)
        if plan.plain_dml and not plan.takes_lists:
            self.raw.executemany(plan.sql, rows)
            return
        for row in rows:
            self.execute(sql, row)

    def _run(self, sql: str, args: Sequence[Value]) -> sqlite3.Cursor:
        plan = for_sqlite(sql)
        return self.raw.execute(plan.sql, _encoded(args) if plan.takes_lists else args)


def _encoded(args: Iterable[Value]) -> list[Value]:
    return [json.dumps(arg) if isinstance(arg, list | tuple) else arg for arg in args]
