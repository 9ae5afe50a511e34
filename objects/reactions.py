"""Likes, shares and pins: each once, taken back without harm, told to a local author."""

from objects.visibility import Visibility, may_see
from storage.activities import Reaction
from storage.ids import new_id
from storage.records import ActorRecord, NotificationRecord, ObjectRecord, ReactionRecord
from storage.store import Tx

_KINDS: dict[Reaction, str] = {"likes": "like", "shares": "share"}


async def like(tx: Tx, actor: ActorRecord, record: ObjectRecord, url: str, now: int) -> bool:
    """Record a like (`url` is its activity); False when there was one, or nothing to see."""
    return await _react(tx, "likes", actor, record, url, now, "public")


async def share(
    tx: Tx,
    actor: ActorRecord,
    record: ObjectRecord,
    url: str,
    now: int,
    visibility: Visibility = "public",
) -> bool:
    """Record a share; False when there was one, or when it would spread what is not public.

    Authors may share what only their followers see, with those followers.
    """
    own = record.actor_id == actor.id and record.visibility == "followers"
    if record.visibility not in {"public", "unlisted"} and not own:
        return False
    return await _react(tx, "shares", actor, record, url, now, visibility)


async def unlike(tx: Tx, actor: ActorRecord, record: ObjectRecord) -> bool:
    """Take a like back; False when there was none."""
    return await _unreact(tx, "likes", actor, record)


async def unshare(tx: Tx, actor: ActorRecord, record: ObjectRecord) -> bool:
    """Take a share back; False when there was none."""
    return await _unreact(tx, "shares", actor, record)


async def tell_sharers(tx: Tx, record: ObjectRecord, now: int) -> None:
    """Tell those here who shared an object that its author changed it."""
    for owner_id in await tx.statuses.local_sharers(record.id):
        if owner_id != record.actor_id:
            await tx.activities.notify(
                NotificationRecord(
                    new_id(), owner_id, "update", record.actor_id, record.id, now, None
                )
            )


async def pin(tx: Tx, actor: ActorRecord, record: ObjectRecord, now: int) -> bool:
    """Feature an object on its author's profile; False when it was, or is somebody else's."""
    if record.actor_id != actor.id or record.deleted_at is not None:
        return False
    return await tx.activities.feature(actor.id, record.id, now)


async def unpin(tx: Tx, actor: ActorRecord, record: ObjectRecord) -> bool:
    """Take a pin away; False when there was none."""
    return await tx.activities.unfeature(actor.id, record.id)


async def _react(
    tx: Tx,
    kind: Reaction,
    actor: ActorRecord,
    record: ObjectRecord,
    url: str,
    now: int,
    visibility: Visibility,
) -> bool:
    if not await may_see(tx, record, actor):
        return False
    reaction = ReactionRecord(new_id(), actor.id, record.id, url, now)
    if not await tx.activities.react(kind, reaction, visibility):
        return False
    told = record.local and record.actor_id != actor.id
    if told and not await _of_its_project(tx, actor, record):
        await tx.activities.notify(
            NotificationRecord(
                new_id(), record.actor_id, _KINDS[kind], actor.id, record.id, now, None
            )
        )
    return True


async def _of_its_project(tx: Tx, actor: ActorRecord, record: ObjectRecord) -> bool:
    """Whether a project passes on what was written in it: no news for its author."""
    if actor.type != "Group":
        return False
    entry = await tx.project_entries.by_id(record.id)
    return entry is not None and entry.project_id == actor.id


async def _unreact(tx: Tx, kind: Reaction, actor: ActorRecord, record: ObjectRecord) -> bool:
    reaction = await tx.activities.reaction(kind, actor.id, record.id)
    if reaction is None or not await tx.activities.unreact(kind, reaction):
        return False
    if kind == "shares":
        await tx.streams.unshared(reaction.url)
    if record.local:
        await tx.activities.unnotify(record.actor_id, _KINDS[kind], actor.id, record.id)
    return True
