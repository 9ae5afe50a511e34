"""How many statements something takes on SQLite, whichever way it goes to the database."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from storage.sqlite_connection import FarConnection, NearConnection


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements of a block, as they come."""
    seen: list[str] = []

    def noting(kind: Any) -> Any:
        do = kind._do

        async def noted(self: Any, run: Callable[..., Any], sql: str, args: Any) -> Any:
            seen.append(sql)
            return await do(self, run, sql, args)

        return patch.object(kind, "_do", noted)

    with noting(NearConnection), noting(FarConnection):
        yield seen
