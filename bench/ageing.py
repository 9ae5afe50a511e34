"""An old node: objects of others by the hundred thousand, as years of following leave them."""

from collections.abc import Iterator

import orjson

from bench.cast import PARAGRAPH, many
from bench.insertions import insert_all
from federation.vocabulary import ACTIVITYSTREAMS, PUBLIC
from storage.ids import new_id
from storage.records import ActivityRecord, ActorRecord, ObjectRecord
from storage.store import Store, Tx

CHUNK = 5_000
AUTHORS = 200
YEARS_MS = 2 * 365 * 24 * 3600 * 1000
FOLLOWED = 4
"""One object of so many is in somebody's home timeline here."""


async def age(store: Store, objects: int, now: int) -> None:
    """Insert `objects` notes of 200 authors over two years, with their activities and timelines."""
    hosts = [f"ancien{number}.example" for number in range(AUTHORS)]
    authors = [person.record(now) for person in many(hosts, "ancienne", AUTHORS)]
    async with store.transaction() as tx:
        await insert_all(tx, "actors", authors)
        reader = await tx.actors.local("org")
    assert reader is not None
    moments = _moments(objects, now)
    for start in range(0, objects, CHUNK):
        size = min(CHUNK, objects - start)
        notes = [_note(authors[number % AUTHORS], next(moments)) for number in range(size)]
        async with store.transaction() as tx:
            await _insert(tx, notes, authors, reader.id)


def _moments(total: int, now: int) -> Iterator[int]:
    for number in range(total):
        yield now - YEARS_MS + YEARS_MS * number // total


def _note(author: ActorRecord, at: int) -> ObjectRecord:
    number = new_id(at)
    url = f"{author.url}/notes/{number}"
    content = f"<p>{PARAGRAPH}</p>"
    document = {
        "@context": ACTIVITYSTREAMS,
        "id": url,
        "type": "Note",
        "attributedTo": author.url,
        "content": content,
        "to": [PUBLIC],
        "cc": [author.followers_url],
    }
    return ObjectRecord(
        id=number,
        url=url,
        type="Note",
        actor_id=author.id,
        local=0,
        visibility="public",
        in_reply_to=None,
        in_reply_to_id=None,
        conversation=None,
        name="",
        summary="",
        content=content,
        language="fr",
        sensitive=0,
        html_url=url,
        document=orjson.dumps(document).decode(),
        published_at=at,
        created_at=at,
    )


async def _insert(
    tx: Tx, notes: list[ObjectRecord], authors: list[ActorRecord], reader: int
) -> None:
    by_id = {author.id: author for author in authors}
    activities = [_create(note, by_id[note.actor_id]) for note in notes]
    await insert_all(tx, "objects", notes)
    await insert_all(tx, "activities", activities)
    shown = list(zip(notes, activities, strict=True))[::FOLLOWED]
    await tx.connection.execute_many(
        "insert into timeline (owner_id, id, activity_id, object_id, actor_id, home, inbox) "
        "values ($1, $2, $3, $4, $5, 1, 1)",
        [(reader, note.id, create.id, note.id, note.actor_id) for note, create in shown],
    )


def _create(note: ObjectRecord, author: ActorRecord) -> ActivityRecord:
    return ActivityRecord(
        id=new_id(note.created_at),
        url=f"{note.url}/activity",
        type="Create",
        actor_id=author.id,
        local=0,
        visibility="public",
        object_url=note.url,
        object_id=note.id,
        document=note.document,
        created_at=note.created_at,
    )
