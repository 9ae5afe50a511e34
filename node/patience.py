"""Connections that say nothing, take nothing, or send half of a head are not kept for ever."""

import asyncio
from typing import Any, Final, Protocol

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

HEAD_SECONDS: Final = 20.0
READ_SECONDS: Final = 60.0
"""How long the other side may take nothing of what waits for it."""


class Writing(Protocol):
    """What uvicorn's protocols have in common."""

    loop: asyncio.AbstractEventLoop
    transport: asyncio.Transport


class SlowReader:
    """Hangs up on those who take too long to read."""

    _reading: asyncio.TimerHandle | None = None

    def wait(self, connection: Writing) -> None:
        """The buffers are full."""
        self.stop()
        self._reading = connection.loop.call_later(READ_SECONDS, connection.transport.abort)

    def stop(self) -> None:
        """Something was read, or the connection ended."""
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None


class PatientProtocol(HttpToolsProtocol):
    """HTTP/1.1 as uvicorn speaks it, with a limit of time for the head of each request.

    Bodies have limits of their own, and idle connections uvicorn's `timeout_keep_alive`.
    """

    _deadline: asyncio.TimerHandle | None = None
    _reader: SlowReader

    def connection_made(self, transport: Any) -> None:
        """A connection was opened; its first request must come soon."""
        super().connection_made(transport)
        self._reader = SlowReader()
        self._expect_a_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection ended."""
        self._stop_waiting()
        self._reader.stop()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """The other side does not read as fast as we write."""
        super().pause_writing()
        self._reader.wait(self)

    def resume_writing(self) -> None:
        """It read."""
        self._reader.stop()
        super().resume_writing()

    def on_message_begin(self) -> None:
        """The first bytes of a request came."""
        self._expect_a_head()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """The head is whole."""
        self._stop_waiting()
        super().on_headers_complete()

    def _expect_a_head(self) -> None:
        self._stop_waiting()
        self._deadline = self.loop.call_later(HEAD_SECONDS, self._hang_up)

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _hang_up(self) -> None:
        if not self.transport.is_closing():
            self.transport.close()


def streaming_protocol(
    config: Config,
    server_state: ServerState,
    app_state: dict[str, Any],
    _loop: asyncio.AbstractEventLoop | None = None,
) -> asyncio.Protocol:
    """The protocol of a connection that becomes a WebSocket, loaded for the first of them."""
    from node.sockets import PatientSocket

    return PatientSocket(config, server_state, app_state, _loop)
