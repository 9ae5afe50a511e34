"""Open streams: how soon after the inbox's 202 all of them were told of a new post."""

import asyncio
import base64
import os
import time
from collections.abc import Sequence
from typing import Final, cast

from actors.auth import issue_token
from actors.identifiers import Identifiers
from actors.keys import generate
from actors.local import create_person
from bench.cast import Writer, signed_note
from bench.node import HOST, NodeProcess
from bench.results import Row
from bench.run import Run
from bench.scene import follow
from bench.wire import connect, plain_request
from config.load import load_settings
from storage.records import ActorRecord
from storage.store import Tx, open_store

STREAMS: Final = 500
POSTS: Final = 60
PAUSE_SECONDS: Final = 0.1
TOLD_WITHIN: Final = 30.0
_ACCEPTED: Final = b"HTTP/1.1 101"
_UPDATE: Final = b'"event":"update"'
_HEAD_END: Final = b"\r\n\r\n"
# uvicorn's pings have four bytes; a mask of zeros leaves what is masked as it is.
_PING: Final = b"\x89\x04"
_PING_SIZE: Final = 6
_PONG: Final = b"\x8a\x84\0\0\0\0"


class Listener(asyncio.Protocol):
    """The WebSocket of one member; notes when each update came."""

    def __init__(self) -> None:
        self.times: list[float] = []
        self.open: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._transport: asyncio.Transport | None = None
        self._head = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by the loop."""
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Called by the loop; whoever waits hears of it."""
        if not self.open.done():
            self.open.set_exception(exc or ConnectionResetError("closed before it was open"))

    def data_received(self, data: bytes) -> None:
        """Called by the loop."""
        if self.open.done():
            self.times += [time.perf_counter()] * data.count(_UPDATE)
            for ping in (data[:_PING_SIZE], data[-_PING_SIZE:]):
                if ping.startswith(_PING):
                    self.ask(_PONG + ping[len(_PING) :])
                    break
            return
        self._head += data
        if _HEAD_END in self._head:
            if self._head.startswith(_ACCEPTED):
                self.open.set_result(None)
            else:
                self.open.set_exception(RuntimeError(self._head[:300].decode("latin-1")))

    def ask(self, request: bytes) -> None:
        """Send the handshake, or an answer to a ping."""
        assert self._transport is not None
        self._transport.write(request)

    def close(self) -> None:
        """End the connection."""
        if self._transport is not None:
            self._transport.close()


async def streaming(run: Run) -> list[Row]:
    """500 members with a WebSocket each read one writer, whose posts come one after the other."""
    total, posts = run.options.size(STREAMS), run.options.size(POSTS)
    async with run.node(start=False) as node:
        tokens = await _members(node, run.scene.writers[0], total)
        await node.start()
        idle = node.memory_mb()
        listeners = await _listen(node, tokens)
        each = 1000 * (node.memory_mb() - idle) / total
        await _told(node, run.scene.writers[0], listeners, 2)
        found: list[list[float]] = []
        cpu: list[float] = []
        async with run.watched(node, "streaming"):
            for _ in range(run.options.repeat):
                before = node.cpu_seconds()
                found.append(await _told(node, run.scene.writers[0], listeners, posts))
                cpu.append(1000 * (node.cpu_seconds() - before) / posts)
        for listener in listeners:
            listener.close()
    return [
        Row(
            f"streaming: from the 202 to the event, {total} streams",
            "ms",
            [_share(one, 0.5) for one in found],
            target=100,
            p99_ms=[_share(one, 0.99) for one in found],
            target_p99_ms=100,
            cpu_ms=cpu,
        ),
        Row("streaming: resident memory of each stream", "kB", [max(each, 0.1)]),
    ]


async def _members(node: NodeProcess, followed: Writer, total: int) -> list[str]:
    """Members who follow a writer; gives their tokens."""
    store = await open_store(node.place.database_url)
    identifiers = Identifiers.of(load_settings(node.place.data, {}))
    keys, now = generate(), int(time.time() * 1000)

    async def add(tx: Tx, writer: ActorRecord, number: int) -> str:
        name = f"membre{number}"
        person = await create_person(tx, identifiers, name, name, keys, now)
        await tx.relationships.save_follow(follow(person, writer, now))
        return await issue_token(tx, person.id, "read", "bench", now)

    try:
        async with store.transaction() as tx:
            writer = await tx.actors.by_url(followed.url)
            assert writer is not None
            return [await add(tx, writer, number) for number in range(total)]
    finally:
        await store.close()


async def _listen(node: NodeProcess, tokens: Sequence[str]) -> list[Listener]:
    loop, opened = asyncio.get_running_loop(), []
    for token in tokens:
        _, listener = await loop.create_connection(Listener, HOST, node.place.port)
        headers = {
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
            "Authorization": f"Bearer {token}",
        }
        path = "/api/v1/streaming?stream=user"
        listener.ask(plain_request("GET", path, node.place.authority, headers))
        await listener.open
        opened.append(listener)
    return opened


async def _told(
    node: NodeProcess, writer: Writer, listeners: Sequence[Listener], posts: int
) -> list[float]:
    """The seconds from each 202 to each event."""
    connection = await connect(HOST, node.place.port)
    seconds: list[float] = []
    for _ in range(posts):
        for listener in listeners:
            listener.times.clear()
        answer = await connection.exchange(signed_note(writer, f"{node.place.origin}/inbox"))
        accepted = time.perf_counter()
        if answer.status != 202:
            raise RuntimeError(f"the inbox answered {answer.status}: {answer.body[:200]!r}")
        while not all(listener.times for listener in listeners):
            await asyncio.sleep(0.002)
            if time.perf_counter() - accepted > TOLD_WITHIN:
                raise RuntimeError("not every stream was told")
        seconds += [max(listener.times[0] - accepted, 0.0) for listener in listeners]
        await asyncio.sleep(PAUSE_SECONDS)
    connection.close()
    return seconds


def _share(seconds: Sequence[float], share: float) -> float:
    """The latency that this share of the events stayed below, in milliseconds."""
    ordered = sorted(seconds)
    return 1000 * ordered[min(int(len(ordered) * share), len(ordered) - 1)]
