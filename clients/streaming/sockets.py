"""`/api/v1/streaming`: one WebSocket with as many subscriptions as an app wants."""

import asyncio
import logging
import time
from collections.abc import Mapping
from typing import Any, Final

import orjson
from quart import Response, websocket

from actors.sign_in.throttle import network
from clients.context import ClientContext
from clients.door import Door, Endpoint
from clients.errors import error_answer
from clients.streaming.channels import channel_of
from clients.streaming.entering import entering
from clients.streaming.messages import refusal
from clients.streaming.open_streams import End, OpenStreams, Stream
from federation.errors import Refused
from federation.policy import RateLimiter

log = logging.getLogger(__name__)

PATH: Final = "/api/v1/streaming"
MESSAGES: Final = (60, 5)
"""How many messages an app may send at once, and each second from then on."""


def add_socket(door: Door) -> None:
    """Register the endpoint."""
    door.endpoints.append(Endpoint("WS", PATH, (), "member"))

    @door.blueprint.websocket(PATH)
    async def streaming() -> Response | None:
        try:
            await _serve(door.context)
        except Refused as refused:
            return error_answer(refused)
        except OSError:
            return None  # the app is gone
        except Exception:
            log.exception("a stream failed")
            return error_answer(Refused(500, "internal", "Something went wrong here"))
        return None


async def _serve(context: ClientContext) -> None:
    """Let an app in and talk with it until either ends it. Raises `Refused` before that."""
    offered = websocket.requested_subprotocols
    holder = await entering(context, websocket.headers, websocket.args, offered)
    stream = Stream(holder, network(websocket.remote_addr or "unknown"))
    stream.task = asyncio.current_task()
    streams = context.streams
    await streams.add(stream)
    try:
        # Chromium refuses an answer without the subprotocol that it offered.
        await websocket.accept(subprotocol=offered[0] if offered else None)
        asked: dict[str, object] = dict(websocket.args)
        if "stream" in asked:
            await _follow(streams, stream, {**asked, "type": "subscribe"})
        hearing = asyncio.create_task(_hear(streams, stream))
        hearing.add_done_callback(lambda task: _heard(stream, task))
        try:
            await _speak(stream)
        finally:
            hearing.cancel()
    finally:
        streams.remove(stream)


def _heard(stream: Stream, task: "asyncio.Task[None]") -> None:
    """The listening ended; when it failed, there is nobody to speak to."""
    if not task.cancelled() and task.exception() is not None:
        if not isinstance(task.exception(), OSError):
            log.error("a stream failed", exc_info=task.exception())
        stream.hang_up()


async def _speak(stream: Stream) -> None:
    """Send what is told to the stream until it ends."""
    while True:
        said = await stream.waiting.get()
        if isinstance(said, End):
            await websocket.close(said.value, said.name.lower().replace("_", " "))
            return
        channel, message = said
        if channel in stream.channels:
            await websocket.send(message.frame(channel))


async def _hear(streams: OpenStreams, stream: Stream) -> None:
    """Follow what the app says."""
    burst, rate = MESSAGES
    allowed = RateLimiter(rate=rate, burst=burst, clock=time.monotonic)
    while True:
        text = await websocket.receive()
        if allowed.check("") is not None:
            stream.end(End.NOT_ALLOWED)
            return
        try:
            said = orjson.loads(text)
        except orjson.JSONDecodeError:
            said = None
        if isinstance(said, dict):
            await _follow(streams, stream, said)
        else:
            await websocket.send(refusal("Invalid message", 400))


async def _follow(streams: OpenStreams, stream: Stream, said: Mapping[str, Any]) -> None:
    """Subscribe or unsubscribe; what cannot be done is answered with an error."""
    try:
        match said.get("type"):
            case "subscribe":
                await streams.subscribe(stream, channel_of(said.get("stream"), said))
            case "unsubscribe":
                streams.unsubscribe(stream, channel_of(said.get("stream"), said))
            case _:
                raise Refused(400, "unknown-type", "Unknown message type")
    except Refused as refused:
        await websocket.send(refusal(refused.detail, refused.status))
