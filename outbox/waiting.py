"""How workers sleep: until there is something to do, or they are to stop."""

import asyncio

from storage.wakeups import Wakeup


async def wait_for(wakeup: Wakeup, stop: asyncio.Event, seconds: float) -> None:
    """Wait until `wakeup` calls or `stop` is set, at most `seconds`."""
    waits = {
        asyncio.ensure_future(wakeup.wait(seconds)),
        asyncio.ensure_future(stop.wait()),
    }
    await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    for wait in waits:
        wait.cancel()
    await asyncio.gather(*waits, return_exceptions=True)
