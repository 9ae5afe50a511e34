"""An event as pages show it: when and where, who organises it, how its reader stands to it."""

from collections.abc import Sequence
from dataclasses import dataclass

from objects.events.attending import is_full, is_over, may_organise
from objects.events.fields import Event, from_json
from objects.events.times import local, spoken
from objects.projects.membership import is_member
from storage.events import AttendanceRecord, EventRecord, Happening
from storage.records import ActorRecord, ObjectRecord
from storage.store import Tx
from web.events.words import CATEGORY_NAMES


@dataclass(frozen=True, slots=True)
class EventView:
    """An event for one reader; `people` is None for those who do not see who takes part."""

    row: EventRecord
    record: ObjectRecord
    author: ActorRecord
    event: Event
    viewer: ActorRecord | None = None
    attendance: AttendanceRecord | None = None
    organises: bool = False
    over: bool = False
    people: tuple[ActorRecord, ...] | None = None
    waiting: int = 0

    @property
    def title(self) -> str:
        """What it is called."""
        return self.event.title or self.record.name or self.author.name

    @property
    def standing(self) -> str:
        """How the reader stands to it; empty for not at all."""
        state = self.attendance.state if self.attendance is not None else ""
        return "" if state == "left" else state

    @property
    def own(self) -> bool:
        """Whether the reader announced it."""
        return self.viewer is not None and self.viewer.id == self.record.actor_id

    @property
    def full(self) -> bool:
        """Whether there is no place left."""
        return is_full(self.row, self.row.attendees_count)

    @property
    def open(self) -> bool:
        """Whether somebody may still register here."""
        asks = self.event.joining in ("free", "restricted")
        return asks and not (self.over or self.full or self.event.status == "cancelled")

    @property
    def category(self) -> str:
        """What kind of event it is, marked; empty for kinds that no page names."""
        return CATEGORY_NAMES.get(self.event.category, "")

    @property
    def starts(self) -> str:
        """When it begins, for machines."""
        return local(self.row.starts_at, self.row.timezone).isoformat(timespec="minutes")

    def when(self, language: str) -> str:
        """When it is, for people."""
        event = self.event
        return spoken(event.starts_at, event.ends_at, event.timezone, language, days=event.all_day)


async def event_view(
    tx: Tx, record: ObjectRecord, viewer: ActorRecord | None, now: int
) -> EventView | None:
    """An event that the viewer may see (the caller asked); None for what is none.

    Who takes part is shown to its organisers, and to members of the project that it belongs to.
    """
    if record.type != "Event":
        return None
    row, author = await tx.events.by_id(record.id), await tx.actors.by_id(record.actor_id)
    if row is None or author is None:
        return None
    organises = await may_organise(tx, record, viewer)
    people, waiting = None, 0
    if organises or await _among_members(tx, record, viewer):
        found = await tx.events.attendees(record.id, ["accepted", "requested"])
        people = tuple(person for one, person in found if one.state == "accepted")
        waiting = len(found) - len(people) if organises else 0
        people = people if record.local else None
    attendance = await tx.events.attendance(record.id, viewer.id) if viewer is not None else None
    return EventView(
        row,
        record,
        author,
        from_json(row.fields),
        viewer,
        attendance,
        organises,
        is_over(row, now),
        people,
        waiting,
    )


async def _among_members(tx: Tx, record: ObjectRecord, viewer: ActorRecord | None) -> bool:
    entry = await tx.project_entries.by_id(record.id) if viewer is not None else None
    if entry is None or viewer is None:
        return False
    return is_member(await tx.projects.membership(entry.project_id, viewer.id))


async def views_of(
    tx: Tx, happenings: Sequence[Happening], viewer: ActorRecord | None, now: int
) -> list[EventView]:
    """Events of a list, in order; one query more."""
    authors = await tx.actors.by_ids(sorted({record.actor_id for _, record in happenings}))
    return [
        EventView(
            row,
            record,
            authors[record.actor_id],
            from_json(row.fields),
            viewer,
            over=is_over(row, now),
        )
        for row, record in happenings
        if record.actor_id in authors
    ]
