"""Streams of real processes on real sockets, heard with a real library."""

import asyncio
import json
import signal
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.network.conftest import Network
from tests.support.members import Member
from tests.support.processes import LOOPBACK, NodeProcess

pytestmark = [pytest.mark.network, pytest.mark.timeout(300)]

WITHIN = 30.0
PATH = "/api/v1/streaming"


class Part(NodeProcess):
    """One process of a node that consists of several: `web` or `worker`."""

    part = "web"

    def command(self) -> Sequence[str]:
        """`communotic web` or `communotic worker`."""
        bind = ["--bind", f"{LOOPBACK}:{self.port}"] if self.part == "web" else []
        return [*self._communotic(), self.part, *bind]

    def is_ready(self) -> bool:
        """A worker answers nobody."""
        return self.part == "worker" or super().is_ready()


@pytest.fixture
def parts(postgres_url: str, tmp_path: Path) -> Iterator[tuple[Part, Part, Part]]:
    """Two web processes and a worker over one PostgreSQL database."""
    settings = {"COMMUNOTIC_DATABASE": postgres_url}
    first = Part(tmp_path / "node", settings=settings)
    first.init()
    others = [
        Part(tmp_path / "node", settings=settings, public=first.domain, username=first.username)
        for _ in range(2)
    ]
    second, worker = others
    second.name, worker.name, worker.part = "second", "worker", "worker"
    for part in (second, worker):
        part.log_file = tmp_path / f"{part.name}.log"
    found = (first, second, worker)
    try:
        for part in found:
            part.start()
        yield found
    finally:
        for part in found:
            part.stop()


@asynccontextmanager
async def listening(
    node: NodeProcess, token: str, query: str = "?stream=user", **options: Any
) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    """An open WebSocket."""
    options = {"headers": {"Authorization": f"Bearer {token}"}, **options}
    address = f"{node.origin}{PATH}{query}"
    async with aiohttp.ClientSession() as session, session.ws_connect(address, **options) as opened:
        yield opened


async def told(opened: aiohttp.ClientWebSocketResponse) -> tuple[str, Any]:
    """The next event and its payload."""
    message = json.loads(await opened.receive_str(timeout=WITHIN))
    return message["event"], json.loads(message["payload"])


async def test_what_one_process_writes_reaches_the_streams_of_another(
    parts: tuple[Part, Part, Part],
) -> None:
    first, second, _ = parts
    member = await asyncio.to_thread(Member, first)
    async with listening(first, member.token) as one, listening(second, member.token) as other:
        for process, text in ((first, "Par la première"), (second, "Par la seconde")):
            async with aiohttp.ClientSession() as session:
                answer = await session.post(
                    f"{process.origin}/api/v1/statuses",
                    data={"status": text},
                    headers={"Authorization": f"Bearer {member.token}"},
                )
                assert answer.status == 200
            for opened in (one, other):
                event, status = await told(opened)
                assert (event, text in status["content"]) == ("update", True)
        # The command line is a process too.
        await asyncio.to_thread(member.post, "Par le terminal")
        for opened in (one, other):
            assert "terminal" in (await told(opened))[1]["content"]


async def test_a_browser_and_an_event_source_hear_the_same(network: Network) -> None:
    node = await asyncio.to_thread(network.node)
    member = await asyncio.to_thread(Member, node)
    headers = {"Authorization": f"Bearer {member.token}"}
    browser: dict[str, Any] = {"headers": {}, "protocols": [member.token]}
    async with aiohttp.ClientSession() as session:
        source = await session.get(f"{node.origin}{PATH}/user", headers=headers)
        assert source.headers["Content-Type"].startswith("text/event-stream")
        assert await source.content.readline() == b":)\n"
        async with listening(node, member.token, **browser) as opened:
            assert opened.protocol == member.token
            await asyncio.to_thread(member.post, "Pour les deux")
            event, status = await told(opened)
            async with asyncio.timeout(WITHIN):
                assert await source.content.readline() == b"event: update\n"
                data = (await source.content.readline()).decode()
            assert json.loads(data.removeprefix("data: ")) == status
            assert event == "update"


async def test_an_orderly_end_closes_streams_in_time_and_no_token_is_in_the_log(
    network: Network,
) -> None:
    node = await asyncio.to_thread(network.node)
    node.settings["COMMUNOTIC_LOG_LEVEL"] = "debug"
    await asyncio.to_thread(node.stop)
    await asyncio.to_thread(node.start)
    member = await asyncio.to_thread(Member, node)
    query = f"?stream=user&access_token={member.token}"
    async with aiohttp.ClientSession() as session:
        source = await session.get(f"{node.origin}{PATH}/user?access_token={member.token}")
        assert await source.content.readline() == b":)\n"
        async with listening(node, "", query, headers={}) as opened:
            process = node._process
            assert process is not None
            process.send_signal(signal.SIGTERM)
            message = await opened.receive(timeout=WITHIN)
            assert message.type is aiohttp.WSMsgType.CLOSE
            assert message.data == 1001
        async with asyncio.timeout(WITHIN):
            assert await source.content.read() == b""
    assert await asyncio.to_thread(process.wait, 8) == 0
    assert member.token not in node.log_file.read_text()


async def test_a_reader_who_reads_nothing_costs_others_nothing(network: Network) -> None:
    node = await asyncio.to_thread(network.node)
    member = await asyncio.to_thread(Member, node)
    slow_reader, slow_writer = await asyncio.open_connection(LOOPBACK, node.port, limit=1)
    request = (
        f"GET {PATH}/public HTTP/1.1\r\nHost: {node.domain}\r\n"
        f"Authorization: Bearer {member.token}\r\n\r\n"
    )
    slow_writer.write(request.encode())
    await slow_reader.readexactly(1)
    async with listening(node, member.token) as opened:
        await asyncio.to_thread(member.post, "Encore")
        assert (await told(opened))[0] == "update"
    slow_writer.close()
