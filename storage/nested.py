"""One open transaction in the place of a store, so that acts can be parts of a larger one."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

from storage.store import Store, Tx

T = TypeVar("T")


class Nested(Store):
    """Reads and writes in a transaction that is open already; its owner ends it.

    What raises leaves the transaction half done: its owner needs a savepoint, or undoes all.
    """

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Tx]:
        """The open transaction."""
        yield self._tx

    @asynccontextmanager
    async def read(self, *, snapshot: bool = False) -> AsyncIterator[Tx]:  # noqa: ARG002 - as the store
        """The open transaction, with what it wrote."""
        yield self._tx

    async def write(self, operation: Callable[[Tx], Awaitable[T]]) -> T:
        """Run an operation as part of the open transaction."""
        return await operation(self._tx)

    async def query(self, operation: Callable[[Tx], Awaitable[T]]) -> T:
        """Read what the open transaction sees."""
        return await operation(self._tx)
