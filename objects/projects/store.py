"""Projects and their entries as rows: kept, renewed, placed."""

from dataclasses import replace

import orjson

from actors.identifiers import Identifiers
from federation.documents import Document
from objects.projects import wire
from objects.projects.entries import NAMES, OF_THE_GROUP, REFUSED, Entry, Kind, entry_of, to_json
from objects.projects.entries import from_json as entry_from_json
from objects.projects.fields import ENDED, Project, from_json
from objects.projects.fields import to_json as project_json
from objects.projects.files import expect_files
from objects.projects.moving import is_now
from storage.project_entries import EntryRecord
from storage.projects import ProjectRecord
from storage.records import ActorRecord, ObjectRecord
from storage.store import Tx


def project_row(
    group: ActorRecord,
    project: Project,
    *,
    state: str,
    joining: str,
    reach: str,
    identifiers: Identifiers,
    now: int,
) -> ProjectRecord:
    """The row of a project that lives here, with what its actor says of it."""

    def said(*, inside: bool) -> str:
        found = wire.properties(group, project, state, joining, reach, identifiers, inside=inside)
        return orjson.dumps(found).decode()

    return ProjectRecord(
        actor_id=group.id,
        fields=project_json(project),
        state=state,
        joining=joining,
        reach=reach,
        properties=said(inside=False),
        member_properties=said(inside=True),
        position=0,
        closed_at=now if state in ENDED else None,
        created_at=now,
        updated_at=now,
    )


def is_known_project(group: ActorRecord) -> bool:
    """Whether the stored document of a Group elsewhere is that of a project space."""
    document = Document(orjson.loads(group.document)) if group.document else Document({})
    return not group.local and wire.is_project(document)


async def keep_remote_project(tx: Tx, group: ActorRecord, now: int) -> ProjectRecord | None:
    """Take over what the stored document of a Group elsewhere says; None when it is no project."""
    if not is_known_project(group):
        return None
    document = Document(orjson.loads(group.document))
    before = await tx.projects.by_id(group.id)
    state = wire.state_of(document)
    closed_at = before.closed_at if before else None
    record = ProjectRecord(
        actor_id=group.id,
        fields=project_json(wire.project_of(document)),
        state=state,
        joining=wire.joining_of(document),
        reach=wire.reach_of(document),
        properties="{}",
        member_properties="{}",
        position=before.position if before else 0,
        closed_at=(closed_at or now) if state in ENDED else None,
        created_at=before.created_at if before else now,
        updated_at=now,
    )
    if before is None:
        await tx.projects.add(record)
    else:
        await tx.projects.save(record)
    return record


def fields_of(record: ProjectRecord) -> Project:
    """What a project says of itself."""
    return from_json(record.fields)


async def keep_entry(
    tx: Tx, project_id: int, record: ObjectRecord, activity_url: str, now: int
) -> EntryRecord:
    """Note that a stored object belongs to a project; one that does already stays as it is."""
    known = await tx.project_entries.by_id(record.id)
    if known is not None:
        return known
    kind = await _kind_of_new(tx, project_id, record)
    row = replace(_row(project_id, record, now, kind), activity_url=activity_url)
    await tx.project_entries.save(row)
    await expect_files(tx, project_id, record, now)
    if entry_from_json(row.fields).replaces:
        await _take_place(tx, row, record)
    return row


async def _take_place(tx: Tx, row: EntryRecord, record: ObjectRecord) -> None:
    """Let what a project says itself stand for what it said at its former home, which is hidden."""
    old_url = entry_from_json(row.fields).replaces
    old = await tx.objects.by_url(old_url)
    before = await tx.project_entries.by_id(old.id) if old is not None else None
    if old is None or before is None or record.actor_id != row.project_id:
        return
    people = await tx.actors.by_ids([old.actor_id, record.actor_id])
    moved = people[old.actor_id].moved_to == people[record.actor_id].url
    if moved and before.project_id == row.project_id and before.kind == row.kind:
        await tx.project_entries.set_state(old.id, REFUSED)
        await tx.project_entries.replace_milestone(old_url, record.url)


async def renew_entry(tx: Tx, record: ObjectRecord, now: int) -> None:
    """Take over what an edited object says as an entry; nothing for what is none.

    Its kind, its place, and what the host refused, stay: who may write it was asked once.
    """
    known = await tx.project_entries.by_id(record.id)
    if known is None:
        return
    kind: Kind = known.kind  # type: ignore[assignment]  # as it was stored
    row = _row(known.project_id, record, now, kind)
    if known.state == "refused":
        row = replace(row, state=known.state)
    await tx.project_entries.save(row)
    await expect_files(tx, known.project_id, record, now)


def entry_in(record: ObjectRecord, kind: Kind | None = None) -> Entry:
    """The entry that a stored object carries; with `kind`, as one of that kind."""
    document = Document(orjson.loads(record.document))
    if kind is not None:
        document = document.with_values(**{"cmt:kind": f"cmt:{NAMES[kind]}"})
    return entry_of(document)


async def _kind_of_new(tx: Tx, project_id: int, record: ObjectRecord) -> Kind:
    """What a new entry is: a milestone or a call of anybody but the project is a post.

    What the project said where it lived before, it said itself.
    """
    kind = entry_in(record).kind
    if kind not in OF_THE_GROUP or record.actor_id == project_id:
        return kind
    people = await tx.actors.by_ids([record.actor_id, project_id])
    before, group = people.get(record.actor_id), people.get(project_id)
    was = before is not None and group is not None and await is_now(tx, before, group)
    return kind if was else "post"


def _row(project_id: int, record: ObjectRecord, now: int, kind: Kind) -> EntryRecord:
    entry = entry_in(record, kind)
    return EntryRecord(
        object_id=record.id,
        project_id=project_id,
        kind=entry.kind,
        position=0,
        milestone=entry.milestone,
        state=entry.state,
        due_at=entry.due_at,
        fields=to_json(entry),
        activity_url="",
        created_at=now,
    )
