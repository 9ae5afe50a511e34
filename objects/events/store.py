"""Events as rows beside their objects: kept, renewed, counted."""

from dataclasses import replace
from typing import Any, Final

import orjson

from federation.documents import Document
from objects.events.fields import Event, to_json
from objects.events.wire import event_of, participants_of
from storage.events import EventRecord
from storage.ids import new_id
from storage.records import NotificationRecord, ObjectRecord
from storage.store import Tx

CONCERNED: Final = ["accepted", "requested"]


def event_in(record: ObjectRecord) -> Event | None:
    """The event that a stored object carries."""
    if record.type != "Event" or not record.document:
        return None
    return event_of(Document(orjson.loads(record.document)))


async def keep_event(tx: Tx, record: ObjectRecord) -> None:
    """Keep what a new object says as an event; nothing for what is none."""
    event = event_in(record)
    if event is not None:
        await tx.events.save(_row(record, event))


async def renew_event(tx: Tx, record: ObjectRecord, now: int) -> None:
    """Take over what an edited object says; people here who take part are told of what matters."""
    event = event_in(record)
    if event is None:
        return
    row, before = _row(record, event), await tx.events.by_id(record.id)
    if before is None:
        await tx.events.save(row)
        return
    counted = before.attendees_count if record.local else row.attendees_count
    changed = before.fields != row.fields
    await tx.events.save(
        replace(row, attendees_count=counted, sequence=before.sequence + int(changed))
    )
    kind = _news(before, row)
    if kind:
        await _tell_attendees(tx, record, kind, now)


def _row(record: ObjectRecord, event: Event) -> EventRecord:
    taken = 0 if record.local else participants_of(Document(orjson.loads(record.document)))
    return EventRecord(
        object_id=record.id,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        timezone=event.timezone,
        all_day=int(event.all_day),
        status=event.status,
        joining=event.joining,
        external_url=event.external_url,
        max_attendees=event.max_attendees,
        attendees_count=taken,
        uid=event.uid or record.url,
        sequence=0,
        fields=to_json(event),
    )


def _news(before: EventRecord, after: EventRecord) -> str:
    """What those who take part must hear of: the end of it, or another time or place."""
    if before.status != after.status and after.status == "cancelled":
        return "event.cancelled"
    times = (before.starts_at, before.ends_at) != (after.starts_at, after.ends_at)
    return "event.changed" if times or before.status != after.status else ""


async def _tell_attendees(
    tx: Tx, record: ObjectRecord, kind: str, now: int, *, stays: bool = True
) -> None:
    """Tell those of here who take part; what goes with the event names it not (`stays`: False)."""
    about = record.id if stays else None
    found = [person for _, person in await tx.events.attendees(record.id, CONCERNED)]
    people = [one for one in found if one.local and one.id != record.actor_id]
    if record.visibility == "project":  # some may have left it
        entry = await tx.project_entries.by_id(record.id)
        ids = [one.id for one in people]
        members = await tx.projects.members_among(entry.project_id, ids) if entry else []
        people = [one for one in people if one.id in members]
    for person in people:
        await tx.activities.notify(
            NotificationRecord(new_id(), person.id, kind, record.actor_id, about, now, None)
        )


async def end_event(tx: Tx, record: ObjectRecord, now: int) -> None:
    """Forget an event that is withdrawn; people here who were to take part are told."""
    event = await tx.events.by_id(record.id)
    if event is not None and (event.ends_at or event.starts_at) >= now:
        await _tell_attendees(tx, record, "event.deleted", now, stays=False)
    await tx.events.forget(record.id)


async def recount(tx: Tx, record: ObjectRecord) -> int:
    """Count those who take part in an event of ours again; its document says so from now on."""
    await tx.events.hold(record.id)
    taken = await tx.events.count_accepted(record.id)
    await tx.events.set_count(record.id, taken)
    current = await tx.objects.by_id(record.id)
    if current is not None and current.document and not current.deleted_at:
        document: dict[str, Any] = orjson.loads(current.document)
        document["participantCount"] = taken
        if isinstance(document.get("maximumAttendeeCapacity"), int):
            left = document["maximumAttendeeCapacity"] - taken
            document["remainingAttendeeCapacity"] = max(0, left)
        await tx.objects.save_document(record.id, orjson.dumps(document).decode())
    return taken
