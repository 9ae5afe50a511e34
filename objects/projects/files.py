"""Files of project entries: which are expected, where members find them, how much room there is."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Final

import orjson

from actors.identifiers import Identifiers
from federation.documents import Document
from objects import reading
from objects.reading import Attachment
from storage.project_files import ProjectFileRecord
from storage.records import ActorRecord, ObjectRecord
from storage.store import Tx

MEGABYTE: Final = 1_000_000


class NoRoom(ValueError):
    """The files of a project take more bytes than it may have; the text tells a person."""


@dataclass(frozen=True, slots=True)
class MemberFile:
    """A file of an entry for members alone, as it is here.

    `number` and `file` make its address; `state` says why there is none when `file` is empty:
    `waiting`, `failed` or `too-big`.
    """

    number: int
    file: str
    state: str = "ready"


@dataclass(frozen=True, slots=True)
class ShownFile(Attachment):
    """A file as a page shows it; without `url`, `state` says why it cannot be had."""

    state: str = "ready"


async def expect_files(tx: Tx, project_id: int, record: ObjectRecord, now: int) -> None:
    """Have the files of an entry of another server fetched, and those it shows no more forgotten.

    Of entries for everybody too: partners still read them while their server is not there.
    """
    if record.local:
        return
    author = await tx.actors.by_id(record.actor_id)
    shown = {file.url: file for file in _files_of(record, author)}
    known = {file.url for file in await tx.project_files.of_object(record.id)}
    if gone := sorted(known - set(shown)):
        await tx.project_files.abandon(record.id, gone)
    for url, file in shown.items():
        await tx.project_files.expect(
            ProjectFileRecord(
                object_id=record.id,
                url=url,
                project_id=project_id,
                media_type=file.media_type,
                name=file.description,
                file="",
                size=0,
                state="waiting",
                attempts=0,
                due_at=now,
                error="",
                created_at=now,
            )
        )
    if shown:
        tx.notify_on_commit("project files")


async def member_files(
    tx: Tx, identifiers: Identifiers, records: Sequence[ObjectRecord]
) -> dict[str, MemberFile]:
    """Address as its author gave it → where members find the file here; one query at most.

    Only for entries for members alone: what everybody may read has an open address.
    """
    few = [record for record in records if record.visibility == "project"]
    copies = await tx.project_files.of_objects([r.id for r in few if not r.local])
    found: dict[str, MemberFile] = {}
    for record in few:
        for file in _files_of(record):
            ours = identifiers.parse(file.url) if record.local else None
            copy = copies.get(record.id, {}).get(file.url)
            if ours is not None and ours.kind == "guarded":
                number, _, name = ours.value.partition("/")
                found[file.url] = MemberFile(int(number), name)
            elif copy is not None:
                found[file.url] = MemberFile(record.id, copy.file, copy.state)
            elif not record.local:
                found[file.url] = MemberFile(record.id, "", "waiting")
    return found


async def shown_files(
    tx: Tx, identifiers: Identifiers, records: Sequence[tuple[ObjectRecord, ActorRecord]]
) -> dict[int, tuple[ShownFile, ...]]:
    """Object → its files as pages of this node show them to those who may see the object.

    A file for members that is not here has no address: it cannot be had at its own.
    """
    here = await member_files(tx, identifiers, [record for record, _ in records])
    return {
        record.id: tuple(
            _shown(identifiers, file, here.get(file.url)) for file in _files_of(record, author)
        )
        for record, author in records
    }


def _shown(identifiers: Identifiers, file: Attachment, here: MemberFile | None) -> ShownFile:
    known = asdict(file)
    if here is None:
        return ShownFile(**known)
    url = identifiers.guarded(here.number, here.file) if here.file else ""
    return ShownFile(**known | {"url": url}, state=here.state)


async def check_room(tx: Tx, project_id: int, most: int, added: int = 0) -> None:
    """Raise `NoRoom` when a project holds, or would hold, more than `most` bytes (0: no bound)."""
    if not most:
        return
    used = await tx.project_files.used(project_id)
    if used + added > most:
        left = max(most - used, 0) / MEGABYTE
        raise NoRoom(
            f"The files of a project may take {most / MEGABYTE:.1f} MB; {left:.1f} MB are left."
        )


def _files_of(record: ObjectRecord, author: ActorRecord | None = None) -> tuple[Attachment, ...]:
    """The files that an object shows; none when the author's domain may show none."""
    if not record.document or (author is not None and author.severity == "reject_media"):
        return ()
    return reading.attachments_of(Document(orjson.loads(record.document)))
