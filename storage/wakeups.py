"""Wake-ups: telling sleeping workers of this process that there may be something to do."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable
from weakref import WeakSet


class Wakeup:
    """One listener of a channel; remembers a call that came while nobody waited."""

    def __init__(self) -> None:
        self._called = asyncio.Event()

    def call(self) -> None:
        """Wake the waiter, or the next one who waits."""
        self._called.set()

    async def wait(self, timeout: float | None = None) -> bool:  # noqa: ASYNC109
        """Wait for a call, at most `timeout` seconds; whether there was one.

        Calls can be lost (a dying process, a lost connection): always give a timeout and look.
        """
        try:
            async with asyncio.timeout(timeout):
                await self._called.wait()
        except TimeoutError:
            return False
        self._called.clear()
        return True


async def rest(wakeup: Wakeup, stop: asyncio.Event, seconds: float) -> None:
    """Until a call, the end of the worker, or so many seconds."""
    waits = {asyncio.ensure_future(wakeup.wait(seconds)), asyncio.ensure_future(stop.wait())}
    await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    for wait in waits:
        wait.cancel()
    await asyncio.gather(*waits, return_exceptions=True)


class Wakeups:
    """The listeners of this process by channel; those that nobody holds any more vanish."""

    def __init__(self) -> None:
        self._listeners: defaultdict[str, WeakSet[Wakeup]] = defaultdict(WeakSet)

    def listen(self, channel: str) -> Wakeup:
        """A new listener of `channel`."""
        wakeup = Wakeup()
        self._listeners[channel].add(wakeup)
        return wakeup

    def call(self, channels: Iterable[str]) -> None:
        """Wake every listener of these channels."""
        for channel in channels:
            for wakeup in self._listeners.get(channel, ()):
                wakeup.call()

    def call_everyone(self) -> None:
        """Wake every listener: something may have happened that was not heard."""
        self.call(tuple(self._listeners))
