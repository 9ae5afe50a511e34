"""Who takes part in events: those of ours, and what other servers answer to people here."""

from dataclasses import replace

import orjson

from federation.addresses import same_origin
from federation.documents import Document
from inbox.context import HandlerContext, Ignored, Violation
from inbox.people import tell, visible_object
from objects.events.attending import MAX_NOTE, REASONS, answer_to, organisers, stand_at
from storage.events import AttendanceRecord
from storage.records import ObjectRecord

WAITING = frozenset({"accepted", "requested"})
ANSWERED = WAITING | {"rejected"}


async def receive_join(context: HandlerContext) -> str:
    """Register somebody for an event of ours, ask its organiser, or say why not.

    Who may not see the event learns nothing. Asking twice gets the same answer.
    """
    found = await visible_object(context, context.activity.first_id("object"))
    event = await context.tx.events.by_id(found.record.id)
    if event is None or not found.record.local:
        raise Ignored("the object of the Join is no project or event of ours")
    if context.incoming.local:
        raise Ignored("whoever is here registers here")
    tx, person, record = context.tx, context.actor, found.record
    await tx.events.hold(record.id)
    before = await tx.events.attendance(record.id, person.id)
    taken = await tx.events.count_accepted(record.id)
    answer, reason = answer_to(event, before, taken, context.now)
    if answer in WAITING:
        await _register(context, record, before, answer)
    await context.outgoing.answer_attendance(
        tx, record, person, context.url, answer=answer, reason=REASONS.get(reason, "")
    )
    return f"answered: {reason or answer}" if answer not in WAITING else ""


async def _register(
    context: HandlerContext, record: ObjectRecord, before: AttendanceRecord | None, answer: str
) -> None:
    attendance = await stand_at(
        context.tx, record, context.actor, answer, context.now, url=context.url
    )
    if before is not None and before.state == answer:
        return
    said = context.activity.text("content") or context.activity.text("participationMessage") or ""
    if said.strip():
        noted = replace(attendance, note=said.strip()[:MAX_NOTE])
        await context.tx.events.save_attendance(noted)
    kind = "event.joined" if answer == "accepted" else "event.asked"
    for organiser in await organisers(context.tx, record):
        await tell(context, organiser, kind, record.id)


async def receive_leave(context: HandlerContext) -> str:
    """Note that somebody takes part in an event of ours no more."""
    await leave(context, context.activity.first_id("object"))
    return ""


async def leave(context: HandlerContext, url: str | None) -> None:
    """End the actor's registration for an event of ours. Raises `Ignored` when there is none."""
    record = await context.tx.objects.by_url(url) if url else None
    before = await context.tx.events.attendance(record.id, context.actor.id) if record else None
    if record is None or not record.local or before is None or before.state not in WAITING:
        raise Ignored("who leaves takes part in nothing of ours")
    await stand_at(context.tx, record, context.actor, "left", context.now)


async def receive_undo_join(context: HandlerContext) -> str:
    """Somebody takes their Join back: that is leaving."""
    undone = context.activity.embedded("object")
    url = context.activity.first_id("object") or ""
    if undone is not None and undone.has("actor") and undone.first_id("actor") != context.actor.url:
        raise Violation("only one's own Join can be undone")
    attendance = await context.tx.events.attendance_by_url(url)
    if attendance is not None and attendance.actor_id != context.actor.id:
        raise Violation("only one's own Join can be undone")
    if attendance is None:
        await leave(context, undone.first_id("object") if undone is not None else None)
        return ""
    record = await context.tx.objects.by_id(attendance.object_id)
    await leave(context, record.url if record is not None else None)
    return ""


# what the server of an event elsewhere answers


async def asked_by_us(context: HandlerContext) -> AttendanceRecord | None:
    """The registration of somebody here that is answered, by its Join's id or by what it names."""
    url = context.activity.first_id("object") or ""
    found = await context.tx.events.attendance_by_url(url)
    if found is not None and context.identifiers.is_local(url):
        return found
    embedded = context.activity.embedded("object")
    if embedded is None or embedded.type != "Join":
        return None
    asker = await context.tx.actors.by_url(embedded.first_id("actor") or "")
    record = await context.tx.objects.by_url(embedded.first_id("object") or "")
    if asker is None or not asker.local or record is None:
        return None
    return await context.tx.events.attendance(record.id, asker.id)


async def receive_answer(
    context: HandlerContext, attendance: AttendanceRecord, *, agreed: bool
) -> str:
    """Note what becomes of the registration of somebody here, and tell them.

    Only who stands behind the event answers, and may think again; who has left in the meantime
    stays away.
    """
    tx = context.tx
    record = await tx.objects.by_id(attendance.object_id)
    person = await tx.actors.by_id(attendance.actor_id)
    if record is None or person is None or not person.local or record.local:
        raise Ignored("the answer is to nobody here")
    if not _answers_for(context, record):
        raise Violation("only who organises the event answers")
    if attendance.state not in ANSWERED:
        raise Ignored("who asked has left in the meantime")
    wanted = "accepted" if agreed else "rejected"
    if attendance.state == wanted:
        return "was answered before"
    await stand_at(tx, record, person, wanted, context.now)
    kind = "event.admitted" if agreed else "event.declined"
    await tell(context, person, kind, record.id)
    return ""


def _answers_for(context: HandlerContext, record: ObjectRecord) -> bool:
    """The author; Mobilizon answers in the name of the person who wrote it for a group."""
    if context.actor.id == record.actor_id:
        return True
    written_by = Document(orjson.loads(record.document)).first_id("actor")
    return context.actor.url == written_by and same_origin(written_by, record.url)
