"""A node full of experiences: made up, written to the database as publishing leaves them."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import orjson

from federation.vocabulary import PUBLIC
from node.demo_experiences import Made
from objects.experiences.fields import to_json
from objects.search.index import index_experience
from storage.experiences import ExperienceRecord
from storage.ids import new_id
from storage.records import ActorRecord, ObjectRecord
from storage.store import Store, Tx

CHUNK = 250


async def shelve(
    store: Store, made: Sequence[Made], authors: Sequence[ActorRecord], visibility: str = "public"
) -> list[ObjectRecord]:
    """Store and index experiences, by each of the authors in turn; gives their records."""
    records = [
        experience_record(each, authors[place % len(authors)], place, visibility)
        for place, each in enumerate(made)
    ]
    for start in range(0, len(made), CHUNK):
        chunk = list(zip(records[start : start + CHUNK], made[start : start + CHUNK], strict=True))

        async def operation(tx: Tx, chunk: list[tuple[ObjectRecord, Made]] = chunk) -> None:
            for record, each in chunk:
                await put(tx, record, each)

        await store.write(operation)
    return records


async def put(tx: Tx, record: ObjectRecord, made: Made) -> None:
    """Store one experience with its object, and index it."""
    await tx.objects.add(record)
    experience = made.experience
    row = ExperienceRecord(
        record.id, to_json(experience), experience.carried_by, experience.adapted_from, 0
    )
    await tx.experiences.save(row, [])
    await index_experience(tx, record, experience)


def experience_record(
    made: Made, author: ActorRecord, place: int, visibility: str = "public"
) -> ObjectRecord:
    """The object of a made-up experience, published at noon of its day and some milliseconds."""
    day = datetime(made.published.year, made.published.month, made.published.day, tzinfo=UTC)
    at = int((day + timedelta(hours=12)).timestamp() * 1000) + place
    number = new_id(at)
    url = f"{author.url.rpartition('/users/')[0]}/objects/{number}"
    experience = made.experience
    content = "".join(
        f"<p>{text}</p>" for text in (experience.context, experience.approach, experience.results)
    )
    document = {
        "id": url,
        "type": "Article",
        "attributedTo": author.url,
        "name": experience.title,
        "summary": experience.summary,
        "content": content,
        "to": [PUBLIC],
    }
    return ObjectRecord(
        id=number,
        url=url,
        type="Article",
        actor_id=author.id,
        local=author.local,
        visibility=visibility,
        in_reply_to=None,
        in_reply_to_id=None,
        conversation=None,
        name=experience.title,
        summary=experience.summary,
        content=content,
        language="fr",
        sensitive=0,
        html_url=url,
        document=orjson.dumps(document).decode(),
        published_at=at,
        created_at=at,
    )
