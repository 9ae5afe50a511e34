"""A thread that owns one SQLite connection and makes calls on it, in order.

Measured (docs/decisions/0006): what costs time is the way to the thread and back, not SQLite;
so a whole operation travels at once, which no driver that ships single statements can do.
"""

import asyncio
import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue
from typing import Any, TypeVar

from storage.ports import StorageError

T = TypeVar("T")
log = logging.getLogger(__name__)


class DatabaseThread:
    """Runs calls one after the other, in the order in which they were given."""

    def __init__(self, name: str) -> None:
        self._loop = asyncio.get_running_loop()
        self._calls: SimpleQueue[tuple[Callable[[], Any], asyncio.Future[Any] | None] | None]
        self._calls = SimpleQueue()
        self._closed = False
        self.since = 0.0
        """When it began what it does (`time.monotonic`); 0 while it has nothing to do."""
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    def call(self, function: Callable[[], T]) -> asyncio.Future[T]:
        """Run `function` on the thread; the future gives its result or its error."""
        if self._closed:
            raise StorageError("The database was closed.")
        future: asyncio.Future[T] = self._loop.create_future()
        self._calls.put((function, future))
        return future

    def post(self, function: Callable[[], object]) -> None:
        """Run `function` on the thread, before any later call, and wait for nothing."""
        self._calls.put((function, None))

    async def close(self) -> None:
        """Finish what was given, then end the thread."""
        self._closed = True
        self._calls.put(None)
        await asyncio.to_thread(self._thread.join)

    def _work(self) -> None:
        while (call := self._calls.get()) is not None:
            function, future = call
            self.since = time.monotonic()
            try:
                result, error = function(), None
            except BaseException as raised:  # noqa: BLE001 - it is raised in the waiting task
                result, error = None, raised
            self.since = 0.0
            if future is not None:
                with suppress(RuntimeError):  # the loop was closed: nobody waits any more
                    self._loop.call_soon_threadsafe(_settle, future, result, error)
            elif error is not None:
                log.error("A call to the database failed: %s", error)
            del call, function, future, result, error


def _settle(future: asyncio.Future[Any], result: Any, error: BaseException | None) -> None:
    if future.done():
        return
    if error is None:
        future.set_result(result)
    else:
        future.set_exception(error)
