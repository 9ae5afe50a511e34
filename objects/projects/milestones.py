"""Milestones and deliverables of a project as somebody sees them; a few queries for a list."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from objects.projects.entries import Entry, from_json
from storage.project_entries import EntryRecord
from storage.records import ActorRecord, ObjectRecord
from storage.store import Tx

DONE: Final = frozenset({"reached", "dropped"})


@dataclass(frozen=True, slots=True)
class Milestone:
    """A milestone; `notes` counts the entries that belong to it and the viewer may see."""

    record: ObjectRecord
    row: EntryRecord
    entry: Entry
    responsible: ActorRecord | None
    late: bool
    notes: int = 0


@dataclass(frozen=True, slots=True)
class Progress:
    """How many of a project's milestones are reached and late, of those not given up."""

    reached: int
    late: int
    total: int


@dataclass(frozen=True, slots=True)
class Deliverable:
    """A deliverable with who wrote it and the milestone that it belongs to."""

    record: ObjectRecord
    row: EntryRecord
    entry: Entry
    author: ActorRecord
    milestone: Milestone | None


def is_late(row: EntryRecord, now: int) -> bool:
    """Whether a milestone's day in France is over and it is neither reached nor given up."""
    return (
        row.kind == "milestone"
        and row.state not in DONE
        and row.due_at is not None
        and row.due_at < now
    )


async def milestones(tx: Tx, project_id: int, viewer_id: int, now: int) -> list[Milestone]:
    """The milestones that somebody (0: a stranger) may see, by date; three queries."""
    found = await tx.project_entries.of_kinds(project_id, viewer_id, ["milestone"])
    return await _milestones(tx, found, viewer_id, now)


async def milestone(tx: Tx, record: ObjectRecord, viewer_id: int, now: int) -> Milestone | None:
    """One milestone; None for what is none."""
    row = await tx.project_entries.by_id(record.id)
    if row is None or row.kind != "milestone":
        return None
    return (await _milestones(tx, [(row, record)], viewer_id, now))[0]


async def _milestones(
    tx: Tx, found: Sequence[tuple[EntryRecord, ObjectRecord]], viewer_id: int, now: int
) -> list[Milestone]:
    entries = {row.object_id: from_json(row.fields) for row, _ in found}
    named = [entry.responsible for entry in entries.values() if entry.responsible]
    people = await tx.actors.by_urls(named) if named else {}
    held = await tx.project_dates.held([record.url for _, record in found], viewer_id)
    return [
        Milestone(
            record,
            row,
            entries[row.object_id],
            people.get(entries[row.object_id].responsible),
            is_late(row, now),
            held.get(record.url, 0),
        )
        for row, record in found
    ]


def progress(found: Sequence[Milestone]) -> Progress:
    """How far the milestones are."""
    wanted = [one for one in found if one.row.state != "dropped"]
    reached = sum(one.row.state == "reached" for one in wanted)
    return Progress(reached, sum(one.late for one in wanted), len(wanted))


async def deliverables(
    tx: Tx, project_id: int, viewer_id: int, known: Sequence[Milestone]
) -> list[Deliverable]:
    """The deliverables that somebody may see, first one first; `known` are the milestones."""
    found = await tx.project_entries.of_kinds(project_id, viewer_id, ["deliverable"])
    authors = await tx.actors.by_ids(list({record.actor_id for _, record in found}))
    by_url = {one.record.url: one for one in known}
    return [
        Deliverable(
            record, row, from_json(row.fields), authors[record.actor_id], by_url.get(row.milestone)
        )
        for row, record in found
        if record.actor_id in authors
    ]
