"""Beginning to change, or to adapt, an experience that is published."""

from dataclasses import replace
from typing import Final

from actors.administration import has_role
from federation.errors import Refused
from objects.experiences.drafts import Draft, Writer, Written, load_draft, start
from objects.experiences.fields import DEFAULT_LICENCE, Experience
from objects.experiences.reading import StoredExperience, load
from storage.records import ObjectRecord
from storage.store import Tx

SHARE_ALIKE: Final = frozenset({"CC-BY-SA-4.0", "CC-BY-NC-SA-4.0"})
NO_DERIVATIVES: Final = frozenset({"CC-BY-ND-4.0"})


def may_change(stored: StoredExperience, writer: Writer) -> bool:
    """Its author, co-authors of this node, editors for what the organisation wrote too."""
    if not stored.record.local:
        return False
    urls = {contributor.url for contributor in stored.experience.contributors}
    own = {writer.actor.url}
    if writer.editor and writer.organisation is not None:
        own.add(writer.organisation.url)
    return may_withdraw(stored, writer) or not urls.isdisjoint(own)


def may_withdraw(stored: StoredExperience, writer: Writer) -> bool:
    """Its author, and editors for the organisation's."""
    owners = {writer.actor.id, writer.organisation_id}
    return bool(stored.record.local) and stored.author.id in owners


def made_at(record: ObjectRecord) -> int:
    """When the present version was made, in milliseconds."""
    return record.edited_at or record.published_at


async def begin_change(tx: Tx, stored: StoredExperience, writer: Writer, now: int) -> Draft:
    """The draft in which `writer` changes an experience, made on first mention. `Refused` 403."""
    if not may_change(stored, writer):
        raise Refused(403, "not-yours", "Only its authors can change this experience.")
    record = stored.record
    for existing in await tx.drafts.of_object(record.id):
        if existing.owner_id == writer.actor.id and existing.copy_of is None:
            return await load_draft(tx, existing.id, writer)
    files = await tx.drafts.of_media(record.id)
    places = [file.url.rpartition("/")[2] for file in stored.files]
    shown = sorted(
        (media for media in files if media.file in places), key=lambda m: places.index(m.file)
    )
    written = Written(stored.experience, {}, stored.author.id)
    return await start(
        tx,
        writer,
        written,
        now,
        born_from=f"change {record.id} {made_at(record)}",
        object_id=record.id,
        base_at=made_at(record),
        media_ids=[media.id for media in shown],
    )


async def begin_reuse(tx: Tx, stored: StoredExperience, writer: Writer, now: int) -> Draft:
    """A new draft of somebody who adapted an experience of anybody, on any node."""
    written = Written(adapted(stored.experience, stored.record.url), {}, writer.actor.id)
    return await start(tx, writer, written, now)


def adapted(original: Experience, url: str) -> Experience:
    """What an adaptation begins with: what is common to both, and how it was done if the
    licence allows changed copies; the licence too when it must stay the same.
    """
    free = original.licence not in NO_DERIVATIVES
    return Experience(
        title=original.title if free else "",
        publics=original.publics,
        objectives=original.objectives,
        modalities=original.modalities,
        approach=original.approach if free else "",
        tools=original.tools,
        themes=original.themes,
        licence=original.licence if original.licence in SHARE_ALIKE else DEFAULT_LICENCE,
        reach=original.reach,
        language=original.language,
        adapted_from=url,
    )


async def still_allowed(tx: Tx, draft: Draft, writer: Writer) -> bool:
    """Whether what a draft becomes is still for `writer`, or whoever began it, to publish.

    Time passes between beginning and publishing: a co-author was taken out of the published
    version, an editor who wrote for the organisation is no editor any more.
    """
    record = draft.record
    if record.object_id is None:
        owner = await _owner(tx, draft, writer)
        return record.author_id in {record.owner_id, writer.organisation_id, owner.organisation_id}
    author = await tx.actors.by_id(record.author_id)
    stored = await load(tx, record.object_id, author)
    if stored is None:
        return False
    return may_change(stored, writer) or may_change(stored, await _owner(tx, draft, writer))


async def _owner(tx: Tx, draft: Draft, writer: Writer) -> Writer:
    """Who began a draft, as what they are here today; `writer` when they are gone."""
    owner = await tx.actors.by_id(draft.record.owner_id)
    member = await tx.members.by_actor(draft.record.owner_id)
    if owner is None or member is None or not has_role(member, "member"):
        return writer
    return Writer(owner, has_role(member, "editor"), writer.organisation)


async def rebase(tx: Tx, draft: Draft, now: int) -> None:
    """Let a draft replace the version that is published now. `Refused` 409, 410."""
    record = draft.record
    published = None if record.object_id is None else await tx.objects.by_id(record.object_id)
    if published is None or published.deleted_at is not None:
        raise Refused(410, "gone", "This experience was withdrawn meanwhile.")
    moved = replace(record, base_at=made_at(published), updated_at=now)
    if not await tx.drafts.set_state(moved, record.revision):
        raise Refused(409, "draft-changed", "Somebody changed this draft meanwhile.")
