"""The streams that are open in this process: who listens to what, and how far each is behind."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from actors.auth import TokenHolder
from clients.streaming.channels import Channel, Topic, no_list
from clients.streaming.messages import Message
from federation.errors import Refused
from storage.ids import first_id_at, new_id
from storage.store import Store
from storage.streams import CHANNEL, StreamEvent
from storage.wakeups import Wakeup

MAX_WAITING: Final = 200
"""How many messages wait for a slow reader before the stream is ended."""
MAX_CHANNELS: Final = 60
MAX_OF_MEMBER: Final = 40
MAX_OF_NETWORK: Final = 1_000
LEASE_MS: Final = 180_000
# Ids are given before the commit: for so long an event may appear among those known already.
LATE_MS: Final = 20_000
SOON_MS: Final = 500
LATE_EVERY_S: Final = 1.0


class End(Enum):
    """Why the node ends a stream, with the code that a WebSocket is told."""

    STOPPING = 1001
    NOT_ALLOWED = 1008
    FAILED = 1011


@dataclass(eq=False)
class Stream:
    """One open connection."""

    holder: TokenHolder
    network: str = ""
    channels: dict[Channel, Topic] = field(default_factory=dict)
    waiting: "asyncio.Queue[tuple[Channel, Message] | End]" = field(
        default_factory=lambda: asyncio.Queue(MAX_WAITING)
    )
    task: "asyncio.Task[object] | None" = None

    @property
    def viewer_id(self) -> int:
        """Whose stream this is."""
        return self.holder.actor.id

    def hears(self, event: str) -> bool:
        """Whether the token lets this stream hear such events."""
        return event != "notification" or self.holder.has("read:notifications")

    def put(self, channel: Channel, message: Message) -> None:
        """Say something; a reader who is too far behind is hung up on."""
        try:
            self.waiting.put_nowait((channel, message))
        except asyncio.QueueFull:
            self.hang_up()

    def end(self, why: End) -> None:
        """Close the connection in order, once what waits has been sent."""
        try:
            self.waiting.put_nowait(why)
        except asyncio.QueueFull:
            self.hang_up()

    def hang_up(self) -> None:
        """Close the connection now."""
        if self.task is not None:
            self.task.cancel()


class OpenStreams:
    """Keeps them; and says in the database whether this process listens."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._id = new_id()
        self._streams: set[Stream] = set()
        self._topics: dict[Topic, dict[tuple[Stream, Channel], None]] = {}
        self._opening = asyncio.Lock()
        self._seen: dict[int, None] = {}
        self._listens_until = 0
        self._looked_back_at = 0.0
        self._stopping = False
        self._wakeup: Wakeup | None = None

    def __len__(self) -> int:
        return len(self._streams)

    def __iter__(self) -> Iterator[Stream]:
        return iter(tuple(self._streams))

    @property
    def listens(self) -> bool:
        """Whether the database knows that this process has, or had a moment ago, a stream."""
        return self._listens_until > 0

    @property
    def wakeup(self) -> Wakeup:
        """Called when there may be events."""
        if self._wakeup is None:
            self._wakeup = self._store.listen(CHANNEL)
        return self._wakeup

    async def add(self, stream: Stream) -> None:
        """Open a stream: from now on nothing is lost for it. Raises `Refused` 429 or 503."""
        self._admit(stream)
        async with self._opening:
            if not self._streams:
                await self._listen()
                await self.read(everything=True)  # what happened before is not for this stream
        self._admit(stream)
        self._streams.add(stream)
        self.wakeup.call()

    def _admit(self, stream: Stream) -> None:
        if self._stopping:
            raise Refused(503, "stopping", "The node is stopping")
        of_member = sum(1 for one in self._streams if one.viewer_id == stream.viewer_id)
        of_network = sum(1 for one in self._streams if one.network == stream.network)
        if of_member >= MAX_OF_MEMBER or of_network >= MAX_OF_NETWORK:
            raise Refused(429, "too-many-streams", "Too many streams")

    def remove(self, stream: Stream) -> None:
        """Forget a stream that was closed."""
        for channel in tuple(stream.channels):
            self.unsubscribe(stream, channel)
        self._streams.discard(stream)

    async def subscribe(self, stream: Stream, channel: Channel) -> None:
        """Let a stream hear a channel. Raises `Refused` 400, 403 or 404."""
        if channel.scope and not stream.holder.has(channel.scope):
            detail = "Access token does not have the required scopes"
            raise Refused(403, "insufficient_scope", detail)
        topic = channel.topic(stream.viewer_id)
        if channel.name == "list":
            owner, number = stream.viewer_id, int(channel.parameter)
            if await self._store.query(lambda tx: tx.lists.one(owner, number)) is None:
                raise no_list()
        if len(stream.channels) >= MAX_CHANNELS:
            raise Refused(400, "too-many-channels", "Too many subscriptions")
        stream.channels[channel] = topic
        self._topics.setdefault(topic, {})[(stream, channel)] = None

    def unsubscribe(self, stream: Stream, channel: Channel) -> None:
        """Let a stream hear a channel no more."""
        topic = stream.channels.pop(channel, None)
        listening = self._topics.get(topic) if topic is not None else None
        if listening is not None and topic is not None:
            listening.pop((stream, channel), None)
            if not listening:
                del self._topics[topic]

    def listening(self, topic: Topic) -> tuple[tuple[Stream, Channel], ...]:
        """Who hears what is told to a topic."""
        return tuple(self._topics.get(topic, ()))

    def audience(self) -> dict[Topic, frozenset[int]]:
        """Every topic that somebody hears, with the ids of the members who do."""
        return {
            topic: frozenset(stream.viewer_id for stream, _ in listening)
            for topic, listening in self._topics.items()
        }

    async def read(self, *, everything: bool = False) -> list[StreamEvent]:
        """The events that were not read before, oldest first.

        Mostly the last moment is looked at; now and then, or with `everything`, as far back as
        a transaction may take from an event's id to its commit.
        """
        now = time.monotonic()
        late = everything or now - self._looked_back_at >= LATE_EVERY_S
        if late:
            self._looked_back_at = now
        first = first_id_at(_now_ms() - (LATE_MS if late else SOON_MS))
        found = await self._store.query(lambda tx: tx.streams.since(first))
        new = [event for event in found if event.id not in self._seen]
        self._seen.update((event.id, None) for event in new)
        if late:
            known = {event.id for event in found}
            self._seen = {number: None for number in self._seen if number in known}
        return new

    async def keep_listening(self) -> None:
        """Say again that this process listens, or that it does not any more."""
        async with self._opening:
            if self._streams:
                await self._listen()
            elif self._listens_until:
                self._listens_until = 0
                await self._store.write(lambda tx: tx.streams.leave(self._id))

    async def end_refused(self) -> None:
        """End the streams of tokens that were revoked and of accounts that were closed."""
        tokens = {stream.holder.token_id for stream in self._streams}
        if not tokens:
            return
        living = await self._store.query(lambda tx: tx.stream_readers.living(sorted(tokens)))
        for stream in self:
            if stream.holder.token_id not in living:
                stream.end(End.NOT_ALLOWED)

    def end(self, why: End) -> None:
        """End every stream."""
        for stream in self:
            stream.end(why)

    async def end_all(self) -> None:
        """End every stream and let no other one in: the node is stopping."""
        self._stopping = True
        self.end(End.STOPPING)
        await self._store.write(lambda tx: tx.streams.leave(self._id))

    async def _listen(self) -> None:
        now = _now_ms()
        if self._listens_until - now > LEASE_MS / 2:
            return
        until = now + LEASE_MS
        await self._store.write(lambda tx: tx.streams.listen(self._id, until))
        self._listens_until = until


def _now_ms() -> int:
    """The time by which ids are given, whatever clock a test has."""
    return int(time.time() * 1000)
