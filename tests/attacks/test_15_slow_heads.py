"""Rule 15: connections that never finish their request do not pile up."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import uvicorn

import node.patience as patience
from node.serve import listen


async def answer(scope: object, receive: object, send: object) -> None:
    """An application that says yes."""
    await send({"type": "http.response.start", "status": 204, "headers": []})  # type: ignore[operator]
    await send({"type": "http.response.body", "body": b""})  # type: ignore[operator]


@pytest.fixture
async def port(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[int]:
    """A server whose patience is short."""
    monkeypatch.setattr(patience, "HEAD_SECONDS", 0.2)
    listening = listen("127.0.0.1:0")
    config = uvicorn.Config(
        answer,
        http=patience.PatientProtocol,
        lifespan="off",
        log_config=None,
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve(sockets=[listening]))
    yield listening.getsockname()[1]
    server.should_exit = True
    await task


@pytest.mark.parametrize("said", [b"", b"POST /inbox HTTP/1.1\r\nHost: a", b"GET / HTTP/1.1\r\n"])
async def test_half_a_head_is_hung_up_on(port: int, said: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(said)
    await writer.drain()
    assert await asyncio.wait_for(reader.read(), 5) == b""
    writer.close()


async def test_half_a_second_head_is_hung_up_on_too(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    assert b"204" in await reader.readuntil(b"\r\n\r\n")
    writer.write(b"GET / HT")
    await writer.drain()
    assert await asyncio.wait_for(reader.read(), 4) == b""
    writer.close()


async def test_whole_requests_are_answered_on_one_connection(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for _ in range(4):
        writer.write(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        assert b"204" in await reader.readuntil(b"\r\n\r\n")
        await asyncio.sleep(0.1)
    writer.close()
