"""Home timelines, ActivityPub inboxes and notifications of the people here."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from objects.conversations import keep_conversation
from objects.incoming import IncomingObject, store_object
from objects.visibility import visible_by_ids
from storage.activities import TimelineEntry as Shown
from storage.ids import new_id
from storage.records import ActorRecord, NotificationRecord, ObjectRecord
from storage.store import Tx

RECENT_MS: Final = 6 * 3_600_000


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One line of a home timeline; `id` is for paging, `shared_by` is set for a share."""

    id: int
    record: ObjectRecord
    author: ActorRecord
    shared_by: ActorRecord | None


async def show_activity(
    tx: Tx,
    activity_id: int,
    actor: ActorRecord,
    record: ObjectRecord | None,
    *,
    addressed: set[int],
    followers: bool,
    home: bool,
    kinds: Mapping[int, str] | None = None,
    named: set[int] | None = None,
    shared: bool = False,
) -> None:
    """Put an activity into the timelines of those here whom it concerns; blocks count.

    `followers` reaches the actor's local followers, `addressed` these local actors (others
    among them are ignored), and an actor of ours sees what they did themselves. With `home`
    it shows in home timelines (of followers and of the actor), else only in inboxes; then the
    addressed (or `named` among them) are notified of a mention, or of what `kinds` says, a local
    author of a reply, and followers who want to know of every post, once. An entry of a home
    timeline is sorted by the id under which apps know it: that of the object, or (`shared`) of
    the activity that shares it.
    """
    in_home = home and record is not None
    number = record.id if in_home and record is not None and not shared else activity_id
    entry = Shown(number, activity_id, record.id if record else None, actor.id, in_home)
    author_id = record.actor_id if record else actor.id
    if followers:
        await tx.activities.show_to_followers(entry, author_id)
    owners = addressed | {actor.id} if actor.local else addressed
    if owners:
        await tx.activities.show_to(sorted(owners), entry, author_id)
    if in_home and record is not None and author_id == actor.id:
        told = addressed if named is None else named
        await notify_addressed(tx, actor, record, told, kinds or {})
        if followers:
            await _notify_watchers(tx, actor, record, addressed)
        await _show_around(tx, actor, record, addressed)
    if in_home and record is not None:
        await tx.streams.shown(record.id, number, actor.id)


async def _notify_watchers(
    tx: Tx, author: ActorRecord, record: ObjectRecord, addressed: set[int]
) -> None:
    """Tell followers who want to know of every post; answers to others are none of these."""
    watchers = set(await tx.bonds.watchers(author.id, record.id)) - addressed
    if not watchers:
        return
    if record.in_reply_to is not None:
        parent = await tx.objects.place(record.in_reply_to)
        if parent is None or parent.actor_id != author.id:
            return
    for owner_id in sorted(watchers):
        await tx.activities.notify(
            NotificationRecord(
                new_id(), owner_id, "status", author.id, record.id, record.created_at, None
            )
        )


async def _show_around(
    tx: Tx, author: ActorRecord, record: ObjectRecord, addressed: set[int]
) -> None:
    """Show a new post where it belongs besides: under followed hashtags, in conversations."""
    if record.visibility == "direct":
        await keep_conversation(tx, author, record, addressed)
    elif record.visibility == "public" and '"Hashtag"' in record.document:
        await tx.home_feeds.show_tagged(record.id, record.actor_id)


async def keep_found(tx: Tx, incoming: IncomingObject) -> bool:
    """Keep a public post that came because somebody shared, answered or asked for it.

    When it is of these hours, those who follow one of its hashtags are shown it. False when it
    is known.
    """
    if not await store_object(tx, incoming):
        return False
    record = incoming.record
    if record.created_at - record.published_at < RECENT_MS and record.visibility == "public":
        if incoming.tags:
            await tx.home_feeds.show_tagged(record.id, record.actor_id)
        await tx.streams.shown(record.id, record.id, record.actor_id)
    return True


async def notify_addressed(
    tx: Tx,
    author: ActorRecord,
    record: ObjectRecord,
    addressed: set[int],
    kinds: Mapping[int, str],
) -> None:
    """Tell those addressed by name, and the local author of the parent who may see the reply."""
    told = set(addressed)
    if record.in_reply_to is not None and record.visibility in {"public", "unlisted", "project"}:
        parent = await tx.objects.place(record.in_reply_to)
        told |= {parent.actor_id} if parent else set()
        if parent is not None and record.visibility == "project":
            told -= await _left(tx, record, parent.actor_id)
    for owner_id in sorted(told - {author.id}):
        kind = kinds.get(owner_id, "mention")
        await tx.activities.notify(
            NotificationRecord(
                new_id(), owner_id, kind, author.id, record.id, record.created_at, None
            )
        )


async def _left(tx: Tx, record: ObjectRecord, answered_id: int) -> set[int]:
    """The author of what is answered, if they do not belong to its project any more."""
    inside = record.in_reply_to_id is not None and await tx.objects.in_project(
        record.in_reply_to_id, answered_id
    )
    return set() if inside else {answered_id}


async def home(
    tx: Tx, owner: ActorRecord, before: int | None = None, limit: int = 20
) -> list[TimelineEntry]:
    """A page of a home timeline, latest first; three queries whatever its length.

    What the owner may no longer see is left out, so a page may be shorter than `limit`.
    """
    lines = await tx.activities.home(owner.id, before=before, limit=limit)
    records = await visible_by_ids(tx, [object_id for _, object_id, _ in lines], owner)
    people = {record.actor_id for record in records.values()} | {by for _, _, by in lines}
    actors = await tx.actors.by_ids(sorted(people))
    return [
        TimelineEntry(entry_id, record, actors[record.actor_id], _sharer(record, actors[by]))
        for entry_id, object_id, by in lines
        if (record := records.get(object_id)) is not None and actors[by].severity != "suspend"
    ]


def _sharer(record: ObjectRecord, brought_by: ActorRecord) -> ActorRecord | None:
    return brought_by if brought_by.id != record.actor_id else None
