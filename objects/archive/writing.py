"""The archive of one member: everything that is theirs, and nothing of anybody else's."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import IO, Any, Final

import orjson

from actors.documents import actor_document, wire_time
from actors.emojis import profile_emojis
from actors.identifiers import Identifiers
from federation.vocabulary import CONTEXT
from objects.archive import manifest as names
from objects.archive.container import END, file_on_disk, opened_file, whole
from objects.archive.lists import small_lists
from objects.archive.markdown import experience_markdown, named
from objects.documents import activity_document, object_document
from objects.experiences.fields import from_json
from objects.projects.drafts import unpublished
from storage.drafts import DraftRecord
from storage.files import MediaFiles
from storage.records import ActivityRecord, ActorRecord, MediaRecord, ObjectRecord
from storage.store import Store, Tx

BATCH: Final = 25
MAX_DRAFTS: Final = 10_000
IN_MEMORY: Final = 2_000_000


@dataclass(frozen=True, slots=True)
class ArchiveSources:
    """What an archive is made from; `version` is that of the software."""

    store: Store
    identifiers: Identifiers
    files: MediaFiles
    version: str


@dataclass(frozen=True, slots=True)
class _Told:
    """One activity with its object as it is now."""

    activity: ActivityRecord
    about: ObjectRecord | None


async def archive(sources: ArchiveSources, actor: ActorRecord, now: int) -> AsyncIterator[bytes]:
    """The tar of a local actor, piece by piece (FEP-6fcd); `now` in milliseconds.

    At most a batch of objects is in memory at once; the outbox waits in a temporary file.
    """
    at_s = now // 1000
    described = names.manifest(actor, (sources.version, sources.identifiers.origin), now)
    yield whole(names.MANIFEST, described, at_s)
    for name, content in await sources.store.query(partial(_small_files, sources, actor)):
        yield whole(name, content, at_s)
    async for part in _experiences(sources, actor, at_s):
        yield part
    async for part in _outbox(sources, actor, at_s):
        yield part
    async for part in _media(sources, actor, at_s):
        yield part
    yield END


async def _small_files(
    sources: ArchiveSources, actor: ActorRecord, tx: Tx
) -> list[tuple[str, bytes]]:
    keys = await tx.actors.keys(actor.id)
    emojis = await profile_emojis(tx, sources.identifiers, actor)
    liked = await tx.actors.liked(actor.id, limit=100_000)
    drafts = await tx.drafts.of_person(actor.id, None, limit=MAX_DRAFTS)
    own = [draft for draft in drafts if draft.owner_id == actor.id]
    return [
        (names.ACTOR, _json(actor_document(actor, keys, sources.identifiers, emojis))),
        *await small_lists(tx, actor),
        (names.LIKES, _json(_collection(f"{actor.url}/liked", [url for _, url in liked]))),
        (names.DRAFTS, _json([await _draft(tx, draft) for draft in own])),
        (names.PROJECT_DRAFTS, _json(await _project_drafts(tx, actor))),
        (names.PREFERENCES, _json(await _preferences(tx, actor))),
    ]


async def _draft(tx: Tx, draft: DraftRecord) -> dict[str, Any]:
    media = await tx.drafts.media(draft.id)
    return {
        "fields": orjson.loads(draft.fields),
        "state": draft.state,
        "changes": draft.object_id,
        "created": wire_time(draft.created_at),
        "updated": wire_time(draft.updated_at),
        "media": _files(media),
    }


async def _project_drafts(tx: Tx, actor: ActorRecord) -> list[dict[str, Any]]:
    """The notes that somebody was writing, also in projects that they have left since."""
    return [
        {
            "project": one.group.url,
            "name": one.group.name,
            "fields": orjson.loads(one.draft.record.fields),
            "created": wire_time(one.draft.record.created_at),
            "updated": wire_time(one.draft.record.updated_at),
            "media": _files(await tx.project_drafts.media(one.draft.record.id)),
        }
        for one in await unpublished(tx, actor.id, MAX_DRAFTS)
    ]


def _files(media: Sequence[MediaRecord]) -> list[dict[str, str]]:
    return [{"file": one.file, "description": one.description} for one in media]


async def _preferences(tx: Tx, actor: ActorRecord) -> dict[str, Any]:
    member = await tx.members.by_actor(actor.id)
    chosen = await tx.preferences.all(actor.id)
    account = (
        {
            "email": member.email,
            "role": member.role,
            "language": member.language,
            "created": wire_time(member.created_at),
        }
        if member is not None
        else {}
    )
    return {"account": account, "chosen": {n: orjson.loads(v) for n, v in chosen.items()}}


async def _experiences(
    sources: ArchiveSources, actor: ActorRecord, at_s: int
) -> AsyncIterator[bytes]:
    before: int | None = None
    while True:
        batch = await sources.store.query(partial(_some_experiences, actor, before))
        for record, markdown in batch:
            stem = f"{names.EXPERIENCES}{record.id}"
            yield whole(f"{stem}.jsonld", _json(object_document(record, sources.identifiers)), at_s)
            yield whole(f"{stem}.md", markdown.encode(), at_s)
        if len(batch) < BATCH:
            return
        before = batch[-1][0].id


async def _some_experiences(
    actor: ActorRecord, before: int | None, tx: Tx
) -> list[tuple[ObjectRecord, str]]:
    ids = await tx.timelines.experiences_of(actor.id, before=before, limit=BATCH)
    records = await tx.objects.by_ids(ids)
    rows = await tx.experiences.by_ids(ids)
    fields = {number: from_json(row.fields) for number, row in rows.items()}
    concepts = await tx.concepts.by_uris(sorted({u for e in fields.values() for u in named(e)}))
    return [
        (
            records[number],
            experience_markdown(fields[number], records[number], actor, concepts),
        )
        for number in ids
    ]


async def _outbox(sources: ArchiveSources, actor: ActorRecord, at_s: int) -> AsyncIterator[bytes]:
    with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as spool:
        total, before = 0, None
        await asyncio.to_thread(spool.write, b'{"orderedItems":[')
        while batch := await sources.store.query(partial(_some_told, actor, before)):
            documents = [
                orjson.dumps(activity_document(told.activity, told.about, sources.identifiers))
                for told in batch
            ]
            lead = b",\n" if total else b"\n"
            await asyncio.to_thread(spool.write, lead + b",\n".join(documents))
            total, before = total + len(batch), batch[-1].activity.id
        rest = _json(_collection(actor.outbox, None) | {"totalItems": total})
        await asyncio.to_thread(spool.write, b"\n]," + rest.lstrip(b"{"))
        size = await asyncio.to_thread(_rewound, spool)
        async for part in opened_file(names.OUTBOX, spool, size, at_s):  # type: ignore[arg-type]
            yield part


def _rewound(spool: IO[bytes]) -> int:
    size = spool.tell()
    spool.seek(0)
    return size


async def _some_told(actor: ActorRecord, before: int | None, tx: Tx) -> list[_Told]:
    activities = await tx.activities.outbox(actor.id, before=before, limit=BATCH, everything=True)
    objects = await tx.objects.by_ids([a.object_id for a in activities if a.object_id is not None])
    return [_Told(activity, objects.get(activity.object_id or 0)) for activity in activities]


async def _media(sources: ArchiveSources, actor: ActorRecord, at_s: int) -> AsyncIterator[bytes]:
    written: set[str] = set()
    after = 0
    while batch := await sources.store.query(partial(_some_media, actor, after)):
        for media in batch:
            if media.file not in written:
                written.add(media.file)
                path = sources.files.path(media.file)
                async for part in file_on_disk(names.MEDIA + media.file, path, at_s):
                    yield part
        after = batch[-1].id


async def _some_media(actor: ActorRecord, after: int, tx: Tx) -> list[MediaRecord]:
    return await tx.ledger.media_of(actor.id, after=after, limit=BATCH)


def _collection(url: str, items: list[str] | None) -> dict[str, Any]:
    document = {"@context": CONTEXT, "id": url, "type": "OrderedCollection"}
    if items is None:
        return document
    return document | {"totalItems": len(items), "orderedItems": items}


def _json(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2)
