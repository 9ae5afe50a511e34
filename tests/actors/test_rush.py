"""Whoever waits for an answer goes before the work behind, for a while."""

import asyncio
import time

from actors.rush import PATIENCE_SECONDS, Rush

LONG = 600.0
MANY = 5


async def keeps_waiting(rush: Rush, since_ms: int) -> bool:
    """Whether the worker waits as long as deliveries keep coming."""
    waiting = asyncio.create_task(rush.give_way(since_ms))
    for _ in range(20):
        for _ in range(MANY):
            rush.note()
        await asyncio.sleep(0)
    waits = not waiting.done()
    waiting.cancel()
    return waits


async def test_a_crowd_at_the_door_goes_first() -> None:
    rush = Rush(time.time, MANY)
    for _ in range(MANY):
        rush.note()
    assert await keeps_waiting(rush, int(time.time() * 1000))


async def test_a_few_deliveries_hold_nothing_up() -> None:
    rush = Rush(time.time, MANY)
    for _ in range(MANY - 1):
        rush.note()
    waiting = asyncio.create_task(rush.give_way(int(time.time() * 1000)))
    await asyncio.sleep(0)
    assert waiting.done()


async def test_what_has_waited_long_enough_is_processed_in_the_middle_of_a_crowd() -> None:
    rush = Rush(time.time, MANY)
    for _ in range(MANY):
        rush.note()
    since = int((time.time() - PATIENCE_SECONDS - 1) * 1000)
    assert not await keeps_waiting(rush, since)


async def test_the_worker_goes_on_when_the_crowd_is_gone() -> None:
    rush = Rush(lambda: 0.0, MANY)
    for _ in range(MANY):
        rush.note()
    await asyncio.wait_for(rush.give_way(int(LONG * 1000)), LONG)
