"""WebSockets as uvicorn speaks them, with patience for slow readers that ends."""

import logging
from functools import lru_cache
from typing import Any, Final

from uvicorn.protocols.websockets.wsproto_impl import WSProtocol

from node.patience import SlowReader

# uvicorn's own would write the addresses of streams, and with them tokens, into the log.
log = logging.getLogger("communotic.sockets")
log.setLevel(logging.WARNING)

TEXT: Final = b"\x81"
SHORT, MIDDLE = 126, 1 << 16


@lru_cache(256)
def frame(text: str) -> bytes:
    """A text message in one frame (RFC 6455, 5.2): what many are told is written once."""
    payload = text.encode()
    size = len(payload)
    if size < SHORT:
        return TEXT + bytes((size,)) + payload
    if size < MIDDLE:
        return TEXT + bytes((126,)) + size.to_bytes(2) + payload
    return TEXT + bytes((127,)) + size.to_bytes(8) + payload


class PatientSocket(WSProtocol):
    """A connection that has become a WebSocket."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.logger = log
        self._reader = SlowReader()

    async def send(self, message: Any) -> None:
        """Called by the application; a text goes the short way while nothing is in its way."""
        text = message.get("text") if message["type"] == "websocket.send" else None
        ended = self.disconnected or self.close_sent or self.transport.is_closing()
        if text is None or ended or not self.handshake_complete or not self.writable.is_set():
            await super().send(message)
        else:
            self.transport.write(frame(text))

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection ended."""
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

    def keepalive_timeout(self) -> None:
        """The other side is silent: it will not read a farewell either."""
        super().keepalive_timeout()
        self.transport.abort()
