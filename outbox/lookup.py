"""What a member's client asks for through `proxyUrl`: from our own store, else from afar."""

from typing import Any

import orjson

from actors.documents import actor_document
from actors.emojis import profile_emojis
from federation.documents import Document
from federation.fetch import Fetcher
from objects.documents import activity_document, object_document
from objects.reading import without_media
from objects.visibility import may_see
from outbox.context import OutboxContext
from storage.records import ActivityRecord, ActorRecord
from storage.store import Tx


async def look_up(
    context: OutboxContext, fetcher: Fetcher, url: str, viewer: ActorRecord
) -> dict[str, Any]:
    """The document with this id, as far as `viewer` may see it.

    Many activities cannot be fetched from their servers, so what arrived here is looked at
    first. Raises federation errors of the fetch, and `Untrusted` for a suspended domain.
    """
    await context.remote.rules.distrust_if_suspended(url)
    found = await _found(context, fetcher, url, viewer)
    if await context.remote.rules.severity(url) == "reject_media":
        return without_media(Document(found)).raw
    return found


async def _found(
    context: OutboxContext, fetcher: Fetcher, url: str, viewer: ActorRecord
) -> dict[str, Any]:
    async with context.store.read() as tx:
        known = await _stored(context, tx, url, viewer)
    if known is not None:
        return known
    if context.identifiers.is_local(url):
        raise LookupError(f"There is nothing at {url} for you.")
    return (await fetcher.document(url)).raw


async def _stored(
    context: OutboxContext, tx: Tx, url: str, viewer: ActorRecord
) -> dict[str, Any] | None:
    actor = await tx.actors.by_url(url)
    if actor is not None and actor.state == "active":
        return await _actor(context, tx, actor)
    record = await tx.objects.by_url(url)
    if record is not None and await may_see(tx, record, viewer):
        return dict(object_document(record, context.identifiers))
    activity = await tx.activities.by_url(url)
    if activity is not None and await _involved(tx, activity, viewer):
        about = await tx.objects.by_id(activity.object_id) if activity.object_id else None
        return activity_document(activity, about, context.identifiers)
    return None


async def _actor(context: OutboxContext, tx: Tx, actor: ActorRecord) -> dict[str, Any] | None:
    if actor.local:
        emojis = await profile_emojis(tx, context.identifiers, actor)
        keys = await tx.actors.keys(actor.id)
        return actor_document(actor, keys, context.identifiers, emojis)
    return dict(orjson.loads(actor.document)) if actor.document else None


async def _involved(tx: Tx, activity: ActivityRecord, viewer: ActorRecord) -> bool:
    """Whether an activity is public, the viewer's own, or came to the viewer's inbox."""
    if activity.visibility in ("public", "unlisted") or activity.actor_id == viewer.id:
        return True
    return await tx.activities.came_to(viewer.id, activity.id)
