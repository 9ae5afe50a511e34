"""What an open transaction remembers on either engine."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from storage.ports import StorageError, Value


class Unit:
    """Base of every connection: savepoints, wake-ups to send, and whether it may go on.

    PostgreSQL refuses everything after a failed statement and turns the commit into a rollback
    without a word. Both engines refuse loudly here, so that code tried on one is right on the
    other.
    """

    def __init__(self) -> None:
        self.channels: list[str] = []
        self.failure: StorageError | None = None
        self.ended = False

    def notify_on_commit(self, channel: str) -> None:
        """Wake every listener of `channel`, in every process, once this is committed."""
        self.channels.append(channel)

    def check(self) -> None:
        """Raise when the transaction is over, or when an earlier error was caught inside it."""
        if self.ended:
            raise StorageError("This transaction has ended.")
        if self.failure is not None:
            raise StorageError(
                "An earlier statement of this transaction failed; catch its error around "
                "`async with connection.savepoint()` instead."
            ) from self.failure

    async def execute(self, sql: str, *args: Value) -> int:
        """Run one statement; each engine says how."""
        raise NotImplementedError

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """A part that may fail alone: on an error it is undone, and the error goes on."""
        await self.execute("savepoint part")
        kept = len(self.channels)
        try:
            yield
            self.check()
        except BaseException:
            self.failure = None
            del self.channels[kept:]
            await self.execute("rollback to savepoint part")
            await self.execute("release savepoint part")
            raise
        await self.execute("release savepoint part")
