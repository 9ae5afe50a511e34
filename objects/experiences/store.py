"""Experiences beside their objects: kept, edited and emptied in the caller's transaction."""

from dataclasses import replace

import orjson

from federation.documents import Document
from objects.experiences.fields import Experience, from_json, to_json
from objects.experiences.wire import is_experience
from objects.search.index import happened_at, index_experience, unindex_experience
from storage.experiences import ExperienceRecord
from storage.records import ObjectRecord
from storage.store import Tx


async def keep_experience(
    tx: Tx,
    record: ObjectRecord,
    experience: Experience,
    author_url: str,
    *,
    editor_id: int | None = None,
) -> None:
    """Keep what an experience says, here or elsewhere, and make it findable.

    `editor_id` made this version when that was not the author.
    """
    authors = [(author_url, experience.author_role)]
    authors += [(other.url, other.role) for other in experience.contributors]
    row = ExperienceRecord(
        record.id,
        to_json(experience),
        experience.carried_by,
        experience.adapted_from,
        happened_at(experience) or record.published_at,
        editor_id,
        experience.project,
    )
    await tx.experiences.save(row, authors)
    await index_experience(tx, record, experience)


async def keep_edit(
    tx: Tx,
    before: ObjectRecord,
    after: ObjectRecord,
    experience: Experience | None,
    author_url: str,
    *,
    editor_id: int | None = None,
) -> None:
    """Follow an edit of an object: it is an experience still, now, or no more.

    What never leaves this node is taken over from the version before.
    """
    if experience is None:
        if was_experience(before):
            await unindex_experience(tx, before.id)
            await tx.experiences.remove(before.id)
        return
    if after.local and not experience.consent:
        known = await tx.experiences.by_id(before.id)
        consent = known is not None and from_json(known.fields).consent
        experience = replace(experience, consent=consent)
    await keep_experience(tx, after, experience, author_url, editor_id=editor_id)


async def empty_experience(tx: Tx, record: ObjectRecord) -> None:
    """Forget what a withdrawn experience said; what was made from it still names it."""
    if record.type == "Article":
        await unindex_experience(tx, record.id)
        await tx.experiences.empty(record.id)


def was_experience(record: ObjectRecord) -> bool:
    """Whether a stored object is an experience; costs nothing for what is no article."""
    if record.type != "Article" or not record.document:
        return False
    return is_experience(Document(orjson.loads(record.document)))
