"""What a store needs of a database engine; SQLite and PostgreSQL each build one."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol, TypeVar

from storage.ports import Connection, Engine
from storage.wakeups import Wakeup

T = TypeVar("T")


class DatabaseEngine(Protocol):
    """One open database."""

    @property
    def name(self) -> Engine:
        """Which database this is."""
        ...

    def transaction(self) -> AbstractAsyncContextManager[Connection]:
        """A block that writes: committed at its end, undone when it raises."""
        ...

    def reading(self, *, snapshot: bool) -> AbstractAsyncContextManager[Connection]:
        """A block that only reads; with `snapshot` all its statements see one state."""
        ...

    def schema_change(self) -> AbstractAsyncContextManager[Connection]:
        """A transaction that no other process can overlap with one of its own kind."""
        ...

    async def write(self, operation: Callable[[Connection], Awaitable[T]]) -> T:
        """Run a small writing operation, possibly in one commit with others."""
        ...

    async def query(self, operation: Callable[[Connection], Awaitable[T]]) -> T:
        """Run a reading operation as fast as this engine can."""
        ...

    def listen(self, channel: str) -> Wakeup:
        """A wake-up that is called when anybody notifies `channel`."""
        ...

    async def notify(self, channel: str) -> None:
        """Wake every listener of `channel`, in every process."""
        ...

    async def analyze(self) -> None:
        """Give the query planner fresh statistics."""
        ...

    async def close(self) -> None:
        """Finish what was begun and close every connection."""
        ...
