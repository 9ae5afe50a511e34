"""The versions of a published experience: who made which when, as far as a reader may know."""

from dataclasses import dataclass

import orjson

from federation.documents import Document
from objects.experiences.fields import REACHES, Experience
from objects.experiences.wire import experience_of
from storage.records import ActorRecord, ObjectRecord
from storage.store import Tx


@dataclass(frozen=True, slots=True)
class Version:
    """One state of an experience; `number` counts from 1, `made_at` is in milliseconds.

    `editor` is who made it when that was not its author, as far as it is known.
    """

    number: int
    made_at: int
    editor: ActorRecord | None
    experience: Experience
    current: bool


async def versions_of(
    tx: Tx, record: ObjectRecord, author: ActorRecord, *, insider: bool
) -> list[Version]:
    """The versions of an experience that somebody may see, latest first; three queries.

    Others than those who may change it (`insider`) see no version that was for fewer people
    than the present one.
    """
    earlier = await tx.experiences.versions(record.id)
    present = await tx.experiences.by_id(record.id)
    last_editor = present.editor_id if present else None
    editors = {version.editor_id for version in earlier} | {last_editor}
    people = await tx.actors.by_ids([number for number in editors if number is not None])
    rows = [(v.created_at, v.editor_id, v.document) for v in earlier]
    rows.append((record.edited_at or record.published_at, last_editor, record.document))
    found = []
    for number, (made_at, editor_id, document) in enumerate(rows, start=1):
        read = Document(orjson.loads(document)) if document else None
        experience = experience_of(read, author.url) if read else None
        if experience is not None:
            editor = people.get(editor_id) if editor_id is not None else None
            found.append(Version(number, made_at, editor, experience, number == len(rows)))
    return _shown(found, insider=insider)[::-1]


def _shown(versions: list[Version], *, insider: bool) -> list[Version]:
    if insider or not versions:
        return versions
    reach = REACHES.index(versions[-1].experience.reach)
    return [v for v in versions if REACHES.index(v.experience.reach) <= reach]
