"""Libraries of experiences: some written by hand, three hundred made up."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from bench.library import experience_record, put, shelve
from node.demo_experiences import Made, carriers, experiences
from objects.experiences.fields import Experience
from storage.records import ActorRecord, ObjectRecord
from storage.store import Store, Tx

NOW = 1_795_000_000_000


def organisation(key: str, name: str, number: int, host: str = "node.example") -> ActorRecord:
    """An organisation; it is of this node when its host is node.example."""
    return ActorRecord(
        number,
        f"https://{host}/users/{key}",
        int(host == "node.example"),
        "Organization",
        key,
        host,
        name=name,
        created_at=NOW,
        updated_at=NOW,
    )


async def people(store: Store, actors: Iterable[ActorRecord]) -> list[ActorRecord]:
    """Store actors."""
    listed = list(actors)

    async def operation(tx: Tx) -> None:
        for actor in listed:
            await tx.actors.insert("actors", actor)

    await store.write(operation)
    return listed


async def publish(
    store: Store,
    author: ActorRecord,
    title: str,
    *,
    visibility: str = "public",
    published: date = date(2026, 3, 2),
    **fields: Any,
) -> ObjectRecord:
    """Store and index one experience written by hand."""
    experience = Experience(title=title, summary=fields.pop("summary", "En bref."), **fields)
    made = Made(experience, "", "", "", "", published)
    record = experience_record(made, author, 0, visibility)
    await store.write(lambda tx: put(tx, record, made))
    return record


async def fill_library(store: Store, number: int) -> dict[int, Made]:
    """Store so many made-up experiences, one organisation after the other; id → what it is."""
    authors = await people(
        store,
        (organisation(key, name, place) for place, (key, name) in enumerate(carriers(), 1)),
    )
    made = list(experiences(number))
    records = await shelve(store, made, authors)
    return {record.id: each for record, each in zip(records, made, strict=True)}
