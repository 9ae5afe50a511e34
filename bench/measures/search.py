"""The list of experiences as a visitor reads it: searches and filters over 5,000 experiences."""

import time
from typing import Final
from urllib.parse import quote

from bench.library import shelve
from bench.node import HOST, NodeProcess, Place
from bench.results import Row
from bench.run import Run
from bench.wire import Load, plain_request, run_load
from node.demo_experiences import experiences
from objects.vocabularies.bundle import load_bundled
from storage.store import open_store

EXPERIENCES: Final = 5_000
ROUNDS: Final = 6
TARGET_MS: Final = 150.0
SEARCHES: Final = (
    "soudure", "réalité virtuelle", "formation", "formateur caen", "illetrisme", "multimod",
    "\"classe virtuelle\"", "stagiaires -soudure", "podcast cuisine", "radioprotecion",
    "comment former des personnes en situation de handicap au numérique", "xylophone baroque",
)  # fmt: skip
FILTERS: Final = (
    "", "theme=afest", "territory=50&territory=14", "theme=illettrisme&public=apprentis&year=2025",
    "sort=reused", "q=stagiaires&modality=hybride&territory=76", "q=soudure&year=1999&theme=afest",
    "from=2024-01&until=2025-06", "page=100",
)  # fmt: skip


async def search(run: Run) -> list[Row]:
    """GET of the list, one after the other: whole pages with results, facets and suggestions."""
    async with run.node(start=False) as node:
        number = run.options.size(EXPERIENCES)
        indexed = await _fill(node.place, number)
        await node.start()
        loads, cpu = await _read(run, node)
    values = [load.require(200).milliseconds(0.95) for load in loads]
    return [
        Row(
            f"search among {number:,} experiences, p95",
            "ms",
            values,
            target=TARGET_MS,
            p99_ms=[load.milliseconds(0.99) for load in loads],
            cpu_ms=cpu,
        ),
        Row(f"the same, p50, of {number:,}", "ms", [load.milliseconds(0.5) for load in loads]),
        Row("indexing an experience", "/s", [number / indexed], "more"),
    ]


async def _read(run: Run, node: NodeProcess) -> tuple[list[Load], list[float]]:
    questions = [f"q={quote(text)}" for text in SEARCHES] + list(FILTERS)
    requests = [
        plain_request(
            "GET", f"/experiences?{question}", node.place.authority, {"Accept": "text/html"}
        )
        for question in questions
    ]
    loads: list[Load] = []
    cpu: list[float] = []
    await run_load(HOST, node.place.port, requests, 1)
    async with run.watched(node, "search"):
        for _ in range(run.options.repeat):
            before = node.cpu_seconds()
            many = requests * run.options.size(ROUNDS)
            loads.append(await run_load(HOST, node.place.port, many, 1))
            cpu.append(1000 * (node.cpu_seconds() - before) / len(many))
    return loads, cpu


async def _fill(place: Place, number: int) -> float:
    """Store and index made-up experiences of the node's organisation; gives the seconds."""
    store = await open_store(place.database_url)
    try:
        await load_bundled(store, int(time.time() * 1000))
        author = await store.query(lambda tx: tx.actors.local("org"))
        assert author is not None
        made = list(experiences(number))
        began = time.perf_counter()
        await shelve(store, made, [author])
        seconds = time.perf_counter() - began
        await store.analyze()
        return seconds
    finally:
        await store.close()
