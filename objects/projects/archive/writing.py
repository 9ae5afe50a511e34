"""The archive of a project: everything in it that one of its members may read."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import IO, Any, Final

import orjson

from actors.documents import wire_time
from actors.whole import whole_document
from federation.vocabulary import CONTEXT
from objects.archive.container import END, file_on_disk, opened_file, whole
from objects.archive.writing import ArchiveSources
from objects.documents import object_document
from objects.incoming import attachments_of
from objects.projects.archive import names
from objects.projects.archive.markdown import (
    Members,
    Written,
    entry_markdown,
    journal_part,
    named,
    project_markdown,
)
from objects.projects.entries import from_json
from objects.projects.membership import NotAllowed, is_member, steers
from objects.projects.store import fields_of
from objects.projects.wire import members_url
from objects.text import plain_text
from storage.project_entries import LAST
from storage.project_files import ProjectFileRecord
from storage.projects import MembershipRecord, ProjectRecord
from storage.records import ActorRecord, MediaRecord, ObjectRecord
from storage.store import Tx

BATCH: Final = 25
IN_MEMORY: Final = 2_000_000
EXPECTED: Final = ("invited", "requested")


@dataclass(slots=True)
class _Journal:
    """What the whole journal needs of the entries that were written already."""

    text: IO[bytes]
    order: list[dict[str, Any]] = field(default_factory=list)
    files: dict[str, None] = field(default_factory=dict)


async def export_project(
    sources: ArchiveSources, group: ActorRecord, member: ActorRecord, now: int
) -> AsyncIterator[bytes]:
    """The tar of a project, piece by piece (FEP-6fcd), as one of its members reads it.

    On the host that is all of it; on another server everything that arrived there. `now` in
    milliseconds. A batch of entries is in memory at once; the journal waits in a temporary file.
    Raises `NotAllowed` for somebody who is no member, before anything is written.
    """
    record, membership = await sources.store.query(partial(_opened, group, member))
    at_s = now // 1000
    language = fields_of(record).language
    said = names.manifest(group, member, (sources.version, sources.identifiers.origin), now)
    yield whole(names.MANIFEST, said, at_s)
    small = partial(_small_files, sources, group, record, membership)
    for name, content in await sources.store.query(small):
        yield whole(name, content, at_s)
    with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as spool:
        journal = _Journal(spool)
        async for part in _entries(sources, group, member, journal, language, at_s):
            yield part
        yield whole(names.ORDER, _json(_order(group, journal)), at_s)
        size = await asyncio.to_thread(_rewound, spool)
        async for part in opened_file(names.JOURNAL, spool, size, at_s):  # type: ignore[arg-type]
            yield part
    pictures = await sources.store.query(partial(_pictures, sources, group))
    journal.files |= dict.fromkeys(pictures)
    for file in journal.files:
        async for part in file_on_disk(names.MEDIA + file, sources.files.path(file), at_s):
            yield part
    yield END


async def _opened(
    group: ActorRecord, member: ActorRecord, tx: Tx
) -> tuple[ProjectRecord, MembershipRecord]:
    record = await tx.projects.by_id(group.id)
    membership = await tx.projects.membership(group.id, member.id)
    if record is None or membership is None or not is_member(membership):
        raise NotAllowed("not-a-member", "Only members of the project take a copy of it.")
    return record, membership


async def _small_files(
    sources: ArchiveSources,
    group: ActorRecord,
    record: ProjectRecord,
    membership: MembershipRecord,
    tx: Tx,
) -> list[tuple[str, bytes]]:
    project = fields_of(record)
    members = await tx.projects.memberships(group.id)
    expected: list[tuple[MembershipRecord, ActorRecord]] = []
    if steers(membership):
        for state in EXPECTED:
            expected += await tx.projects.memberships(group.id, state)
    concepts = await tx.concepts.by_uris(sorted(named(project)))
    text = project_markdown(group, record, project, plain_text(group.summary), members, concepts)
    return [
        (names.README, text.encode()),
        (names.ACTOR, _json(await _actor(sources, group, tx))),
        (names.SPACE, _json(_space(record))),
        (names.MEMBERS, _json(_members(group, [*members, *expected]))),
    ]


async def _actor(sources: ArchiveSources, group: ActorRecord, tx: Tx) -> dict[str, Any]:
    if group.local:
        return await whole_document(tx, sources.identifiers, group, inside=True)
    return dict(orjson.loads(group.document))


def _space(record: ProjectRecord) -> dict[str, Any]:
    return {
        "state": record.state,
        "joining": record.joining,
        "reach": record.reach,
        "fields": orjson.loads(record.fields),
        "position": record.position,
        "created": wire_time(record.created_at),
        "closed": wire_time(record.closed_at) if record.closed_at else None,
    }


def _members(group: ActorRecord, people: Members) -> dict[str, Any]:
    rows = [
        {
            "id": person.url,
            "type": person.type,
            "name": person.name,
            "account": person.account,
            "cmt:role": membership.role,
            "cmt:state": membership.state,
            "cmt:engagement": membership.engagement,
            "since": wire_time(membership.since),
        }
        for membership, person in people
    ]
    return _collection(members_url(group.url), rows)


def _order(group: ActorRecord, journal: _Journal) -> dict[str, Any]:
    return _collection(f"{group.url}/journal", journal.order)


async def _entries(
    sources: ArchiveSources,
    group: ActorRecord,
    member: ActorRecord,
    journal: _Journal,
    language: str,
    at_s: int,
) -> AsyncIterator[bytes]:
    after = (0, 0)
    while True:
        batch = await sources.store.query(partial(_some_entries, group, member, after))
        for one in batch:
            number = len(journal.order) + 1 if one.row.position else None
            stem = names.stem_of(number, one.record.id)
            document = object_document(one.record, sources.identifiers)
            yield whole(f"{stem}.jsonld", _json(document), at_s)
            yield whole(f"{stem}.md", entry_markdown(one, language).encode(), at_s)
            text = journal_part(one, language).encode() + b"\n"
            await asyncio.to_thread(journal.text.write, text)
            journal.order.append(_place(one, stem))
            kept = (name.removeprefix(names.MEDIA) for name, _ in one.files)
            journal.files |= dict.fromkeys(kept)
        if len(batch) < BATCH:
            return
        last = batch[-1].row
        after = (last.position or LAST, last.object_id)


def _place(one: Written, stem: str) -> dict[str, Any]:
    """Where an entry stands, and what of it is not in its document."""
    return {
        "id": one.record.url,
        "file": f"{stem}.jsonld",
        "cmt:position": one.row.position,
        "cmt:kind": one.row.kind,
        "cmt:state": one.row.state,
        "activity": one.row.activity_url,
    }


async def _some_entries(
    group: ActorRecord,
    member: ActorRecord,
    after: tuple[int, int],
    tx: Tx,
) -> list[Written]:
    found = await tx.project_entries.in_order(group.id, member.id, after, BATCH)
    authors = await tx.actors.by_ids(list({record.actor_id for _, record in found}))
    ids = [record.id for _, record in found]
    uploads = await tx.apps.media_of(ids)
    copies = await tx.project_files.of_objects(ids)
    return [
        Written(
            row,
            from_json(row.fields),
            record,
            authors[record.actor_id],
            _files(record, uploads.get(record.id, ()), copies.get(record.id, {})),
        )
        for row, record in found
    ]


def _files(
    record: ObjectRecord,
    uploads: Sequence[MediaRecord],
    copies: Mapping[str, ProjectFileRecord],
) -> tuple[tuple[str, str], ...]:
    """The files of an entry that are kept on this node, by their names in the archive.

    Only what was uploaded for it, or fetched for it: an address in it may name anything.
    """
    if record.local:
        return tuple((names.MEDIA + media.file, media.description) for media in uploads)
    fetched = (
        (copies[file.url], file.description)
        for file in attachments_of(record)
        if file.url in copies
    )
    return tuple((names.MEDIA + c.file, about) for c, about in fetched if c.state == "ready")


async def _pictures(sources: ArchiveSources, group: ActorRecord, tx: Tx) -> list[str]:
    """The files of the pictures of a project that lives here."""
    parsed = (sources.identifiers.parse(url) for url in (group.icon, group.image) if url)
    named = [local.value for local in parsed if local is not None and local.kind == "media"]
    return list(await tx.ledger.media_by_files(named))


def _rewound(spool: IO[bytes]) -> int:
    size = spool.tell()
    spool.seek(0)
    return size


def _collection(url: str, items: list[dict[str, Any]]) -> dict[str, Any]:
    kind = {"@context": CONTEXT, "id": url, "type": "OrderedCollection"}
    return kind | {"totalItems": len(items), "orderedItems": items}


def _json(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2)
