"""Taking part in an event, here or elsewhere, and what organisers do with registrations."""

from collections.abc import Mapping
from dataclasses import replace

from objects.events.attending import (
    MAX_NOTE,
    REASONS,
    answer_to,
    is_full,
    is_over,
    may_organise,
    organisers,
    stand_at,
)
from objects.visibility import may_see
from outbox.acts.events.answering import tell
from outbox.builders import join as joining
from outbox.builders import leave as leaving
from outbox.context import ActRefused, OutboxContext
from outbox.recipients import Recipients
from storage.events import AttendanceRecord, EventRecord
from storage.ids import new_id
from storage.records import ActorRecord, NotificationRecord, ObjectRecord
from storage.store import Tx

PRESENT_STATES = ["accepted", "requested", "rejected"]
ELSEWHERE = "Registrations for this event are not kept here."


async def join_event(
    context: OutboxContext, person: ActorRecord, record: ObjectRecord, message: str = ""
) -> AttendanceRecord:
    """Register for an event, or ask to; asking again changes nothing.

    Raises `ActRefused`: 404 for what one may not see, 409 when there is no place, or no time, or
    one registers on another site.
    """

    async def operation(tx: Tx) -> AttendanceRecord:
        current, event = await _event(tx, person, record)
        if current.actor_id == person.id:
            raise ActRefused(409, "own-event", "Who organises an event takes part anyway.")
        await tx.events.hold(record.id)
        before = await tx.events.attendance(record.id, person.id)
        if current.local:
            return await _join_here(context, tx, person, current, event, before, message)
        if before is not None and before.state in {"accepted", "requested"}:
            return before
        if event.joining in {"external", "none"}:
            raise ActRefused(409, "elsewhere", ELSEWHERE)
        if event.status == "cancelled" or is_over(event, context.now()):
            reason = "cancelled" if event.status == "cancelled" else "over"
            raise ActRefused(409, reason, REASONS[reason])
        return await _ask(context, tx, person, current, message)

    return await context.store.write(operation)


async def _join_here(
    context: OutboxContext,
    tx: Tx,
    person: ActorRecord,
    record: ObjectRecord,
    event: EventRecord,
    before: AttendanceRecord | None,
    message: str,
) -> AttendanceRecord:
    taken = await tx.events.count_accepted(record.id)
    answer, reason = answer_to(event, before, taken, context.now())
    if answer == "elsewhere":
        raise ActRefused(409, "elsewhere", ELSEWHERE)
    if answer == "rejected":
        raise ActRefused(409, reason, REASONS[reason])
    if before is not None and before.state == answer:
        return before
    attendance = await stand_at(tx, record, person, answer, context.now())
    if message.strip():
        attendance = replace(attendance, note=message.strip()[:MAX_NOTE])
        await tx.events.save_attendance(attendance)
    kind = "event.joined" if answer == "accepted" else "event.asked"
    for organiser in await organisers(tx, record):
        await tx.activities.notify(
            NotificationRecord(
                new_id(), organiser.id, kind, person.id, record.id, context.now(), None
            )
        )
    return attendance


async def _ask(
    context: OutboxContext, tx: Tx, person: ActorRecord, record: ObjectRecord, message: str
) -> AttendanceRecord:
    """Ask the server of an event; what it answers decides."""
    if await tx.relationships.blocked_either_way(person.id, record.actor_id):
        raise ActRefused(403, "blocked", "One of the two blocks the other.")
    author = await tx.actors.by_id(record.actor_id)
    if author is None:
        raise ActRefused(404, "not-found", "There is no such event, or not for you.")
    number = new_id()
    url = context.identifiers.activity(number)
    attendance = await stand_at(tx, record, person, "requested", context.now(), url=url)
    await context.publisher.publish(
        tx,
        person,
        joining.build(record.url, [author.url], message),
        recipients=Recipients(actors=(author.id,), personal=True),
        activity_id=number,
    )
    return attendance


async def leave_event(
    context: OutboxContext, person: ActorRecord, record: ObjectRecord
) -> AttendanceRecord:
    """Take a registration back. Raises `ActRefused` 404 when there is none."""

    async def operation(tx: Tx) -> AttendanceRecord:
        before = await tx.events.attendance(record.id, person.id)
        author = await tx.actors.by_id(record.actor_id)
        if before is None or author is None or before.state not in {"accepted", "requested"}:
            raise ActRefused(404, "not-registered", "You are not registered for this event.")
        attendance = await stand_at(tx, record, person, "left", context.now())
        if not author.local:
            await context.publisher.publish(
                tx,
                person,
                leaving.build(record.url, [author.url]),
                recipients=Recipients(actors=(author.id,), personal=True),
            )
        return attendance

    return await context.store.write(operation)


async def answer_attendance(
    context: OutboxContext,
    organiser: ActorRecord,
    record: ObjectRecord,
    person_id: int,
    *,
    agreed: bool,
    reason: str = "",
) -> AttendanceRecord:
    """Let somebody take part in an event of this node, or not (any more).

    Raises `ActRefused` for those who do not organise it, for who did not ask, and when it is full.
    """

    async def operation(tx: Tx) -> AttendanceRecord:
        await tx.events.hold(record.id)
        event = await _organised(tx, organiser, record)
        before = await tx.events.attendance(record.id, person_id)
        person = await tx.actors.by_id(person_id)
        if before is None or person is None or before.state not in PRESENT_STATES:
            raise ActRefused(404, "no-request", "This person did not ask to take part.")
        wanted = "accepted" if agreed else "rejected"
        if before.state == wanted:
            return before
        if agreed and is_full(event, await tx.events.count_accepted(record.id)):
            raise ActRefused(409, "full", REASONS["full"])
        attendance = await stand_at(tx, record, person, wanted, context.now())
        await tell(
            tx,
            context.publisher,
            record,
            person,
            attendance.url,
            context.now(),
            answer="accepted" if agreed else "rejected",
            reason=reason or ("" if agreed else REASONS["refused"]),
        )
        return attendance

    return await context.store.write(operation)


async def note_attendances(
    context: OutboxContext,
    organiser: ActorRecord,
    record: ObjectRecord,
    noted: Mapping[int, tuple[bool, str]],
) -> int:
    """Keep who was there, and notes, by actor id; gives how many lines changed. `ActRefused`."""

    async def operation(tx: Tx) -> int:
        await _organised(tx, organiser, record)
        await tx.events.hold(record.id)
        changed = 0
        for attendance, person in await tx.events.attendees(record.id, PRESENT_STATES):
            if person.id not in noted:
                continue
            present, note = noted[person.id]
            after = replace(attendance, present=int(present), note=note.strip()[:MAX_NOTE])
            if after != attendance:
                await tx.events.save_attendance(replace(after, updated_at=context.now()))
                changed += 1
        return changed

    return await context.store.write(operation)


async def _event(
    tx: Tx, person: ActorRecord, record: ObjectRecord
) -> tuple[ObjectRecord, EventRecord]:
    current, event = await tx.objects.by_id(record.id), await tx.events.by_id(record.id)
    if current is None or event is None or not await may_see(tx, current, person):
        raise ActRefused(404, "not-found", "There is no such event, or not for you.")
    return current, event


async def _organised(tx: Tx, organiser: ActorRecord, record: ObjectRecord) -> EventRecord:
    event = await tx.events.by_id(record.id)
    if event is None or not await may_see(tx, record, organiser):
        raise ActRefused(404, "not-found", "There is no such event, or not for you.")
    if not await may_organise(tx, record, organiser):
        raise ActRefused(403, "not-the-organiser", "Only those who organise the event decide this.")
    return event
