"""New, edited and deleted posts: which streams show them, and as whom sees them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import msgspec

from clients.entities.accounts import Account
from clients.entities.statuses import Status
from clients.filters.matching import hides
from clients.rendering.statuses import shared
from clients.streaming.audience import Audience, Members, Told, to_owners
from clients.streaming.channels import Topic
from clients.streaming.messages import Message
from clients.streaming.views import Views
from storage.apps_reading import SharedRecord
from storage.records import ObjectRecord
from storage.store import Tx
from storage.stream_readers import Broadcast, Pairs
from storage.streams import StreamEvent

# Out of these a filter of the context `home` takes what it hides.
AT_HOME: Final = frozenset({"user", "list"})
NAMES: Final = {"update": "update", "edit": "status.update"}
_encoder: Final = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True)
class Wish:
    """A post that these members shall see in a topic, if they may see it at all."""

    event: StreamEvent
    topic: Topic
    members: Members


async def wishes(tx: Tx, audience: Audience, events: Sequence[StreamEvent]) -> list[Wish]:
    """Where new and edited posts belong."""
    news = [event for event in events if event.kind == "update"]
    edits = [event for event in events if event.kind == "edit"]
    if not news and not edits:
        return []
    readers, home = tx.stream_readers, audience.owners("user")
    found: list[Wish] = []
    owners = _grouped(await readers.at_home([event.entry_id for event in news], home))
    for event in news:
        found += _homes(event, owners.get(event.entry_id, ()))
    owners = _grouped(await readers.have_at_home([event.object_id for event in edits], home))
    for event in edits:
        found += _homes(event, owners.get(event.object_id, ()))
    lists = _grouped(await readers.on_lists([_entry(e) for e in (*news, *edits)], audience.lists()))
    for event in (*news, *edits):
        topics: list[Topic] = [("list", number) for number in lists.get(_entry(event), ())]
        found += [Wish(event, topic, audience.hearing(topic)) for topic in topics]
    return found + await _for_everybody(tx, audience, (*news, *edits))


def _entry(event: StreamEvent) -> int:
    return event.entry_id if event.kind == "update" else event.object_id


def _homes(event: StreamEvent, owners: Iterable[int]) -> Iterator[Wish]:
    return (Wish(event, ("user", owner), frozenset({owner})) for owner in owners)


def _grouped(pairs: Pairs) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for one, other in pairs:
        found.setdefault(one, []).append(other)
    return found


async def _for_everybody(tx: Tx, audience: Audience, events: Sequence[StreamEvent]) -> list[Wish]:
    """Public posts, for streams of everybody and of hashtags; shares are for neither."""
    members = audience.of_everybody()
    own = {event.object_id: event for event in events if _entry(event) == event.object_id}
    if not members or not own:
        return []
    found = await tx.stream_readers.broadcasts(sorted(own))
    ids = [one.object_id for one in found]
    tags = await tx.apps.tags(ids) if audience.tags() else {}
    authors = sorted({one.author_id for one in found})
    hiding = await tx.stream_readers.hiding(members, authors)
    wished = []
    for one in found:
        for topic in (*_public_topics(one), *_tag_topics(one, tags.get(one.object_id, ()))):
            hearing = audience.hearing(topic)
            willing = frozenset(n for n in hearing if (n, one.author_id) not in hiding)
            if willing:
                wished.append(Wish(own[one.object_id], topic, willing))
    return wished


def _public_topics(one: Broadcast) -> Iterator[Topic]:
    if one.answers:
        return
    for where in ("", ":local" if one.local else ":remote"):
        yield (f"public{where}", "")
        if one.has_media:
            yield (f"public{where}:media", "")


def _tag_topics(one: Broadcast, tags: Iterable[str]) -> Iterator[Topic]:
    for name in tags:
        yield ("hashtag", name)
        if one.local:
            yield ("hashtag:local", name)


@dataclass(slots=True)
class PostWriter:
    """Makes the messages; those who see the same get the same one."""

    views: Views
    shares: Mapping[int, SharedRecord]
    people: Mapping[int, Account]
    _messages: dict[tuple[str, int, int], Message] = field(default_factory=dict)

    def told(self, wished: Iterable[Wish]) -> list[Told]:
        """What is said; nothing of a post to those who may not see it."""
        found: list[Told] = []
        for wish in wished:
            groups: dict[int, tuple[Message, set[int]]] = {}
            for member in wish.members:
                message = self._message(wish, member)
                if message is not None:
                    groups.setdefault(id(message), (message, set()))[1].add(member)
            found += [
                Told(wish.event.id, wish.topic, frozenset(members), message)
                for message, members in groups.values()
            ]
        return found

    def _message(self, wish: Wish, member: int) -> Message | None:
        event = wish.event
        status = self.views.status(member, event.object_id)
        if status is None:
            return None
        if event.kind == "update" and wish.topic[0] in AT_HOME and hides(status, "home"):
            return None
        entry = _entry(event)
        key = (NAMES[event.kind], entry, id(status))
        if key not in self._messages:
            line = status if entry == event.object_id else self._shared(status, entry)
            if line is None:
                return None
            self._messages[key] = Message(key[0], _encoder.encode(line).decode())
        return self._messages[key]

    def _shared(self, status: Status, entry: int) -> Status | None:
        share = self.shares.get(entry)
        account = self.people.get(share.actor_id) if share else None
        if share is None or account is None:
            return None
        return shared(status, entry, account, share)


async def deletions(tx: Tx, audience: Audience, events: Sequence[StreamEvent]) -> list[Told]:
    """That posts and shares are gone, to the streams that may have shown them."""
    gone = [event for event in events if event.kind == "delete"]
    if not gone:
        return []
    records = await tx.objects.by_ids([event.object_id for event in gone if event.object_id])
    lists = audience.lists()
    listing = _grouped(await tx.stream_readers.listing([e.actor_id for e in gone], lists))
    home = set(audience.owners("user"))
    found: list[Told] = []
    for event in gone:
        message = Message("delete", str(event.entry_id))
        shown = set(event.gone.owners)
        found += to_owners(event.id, ["user"], sorted(home & shown), message)
        topics: list[Topic] = [("list", number) for number in listing.get(event.actor_id, ())]
        found += [
            Told(event.id, topic, audience.hearing(topic) & shown, message) for topic in topics
        ]
        for topic in _gone_from(event, records.get(event.object_id)):
            found.append(Told(event.id, topic, audience.hearing(topic), message))
    return found


def _gone_from(event: StreamEvent, record: ObjectRecord | None) -> Iterator[Topic]:
    """The streams of everybody that a deleted post may have been in."""
    if record is None or record.visibility != "public" or event.entry_id != record.id:
        return
    one = Broadcast(record.id, record.actor_id, record.local, record.has_media, 0)
    yield from _public_topics(one)
    yield from _tag_topics(one, event.gone.tags)
