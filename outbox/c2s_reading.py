"""What the acts of a client name: objects by their id, the actor's own ones."""

from typing import Any

from federation.documents import Document
from objects.projects.membership import steers
from outbox.context import ActRefused, OutboxContext
from outbox.recipients import Recipients
from storage.records import ActivityRecord, ActorRecord, ObjectRecord
from storage.store import Tx


def object_url(posted: Document) -> str:
    """The id of the object of an activity; raises `ActRefused` 422 when there is none."""
    url = posted.first_id("object")
    if url is None:
        raise ActRefused(422, "no-object", f"This {posted.type} names no object.")
    return url


async def own(
    context: OutboxContext, actor: ActorRecord, url: str, *, led: bool = False
) -> ObjectRecord:
    """An object of the actor, with `led` also one of a project here that the actor leads.

    Raises `ActRefused` 404 for anything else.
    """

    async def look(tx: Tx) -> ObjectRecord | None:
        record = await tx.objects.by_url(url)
        if record is None or record.actor_id == actor.id or not (led and record.local):
            return record if record is not None and record.actor_id == actor.id else None
        membership = await tx.projects.membership(record.actor_id, actor.id)
        return record if steers(membership) else None

    record = await context.store.query(look)
    if record is None:
        raise ActRefused(404, "not-found", f"{url} is not an object of this actor.")
    return record


async def latest(context: OutboxContext, actor: ActorRecord, kind: str, url: str) -> ActivityRecord:
    """The last activity of this type about an object; raises `ActRefused` 409 without one."""
    known = await context.store.query(lambda tx: tx.activities.latest(actor.id, kind, url))
    if known is None:
        raise ActRefused(409, "no-change", "Nothing was to be done.")
    return known


async def noted(
    context: OutboxContext,
    actor: ActorRecord,
    activity: dict[str, Any],
    number: int | None = None,
) -> ActivityRecord:
    """Put into the actor's outbox what was done here already: nobody needs to be told."""
    return await context.store.write(
        lambda tx: context.publisher.publish(
            tx, actor, activity, recipients=Recipients(), activity_id=number, quiet=True
        )
    )
