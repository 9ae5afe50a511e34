"""What a project and its notes have to tell, gathered for somebody who may read them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from objects.experiences.fields import MAX_LINE, Partner, Reach, Tool
from objects.experiences.sections import escaped
from objects.incoming import attachments_of
from objects.notes import source_of
from objects.projects.entries import PARIS, Entry, from_json
from objects.projects.fields import Project
from objects.projects.store import fields_of
from objects.text import plain_text
from objects.vocabularies.names import MODALITY, PUBLIC
from objects.vocabularies.suggest import suggest
from storage.project_entries import EntryRecord
from storage.projects import ProjectRecord
from storage.records import ActorRecord, ObjectRecord
from storage.store import Tx

NARRATED: Final = ("progress", "meeting", "decision")
TOLD: Final = (*NARRATED, "difficulty", "help", "deliverable", "milestone")
"""The kinds of entries that become part of an experience."""
MAX_ENTRIES: Final = 2_000
MAX_CONCEPTS: Final = 5
OPEN: Final = frozenset({"public", "unlisted", "network"})
_REACHES: Final[dict[str, Reach]] = {"public": "public", "network": "network"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An entry: its text as Markdown, the ISO day of which it tells, its files."""

    object_id: int
    url: str
    entry: Entry
    text: str
    day: str
    files: tuple[Tool, ...] = ()


@dataclass(frozen=True, slots=True)
class Spoken:
    """A concept that the notes speak of, and the words that call for it."""

    uri: str
    said: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """A project as somebody may tell it; `entries` are those that they may see."""

    name: str
    summary: str
    project: Project
    state: str
    reach: Reach
    entries: tuple[Told, ...]
    partners: tuple[Partner, ...] = ()
    modalities: tuple[Spoken, ...] = ()
    publics: tuple[Spoken, ...] = ()
    # the project’s address
    url: str = ""


async def gather(
    tx: Tx, group: ActorRecord, record: ProjectRecord, viewer: ActorRecord
) -> Material:
    """The project with the entries that the viewer may see; a constant number of queries."""
    project = fields_of(record)
    rows = await tx.project_entries.of_kinds(group.id, viewer.id, list(TOLD), limit=MAX_ENTRIES)
    entries = tuple(_told(entry, found) for entry, found in rows)
    people = await tx.projects.memberships(group.id)
    text = "\n".join(
        [project.purpose, project.public_details]
        + [part for told in entries for part in (told.entry.title, told.text)]
    )
    reach = _REACHES.get(record.reach, "project")
    return Material(
        name=group.name or group.username,
        summary=plain_text(group.summary),
        project=project,
        state=record.state,
        reach=reach,
        entries=entries,
        partners=tuple(
            Partner((person.name or person.username)[:MAX_LINE], person.html_url or person.url)
            for membership, person in people
            if membership.role != "observer" and person.id != viewer.id
        ),
        modalities=await _spoken(tx, text, project.language, MODALITY),
        publics=() if project.publics else await _spoken(tx, text, project.language, PUBLIC),
        url=group.url,
    )


async def _spoken(tx: Tx, text: str, language: str, scheme: str) -> tuple[Spoken, ...]:
    found = await suggest(tx, text, language, MAX_CONCEPTS, among=[scheme])
    return tuple(Spoken(one.concept.uri, one.reasons) for one in found)


def _told(row: EntryRecord, record: ObjectRecord) -> Told:
    entry = from_json(row.fields)
    day = entry.happened or entry.due if entry.kind == "milestone" else entry.happened
    return Told(
        object_id=record.id,
        url=record.url,
        entry=entry,
        text=markdown_of(record, entry),
        day=day or _day(record.published_at),
        files=_files(record),
    )


def markdown_of(record: ObjectRecord, entry: Entry) -> str:
    """The text of an entry as its author typed it, else its plain text with nothing to read."""
    text, kind = source_of(record)
    if kind == "text/markdown":
        return text.strip()
    title = entry.title.strip()
    return escaped(text.removeprefix(title).strip() if title else text)


def _files(record: ObjectRecord) -> tuple[Tool, ...]:
    """The files of an entry by their descriptions; with their addresses if others may have them."""
    found: Sequence[tuple[str, str]] = [
        ((file.description or file.url.rpartition("/")[2])[:MAX_LINE].strip(), file.url)
        for file in attachments_of(record)
    ]
    shared = record.visibility in OPEN
    return tuple(Tool(" ".join(name.split()), url if shared else "") for name, url in found if name)


def _day(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).astimezone(PARIS).date().isoformat()
