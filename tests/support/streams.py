"""Streams of a node in this process: opened as apps open them, and what is heard on them."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import orjson
from quart.testing.connections import WebsocketResponseError

from clients.streaming.channels import Channel
from clients.streaming.hub import StreamHub
from clients.streaming.messages import Message
from clients.streaming.open_streams import OpenStreams, Stream
from tests.support.apps import App
from tests.support.fediverse import LocalNode
from tests.support.openapi import check_entity

PATH = "/api/v1/streaming"
LAST = "last"
WITHIN = 20.0
SHAPES = {
    "update": "Status",
    "status.update": "Status",
    "notification": "Notification",
    "conversation": "Conversation",
    "announcement": "Announcement",
}


@dataclass(frozen=True)
class Heard:
    """One event; `payload` is read when it is JSON of an entity."""

    stream: tuple[str, ...]
    event: str
    payload: Any


def heard(message: dict[str, Any]) -> Heard:
    """An event as it was sent, its payload held against the documented shape."""
    payload = message.get("payload")
    if payload is not None:
        assert isinstance(payload, str)
        if message["event"] != "delete":
            payload = orjson.loads(payload)
    shape = SHAPES.get(message["event"])
    if shape is not None:
        check_entity(shape, payload)
    return Heard(tuple(message["stream"]), message["event"], payload)


@dataclass
class Socket:
    """An open WebSocket."""

    hub: StreamHub
    connection: Any
    stream: Stream

    async def say(self, **message: object) -> None:
        """Send a message to the node."""
        await self.connection.send(json.dumps(message))

    async def answer(self) -> Any:
        """What comes next."""
        return orjson.loads(await asyncio.wait_for(self.connection.receive(), WITHIN))

    async def subscribe(self, stream: str, **parameters: str) -> None:
        """Subscribe, and wait until that is done."""
        await self.say(type="subscribe", stream=stream, **parameters)
        value = next(iter(parameters.values()), "")
        await until(lambda: Channel(stream, value) in self.stream.channels)

    async def heard(self) -> list[Heard]:
        """Everything that the node says of what has happened so far."""
        await self.hub.run_once()
        mark = next(iter(self.stream.channels))
        self.stream.put(mark, Message(LAST))
        found = []
        while (message := await self.answer()).get("event") != LAST:
            found.append(heard(message))
        return found

    async def events(self) -> list[str]:
        """The names alone of what is heard."""
        return [one.event for one in await self.heard()]


async def until(check: Callable[[], object]) -> None:
    """Let others work until something is true."""
    async with asyncio.timeout(WITHIN):
        while not check():  # noqa: ASYNC110 - other tasks of this loop make it true
            await asyncio.sleep(0)


def streams_of(node: LocalNode) -> OpenStreams:
    """The open streams of a node."""
    found: OpenStreams = node.services.clients.streams
    return found


def hub_of(node: LocalNode) -> StreamHub:
    """What tells the streams of a node; here it works when a test says so."""
    return StreamHub(node.services.clients)


@asynccontextmanager
async def socket(app: App, stream: str = "", **query: str) -> AsyncIterator[Socket]:
    """A WebSocket of an app, at first with one stream."""
    known = set(streams_of(app.node))
    client = app.node.app.test_client()
    asked = {"stream": stream, **query} if stream else query
    connection: Any = client.websocket(
        PATH,
        headers={"Host": app.node.host, "Authorization": f"Bearer {app.token}"},
        query_string=asked,
    )
    async with connection as opened:
        await until(lambda: len(streams_of(app.node)) > len(known))
        (one,) = set(streams_of(app.node)) - known
        await until(lambda: opened.accepted and (not stream or one.channels))
        yield Socket(hub_of(app.node), opened, one)


async def refused(node: LocalNode, path: str = PATH, **options: Any) -> tuple[int, Any]:
    """Status and JSON with which a WebSocket is refused."""
    client = node.app.test_client()
    options.setdefault("headers", {})["Host"] = node.host
    async with client.websocket(path, **options) as opened:
        try:
            said = await asyncio.wait_for(opened.receive(), WITHIN)
        except WebsocketResponseError as error:
            return error.response.status_code, orjson.loads(await error.response.get_data())
        raise AssertionError(f"the node talked: {said!r}")
