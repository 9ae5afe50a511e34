"""A project announces what it held when it moved here, for its journal and for who comes later.

Nobody gets these Announces now: whoever belongs to it had the entries from its former home.
"""

from typing import Any, Final

import orjson

from actors.documents import wire_time
from federation.documents import Document
from federation.vocabulary import CONTEXT
from outbox.acts.projects.hosting import passed_on
from outbox.publish import PUBLIC_VISIBILITIES, Publisher
from outbox.recipients import Recipients
from storage.ids import new_id
from storage.project_entries import EntryRecord
from storage.records import ActivityRecord, ActorRecord, ObjectRecord
from storage.store import Store, Tx

CHUNK: Final = 50
"""Entries announced in one transaction, each with a proof."""
SHARED: Final = (*PUBLIC_VISIBILITIES, "network", "project")


async def announce_past(store: Store, publisher: Publisher, group_id: int) -> None:
    """Announce all that came along and was not announced here yet.

    Interrupted, it goes on where it was: each chunk is one transaction.
    """
    while await store.query(lambda tx: tx.project_entries.untold(group_id, 1)):
        await store.write(lambda tx: _announce_some(tx, publisher, group_id))


async def _announce_some(tx: Tx, publisher: Publisher, group_id: int) -> None:
    group = await tx.actors.by_id(group_id)
    entries = await tx.project_entries.untold(group_id, CHUNK)
    ids = [entry.object_id for entry in entries]
    records = await tx.objects.by_ids(ids)
    authors = await tx.actors.by_ids([record.actor_id for record in records.values()])
    for entry in entries:
        record = records.get(entry.object_id)
        author = authors.get(record.actor_id) if record is not None else None
        if group is None or record is None or author is None or record.deleted_at is not None:
            continue
        if record.visibility in SHARED:
            await _announce(tx, publisher, group, record, entry, author)
    await tx.project_entries.told(ids)


async def _announce(
    tx: Tx,
    publisher: Publisher,
    group: ActorRecord,
    record: ObjectRecord,
    entry: EntryRecord,
    author: ActorRecord,
) -> None:
    """The entry at its number and its last change, at the moments when they came here."""
    said = await tx.project_entries.said(record.id, record.actor_id)
    created, changed = _done(said, "Create", author, record), _done(said, "Update", author, record)
    first = created[0][1] if created else None
    if first is None or (record.edited_at is not None and not changed):
        first, changed = _unproven(entry, author, record), []
    number = new_id(entry.created_at)
    parts: list[tuple[int, dict[str, Any], int, int | None]] = [
        (number, first, entry.created_at, entry.position)
    ]
    for at, latest in changed[-1:]:
        # The first Announce of an entry is the one that stands in the journal.
        parts.append((max(new_id(at), number + 1), latest, at, None))
    for activity_id, activity, at, position in parts:
        document = passed_on(group, record, activity, position)
        await publisher.publish(
            tx,
            group,
            document | {"published": wire_time(at)},
            recipients=Recipients(),
            object_id=record.id,
            visibility=record.visibility if record.visibility in PUBLIC_VISIBILITIES else "project",
            activity_id=activity_id,
            quiet=True,
        )


def _done(
    said: list[ActivityRecord], kind: str, author: ActorRecord, record: ObjectRecord
) -> list[tuple[int, dict[str, Any]]]:
    """What the author did of a type with their entry, with the proof if there was one, and when."""
    found = []
    for row in said:
        document = Document(orjson.loads(row.document))
        done = document.embedded("object") if document.type == "Announce" else document
        if done is None or done.type != kind or done.first_id("actor") != author.url:
            continue
        if done.first_id("object") == record.url:
            found.append((row.created_at, done.raw))
    return found


def _unproven(entry: EntryRecord, author: ActorRecord, record: ObjectRecord) -> dict[str, Any]:
    """The entry as it is now: whoever gets this asks its origin for it."""
    document = orjson.loads(record.document)
    return {
        "@context": CONTEXT,
        "id": entry.activity_url or f"{record.url}#create",
        "type": "Create",
        "actor": author.url,
        **{name: document[name] for name in ("to", "cc", "audience") if name in document},
        "object": document,
    }
