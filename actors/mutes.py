"""Mutes that were agreed for a while end when it is over."""

import asyncio
from collections.abc import Callable
from typing import Final

from storage.store import Store
from storage.wakeups import every

EVERY_SECONDS: Final = 10.0


class EndedMutes:
    """Ends the mutes whose time has come."""

    def __init__(self, store: Store, clock: Callable[[], float]) -> None:
        self._store = store
        self._clock = clock

    async def run_forever(self, stop: asyncio.Event) -> None:
        """End mutes until `stop` is set."""
        await every(EVERY_SECONDS, stop, self.run_once)

    async def run_once(self) -> int:
        """End what is to end now; gives how many."""
        now = int(self._clock() * 1000)
        due = await self._store.query(lambda tx: tx.bonds.next_end())
        if due is None or due > now:
            return 0
        return await self._store.write(lambda tx: tx.bonds.end_mutes(now))
