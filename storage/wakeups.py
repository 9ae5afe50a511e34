"""Wake-ups: telling sleeping workers of this process that there may be something to do."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable
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


async def every(seconds: float, stop: asyncio.Event, work: Callable[[], Awaitable[object]]) -> None:
    """Work at once, then again so many seconds after each time, until `stop` is set."""
    while not stop.is_set():
        await work()
        try:
            await asyncio.wait_for(stop.wait(), seconds)
        except TimeoutError:
            continue


async def whenever(
    wakeup: Wakeup,
    stop: asyncio.Event,
    work: Callable[[], Awaitable[int]],
    pause: Callable[[], Awaitable[float]],
) -> None:
    """Work as long as there is something to do, then rest until a call or for a pause.

    `work` gives how much it did; it ends when `stop` is set.
    """
    while not stop.is_set():
        if not await work():
            await rest(wakeup, stop, await pause())


def seconds_until(due: int | None, now: int, *, at_most: float, least: float = 0.05) -> float:
    """How long to rest until something is due (milliseconds), which may be nothing."""
    return at_most if due is None else min(max((due - now) / 1000, least), at_most)


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
