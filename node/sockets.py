"""WebSockets as uvicorn speaks them, with patience for slow readers that ends."""

import logging
from typing import Any

from uvicorn.protocols.websockets.wsproto_impl import WSProtocol

from node.patience import SlowReader

# uvicorn's own would write the addresses of streams, and with them tokens, into the log.
log = logging.getLogger("communotic.sockets")
log.setLevel(logging.WARNING)


class PatientSocket(WSProtocol):
    """A connection that has become a WebSocket."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.logger = log
        self._reader = SlowReader()

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
