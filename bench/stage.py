"""The servers of the others: a tiny raw server that shows actors and takes deliveries."""

import asyncio
import time
from dataclasses import dataclass, field
from typing import cast

from bench.wire import content_length

_ACCEPTED = b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"
_MISSING = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
_HEAD_END = b"\r\n\r\n"


@dataclass(slots=True)
class Arrivals:
    """What was delivered since `reset`: when (perf_counter) and to which address."""

    times: list[float] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)
    wanted: int = 0
    complete: asyncio.Event = field(default_factory=asyncio.Event)

    def reset(self, wanted: int) -> None:
        """Forget everything and wait for `wanted` deliveries."""
        self.times.clear()
        self.hosts.clear()
        self.wanted = wanted
        self.complete.clear()

    def note(self, host: str) -> None:
        """One delivery came in."""
        self.times.append(time.perf_counter())
        self.hosts.add(host)
        if len(self.times) == self.wanted:
            self.complete.set()


class _Peer(asyncio.Protocol):
    """One connection of the node to one of the addresses."""

    def __init__(self, stage: "Stage") -> None:
        self._stage = stage
        self._transport: asyncio.Transport | None = None
        self._host = ""
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._host = transport.get_extra_info("sockname")[0]

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(_HEAD_END)) >= 0:
            head = self._buffer[:end]
            size = end + len(_HEAD_END) + content_length(head)
            if len(self._buffer) < size:
                return
            self._buffer = self._buffer[size:]
            self._answer(head)

    def _answer(self, head: bytes) -> None:
        assert self._transport is not None
        method, target, _ = head.split(b"\r\n", 1)[0].split(b" ", 2)
        if method == b"POST":
            self._stage.arrivals.note(self._host)
            self._transport.write(_ACCEPTED)
            return
        body = self._stage.documents.get(f"{self._host}{target.decode()}")
        self._transport.write(_MISSING if body is None else _document(body))


def _document(body: bytes) -> bytes:
    head = f"Content-Type: application/activity+json\r\nContent-Length: {len(body)}\r\n\r\n"
    return b"HTTP/1.1 200 OK\r\n" + head.encode() + body


class Stage:
    """Listens on every loopback address: each of them stands for a server of its own."""

    def __init__(self) -> None:
        self.arrivals = Arrivals()
        self.documents: dict[str, bytes] = {}
        self._server: asyncio.Server | None = None
        self.port = 0

    async def open(self) -> None:
        """Start to listen, on a free port."""
        loop = asyncio.get_running_loop()
        everywhere = "0.0.0.0"  # noqa: S104 - loopback has 16 million addresses
        self._server = await loop.create_server(lambda: _Peer(self), everywhere, 0, backlog=1024)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Stop to listen."""
        if self._server is not None:
            self._server.close()

    def host(self, number: int) -> str:
        """The authority of the server with this number, 0 to 249."""
        return f"127.0.0.{number + 2}:{self.port}"
