"""A small raw HTTP server that misbehaves as told, and remembers what it was asked."""

import asyncio
import gzip
import json
import socket
import ssl
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Self

from federation.addresses import AddressGuard
from federation.client import HttpClient
from federation.networks import parse_networks
from federation.resolver import AddressInfo
from federation.transport import GuardedTransport
from federation.vocabulary import ACTIVITY_JSON, ACTIVITYSTREAMS

Behaviour = Callable[[asyncio.StreamWriter], Awaitable[None]]


@dataclass(frozen=True)
class Asked:
    """One request as it came over the socket."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def path(self) -> str:
        """The target without its query."""
        return self.target.partition("?")[0]


class HostileServer:
    """Serves `behaviours` by path (or by path and query) on a loopback address."""

    def __init__(self, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> None:
        self.host = host
        self._tls = tls
        self.port = 0
        self.asked: list[Asked] = []
        self.connections = 0
        self._behaviours: dict[str, Behaviour] = {}
        self._server: asyncio.Server | None = None
        self._serving: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, self.host, 0, ssl=self._tls)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._serving:
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)

    @property
    def origin(self) -> str:
        """Where this server is reached."""
        return f"{'http' if self._tls is None else 'https'}://{self.host}:{self.port}"

    def url(self, path: str) -> str:
        """The absolute address of `path` here."""
        return self.origin + path

    def on(self, path: str, behaviour: Behaviour) -> None:
        """What to do when `path` is asked for."""
        self._behaviours[path] = behaviour

    def serve(self, path: str, content_type: str = ACTIVITY_JSON, **values: Any) -> str:
        """Answer `path` with an ActivityStreams object (its id is the address); the address."""
        url = self.url(path)
        body = {"@context": ACTIVITYSTREAMS, "id": url, "type": "Note", **values}
        self.on(path, answer(200, json.dumps(body).encode(), {"Content-Type": content_type}))
        return url

    def paths(self) -> list[str]:
        """The paths asked for, in order."""
        return [request.path for request in self.asked]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._serving.add(task)
        self.connections += 1
        try:
            # A cancelled task is how the server ends; asyncio would log it as an error.
            with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
                while request := await _read_request(reader):
                    self.asked.append(request)
                    default = answer(404, b"not here")
                    by_path = self._behaviours.get(request.path, default)
                    await self._behaviours.get(request.target, by_path)(writer)
                    await writer.drain()
                    if writer.is_closing() or request.headers.get("connection") == "close":
                        break
        finally:
            self._serving.discard(task)
            writer.close()


async def _read_request(reader: asyncio.StreamReader) -> Asked | None:
    head = await reader.readuntil(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").rstrip("\r\n").split("\r\n")
    headers = {}
    for line in lines:
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    method, target, _ = first.split(" ")
    return Asked(method, target, headers, body)


def answer(
    status: int = 200, body: bytes = b"", headers: Mapping[str, str] | None = None
) -> Behaviour:
    """A complete, honest answer."""

    async def behave(writer: asyncio.StreamWriter) -> None:
        lines = {"Content-Length": str(len(body)), **(headers or {})}
        writer.write(_head(status, lines) + body)

    return behave


def redirect(location: str, status: int = 302) -> Behaviour:
    """Send the asker elsewhere."""
    return answer(status, b"", {"Location": location})


def endless(chunk: bytes = b"x" * 65_536, status: int = 200) -> Behaviour:
    """A body without an end."""

    async def behave(writer: asyncio.StreamWriter) -> None:
        writer.write(_head(status, {"Content-Type": ACTIVITY_JSON, "Connection": "close"}))
        while not writer.is_closing():
            writer.write(chunk)
            await writer.drain()

    return behave


def drip(interval_s: float = 0.02, status: int = 200) -> Behaviour:
    """One byte at a time, for ever: each arrives in time, the whole never does."""

    async def behave(writer: asyncio.StreamWriter) -> None:
        writer.write(_head(status, {"Content-Type": ACTIVITY_JSON, "Connection": "close"}))
        while not writer.is_closing():
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(interval_s)

    return behave


def silence() -> Behaviour:
    """Take the request and say nothing."""

    async def behave(writer: asyncio.StreamWriter) -> None:
        await asyncio.Event().wait()

    return behave


def hang_up() -> Behaviour:
    """Close the connection instead of answering."""

    async def behave(writer: asyncio.StreamWriter) -> None:
        writer.close()

    return behave


def many_headers(count: int) -> Behaviour:
    """An answer whose head is a flood."""
    return answer(200, b"{}", {f"X-{number}": "y" for number in range(count)})


def gzip_bomb(plain_bytes: int = 200_000_000) -> Behaviour:
    """A few hundred kilobytes that inflate to `plain_bytes`."""
    body = gzip.compress(b"\0" * plain_bytes, 9)
    return answer(200, body, {"Content-Type": ACTIVITY_JSON, "Content-Encoding": "gzip"})


def raw(data: bytes) -> Behaviour:
    """Exactly these bytes, then the end."""

    async def behave(writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        await writer.drain()
        writer.close()

    return behave


def _head(status: int, headers: Mapping[str, str]) -> bytes:
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {status} Whatever\r\n{lines}\r\n".encode("latin-1")


def loopback_client(
    *networks: str, timeout_s: float = 5.0, max_bytes: int = 1_000_000
) -> HttpClient:
    """The real client, with plain HTTP to 127.0.0.1 (or `networks`) open."""
    guard = AddressGuard(parse_networks(networks or ("127.0.0.1/32",)), allow_http=True)
    return HttpClient(
        user_agent="Communotic/test (+http://127.0.0.1/)",
        guard=guard,
        timeout_s=timeout_s,
        max_bytes=max_bytes,
    )


def everywhere_client() -> HttpClient:
    """The real client, for which every name leads to 127.0.0.1."""
    guard = AddressGuard(parse_networks(["127.0.0.1/32"]), allow_http=True)
    transport = GuardedTransport(
        guard, connections=8, connections_per_host=8, warm_hosts=8, lookup=_loopback
    )
    return HttpClient(user_agent="Communotic/test", guard=guard, transport=transport)


def _loopback(host: str, port: int, family: int) -> list[AddressInfo]:
    return [(int(socket.AF_INET), int(socket.SOCK_STREAM), 6, "", ("127.0.0.1", port))]
