"""What a local account writes: the call itself, and how its post travels to many servers."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import orjson

from bench.cast import PARAGRAPH
from bench.node import HOST, NodeProcess
from bench.results import Row
from bench.run import Run
from bench.wire import Load, connect, plain_request, run_load
from federation.vocabulary import ACTIVITY_JSON, ACTIVITYSTREAMS, PUBLIC

SEQUENTIAL = 60
SIDE_BY_SIDE = 400
CONNECTIONS = 8
SUSTAINED_POSTS = 10
ARRIVE_WITHIN = 180.0


@dataclass(frozen=True, slots=True)
class Way:
    """A way to publish a post: its name, the request, and the status of the answer."""

    name: str
    request: Callable[[str, str, str, int], bytes]
    status: int


async def publish(run: Run) -> list[Row]:
    """A public note of an account with 1,000 followers, from an app and to the outbox."""
    rows: list[Row] = []
    for way in (Way("from an app", status_request, 200), TO_OUTBOX):
        rows += await _calls(run, way)
    return rows


async def _calls(run: Run, way: Way) -> list[Row]:
    single: list[Load] = []
    parallel: list[Load] = []
    cpu: list[float] = []
    sequential, side_by_side = run.options.size(SEQUENTIAL), run.options.size(SIDE_BY_SIDE)
    for _ in range(run.options.repeat):
        async with run.node() as node:
            await _post(run, node, "press", 4, 1, way)
            single.append(await _post(run, node, "press", sequential, 1, way))
            await _settle(run)
            async with run.watched(node, "publish"):
                before = node.cpu_seconds()
                parallel.append(await _post(run, node, "press", side_by_side, CONNECTIONS, way))
                cpu.append(1000 * (node.cpu_seconds() - before) / side_by_side)
    return [
        Row(
            f"publish call {way.name}, 1,000 followers, p50",
            "ms",
            [load.milliseconds(0.5) for load in single],
            target=15,
            p99_ms=[load.milliseconds(0.99) for load in single],
        ),
        Row(
            f"publish calls {way.name}, 8 connections",
            "/s",
            [load.rate for load in parallel],
            "more",
            target=400,
            p99_ms=[load.milliseconds(0.99) for load in parallel],
            cpu_ms=cpu,
            raw=run.limits.post,
        ),
    ]


async def fanout(run: Run) -> list[Row]:
    """One post to 150 followers on as many hosts, then several posts to 200."""
    first: list[float] = []
    last: list[float] = []
    rates: list[float] = []
    cpu: list[float] = []
    posts = run.options.size(SUSTAINED_POSTS)
    for _ in range(run.options.repeat):
        async with run.node() as node:
            first.append(await _arrival(run, node, "near150", 150, 1))
            last += [await _arrival(run, node, "near150", 150, 1) for _ in range(3)]
            await _arrival(run, node, "near200", 200, 1)
            async with run.watched(node, "fanout"):
                before = node.cpu_seconds()
                seconds = await _arrival(run, node, "near200", 200, posts)
                cpu.append(1000 * (node.cpu_seconds() - before) / (200 * posts))
                rates.append(200 * posts / seconds)
    return [
        Row("fan-out: last of 150 hosts has it", "s", last, target=0.2),
        Row("fan-out: the same, first post, no connection yet", "s", first),
        Row(
            f"fan-out: {posts} posts to 200 hosts, deliveries",
            "/s",
            rates,
            "more",
            target=1_500,
            cpu_ms=cpu,
            raw=run.limits.sign,
        ),
    ]


async def _arrival(run: Run, node: NodeProcess, name: str, hosts: int, posts: int) -> float:
    """Seconds from the first POST of some notes until the last of all deliveries came in."""
    arrivals = run.stage.arrivals
    arrivals.reset(hosts * posts)
    began = time.perf_counter()
    await _post(run, node, name, posts, 1)
    async with asyncio.timeout(ARRIVE_WITHIN):
        await arrivals.complete.wait()
    if len(arrivals.hosts) != hosts:
        raise RuntimeError(f"{len(arrivals.hosts)} hosts got it, not {hosts}")
    return arrivals.times[-1] - began


async def _settle(run: Run) -> None:
    """Wait until no delivery came in for a moment."""
    seen = -1
    while seen != len(run.stage.arrivals.times):
        seen = len(run.stage.arrivals.times)
        await asyncio.sleep(0.3)


async def _post(
    run: Run, node: NodeProcess, name: str, total: int, connections: int, way: Way | None = None
) -> Load:
    place, chosen = node.place, way or TO_OUTBOX
    requests = [
        chosen.request(place.authority, name, run.scene.tokens[name], number)
        for number in range(total)
    ]
    return (await run_load(HOST, place.port, requests, connections)).require(chosen.status)


def status_request(authority: str, name: str, token: str, number: int) -> bytes:
    """A POST of a public status, as apps send it; `name` is the account of the token."""
    status = {"status": f"{name} {number} — {PARAGRAPH}", "visibility": "public"}
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    return plain_request("POST", "/api/v1/statuses", authority, headers, orjson.dumps(status))


def note_request(authority: str, name: str, token: str, number: int) -> bytes:
    """A POST of a public note to one's own outbox (ActivityPub 6)."""
    note = {
        "@context": ACTIVITYSTREAMS,
        "type": "Note",
        "content": f"<p>{number} — {PARAGRAPH}</p>",
        "to": [PUBLIC],
        "cc": [f"http://{authority}/users/{name}/followers"],
    }
    headers = {"Authorization": f"Bearer {token}", "Content-Type": ACTIVITY_JSON}
    return plain_request("POST", f"/users/{name}/outbox", authority, headers, orjson.dumps(note))


TO_OUTBOX: Final = Way("to the outbox", note_request, 201)


async def published_path(authority: str, name: str, token: str) -> str:
    """Publish one note and give the path of its document."""
    host, _, port = authority.rpartition(":")
    connection = await connect(host, int(port))
    try:
        answer = await connection.exchange(note_request(authority, name, token, 0))
    finally:
        connection.close()
    document = orjson.loads(answer.body)
    url = document["object"]["id"] if isinstance(document["object"], dict) else document["object"]
    return str(url).removeprefix(f"http://{authority}")
