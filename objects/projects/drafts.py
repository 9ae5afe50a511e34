"""Writing a note of a project: savings that lose nothing, in however many windows."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

import msgspec

from federation.errors import Refused
from objects.experiences.drafts import MAX_TOKEN, Window
from objects.projects.membership import may_publish
from storage.ids import new_id
from storage.project_drafts import MAX_LISTED, ProjectDraftRecord
from storage.records import ActorRecord, MediaRecord
from storage.store import Tx

MAX_FIELDS: Final = 200_000
TITLE_LENGTH: Final = 80
Meanwhile = Literal["", "saved", "gone"]


class Typed(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was typed into the fields of a note, right or wrong."""

    kind: str = ""
    title: str = ""
    text: str = ""
    milestone: str = ""
    reach: str = ""
    happened: str = ""
    link: str = ""

    @property
    def empty(self) -> bool:
        """Whether nothing is said: what is only chosen is lost without regret."""
        return not f"{self.title}{self.text}{self.link}".strip()

    @property
    def name(self) -> str:
        """By what its author knows it again: the title, or how the text begins; may be empty."""
        words = " ".join((self.title.strip() or self.text).split())
        return words if len(words) <= TITLE_LENGTH else f"{words[:TITLE_LENGTH]}…"


@dataclass(frozen=True, slots=True)
class ProjectDraft:
    """A draft as pages show it; `others` were saved by other windows in the same project."""

    record: ProjectDraftRecord
    typed: Typed
    files: tuple[MediaRecord, ...] = ()
    others: tuple[ProjectDraftRecord, ...] = ()


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of a saving: the draft that holds it, and what happened to the one before.

    `saved`: another window saved something else, which stays beside it; `gone`: it was published
    or thrown away.
    """

    draft: ProjectDraft
    meanwhile: Meanwhile = ""


@dataclass(frozen=True, slots=True)
class Unpublished:
    """A draft with the project in which it is written."""

    draft: ProjectDraft
    group: ActorRecord


async def keep(
    tx: Tx,
    owner_id: int,
    project_id: int,
    typed: Typed,
    window: Window,
    now: int,
    *,
    files: Sequence[int] = (),
    draft_id: int | None = None,
) -> Kept | None:
    """Keep what was typed. Over a newer saving of another window it becomes a draft of its own.

    `draft_id` is the draft that the window shows, `files` are uploads of the owner. None when
    nothing is said yet. Of a draft that is gone a new one is made, unless the page sends by
    itself: then `Refused` 410. Raises `Refused` 422 for too large a text.
    """
    fields, chosen = _fields(typed), list(files)
    token = window.token[:MAX_TOKEN] or str(new_id())
    own = await tx.project_drafts.of_form(owner_id, project_id, token)
    record = own or await _shown(tx, owner_id, project_id, draft_id)
    fresh = ProjectDraftRecord(
        new_id(), owner_id, project_id, fields, 1, token, window.step, now, now
    )
    if record is None:
        if typed.empty and not chosen:
            return None
        if draft_id is not None and window.automatic:
            raise Refused(410, "draft-gone", "This draft was published or deleted meanwhile.")
        known = await tx.project_drafts.of_project(owner_id, project_id)
        meanwhile: Meanwhile = "gone" if draft_id is not None else "saved" if known else ""
        return Kept(await _begin(tx, fresh, chosen), meanwhile)
    if own is not None and window.automatic and window.step <= own.saved_step:
        return Kept(await whole(tx, own))
    return await _save_over(tx, record, fresh, chosen, None if own else window.revision)


async def _save_over(
    tx: Tx,
    record: ProjectDraftRecord,
    fresh: ProjectDraftRecord,
    files: list[int],
    seen: int | None,
) -> Kept:
    """Put what is in `fresh` into a draft, if nobody saved it since the revision that was `seen`.

    None: the form that sends saved last itself. Else both are kept, one beside the other.
    """
    before = await whole(tx, record)
    if fresh.fields == record.fields and [media.id for media in before.files] == files:
        return Kept(before)
    revision = record.revision if seen is None else seen
    again = replace(fresh, id=record.id, revision=revision + 1, created_at=record.created_at)
    if await tx.project_drafts.save(again, revision):
        await tx.project_drafts.set_media(record.id, files)
        return Kept(await whole(tx, again))
    if seen is None:
        fresh = replace(fresh, saved_from=f"{fresh.saved_from} {fresh.id}")
    return Kept(await _begin(tx, fresh, files), "saved")


async def draft_in(
    tx: Tx, owner_id: int, project_id: int, wanted: int | None = None
) -> ProjectDraft | None:
    """What somebody is writing in a project: the draft that is asked for, or the latest."""
    known = await tx.project_drafts.of_project(owner_id, project_id)
    if not known:
        return None
    record = next((one for one in known if one.id == wanted), known[0])
    return await _with_files(tx, record, known)


async def draft_of(tx: Tx, owner_id: int, draft_id: int) -> Unpublished:
    """A draft for its owner, wherever they stand to its project by now. Raises `Refused` 404."""
    record = await tx.project_drafts.by_id(draft_id, owner_id)
    group = await tx.actors.by_id(record.project_id) if record is not None else None
    if record is None or group is None:
        raise Refused(404, "no-draft", "There is no such draft.")
    return Unpublished(await whole(tx, record), group)


async def may_go_on(tx: Tx, found: Unpublished) -> bool:
    """Whether the owner of a draft may write notes in its project now."""
    record = found.draft.record
    project = await tx.projects.by_id(record.project_id)
    membership = await tx.projects.membership(record.project_id, record.owner_id)
    if project is None or found.group.state != "active":
        return False
    return may_publish(project, membership)


async def unpublished(tx: Tx, owner_id: int, limit: int = MAX_LISTED) -> list[Unpublished]:
    """What somebody is writing in projects, latest first, without the files; two queries."""
    records = await tx.project_drafts.of_person(owner_id, limit)
    groups = await tx.actors.by_ids([record.project_id for record in records])
    return [
        Unpublished(ProjectDraft(record, typed_in(record)), groups[record.project_id])
        for record in records
        if record.project_id in groups
    ]


async def whole(tx: Tx, record: ProjectDraftRecord) -> ProjectDraft:
    """A draft with its files and what stands beside it."""
    known = await tx.project_drafts.of_project(record.owner_id, record.project_id)
    return await _with_files(tx, record, known)


def typed_in(record: ProjectDraftRecord) -> Typed:
    """What a draft holds."""
    return msgspec.json.decode(record.fields, type=Typed)


async def _with_files(
    tx: Tx, record: ProjectDraftRecord, known: Sequence[ProjectDraftRecord]
) -> ProjectDraft:
    others = tuple(one for one in known if one.id != record.id)
    files = tuple(await tx.project_drafts.media(record.id))
    return ProjectDraft(record, typed_in(record), files, others)


async def _shown(
    tx: Tx, owner_id: int, project_id: int, draft_id: int | None
) -> ProjectDraftRecord | None:
    record = await tx.project_drafts.by_id(draft_id, owner_id) if draft_id is not None else None
    return record if record is not None and record.project_id == project_id else None


async def _begin(tx: Tx, fresh: ProjectDraftRecord, files: list[int]) -> ProjectDraft:
    if await tx.project_drafts.add(fresh):
        await tx.project_drafts.set_media(fresh.id, files)
        return await whole(tx, fresh)
    # the same form was sent twice at the same moment: the later one counts
    made = await tx.project_drafts.of_form(fresh.owner_id, fresh.project_id, fresh.saved_from)
    assert made is not None
    again = replace(made, fields=fresh.fields, saved_step=fresh.saved_step)
    await tx.project_drafts.save(again, made.revision)
    await tx.project_drafts.set_media(made.id, files)
    return await whole(tx, replace(again, revision=made.revision + 1))


def _fields(typed: Typed) -> str:
    fields = msgspec.json.encode(typed).decode()
    if len(fields) > MAX_FIELDS:
        raise Refused(422, "too-large", "This text is too long to be kept.")
    return fields
