"""Server-sent events: one stream for each request."""

import asyncio
from collections.abc import AsyncIterator
from typing import Final

import msgspec
from quart import Response, request

from actors.sign_in.throttle import network
from clients.context import ClientContext
from clients.door import Door, Endpoint
from clients.parameters import read_parameters
from clients.streaming.channels import Channel, channel_of
from clients.streaming.entering import entering
from clients.streaming.messages import GREETING, THUMP
from clients.streaming.open_streams import End, Stream

THUMP_S: Final = 15.0
STREAMS: Final = {
    "user": "user",
    "user/notification": "user:notification",
    "public": "public",
    "public/local": "public:local",
    "public/remote": "public:remote",
    "hashtag": "hashtag",
    "hashtag/local": "hashtag:local",
    "list": "list",
    "direct": "direct",
}


class Asked(msgspec.Struct):
    """Which list, which hashtag; public posts with files alone."""

    tag: str = ""
    list: str = ""
    only_media: bool = False


def add_sources(door: Door) -> None:
    """Register the endpoints."""

    @door.blueprint.get("/api/v1/streaming/health")
    async def health() -> Response:
        return Response("OK", content_type="text/plain; charset=utf-8")

    door.endpoints.append(Endpoint("GET", "/api/v1/streaming/health", (), "anyone"))
    for path, name in STREAMS.items():
        _add(door, f"/api/v1/streaming/{path}", name)


def _add(door: Door, path: str, name: str) -> None:
    scopes = Channel(name).scope
    door.endpoints.append(Endpoint("GET", path, (scopes,) if scopes else (), "member"))

    async def source() -> Response:
        return await _open(door.context, name)

    door.blueprint.add_url_rule(path, f"stream {name}", source, methods=["GET"])


async def _open(context: ClientContext, name: str) -> Response:
    """The answer that goes on; raises `Refused` before it begins."""
    holder = await entering(context, request.headers, request.args)
    asked = await read_parameters(Asked)
    media = ":media" if name.startswith("public") and asked.only_media else ""
    channel = channel_of(name + media, {"tag": asked.tag, "list": asked.list})
    stream = Stream(holder, network(request.remote_addr or "unknown"))
    await context.streams.add(stream)
    task = stream.task = asyncio.current_task()
    assert task is not None
    task.add_done_callback(lambda _: context.streams.remove(stream))
    await context.streams.subscribe(stream, channel)
    response = Response(
        b"" if request.method == "HEAD" else _events(stream),
        content_type="text/event-stream; charset=utf-8",
    )
    response.timeout = None
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Accel-Buffering"] = "no"
    return response


async def _events(stream: Stream) -> AsyncIterator[bytes]:
    """What is told to the stream, and a sign of life between."""
    yield GREETING
    while True:
        try:
            said = await asyncio.wait_for(stream.waiting.get(), THUMP_S)
        except TimeoutError:
            yield THUMP
            continue
        if isinstance(said, End):
            return
        yield said[1].server_sent()
