"""A draft as the page of the experience that it would become."""

from dataclasses import replace

from actors.identifiers import Identifiers
from objects.experiences.checking import concepts_of
from objects.experiences.drafts import Draft, Writer
from objects.experiences.reading import ContributorView, StoredExperience
from objects.media import small_pictures
from objects.reading import Attachment
from storage.records import ActorRecord, MediaRecord, ObjectRecord
from storage.store import Tx
from web.public.sheet import Sheet


async def draft_sheet(tx: Tx, draft: Draft, writer: Writer, identifiers: Identifiers) -> Sheet:
    """What the public page shows, made out of a draft; a constant number of queries."""
    experience, record = draft.experience, draft.record
    concepts = await tx.concepts.by_uris(concepts_of(experience))
    author = await tx.actors.by_id(record.author_id) or writer.actor
    urls = [contributor.url for contributor in experience.contributors]
    known = await tx.actors.by_urls(urls) if urls else {}
    contributors = tuple(
        ContributorView(one.url, one.role, known.get(one.url)) for one in experience.contributors
    )
    files = tuple(_attachment(media, identifiers) for media in draft.media)
    stored = StoredExperience(
        _record(draft, author, identifiers), author, experience, contributors, None, files
    )
    pictures = await small_pictures(tx, identifiers, [file.url for file in files])
    carrier = writer.organisation
    own = carrier is None or carrier.id == author.id
    return replace(Sheet(stored, concepts), carrier=None if own else carrier, pictures=pictures)


def _attachment(media: MediaRecord, identifiers: Identifiers) -> Attachment:
    return Attachment(
        identifiers.media(media.file),
        media.media_type,
        media.description,
        media.blurhash,
        media.width,
        media.height,
    )


def _record(draft: Draft, author: ActorRecord, identifiers: Identifiers) -> ObjectRecord:
    """The object as it would be stored; its number is that of the draft."""
    number, experience = draft.record.id, draft.experience
    return ObjectRecord(
        id=number,
        url=identifiers.object(number),
        type="Article",
        actor_id=author.id,
        local=1,
        visibility=experience.reach,
        in_reply_to=None,
        in_reply_to_id=None,
        conversation=None,
        name=experience.title,
        summary=experience.summary,
        content="",
        language=experience.language,
        sensitive=0,
        html_url="",
        document="{}",
        published_at=draft.record.updated_at,
    )
