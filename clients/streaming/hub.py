"""The one task of a process that reads what happened and tells its open streams."""

import asyncio
import logging
import time
from collections.abc import Sequence
from typing import Final

from clients.context import ClientContext
from clients.streaming.audience import Audience, Told
from clients.streaming.open_streams import End, OpenStreams
from clients.streaming.telling import tell
from storage.ports import StorageError
from storage.store import Store
from storage.streams import StreamEvent
from storage.wakeups import rest

log = logging.getLogger(__name__)

BATCH: Final = 200
LOOK_EVERY_S: Final = 1.0
"""Wake-ups can be lost, and events of long transactions come late."""
IDLE_S: Final = 30.0
CHECK_EVERY_S: Final = 20.0
GATHER_S: Final = 0.02
"""When much happens, what happens within this time is told together."""


class StreamHub:
    """Reads events only while a stream is open here."""

    def __init__(self, context: ClientContext) -> None:
        self._context = context
        self._checked_at = time.monotonic()
        self._told_at = 0.0

    @property
    def streams(self) -> OpenStreams:
        """The streams of this process."""
        return self._context.streams

    @property
    def _store(self) -> Store:
        return self._context.store

    async def run_forever(self, stop: asyncio.Event) -> None:
        """Tell the streams until `stop` is set, then end them."""
        await self._prune()
        while not stop.is_set():
            await rest(self.streams.wakeup, stop, LOOK_EVERY_S if self.streams else IDLE_S)
            if stop.is_set():
                break
            try:
                await self.run_once()
                await self._look_after()
            except StorageError:
                # Apps that come back read what they missed.
                self.streams.end(End.FAILED)
                raise
            await asyncio.sleep(max(0.0, self._told_at + GATHER_S - time.monotonic()))
        await self.streams.end_all()

    async def run_once(self) -> int:
        """Tell what happened since the last time; gives how many events that were."""
        if not self.streams:
            return 0
        events = await self.streams.read()
        for start in range(0, len(events), BATCH):
            await self._tell(events[start : start + BATCH])
            self._told_at = time.monotonic()
        return len(events)

    async def check(self) -> None:
        """Renew or give up the lease, end what is not allowed any more, forget old events.

        A process without streams asks the database for nothing.
        """
        if self.streams.listens:
            await self.streams.keep_listening()
            await self.streams.end_refused()
            await self._prune()

    async def _look_after(self) -> None:
        if time.monotonic() - self._checked_at >= CHECK_EVERY_S:
            self._checked_at = time.monotonic()
            await self.check()

    async def _tell(self, events: Sequence[StreamEvent]) -> None:
        audience = self._audience()
        try:
            told = await self._store.query(lambda tx: tell(tx, self._context, audience, events))
        except StorageError:
            raise
        except Exception:
            if len(events) == 1:
                log.exception("an event cannot be told: %s", events[0])
                return
            for event in events:
                await self._tell([event])
            return
        for one in told:
            self._say(one)

    def _audience(self) -> Audience:
        members = {stream.viewer_id: stream.holder.actor for stream in self.streams}
        return Audience(self.streams.audience(), members)

    def _say(self, told: Told) -> None:
        for stream, channel in self.streams.listening(told.topic):
            if stream.viewer_id in told.members and stream.hears(told.message.event):
                stream.put(channel, told.message)

    async def _prune(self) -> None:
        await self._store.write(lambda tx: tx.streams.prune())
