"""Raw keep-alive connections: a load generator that costs far less than what it measures."""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import cast

ANSWER_SECONDS = 60.0
_HEAD_END = b"\r\n\r\n"
_CHUNKED = b"\r\ntransfer-encoding: chunked\r\n"
_LAST_CHUNK = b"0\r\n\r\n"
_LENGTH = b"\r\ncontent-length:"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the status and the body."""

    status: int
    body: bytes


class Connection(asyncio.Protocol):
    """One keep-alive connection, one request at a time."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._buffer = b""
        self._answer: asyncio.Future[Answer] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by the loop."""
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Called by the loop; whoever waits for an answer hears of it."""
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(exc or ConnectionResetError("closed before the answer"))

    def data_received(self, data: bytes) -> None:
        """Called by the loop; completes the answer when all of it is there."""
        self._buffer += data
        end = self._buffer.find(_HEAD_END)
        if end < 0:
            return
        start = end + len(_HEAD_END)
        stop = body_end(self._buffer, start)
        if stop is None:
            return
        answer = Answer(int(self._buffer[9:12]), self._buffer[start:stop])
        self._buffer = self._buffer[stop:]
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(answer)

    async def exchange(self, request: bytes) -> Answer:
        """Send one request and wait for its answer. Raises `OSError` and `TimeoutError`."""
        assert self._transport is not None
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._answer

    def close(self) -> None:
        """End the connection."""
        if self._transport is not None:
            self._transport.close()


def body_end(buffer: bytes, start: int) -> int | None:
    """Where the body that begins at `start` ends; None when it is not all there yet."""
    head = buffer[: start - 2]
    if _CHUNKED in head.lower():
        last = buffer.find(_LAST_CHUNK, start)
        return None if last < 0 else last + len(_LAST_CHUNK)
    end = start + content_length(head)
    return None if len(buffer) < end else end


def content_length(head: bytes) -> int:
    """The `Content-Length` in a head, 0 when there is none."""
    lowered = head.lower()
    at = lowered.find(_LENGTH)
    if at < 0:
        return 0
    value = lowered[at + len(_LENGTH) :].split(b"\r\n", 1)[0]
    return int(value)


async def connect(host: str, port: int) -> Connection:
    """A new connection."""
    _, connection = await asyncio.get_running_loop().create_connection(Connection, host, port)
    return connection


def plain_request(
    method: str, target: str, host: str, headers: dict[str, str] | None = None, body: bytes = b""
) -> bytes:
    """The bytes of a request."""
    lines = [f"{method} {target} HTTP/1.1", f"Host: {host}"]
    lines += [
        f"{name}: {value}" for name, value in (headers or {}).items() if name.lower() != "host"
    ]
    if body or method == "POST":
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


@dataclass(slots=True)
class Load:
    """How a load went: seconds for all of it, seconds of each answer, statuses."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)

    @property
    def rate(self) -> float:
        """Answers per second."""
        return len(self.latencies) / self.seconds if self.seconds else 0.0

    def milliseconds(self, share: float) -> float:
        """The latency that this share of the answers stayed below, in milliseconds."""
        ordered = sorted(self.latencies)
        return 1000 * ordered[min(int(len(ordered) * share), len(ordered) - 1)]

    def require(self, *statuses: int) -> "Load":
        """The load itself, if every answer had one of these statuses. Raises `RuntimeError`."""
        if set(self.statuses) - set(statuses):
            raise RuntimeError(f"unexpected answers: {dict(self.statuses)}, wanted {statuses}")
        return self


async def run_load(host: str, port: int, requests: Sequence[bytes], connections: int) -> Load:
    """Send `requests` over some connections side by side, each waiting for its answers."""
    load = Load()
    rest = iter(requests)

    async def work(connection: Connection) -> None:
        for request in rest:
            began = time.perf_counter()
            answer = await connection.exchange(request)
            load.latencies.append(time.perf_counter() - began)
            load.statuses[answer.status] += 1

    opened = [await connect(host, port) for _ in range(min(connections, len(requests)))]
    began = time.perf_counter()
    try:
        async with asyncio.timeout(ANSWER_SECONDS + len(requests) / 20):
            await asyncio.gather(*map(work, opened))
    finally:
        for connection in opened:
            connection.close()
    load.seconds = time.perf_counter() - began
    return load
