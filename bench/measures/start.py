"""How soon a node answers, and how much memory it holds."""

import asyncio

from bench.measures.inbox import deliver_notes
from bench.results import Row
from bench.run import Run


async def cold_start(run: Run) -> list[Row]:
    """From the start of the process to the first 200 of `/.well-known/nodeinfo`."""
    seconds, cpu = [], []
    async with run.node(start=False) as node:
        for _ in range(max(run.options.repeat, 1) + 2):
            seconds.append(await node.start())
            cpu.append(node.cpu_seconds() * 1000)
            node.stop()
    raw = run.limits.start
    return [Row("cold start to first answer", "s", seconds, target=0.8, cpu_ms=cpu, raw=raw)]


async def memory(run: Run) -> list[Row]:
    """Resident memory: idle, and after the inbox took a load."""
    async with run.node() as node:
        await asyncio.sleep(0.2 if run.options.quick else 2.0)
        idle = node.memory_mb()
        await deliver_notes(run, node, run.options.size(4_000))
        loaded = node.memory_mb()
    return [
        Row("resident memory, idle", "MB", [idle], target=90),
        Row("resident memory, after 4,000 activities", "MB", [loaded]),
    ]
