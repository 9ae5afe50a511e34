"""A copy of a SQLite database as of one moment, taken while others read and write."""

import sqlite3
from contextlib import closing
from pathlib import Path

from storage.ports import StorageError


def take_snapshot(source: Path, target: Path) -> None:
    """Copy the database file `source` to `target`, page by page, as of one moment.

    Raises `StorageError`.
    """
    try:
        opened = sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)
        with closing(opened), closing(sqlite3.connect(target)) as copy:
            opened.backup(copy)
    except sqlite3.Error as error:
        raise StorageError(f"The database {source} cannot be copied: {error}") from error


def is_sound(path: Path) -> bool:
    """Whether a database file is whole."""
    try:
        with closing(sqlite3.connect(path)) as database:
            return bool(database.execute("pragma quick_check").fetchone()[0] == "ok")
    except sqlite3.Error:
        return False
