"""Who takes part in events of this node: the rules; every change is part of a transaction."""

from dataclasses import replace
from typing import Final, Literal

from objects.events.store import recount
from objects.projects.membership import steers
from objects.visibility import visible_by_ids
from storage.events import AttendanceRecord, EventRecord
from storage.records import ActorRecord, ObjectRecord
from storage.store import Tx

Answer = Literal["accepted", "requested", "rejected", "elsewhere"]
MAX_NOTE: Final = 500
REASONS: Final = {
    "cancelled": "The event is cancelled.",
    "over": "The event is over.",
    "full": "There is no place left.",
    "invite": "One takes part in this event by invitation only.",
    "refused": "The organiser has declined.",
}


def is_over(event: EventRecord, now: int) -> bool:
    """Whether an event has ended."""
    return (event.ends_at if event.ends_at is not None else event.starts_at) < now


def is_full(event: EventRecord, taken: int) -> bool:
    """Whether an event has no place left."""
    return event.max_attendees is not None and taken >= event.max_attendees


def answer_to(
    event: EventRecord, before: AttendanceRecord | None, taken: int, now: int
) -> tuple[Answer, str]:
    """What somebody is told who asks to take part, and why not: a name in `REASONS`.

    Asking twice gets the same answer; who was declined stays so until the organiser thinks again.
    """
    if event.joining in {"external", "none"}:
        return "elsewhere", ""
    if event.status == "cancelled":
        return "rejected", "cancelled"
    if before is not None and before.state == "accepted":
        return "accepted", ""
    if is_over(event, now):
        return "rejected", "over"
    if before is not None and before.state == "rejected":
        return "rejected", "refused"
    if is_full(event, taken):
        return "rejected", "full"
    if event.joining == "invite":
        return "rejected", "invite"
    return ("accepted" if event.joining == "free" else "requested"), ""


async def stand_at(
    tx: Tx, record: ObjectRecord, person: ActorRecord, state: str, now: int, *, url: str = ""
) -> AttendanceRecord:
    """Let somebody stand to an event in another way; in one of ours they are counted again."""
    await tx.events.hold(record.id)
    before = await tx.events.attendance(record.id, person.id)
    attendance = AttendanceRecord(record.id, person.id, state, url, "", 0, now, now)
    if before is not None:
        attendance = replace(before, state=state, url=url or before.url, updated_at=now)
        if before.state in {"left", "rejected"}:
            attendance = replace(attendance, created_at=now)
    await tx.events.save_attendance(attendance)
    if record.local:
        await recount(tx, record)
    return attendance


async def end_attendances(tx: Tx, person: ActorRecord, now: int) -> None:
    """Let somebody who is gone take part in nothing to come: their places are free for others.

    Who was there stays counted; what was noted of them is forgotten.
    """
    places = await tx.events.of_person(person.id, ["accepted", "requested"])
    await _free(tx, [record for _, record in places], person, now)
    await tx.events.forget_notes(person.id)


async def end_project_attendances(
    tx: Tx, group: ActorRecord, person: ActorRecord, now: int
) -> None:
    """Free the places of who belongs to a project no more, at events that they see no more."""
    places = await tx.events.of_person(person.id, ["accepted", "requested"])
    entries = await tx.project_entries.by_ids([record.id for _, record in places])
    inside = [
        record
        for _, record in places
        if record.id in entries and entries[record.id].project_id == group.id
    ]
    seen = await visible_by_ids(tx, [record.id for record in inside], person)
    await _free(tx, [record for record in inside if record.id not in seen], person, now)


async def _free(tx: Tx, records: list[ObjectRecord], person: ActorRecord, now: int) -> None:
    """End the registrations of somebody at those of some events that are still to come."""
    events = await tx.events.by_ids([record.id for record in records])
    for record in records:
        if record.id in events and not is_over(events[record.id], now):
            await stand_at(tx, record, person, "left", now)


async def may_organise(tx: Tx, record: ObjectRecord, viewer: ActorRecord | None) -> bool:
    """Whether somebody leads an event of this node: who announced it, a lead of its project."""
    if viewer is None or not record.local or not viewer.local:
        return False
    if record.actor_id == viewer.id:
        return True
    entry = await tx.project_entries.by_id(record.id)
    if entry is None or entry.state == "refused":
        return False
    return steers(await tx.projects.membership(entry.project_id, viewer.id))


async def organisers(tx: Tx, record: ObjectRecord) -> list[ActorRecord]:
    """Who is told of registrations: the author of an event, who lives here."""
    author = await tx.actors.by_id(record.actor_id)
    return [author] if author is not None and author.local else []
