"""Wake-ups between processes through LISTEN and NOTIFY.

One channel of the server carries all of ours. Notifications are sent after the commit, gathered
over a few milliseconds: inside transactions they would make all commits wait for each other.
Whatever is lost on the way is found by the listeners' timeouts.
"""

import asyncio
import logging
import secrets
from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import asyncpg

from storage.postgres_connection import ERRORS
from storage.wakeups import Wakeup, Wakeups

if TYPE_CHECKING:
    Pool = asyncpg.Pool[asyncpg.Record]

log = logging.getLogger(__name__)

CHANNEL = "communotic"
GATHER_SECONDS = 0.005
RETRY_SECONDS = 0.5
CHECK_SECONDS = 30.0
CONNECT_SECONDS = 10.0


class PostgresWakeups:
    """Hears other processes and tells them."""

    def __init__(self, dsn: str, pool: "Pool") -> None:
        self._dsn = dsn
        self._pool = pool
        self._local = Wakeups()
        self._me = secrets.token_hex(8)
        self._untold: set[str] = set()
        self._teller: asyncio.Task[None] | None = None
        self._listener: asyncio.Task[None] | None = None

    def listen(self, channel: str) -> Wakeup:
        """A new listener of `channel`; the first one opens the connection that listens."""
        if self._listener is None:
            self._listener = asyncio.create_task(self._keep_listening(), name="database-listener")
        return self._local.listen(channel)

    def after_commit(self, channels: Iterable[str]) -> None:
        """Wake the listeners of this process now, those of the others in a moment."""
        channels = frozenset(channels)
        if not channels:
            return
        self._local.call(channels)
        self._untold |= channels
        if self._teller is None:
            self._teller = asyncio.create_task(self._tell(), name="database-notifier")

    async def close(self) -> None:
        """Tell what is still untold, and listen no more."""
        if self._teller is not None:
            await asyncio.wait([self._teller])
        if self._listener is not None:
            self._listener.cancel()
            await asyncio.wait([self._listener])

    async def _tell(self) -> None:
        try:
            while self._untold:
                messages = [f"{self._me} {channel}" for channel in self._untold]
                self._untold.clear()
                await self._pool.execute(
                    "select pg_notify($1, message) from unnest($2::text[]) as message",
                    CHANNEL,
                    messages,
                )
                await asyncio.sleep(GATHER_SECONDS)
        except ERRORS as error:
            log.warning("Other processes could not be woken: %s", error)
        finally:
            self._teller = None

    async def _keep_listening(self) -> None:
        while True:
            try:
                await self._listen_until_lost()
                log.warning("The connection that listens for wake-ups was lost")
            except ERRORS as error:
                log.warning("Listening for wake-ups is not possible: %s", error)
            await asyncio.sleep(RETRY_SECONDS)

    async def _listen_until_lost(self) -> None:
        raw = await asyncpg.connect(self._dsn, timeout=CONNECT_SECONDS)
        lost = asyncio.Event()
        raw.add_termination_listener(lambda _: lost.set())
        try:
            await raw.add_listener(CHANNEL, self._heard)
            self._local.call_everyone()  # whatever was said meanwhile was not heard
            while not lost.is_set():
                with suppress(TimeoutError):
                    async with asyncio.timeout(CHECK_SECONDS):
                        await lost.wait()
                        return
                await raw.execute("select 1", timeout=CONNECT_SECONDS)
        finally:
            with suppress(*ERRORS):
                await raw.close(timeout=1)

    def _heard(self, _raw: Any, _pid: int, _channel: str, message: object) -> None:
        sender, _, channel = str(message).partition(" ")
        if sender != self._me:
            self._local.call((channel,))
