"""Notifications, conversations, changed filters and announcements."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import msgspec

from clients.context import ClientContext
from clients.entities.accounts import Account
from clients.entities.instance import Announcement, Reaction
from clients.entities.reports import Report
from clients.entities.timelines import Conversation
from clients.rendering.announcements import announcements
from clients.rendering.notifications import (
    Surroundings,
    notification_entity,
    severance_entity,
)
from clients.rendering.reports import reports_by_ids
from clients.streaming.audience import Audience, Told, to_owners
from clients.streaming.messages import Message
from clients.streaming.views import Views
from storage.conversations import ConversationRecord
from storage.records import NotificationRecord
from storage.severances import SeveranceRecord
from storage.store import Tx
from storage.streams import StreamEvent

_encoder: Final = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True)
class Notices:
    """What members are told of, with the event that says so."""

    notifications: Sequence[tuple[int, NotificationRecord]]
    conversations: Sequence[tuple[int, ConversationRecord]]
    reports: Mapping[int, Report] = field(default_factory=dict)
    severances: Mapping[int, SeveranceRecord] = field(default_factory=dict)

    @property
    def members(self) -> set[int]:
        """Whom this concerns."""
        return {one.owner_id for _, one in self.notifications} | {
            one.owner_id for _, one in self.conversations
        }

    @property
    def object_ids(self) -> set[int]:
        """The posts that are shown with it."""
        found = {one.object_id for _, one in self.notifications if one.object_id}
        return found | {one.last_object_id for _, one in self.conversations}

    @property
    def people(self) -> set[int]:
        """The accounts that are shown with it."""
        found = {one.actor_id for _, one in self.notifications}
        return found | {n for _, one in self.conversations for n in one.others or (one.owner_id,)}


async def notices(
    tx: Tx, context: ClientContext, audience: Audience, events: Sequence[StreamEvent]
) -> Notices:
    """The notifications and conversations behind events, of members who listen."""
    told = set(audience.owners("user", "user:notification"))
    news = {e.entry_id: e.id for e in events if e.kind == "notification" and e.owner_id in told}
    rows = await tx.stream_readers.notifications(sorted(news)) if news else []
    private = set(audience.owners("direct"))
    said = [e for e in events if e.kind == "conversation" and e.owner_id in private]
    found = await tx.stream_readers.conversations(
        [e.entry_id for e in said if e.entry_id],
        [e.object_id for e in said if e.object_id],
        sorted({e.owner_id for e in said}),
    )
    events_of = {one.id: _saying(said, one) for one in found}
    latest = [(at, one) for one in found if (at := events_of[one.id]) is not None]
    subjects = sorted({row.subject_id for row in rows if row.subject_id is not None})
    severances = await tx.stream_readers.severances(subjects) if subjects else []
    return Notices(
        [(news[row.id], row) for row in rows],
        latest,
        await reports_by_ids(tx, context, subjects) if subjects else {},
        {one.id: one for one in severances},
    )


def _saying(said: Sequence[StreamEvent], one: ConversationRecord) -> int | None:
    """The event that tells of a conversation's latest post."""
    return max(
        (
            event.id
            for event in said
            if event.owner_id == one.owner_id
            and (event.entry_id == one.id or event.object_id == one.last_object_id)
        ),
        default=None,
    )


@dataclass(frozen=True, slots=True)
class NoticeWriter:
    """Makes the messages from what is shown in them."""

    views: Views
    people: Mapping[int, Account]

    def told(self, found: Notices) -> list[Told]:
        """What is said of notifications and conversations."""
        told: list[Told] = []
        for at, record in found.notifications:
            around = self._around(found, record)
            if around.shows(record):
                message = Message("notification", _text(notification_entity(record, around)))
                told += to_owners(at, ["user", "user:notification"], [record.owner_id], message)
        for at, row in found.conversations:
            message = Message("conversation", _text(self._conversation(row)))
            told += to_owners(at, ["direct"], [row.owner_id], message)
        return told

    def _around(self, found: Notices, record: NotificationRecord) -> Surroundings:
        """Everything around one notification, as its owner sees it."""
        number, subject = record.object_id, record.subject_id
        status = None if number is None else self.views.status(record.owner_id, number)
        ended = None if subject is None else found.severances.get(subject)
        own = ended is not None and ended.actor_id == record.owner_id
        return Surroundings(
            self.people,
            {} if status is None or number is None else {number: status},
            found.reports,
            {ended.id: severance_entity(ended)} if ended is not None and own else {},
        )

    def _conversation(self, row: ConversationRecord) -> Conversation:
        others = row.others or (row.owner_id,)
        return Conversation(
            id=str(row.id),
            unread=bool(row.unread),
            accounts=[self.people[number] for number in others if number in self.people],
            last_status=self.views.status(row.owner_id, row.last_object_id),
        )


def changed_filters(audience: Audience, events: Sequence[StreamEvent]) -> list[Told]:
    """That a member's filters are different: apps ask for them again."""
    changed = {e.owner_id: e.id for e in events if e.kind == "filters_changed"}
    message = Message("filters_changed")
    return [
        told
        for owner in audience.owners("user")
        if owner in changed
        for told in to_owners(changed[owner], ["user"], [owner], message)
    ]


async def about_announcements(
    tx: Tx, context: ClientContext, audience: Audience, events: Sequence[StreamEvent]
) -> list[Told]:
    """Announcements that were published, changed, removed or answered: for everybody here."""
    concerned = [event for event in events if event.kind.startswith("announcement")]
    owners = audience.owners("user")
    if not concerned or not owners:
        return []
    ids = sorted({event.entry_id for event in concerned})
    records = await tx.stream_readers.announcements(ids)
    shown = await announcements(tx, context.identifiers, 0, records)
    entities = {entity.id: entity for entity in shown}
    told: list[Told] = []
    for event in concerned:
        payload = _announced(event, entities.get(str(event.entry_id)))
        if payload is not None:
            told += to_owners(event.id, ["user"], owners, Message(event.kind, payload))
    return told


def _announced(event: StreamEvent, entity: Announcement | None) -> str | None:
    """The payload; None for what was removed meanwhile."""
    if event.kind == "announcement.delete":
        return str(event.entry_id)
    if entity is None:
        return None
    if event.kind == "announcement":
        return _text(entity)
    given = {reaction.name: reaction for reaction in entity.reactions}
    reaction = given.get(event.detail) or Reaction(name=event.detail, count=0, me=False)
    return _text({**msgspec.to_builtins(reaction), "announcement_id": entity.id})


def _text(value: object) -> str:
    return _encoder.encode(value).decode()
