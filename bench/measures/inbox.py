"""Signed activities of many servers: accepted, and processed into a home timeline."""

import asyncio
import time
from dataclasses import dataclass

from bench.cast import signed_notes
from bench.node import HOST, NodeProcess
from bench.results import Row
from bench.run import Run
from bench.wire import Load, run_load
from storage.store import Store, open_store

CONNECTIONS = 32
NOTES = 3_000
POLL_SECONDS = 0.05
VISIBLE_WITHIN = 300.0


@dataclass(slots=True)
class Delivered:
    """One load: the answers, the seconds until all was visible, the processor time of both."""

    load: Load
    visible_seconds: float
    cpu_seconds: float
    total: int


async def inbox(run: Run) -> list[Row]:
    """`Create(Note)` of 20 writers over 32 connections, followed by a local account."""
    async with run.node() as node:
        await deliver_notes(run, node, run.options.size(400))
        async with run.watched(node, "inbox"):
            found = [
                await deliver_notes(run, node, run.options.size(NOTES))
                for _ in range(run.options.repeat)
            ]
    accepted = Row(
        "inbox: verified, stored, answered 202",
        "/s",
        [one.load.rate for one in found],
        "more",
        target=1_500,
        p99_ms=[one.load.milliseconds(0.99) for one in found],
        target_p99_ms=50,
        raw=run.limits.post,
    )
    middle = Row("inbox: the same, p50", "ms", [one.load.milliseconds(0.5) for one in found])
    processed = Row(
        "inbox: until visible in the home timeline",
        "/s",
        [one.total / one.visible_seconds for one in found],
        "more",
        target=800,
        cpu_ms=[1000 * one.cpu_seconds / one.total for one in found],
        raw=run.limits.insert,
    )
    return [accepted, middle, processed]


async def deliver_notes(run: Run, node: NodeProcess, total: int) -> Delivered:
    """Send `total` notes to the shared inbox and wait until all are in the timeline of `org`."""
    requests = signed_notes(run.scene.writers, f"{node.place.origin}/inbox", total)
    store = await open_store(node.place.database_url, readers=1)
    try:
        goal = await _shown(store) + total
        cpu, began = node.cpu_seconds(), time.perf_counter()
        load = await run_load(HOST, node.place.port, requests, CONNECTIONS)
        load.require(202)
        while await _shown(store) < goal:
            await asyncio.sleep(POLL_SECONDS)
            if time.perf_counter() - began > VISIBLE_WITHIN:
                raise RuntimeError("not everything became visible in the home timeline")
        seconds = time.perf_counter() - began
        return Delivered(load, seconds, node.cpu_seconds() - cpu, total)
    finally:
        await store.close()


async def _shown(store: Store) -> int:
    async with store.read() as tx:
        number = await tx.connection.fetch_value(
            "select count(*) from timeline t join actors a on a.id = t.owner_id "
            "where a.username = 'org' and a.local = 1 and t.home = 1"
        )
    return int(number)
