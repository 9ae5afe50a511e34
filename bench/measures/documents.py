"""What other servers read first: an actor and a status as ActivityStreams."""

from bench.measures.publish import published_path
from bench.node import HOST
from bench.results import Row
from bench.run import Run
from bench.wire import Load, plain_request, run_load
from federation.vocabulary import ACTIVITY_JSON

CONNECTIONS = 8
READS = 3_000


async def documents(run: Run) -> list[Row]:
    """GET of an actor document and of a status document over 8 connections."""
    rows = []
    async with run.node() as node:
        authority = node.place.authority
        note = await published_path(authority, "org", run.scene.tokens["org"])
        for name, path in (("actor", "/users/org"), ("status", note)):
            request = plain_request("GET", path, authority, {"Accept": ACTIVITY_JSON})
            requests = [request] * run.options.size(READS)
            await run_load(HOST, node.place.port, requests[:100], CONNECTIONS)
            loads: list[Load] = []
            cpu = []
            async with run.watched(node, name):
                for _ in range(run.options.repeat):
                    before = node.cpu_seconds()
                    load = await run_load(HOST, node.place.port, requests, CONNECTIONS)
                    loads.append(load.require(200))
                    cpu.append(1000 * (node.cpu_seconds() - before) / len(requests))
            rows.append(
                Row(
                    f"{name} document as ActivityStreams",
                    "/s",
                    [load.rate for load in loads],
                    "more",
                    p99_ms=[load.milliseconds(0.99) for load in loads],
                    cpu_ms=cpu,
                    raw=run.limits.get,
                )
            )
    return rows
