"""Server-sent events: one stream for each request."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import orjson
import pytest

from clients.streaming import sources
from clients.streaming.open_streams import End
from clients.streaming.sources import STREAMS
from tests.support.apps import App, app_of
from tests.support.fediverse import LocalNode
from tests.support.openapi import check_entity
from tests.support.streams import WITHIN, hub_of, streams_of, until

BASE = "/api/v1/streaming"
GREETING = b":)\n"


@asynccontextmanager
async def source(app: App, path: str, **query: str) -> AsyncIterator[Any]:
    """An open stream; its greeting was read."""
    client = app.node.app.test_client()
    headers = {"Host": app.node.host, "Authorization": f"Bearer {app.token}"}
    connection = client.request(f"{BASE}/{path}", headers=headers, query_string=query)
    async with connection as opened:
        await opened.send_complete()
        assert await asyncio.wait_for(opened.receive(), WITHIN) == GREETING
        try:
            yield opened
        finally:
            await opened.disconnect()
    await until(lambda: not len(streams_of(app.node)))


async def refused(app: App, path: str, status: int) -> Any:
    """Why a stream is not opened."""
    return (await app.ask("GET", f"{BASE}/{path}", expect=status)).json


async def test_events_are_lines_for_an_event_source(node: LocalNode) -> None:
    app = await app_of(node, "amina")
    async with source(app, "user") as opened:
        assert opened.status_code == 200
        assert opened.headers["Content-Type"] == "text/event-stream; charset=utf-8"
        assert opened.headers["X-Accel-Buffering"] == "no"
        assert opened.headers["Cache-Control"] == "private, no-store"
        assert opened.headers["X-Content-Type-Options"] == "nosniff"
        await node.write("amina", "Bonjour\n\nà toutes")
        await node.work_inbox()
        await hub_of(node).run_once()
        event, data, *end = (await opened.receive()).decode().split("\n")
    assert event == "event: update"
    assert end == ["", ""]
    status = orjson.loads(data.removeprefix("data: "))
    check_entity("Status", status)
    assert "à toutes" in status["content"]


@pytest.mark.parametrize("path", STREAMS)
async def test_every_documented_stream_can_be_opened(node: LocalNode, path: str) -> None:
    app = await app_of(node, "amina")
    made = await app.post("/api/v1/lists", form={"title": "Amis"})
    async with source(app, path, tag="bois", list=made["id"]):
        (stream,) = streams_of(node)
        assert [channel.name for channel in stream.channels] == [STREAMS[path]]


async def test_public_streams_can_be_of_files_alone(node: LocalNode) -> None:
    app = await app_of(node, "amina")
    for path in ("public", "public/local", "public/remote"):
        async with source(app, path, only_media="true"):
            (stream,) = streams_of(node)
            assert [one.name for one in stream.channels] == [f"{STREAMS[path]}:media"]


@pytest.mark.parametrize("path", STREAMS)
async def test_strangers_hear_nothing(node: LocalNode, path: str) -> None:
    assert await refused(App(node), path, 401) == {"error": "Missing access token"}
    assert await refused(App(node, "wrong"), path, 401) == {"error": "Invalid access token"}


async def test_a_stream_that_cannot_be_is_refused_and_leaves_nothing_open(
    node: LocalNode,
) -> None:
    app = await app_of(node, "amina")
    assert "tag" in (await refused(app, "hashtag", 400))["error"]
    assert "list" in (await refused(app, "list", 400))["error"]
    await refused(app, "list?list=12", 404)
    await refused(app, "list?list=x", 404)
    await refused(app, "nowhere", 404)
    weak = await app_of(node, "amina", "read:accounts")
    await refused(weak, "user", 403)
    await until(lambda: not len(streams_of(node)))


async def test_a_quiet_stream_shows_that_it_lives(
    node: LocalNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "THUMP_S", 0.01)
    async with source(await app_of(node, "amina"), "user") as opened:
        assert await asyncio.wait_for(opened.receive(), WITHIN) == b":thump\n"


def test_signs_of_life_come_often_enough() -> None:
    assert sources.THUMP_S <= 30


async def test_the_node_can_end_a_stream(node: LocalNode) -> None:
    app = await app_of(node, "amina")
    client = app.node.app.test_client()
    headers = {"Host": node.host, "Authorization": f"Bearer {app.token}"}
    async with client.request(f"{BASE}/user", headers=headers) as opened:
        await opened.send_complete()
        await asyncio.wait_for(opened.receive(), WITHIN)
        (stream,) = streams_of(node)
        stream.end(End.STOPPING)
        await until(lambda: not len(streams_of(node)))


async def test_asking_for_the_head_alone_opens_nothing(node: LocalNode) -> None:
    app = await app_of(node, "amina")
    answer = await app.ask("HEAD", f"{BASE}/user")
    assert answer.body == b""
    await until(lambda: not len(streams_of(node)))


async def test_streaming_is_in_good_health(node: LocalNode) -> None:
    assert (await App(node).ask("GET", f"{BASE}/health")).body == b"OK"


async def test_web_apps_of_other_sites_may_listen(node: LocalNode) -> None:
    app = await app_of(node, "amina")
    client: Any = node.app.test_client()
    headers = {
        "Host": node.host,
        "Authorization": f"Bearer {app.token}",
        "Origin": "https://elk.example",
    }
    async with client.request(f"{BASE}/public", headers=headers) as opened:
        await opened.send_complete()
        await asyncio.wait_for(opened.receive(), WITHIN)
        assert opened.headers["Access-Control-Allow-Origin"] == "*"
        await opened.disconnect()
