"""Tasks that fall are started again, and stop when they are told."""

import asyncio

import node.workers as workers


async def test_a_task_that_fails_is_started_again(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(workers, "RESTART_SECONDS", 0.01)
    stop, runs = asyncio.Event(), []

    async def fragile(_: asyncio.Event) -> None:
        runs.append(1)
        if len(runs) == 3:
            stop.set()
        raise RuntimeError("broken")

    await asyncio.wait_for(workers.supervise("fragile", fragile, stop), 5)
    assert len(runs) == 3


async def test_a_task_that_waits_to_start_again_stops_at_once() -> None:
    stop = asyncio.Event()

    async def broken(_: asyncio.Event) -> None:
        raise RuntimeError("broken")

    task = asyncio.create_task(workers.supervise("broken", broken, stop))
    await asyncio.sleep(0)
    stop.set()
    await asyncio.wait_for(task, 0.9)
