"""Whom an activity concerns here: local actors, blocks between them and the sender, listings."""

from collections.abc import Iterable, Sequence

from federation.documents import Document
from inbox.context import Found, HandlerContext, Ignored
from objects.timelines import show_activity
from objects.visibility import may_see
from storage.ids import new_id
from storage.records import ActivityRecord, ActorRecord, NotificationRecord, ObjectRecord

AUDIENCE = ("to", "cc", "bto", "bcc", "audience")
MAX_AUDIENCE = 300


def audience_of(document: Document) -> tuple[str, ...]:
    """Everybody whom a document is addressed to, at most 300 for each property."""
    found = (uri for name in AUDIENCE for uri in document.ids(name)[:MAX_AUDIENCE])
    return tuple(dict.fromkeys(found))


async def local_actor(context: HandlerContext, url: str | None) -> ActorRecord | None:
    """The living local actor with this id."""
    local = context.identifiers.parse(url) if url else None
    if url is None or local is None or local.kind != "actor":
        return None
    actor = await context.tx.actors.by_url(url)
    return actor if actor is not None and actor.local and actor.state == "active" else None


async def local_people(context: HandlerContext, urls: Iterable[str]) -> dict[int, ActorRecord]:
    """The local actors among `urls`, and the owner of the personal inbox; without blockers."""
    ours = [url for url in urls if context.identifiers.is_local(url)]
    found = {
        actor.id: actor
        for actor in (await context.tx.actors.by_urls(ours)).values()
        if actor.local and actor.state == "active"
    }
    owner = context.inbox_owner
    if owner is not None:
        found[owner.id] = owner
    if not found:
        return {}
    blockers = await context.tx.relationships.blocked_by(context.actor.id)
    return {number: actor for number, actor in found.items() if number not in blockers}


async def refuse_if_blocked(context: HandlerContext, recipient: ActorRecord) -> None:
    """Drop in silence what somebody does not want to hear. Raises `Ignored`."""
    blockers = await context.tx.relationships.blocked_by(context.actor.id)
    if recipient.id in blockers:
        raise Ignored("the recipient blocks the actor")


async def visible_object(context: HandlerContext, url: str | None) -> Found:
    """A stored object that the actor may see and react to, with its author.

    Raises `Ignored` for everything else, blocks included: unauthorised looks like unknown.
    """
    record = await context.tx.objects.by_url(url) if url else None
    if record is None or record.deleted_at is not None:
        raise Ignored("the object is not known here")
    author = await context.tx.actors.by_id(record.actor_id)
    if author is None or not await may_see(context.tx, record, context.actor):
        raise Ignored("the object is not known here")
    if author.local:
        await refuse_if_blocked(context, author)
    return Found(record, author)


async def keep_activity(context: HandlerContext, activity: ActivityRecord) -> tuple[int, bool]:
    """Keep an activity's own row, once; its id, and whether it is new."""
    if await context.tx.activities.add(activity):
        return activity.id, True
    known = await context.tx.activities.by_url(activity.url)
    return (known.id if known else activity.id), False


async def list_in_inbox(
    context: HandlerContext, owners: Sequence[int], record: ObjectRecord | None = None
) -> None:
    """Put the activity into the ActivityPub inboxes of local actors, and into no timeline."""
    if not owners:
        return
    object_url = context.activity.first_id("object") or ""
    row = context.record("direct", object_url, record.id if record else None)
    number, _ = await keep_activity(context, row)
    await show_activity(
        context.tx,
        number,
        context.actor,
        record,
        addressed=set(owners),
        followers=False,
        home=False,
    )


async def tell(
    context: HandlerContext,
    owner: ActorRecord,
    kind: str,
    object_id: int | None = None,
    subject_id: int | None = None,
) -> None:
    """Leave a notification for a local actor; `subject_id` is the project it is about."""
    await context.tx.activities.notify(
        NotificationRecord(
            id=new_id(),
            owner_id=owner.id,
            kind=kind,
            actor_id=context.actor.id,
            object_id=object_id,
            created_at=context.now,
            read_at=None,
            subject_id=subject_id,
        )
    )
