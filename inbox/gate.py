"""The short way to the inboxes: in front of the web framework, through the same door.

Most of what a node is sent are deliveries, and the framework would take as long for each as all
checks together (docs/performance.md). Whatever looks unusual goes the long way.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any, Final

from actors.access import incoming_request
from federation.documents import MAX_BYTES
from federation.errors import Refused
from federation.incoming import IncomingRequest
from inbox.door import Delivery, Door
from inbox.reply import Reply, reply_to

BODY_SECONDS: Final = 15.0
_INBOX: Final = re.compile(r"/inbox|/users/([A-Za-z0-9_.-]{1,64})/inbox")

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]


class InboxGate:
    """An ASGI application: answers deliveries itself and hands everything else on.

    `headers` stand on every answer of the node.
    """

    def __init__(self, application: Any, door: Door, headers: Mapping[str, str]) -> None:
        self._application: Application = application
        self._door = door
        self._headers = _encoded(headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Called by the server for each request."""
        plain = scope["type"] == "http" and not scope["query_string"]
        if plain and scope["method"] == "POST":
            inbox = _INBOX.fullmatch(scope["path"])
            if inbox is not None:
                await self._deliver(scope, inbox[1], receive, send)
                return
        await self._application(scope, receive, send)

    async def _deliver(
        self, scope: Scope, username: str | None, receive: Receive, send: Send
    ) -> None:
        def build(body: bytes) -> IncomingRequest:
            return incoming_request(scope, body, self._door.identifiers)

        async def read() -> bytes:
            return await _read_body(receive)

        client = scope.get("client")
        address = client[0] if client else "unknown"
        reply = await reply_to(self._door, Delivery(address, username, read, build))
        await self._answer(reply, send)

    async def _answer(self, reply: Reply, send: Send) -> None:
        headers = _encoded(reply.headers) + self._headers
        start = {"type": "http.response.start", "status": reply.status, "headers": headers}
        await send(start)
        await send({"type": "http.response.body", "body": reply.body})


def _encoded(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]


async def _read_body(receive: Receive) -> bytes:
    """The body, if it is short enough and comes soon enough. Raises `Refused` 413, 408, 400."""
    body: bytes = b""
    try:
        async with asyncio.timeout(BODY_SECONDS):
            while True:
                message = await receive()
                if message["type"] != "http.request":
                    raise Refused(400, "incomplete", "the connection ended before the body")
                body += message.get("body", b"")
                if len(body) > MAX_BYTES:
                    raise Refused(413, "too-large", f"at most {MAX_BYTES} bytes are read")
                if not message.get("more_body", False):
                    return body
    except TimeoutError:
        raise Refused(408, "too-slow", f"the body took longer than {BODY_SECONDS:g} s") from None
