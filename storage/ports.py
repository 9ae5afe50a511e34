"""What the statements of a table family may ask of either database engine.

SQL is written once, in PostgreSQL style, in the subset that both engines share:

- placeholders `$1`, `$2`… (one may be used several times);
- lists: `column = any($1)` or `column <> all($1)` with a list of integers or of texts;
- claiming rows: `… for update skip locked` (SQLite has one writer, so it is dropped there);
- `returning`, `on conflict`, common table expressions, window functions, `coalesce`,
  `nullif`, `lower`, `substr`, `length`, `||`, `is not distinct from`;
- `cast($1 as bigint)` or `as text` wherever the context does not tell the placeholder's type
  (`$1 is null`, `select $1`);
- integers 0 and 1 instead of booleans, JSON as text, times as integer milliseconds;
- never `::type`, `ilike`, `now()`, `greatest`, arrays, JSON operators: the engines differ.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Literal, Protocol

Scalar = int | str | bytes | float | None
"""What a column holds."""

Value = Scalar | Sequence[int] | Sequence[str]
"""What a placeholder takes; a list only inside `= any($n)` and `<> all($n)`."""

Engine = Literal["sqlite", "postgres"]


class StorageError(Exception):
    """The database could not do what was asked."""


class Conflict(StorageError):
    """A unique, foreign key, not-null or check constraint refused a row."""


class Busy(StorageError):
    """Nothing was changed and the same may work later: locks, lost connection, a full disk."""


class Row(Protocol):
    """One row, read by column name or position; `dict(row)` and `Record(*row)` work too."""

    def __getitem__(self, key: Any, /) -> Any: ...

    def __iter__(self) -> Iterator[Any]: ...

    def keys(self) -> Iterable[str]:
        """The column names, in order."""
        ...

    def __len__(self) -> int: ...


class Connection(Protocol):
    """One open transaction; valid only inside the block or operation that it was given to."""

    @property
    def engine(self) -> Engine:
        """Which database this is; for the rare statement that must differ."""
        ...

    async def fetch_all(self, sql: str, *args: Value) -> Sequence[Row]:
        """Every row of the answer (of `returning` too)."""
        ...

    async def fetch_one(self, sql: str, *args: Value) -> Row | None:
        """The first row, or None."""
        ...

    async def fetch_value(self, sql: str, *args: Value) -> Any:
        """The first column of the first row, or None when there is no row."""
        ...

    async def execute(self, sql: str, *args: Value) -> int:
        """Run one statement; the number of rows inserted, changed or deleted."""
        ...

    async def execute_many(self, sql: str, rows: Iterable[Sequence[Value]]) -> None:
        """Run one statement for each row of arguments."""
        ...

    def savepoint(self) -> AbstractAsyncContextManager[None]:
        """A part that may fail alone: on an error it is undone, and the error goes on.

        PostgreSQL refuses everything after a failed statement, so a `Conflict` may be caught
        only outside a savepoint; prefer `on conflict do nothing returning …`.
        """
        ...

    def notify_on_commit(self, channel: str) -> None:
        """Wake every listener of `channel`, in every process, once this is committed."""
        ...
