"""What the acts of a client name: objects by their id, the actor's own ones."""

from federation.documents import Document
from outbox.context import ActRefused, OutboxContext
from storage.records import ActorRecord, ObjectRecord


def object_url(posted: Document) -> str:
    """The id of the object of an activity; raises `ActRefused` 422 when there is none."""
    url = posted.first_id("object")
    if url is None:
        raise ActRefused(422, "no-object", f"This {posted.type} names no object.")
    return url


async def own(context: OutboxContext, actor: ActorRecord, url: str) -> ObjectRecord:
    """An object of the actor; raises `ActRefused` 404 for anything else."""
    record = await context.store.query(lambda tx: tx.objects.by_url(url))
    if record is None or record.actor_id != actor.id:
        raise ActRefused(404, "not-found", f"{url} is not an object of this actor.")
    return record
