"""What is said to a stream, as text frames of WebSockets and as server-sent events."""

from dataclasses import dataclass, field
from typing import Final

import msgspec

from clients.streaming.channels import Channel

THUMP: Final = b":thump\n"
GREETING: Final = b":)\n"
_encoder: Final = msgspec.json.Encoder()


@dataclass(slots=True, eq=False)
class Message:
    """One event; `payload` is JSON, or None where there is none.

    It is written once for each way in which some channel names it, however many streams get it.
    """

    event: str
    payload: str | None = None
    _frames: dict[Channel, str] = field(default_factory=dict)
    _sent_event: bytes = b""
    _quoted: str = ""

    def frame(self, channel: Channel) -> str:
        """The text for a WebSocket: JSON in which the payload is a string."""
        found = self._frames.get(channel)
        if found is None:
            found = self._frames[channel] = self._framed(channel)
        return found

    def server_sent(self) -> bytes:
        """The lines for an event source; like Mastodon, without a payload it is `undefined`."""
        if not self._sent_event:
            data = "undefined" if self.payload is None else self.payload
            self._sent_event = f"event: {self.event}\ndata: {data}\n\n".encode()
        return self._sent_event

    def _framed(self, channel: Channel) -> str:
        head = f'{{"stream":{_json(channel.names)},"event":"{self.event}"'
        if self.payload is None:
            return f"{head}}}"
        if not self._quoted:
            self._quoted = _json(self.payload)
        return f'{head},"payload":{self._quoted}}}'


def refusal(text: str, status: int) -> str:
    """What a WebSocket is told of a message that cannot be followed."""
    return _json({"error": text, "status": status})


def _json(value: object) -> str:
    return _encoder.encode(value).decode()
