"""A client's `Join` and `Leave` of an event: registering for it, here or elsewhere (FEP-8a8e)."""

from federation.documents import Document
from outbox.acts.events.attending import join_event, leave_event
from outbox.builders import join, leave
from outbox.c2s_reading import latest, noted, object_url
from outbox.context import OutboxContext
from storage.records import ActivityRecord, ActorRecord, ObjectRecord


async def event_named(
    context: OutboxContext, actor: ActorRecord, posted: Document
) -> ObjectRecord | None:
    """The known event that an activity is about. Raises `LookupError` for one not for the actor."""
    url = object_url(posted)
    known = await context.store.query(lambda tx: tx.objects.by_url(url))
    if known is None or known.type != "Event":
        return None
    return await context.objects.visible(url, actor)


async def take_part(
    context: OutboxContext, actor: ActorRecord, posted: Document, event: ObjectRecord
) -> ActivityRecord:
    """Register for an event. Raises `ActRefused`."""
    message = posted.text("content") or ""
    await join_event(context, actor, event, message)
    if event.local:
        return await noted(context, actor, join.build(event.url, [], message))
    return await latest(context, actor, "Join", event.url)


async def take_part_no_more(
    context: OutboxContext, actor: ActorRecord, event: ObjectRecord
) -> ActivityRecord:
    """Take a registration back. Raises `ActRefused`."""
    await leave_event(context, actor, event)
    if event.local:
        return await noted(context, actor, leave.build(event.url, []))
    return await latest(context, actor, "Leave", event.url)
