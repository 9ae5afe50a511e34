"""What an event of this node answers to those who want to take part; part of a transaction."""

from objects.events.attending import Answer
from outbox.builders import accept, ignore, reject
from outbox.publish import Publisher
from outbox.recipients import Recipients
from storage.ids import new_id
from storage.records import ActorRecord, NotificationRecord, ObjectRecord
from storage.store import Tx


async def tell(
    tx: Tx,
    publisher: Publisher,
    record: ObjectRecord,
    person: ActorRecord,
    join_url: str,
    now: int,
    *,
    answer: Answer,
    reason: str = "",
) -> None:
    """Tell somebody what becomes of their Join; people here get a notification."""
    author = await tx.actors.by_id(record.actor_id)
    if author is None or not author.local:
        return
    if person.local:
        kind = "event.admitted" if answer == "accepted" else "event.declined"
        await tx.activities.notify(
            NotificationRecord(new_id(), person.id, kind, author.id, record.id, now, None)
        )
        return
    request = {"type": "Join", "id": join_url, "actor": person.url, "object": record.url}
    match answer:
        case "accepted":
            activity = accept.build(request, person.url)
        case "rejected":
            activity = reject.build_with_reason(request, person.url, reason)
        case "elsewhere":
            activity = ignore.build(join_url, person.url)
        case "requested":
            return
    await publisher.publish(
        tx, author, activity, recipients=Recipients(actors=(person.id,), personal=True)
    )
