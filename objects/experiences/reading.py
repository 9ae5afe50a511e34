"""Experiences as pages need them: with their people and files, for whoever may see them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from objects.experiences.fields import Experience, from_json
from objects.incoming import attachments_of
from objects.reading import Attachment
from objects.visibility import visible_by_ids
from storage.concepts import Concept
from storage.experiences import ExperienceRecord
from storage.records import ActorRecord, ObjectRecord
from storage.store import Tx


@dataclass(frozen=True, slots=True)
class ContributorView:
    """An author beside the first one; `actor` is None while nobody here knows them."""

    url: str
    role: str
    actor: ActorRecord | None = None


@dataclass(frozen=True, slots=True)
class StoredExperience:
    """An experience that somebody may see. `editor` made this version, if not the author."""

    record: ObjectRecord
    author: ActorRecord
    experience: Experience
    contributors: tuple[ContributorView, ...]
    editor: ActorRecord | None
    files: tuple[Attachment, ...]


async def load(tx: Tx, object_id: int, viewer: ActorRecord | None) -> StoredExperience | None:
    """The experience that is this object, if it is one that `viewer` (None: a stranger) may see."""
    return (await load_many(tx, [object_id], viewer)).get(object_id)


async def load_many(
    tx: Tx, ids: Sequence[int], viewer: ActorRecord | None
) -> dict[int, StoredExperience]:
    """Those of these objects that are experiences and may be seen, in that order; four queries."""
    visible = await visible_by_ids(tx, ids, viewer)
    rows = await tx.experiences.by_ids(list(visible))
    read = {number: from_json(row.fields) for number, row in rows.items()}
    wanted = {visible[number].actor_id for number in rows}
    wanted |= {row.editor_id for row in rows.values() if row.editor_id is not None}
    people = await tx.actors.by_ids(sorted(wanted))
    urls = {other.url for experience in read.values() for other in experience.contributors}
    others = await tx.actors.by_urls(sorted(urls)) if urls else {}
    return {
        number: _whole(visible[number], rows[number], read[number], people, others)
        for number in dict.fromkeys(ids)
        if number in rows and visible[number].actor_id in people
    }


def _whole(
    record: ObjectRecord,
    row: ExperienceRecord,
    experience: Experience,
    people: Mapping[int, ActorRecord],
    others: Mapping[str, ActorRecord],
) -> StoredExperience:
    author = people[record.actor_id]
    return StoredExperience(
        record,
        author,
        experience,
        tuple(
            ContributorView(other.url, other.role, others.get(other.url))
            for other in experience.contributors
        ),
        people.get(row.editor_id) if row.editor_id is not None else None,
        attachments_of(record, author),
    )


def concept_uris(experience: Experience) -> list[str]:
    """Every concept that an experience names, each once."""
    named = (
        *experience.themes,
        *experience.modalities,
        *experience.publics,
        experience.maturity,
        experience.author_role,
        *(other.role for other in experience.contributors),
    )
    return list(dict.fromkeys(uri for uri in named if uri))


async def concepts_of(tx: Tx, experiences: Sequence[Experience]) -> dict[str, Concept]:
    """The concepts that some experiences name, by URI; one query."""
    uris = {uri for experience in experiences for uri in concept_uris(experience)}
    return await tx.concepts.by_uris(sorted(uris)) if uris else {}
