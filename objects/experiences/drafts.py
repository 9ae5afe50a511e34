"""Writing an experience: savings that lose nothing, whoever else writes at the same moment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import orjson

from federation.errors import Refused
from objects.experiences.fields import Experience, from_json, to_json
from storage.drafts import DraftRecord
from storage.ids import new_id
from storage.records import ActorRecord, MediaRecord
from storage.store import Tx

MAX_FIELDS: Final = 2_000_000
MAX_FILES: Final = 20
MAX_TOKEN: Final = 100


@dataclass(frozen=True, slots=True)
class Writer:
    """Somebody who writes here: their actor, whether they are an editor, and the organisation."""

    actor: ActorRecord
    editor: bool
    organisation: ActorRecord | None

    @property
    def organisation_id(self) -> int | None:
        """The organisation in whose name they may publish; editors alone."""
        return self.organisation.id if self.organisation is not None and self.editor else None


@dataclass(frozen=True, slots=True)
class Written:
    """What a form holds: the fields, and what was typed into fields that cannot hold it."""

    experience: Experience
    typed: Mapping[str, str]
    author_id: int
    interviewed: str = ""
    interviewed_id: int | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """The open form that sends: the revision that it shows, its name, its own count.

    `automatic`: sent by the page itself, without anybody asking for it.
    """

    revision: int
    token: str
    step: int = 0
    automatic: bool = False


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft as pages show it."""

    record: DraftRecord
    experience: Experience
    typed: dict[str, str]
    media: tuple[MediaRecord, ...]
    coauthors: frozenset[int]
    writers: frozenset[int]

    @property
    def has_pictures(self) -> bool:
        """Whether there are pictures, on which people may be seen."""
        return any(media.media_type.startswith("image/") for media in self.media)

    @property
    def involved(self) -> frozenset[int]:
        """Everybody who is no second pair of eyes for it."""
        record = self.record
        return self.coauthors | self.writers | {record.owner_id, record.author_id}


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of a saving: the draft that holds it, and of which draft it is a copy if any."""

    draft: Draft
    copied: bool = False


def may_edit(draft: Draft, writer: Writer) -> bool:
    """The owner, co-authors of this node, who was interviewed, editors for the organisation's."""
    record, person = draft.record, writer.actor.id
    mine = person in {record.owner_id, record.interviewed_id} or person in draft.coauthors
    return mine or record.author_id == writer.organisation_id


def may_read(draft: Draft, writer: Writer) -> bool:
    """Those who may edit it, and editors once it waits for review."""
    return may_edit(draft, writer) or (writer.editor and draft.record.state == "review")


async def load_draft(tx: Tx, draft_id: int, writer: Writer) -> Draft:
    """A draft for somebody who may read it; raises `Refused` 404 for anybody else."""
    record = await tx.drafts.by_id(draft_id)
    draft = None if record is None else await _whole(tx, record)
    if draft is None or not may_read(draft, writer):
        raise _missing()
    return draft


async def start(
    tx: Tx,
    writer: Writer,
    written: Written,
    now: int,
    *,
    born_from: str = "",
    object_id: int | None = None,
    base_at: int = 0,
    media_ids: Sequence[int] = (),
    copy_of: int | None = None,
    number: int | None = None,
) -> Draft:
    """A new draft of `writer`, or the one that the same form made before.

    `number` will be its id. Whoever names a published experience (`object_id`) has checked that
    `writer` may change it. Raises `Refused` 422 for an author in whose name they may not write,
    or too large a text.
    """
    token = born_from[:MAX_TOKEN]
    record = DraftRecord(
        id=number or new_id(),
        owner_id=writer.actor.id,
        author_id=_author(writer, written, None) if object_id is None else written.author_id,
        object_id=object_id,
        base_at=base_at,
        fields=_fields(written),
        state="writing",
        reviewer_id=None,
        review_note="",
        revision=1,
        created_at=now,
        updated_at=now,
        typed=_typed(written),
        copy_of=copy_of,
        born_from=token,
        saved_by=writer.actor.id,
        saved_from=token.partition(" ")[0],
        interviewed=written.interviewed,
        interviewed_id=written.interviewed_id,
    )
    if not await tx.drafts.add(record):
        existing = await tx.drafts.by_birth(writer.actor.id, token)
        assert existing is not None
        return await _whole(tx, existing)
    await tx.drafts.set_media(record.id, list(media_ids))
    await _note_people(tx, record, writer, written)
    return await _whole(tx, record)


async def save(
    tx: Tx, draft_id: int, writer: Writer, written: Written, window: Window, now: int
) -> Saved:
    """Keep what was written. Over a newer saving of another form it becomes a copy of its own.

    A draft that is gone begins anew, unless the page sends by itself: then `Refused` 410.
    Raises `Refused` 404, and 422 as `start`.
    """
    record = await tx.drafts.by_id(draft_id)
    if record is None:
        return await _begin_anew(tx, draft_id, writer, written, window, now)
    draft = await _whole(tx, record)
    if not may_read(draft, writer):
        raise _missing()
    same_window = record.saved_by == writer.actor.id and record.saved_from == window.token != ""
    if same_window and window.automatic and window.step <= record.saved_step:
        return Saved(draft)
    changed = replace(
        record,
        fields=_fields(written),
        typed=_typed(written),
        author_id=_author(writer, written, record),
        interviewed=written.interviewed,
        interviewed_id=written.interviewed_id,
        saved_by=writer.actor.id,
        saved_from=window.token[:MAX_TOKEN],
        saved_step=window.step,
        updated_at=now,
    )
    if _same(changed, record):
        return Saved(draft)
    revision = record.revision if same_window else window.revision
    if not await tx.drafts.save(changed, revision):
        return await _copy(tx, draft, writer, written, window, now)
    await _note_people(tx, changed, writer, written)
    return Saved(await _whole(tx, replace(changed, revision=revision + 1)))


async def set_files(tx: Tx, draft: Draft, media_ids: Sequence[int]) -> None:
    """Give a draft these of its own or the writer's files, in this order. `Refused` 422."""
    if len(media_ids) > MAX_FILES:
        raise Refused(422, "too-many-files", f"At most {MAX_FILES} files are possible.")
    await tx.drafts.set_media(draft.record.id, list(dict.fromkeys(media_ids)))


async def discard(tx: Tx, draft_id: int, writer: Writer) -> Draft:
    """Throw a draft away; its owner, or an editor for the organisation. `Refused` 404."""
    draft = await load_draft(tx, draft_id, writer)
    owns = draft.record.owner_id == writer.actor.id
    if not owns and draft.record.author_id != writer.organisation_id:
        raise Refused(403, "not-yours", "Only its owner can delete this draft.")
    await tx.drafts.remove(draft_id)
    return draft


async def drafts_of(tx: Tx, writer: Writer) -> list[tuple[DraftRecord, Experience]]:
    """What somebody may go on writing, latest first."""
    found = await tx.drafts.of_person(writer.actor.id, writer.organisation_id)
    return [(record, from_json(record.fields)) for record in found]


async def other_version(tx: Tx, draft: Draft, writer: Writer) -> Draft | None:
    """The draft with which a comparison is offered: what this is a copy of, or its latest copy."""
    record = draft.record
    others = [record.copy_of] if record.copy_of else []
    others += [copy.id for copy in reversed(await tx.drafts.copies(record.id))]
    for number in others:
        other = await tx.drafts.by_id(number)
        whole = None if other is None else await _whole(tx, other)
        if whole is not None and may_read(whole, writer):
            return whole
    return None


async def _begin_anew(
    tx: Tx, draft_id: int, writer: Writer, written: Written, window: Window, now: int
) -> Saved:
    """The draft was published or thrown away by somebody else: what was typed is kept."""
    if window.automatic:
        raise Refused(410, "draft-gone", "This draft was published or deleted meanwhile.")
    own = replace(written, author_id=writer.actor.id)
    token = f"{window.token[:40]} after {draft_id}"
    return Saved(await start(tx, writer, own, now, born_from=token), copied=True)


async def _copy(
    tx: Tx, draft: Draft, writer: Writer, written: Written, window: Window, now: int
) -> Saved:
    """Somebody saved in between: both versions are kept, the second beside the first."""
    record = draft.record
    token = f"{window.token[:40]} beside {record.id}"
    copy = await tx.drafts.by_birth(writer.actor.id, token)
    if copy is not None:
        again = replace(window, revision=copy.revision)
        return replace(await save(tx, copy.id, writer, written, again, now), copied=True)
    may = {writer.actor.id, writer.organisation_id}
    own = record.object_id is None and written.author_id not in may
    made = await start(
        tx,
        writer,
        replace(written, author_id=writer.actor.id) if own else written,
        now,
        born_from=token,
        object_id=record.object_id,
        base_at=record.base_at,
        media_ids=[media.id for media in draft.media],
        copy_of=record.id,
    )
    await tx.draft_sources.copy(record.id, made.record.id)
    return Saved(made, copied=True)


async def _whole(tx: Tx, record: DraftRecord) -> Draft:
    coauthors = await tx.drafts.people(record.id, "coauthor")
    writers = await tx.drafts.people(record.id, "wrote")
    return Draft(
        record,
        from_json(record.fields),
        dict(orjson.loads(record.typed)),
        tuple(await tx.drafts.media(record.id)),
        frozenset(coauthors),
        frozenset(writers),
    )


async def _note_people(tx: Tx, record: DraftRecord, writer: Writer, written: Written) -> None:
    urls = [contributor.url for contributor in written.experience.contributors]
    await tx.drafts.set_coauthors(record.id, urls)
    await tx.drafts.note_writer(record.id, writer.actor.id)


def _author(writer: Writer, written: Written, record: DraftRecord | None) -> int:
    """In whose name: one's own, the organisation's for editors, or as it was already."""
    allowed = {writer.actor.id, writer.organisation_id}
    if record is not None:
        allowed.add(record.author_id)
        if record.object_id is not None:
            return record.author_id
    if written.author_id not in allowed:
        raise Refused(422, "not-in-this-name", "You cannot publish in this name.")
    return written.author_id


def _same(one: DraftRecord, other: DraftRecord) -> bool:
    """Whether two savings hold the same."""
    names = ("fields", "typed", "author_id", "interviewed", "interviewed_id")
    return all(getattr(one, name) == getattr(other, name) for name in names)


def _fields(written: Written) -> str:
    text = to_json(written.experience)
    if len(text) > MAX_FIELDS:
        raise Refused(422, "too-large", "This text is too long to be kept.")
    return text


def _typed(written: Written) -> str:
    return orjson.dumps(dict(written.typed), option=orjson.OPT_SORT_KEYS).decode()


def _missing() -> Refused:
    return Refused(404, "no-draft", "There is no such draft.")
