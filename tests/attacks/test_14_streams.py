"""Hostile handshakes and hostile talk: the node refuses, and goes on for the others."""

import asyncio
import base64
import os
import struct
from collections.abc import Iterator

import pytest

from tests.support.members import Member
from tests.support.processes import LOOPBACK, NodeProcess, web

pytestmark = [pytest.mark.network, pytest.mark.timeout(300)]

PATH = "/api/v1/streaming"
WITHIN = 30.0
TEXT, PING = 0x1, 0x9
ENDED = b"<the node hung up>"
CLOSE = b"\x88"


def handshake(node: NodeProcess, **changes: str | None) -> bytes:
    """A request for a WebSocket; None leaves a header out."""
    headers: dict[str, str | None] = {
        "Host": node.domain,
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
    }
    headers |= {name.replace("_", "-"): value for name, value in changes.items()}
    target = headers.pop("target", None) or PATH
    method = headers.pop("method", None) or "GET"
    lines = [f"{name}: {value}" for name, value in headers.items() if value is not None]
    return "\r\n".join([f"{method} {target} HTTP/1.1", *lines, "", ""]).encode()


def frame(kind: int, payload: bytes, *, masked: bool = True, final: bool = True) -> bytes:
    """One frame as a client sends it."""
    first = (0x80 if final else 0) | kind
    size, flag = len(payload), 0x80 if masked else 0
    if size < 126:
        head = struct.pack("!BB", first, flag | size)
    elif size < 65_536:
        head = struct.pack("!BBH", first, flag | 126, size)
    else:
        head = struct.pack("!BBQ", first, flag | 127, size)
    if not masked:
        return head + payload
    mask = os.urandom(4)
    return head + mask + bytes(byte ^ mask[place % 4] for place, byte in enumerate(payload))


async def answer_to(node: NodeProcess, opening: bytes, talk: bytes = b"") -> bytes:
    """Everything that comes back until the node hangs up, or is silent for a moment.

    Nobody talks before the handshake is answered.
    """
    reader, writer = await asyncio.open_connection(LOOPBACK, node.port)
    found = b""
    try:
        writer.write(opening)
        async with asyncio.timeout(WITHIN):
            found = await reader.readuntil(b"\r\n\r\n")
        writer.write(talk)
        while len(found) < 1_000_000:
            async with asyncio.timeout(3):
                part = await reader.read(65_536)
            if not part:
                return found + ENDED
            found += part
    except ConnectionError:
        return found + ENDED
    except (TimeoutError, asyncio.IncompleteReadError):
        pass
    finally:
        writer.close()
    return found


@pytest.fixture(scope="module")
def member(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Member]:
    """Somebody with an app, at a node of their own."""
    node = NodeProcess(tmp_path_factory.mktemp("streams"))
    node.init().start()
    yield Member(node)
    node.stop()


async def test_bad_handshakes_are_refused(member: Member) -> None:
    node = member.node
    bearer = f"Bearer {member.token}"
    refused = [
        handshake(node),
        handshake(node, Authorization="Bearer wrong"),
        handshake(node, Authorization=f"Basic {member.token}"),
        handshake(node, Authorization=bearer, Sec_WebSocket_Version="7"),
        handshake(node, Authorization=bearer, Sec_WebSocket_Key=None),
        handshake(node, Authorization=bearer, method="POST"),
        handshake(node, Authorization=bearer, target="/"),
        handshake(node, Authorization=bearer, target="/inbox"),
        handshake(node, Authorization=bearer, target=f"{PATH}/%00"),
        handshake(node, Authorization=bearer, target="/" + "a" * 9_000),
        handshake(node, Sec_WebSocket_Protocol="é" * 10),
        handshake(node, Sec_WebSocket_Protocol=", ,,"),
        handshake(node, Cookie=f"access_token={member.token}"),
    ]
    for request in refused:
        found = await answer_to(node, request)
        assert not found.startswith(b"HTTP/1.1 101"), request[:300]
        assert b" 500 " not in found.split(b"\r\n", 1)[0], request[:300]
    assert web.get(f"{node.origin}/health").status_code == 200


async def test_bad_frames_end_the_stream_and_nothing_else(member: Member) -> None:
    node = member.node
    opening = handshake(node, Authorization=f"Bearer {member.token}")
    hostile = [
        frame(TEXT, b'{"type":"subscribe","stream":"user"}', masked=False),
        frame(TEXT, b"x" * 20_000),
        b"".join(frame(TEXT if n == 0 else 0, b"x" * 1_000, final=False) for n in range(30)),
        frame(0x3, b"?"),
        frame(PING, b"x" * 200),
        frame(TEXT, b"\xff\xff"),
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" * 20,
    ]
    for sent in hostile:
        found = await answer_to(node, opening, sent)
        assert found.startswith(b"HTTP/1.1 101"), sent[:60]
        assert CLOSE in found or found.endswith(ENDED), sent[:60]
    for sent in (struct.pack("!BBQ", 0x81, 0xFF, 2**63 - 1) + b"mask", os.urandom(4_000)):
        await answer_to(node, opening, sent)
    assert web.get(f"{node.origin}/health").status_code == 200


async def test_a_flood_of_messages_ends_the_stream_that_it_came_by(member: Member) -> None:
    node = member.node
    opening = handshake(node, Authorization=f"Bearer {member.token}")
    said = frame(TEXT, b'{"type":"subscribe","stream":"public"}')
    assert struct.pack("!H", 1008) in await answer_to(node, opening, said * 100)
    # Whoever goes on shouting is reset, and may miss the farewell.
    await answer_to(node, opening, said * 5_000)
    assert web.get(f"{node.origin}/health").status_code == 200
