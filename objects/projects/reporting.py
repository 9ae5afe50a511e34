"""What a project tells of a period, for a circle of readers: members, the network, everybody."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Final

import orjson

from federation.documents import Document
from objects.events.times import local
from objects.projects.entries import PARIS, Entry, entry_of, from_json
from objects.projects.fields import PROJECT_REACHES, Project, ProjectReach
from objects.projects.store import fields_of
from objects.reading import Attachment, attachments_of
from storage.events import EventRecord
from storage.project_entries import EntryRecord
from storage.projects import MembershipRecord, ProjectRecord
from storage.records import ActorRecord, ObjectRecord
from storage.store import Tx

REPORTED: Final = (
    "milestone", "decision", "progress", "meeting", "difficulty", "help", "deliverable", "call",
    "event", "post",
)  # fmt: skip
_CIRCLES: Final[dict[ProjectReach, list[str]]] = {
    "public": ["public", "unlisted"],
    "network": ["public", "unlisted", "network"],
    "project": ["public", "unlisted", "network", "project"],
}


@dataclass(frozen=True, slots=True)
class Period:
    """From a day to a day in France, both included; None: from the beginning, until now."""

    start: date | None = None
    end: date | None = None

    def holds(self, day: str) -> bool:
        """Whether an ISO day belongs to it."""
        return (self.start is None or day >= self.start.isoformat()) and (
            self.end is None or day <= self.end.isoformat()
        )

    @property
    def start_ms(self) -> int | None:
        """Its first moment, in milliseconds."""
        return None if self.start is None else _midnight(self.start)

    @property
    def end_ms(self) -> int | None:
        """Its last moment, in milliseconds."""
        return None if self.end is None else _midnight(self.end + timedelta(days=1)) - 1

    @classmethod
    def of_moments(cls, start: int | None, end: int | None) -> "Period":
        """The period that has these first and last moments."""
        return cls(
            None if start is None else _local(start).date(),
            None if end is None else _local(end).date(),
        )


@dataclass(frozen=True, slots=True)
class ReportLine:
    """An entry of the report: the day of which it tells, its state at the end of the period."""

    row: EntryRecord
    record: ObjectRecord
    author: ActorRecord
    entry: Entry
    day: str
    files: tuple[Attachment, ...]


@dataclass(frozen=True, slots=True)
class Gathering:
    """An event, how many were to take part, and how many were ticked as present."""

    line: ReportLine
    event: EventRecord
    registered: int
    present: int


@dataclass(frozen=True, slots=True)
class Report:
    """A project over a period. `whole`: the readers may know all that it says of itself."""

    group: ActorRecord
    record: ProjectRecord
    project: Project
    period: Period
    reach: ProjectReach
    whole: bool
    members: tuple[tuple[MembershipRecord, ActorRecord], ...]
    milestones: tuple[ReportLine, ...]
    lines: Mapping[str, tuple[ReportLine, ...]]
    events: tuple[Gathering, ...]
    responsible: Mapping[str, ActorRecord]

    @property
    def entries(self) -> list[ReportLine]:
        """Every entry that it shows."""
        found = [*self.milestones, *(gathering.line for gathering in self.events)]
        return found + [line for lines in self.lines.values() for line in lines]

    @property
    def changed_at(self) -> int:
        """When the latest of what it shows was written, in milliseconds."""
        times = [line.record.edited_at or line.record.published_at for line in self.entries]
        return max([self.record.updated_at, *times])


def reach_named(name: str | None, default: ProjectReach) -> ProjectReach:
    """A circle of readers by its name."""
    return next((reach for reach in PROJECT_REACHES if reach == name), default)


async def report_of(
    tx: Tx,
    group: ActorRecord,
    record: ProjectRecord,
    period: Period,
    reach: ProjectReach,
    viewer_id: int | None = None,
) -> Report:
    """The report, in a constant number of queries.

    `viewer_id`: somebody who reads it as a member, and sees nothing there that they may not see
    elsewhere; None for those whom a link lets read what is for `reach`.
    """
    rows = await tx.project_reports.entries(group.id, _CIRCLES[reach], list(REPORTED))
    if viewer_id is not None:
        seen = await tx.objects.visible_ids([found.id for _, found, _ in rows], viewer_id)
        rows = [row for row in rows if row[1].id in seen]
    lines = await _as_of(tx, [_line(*row) for row in rows], period)
    whole = PROJECT_REACHES.index(reach) >= PROJECT_REACHES.index(reach_named(record.reach, reach))
    milestones = sorted(
        (line for line in lines if line.row.kind == "milestone" and _begun(line, period)),
        key=lambda line: (line.entry.due or "9999", line.row.position),
    )
    named = [line.entry.responsible for line in milestones if line.entry.responsible]
    kept = [line for line in lines if line.row.kind not in {"milestone", "event"}]
    return Report(
        group=group,
        record=record,
        project=fields_of(record),
        period=period,
        reach=reach,
        whole=whole,
        members=tuple(await tx.projects.memberships(group.id)) if whole else (),
        milestones=tuple(milestones),
        lines=_by_kind([line for line in kept if period.holds(line.day)]),
        events=await _events(tx, [line for line in lines if line.row.kind == "event"], period),
        responsible=await tx.actors.by_urls(named) if named else {},
    )


def _line(row: EntryRecord, record: ObjectRecord, author: ActorRecord) -> ReportLine:
    entry = from_json(row.fields)
    day = entry.happened or _local(record.published_at).date().isoformat()
    files = attachments_of(Document(orjson.loads(record.document))) if record.document else ()
    shown = files if author.severity != "reject_media" else ()
    return ReportLine(row, record, author, entry, day, shown)


def _begun(line: ReportLine, period: Period) -> bool:
    """Whether a milestone was set before the period ended."""
    return period.end_ms is None or line.record.published_at <= period.end_ms


async def _as_of(tx: Tx, lines: Sequence[ReportLine], period: Period) -> list[ReportLine]:
    """Milestones and decisions with the state and outcome that they had when the period ended."""
    end = period.end_ms
    if end is None:
        return list(lines)
    later = [
        line.record.id
        for line in lines
        if line.row.kind in {"milestone", "decision"} and (line.record.edited_at or 0) > end
    ]
    documents = await tx.project_reports.documents_at(later, end)
    return [_then(line, documents.get(line.record.id, "")) for line in lines]


def _then(line: ReportLine, document: str) -> ReportLine:
    if not document:
        return line
    before = entry_of(Document(orjson.loads(document)))
    entry = replace(line.entry, state=before.state, due=before.due, outcome=before.outcome)
    return replace(line, entry=entry)


def _day_of(event: EventRecord) -> str:
    """The day on which an event begins where it takes place."""
    return local(event.starts_at, event.timezone).date().isoformat()


async def _events(tx: Tx, lines: Sequence[ReportLine], period: Period) -> tuple[Gathering, ...]:
    ids = [line.record.id for line in lines]
    events = await tx.events.by_ids(ids)
    counts = await tx.project_reports.attended(ids)
    found = [
        Gathering(line, events[line.record.id], *counts.get(line.record.id, (0, 0)))
        for line in lines
        if line.record.id in events and period.holds(_day_of(events[line.record.id]))
    ]
    return tuple(sorted(found, key=lambda gathering: gathering.event.starts_at))


def _by_kind(lines: Sequence[ReportLine]) -> dict[str, tuple[ReportLine, ...]]:
    """Lines by kind, in the order of the report, those of a kind by day."""
    ordered = sorted(lines, key=lambda line: (line.day, line.row.position))
    found = {kind: tuple(line for line in ordered if line.row.kind == kind) for kind in REPORTED}
    return {kind: those for kind, those in found.items() if those}


def _midnight(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=PARIS).timestamp() * 1000)


def _local(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC).astimezone(PARIS)
