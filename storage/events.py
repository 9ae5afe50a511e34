"""Events of every kind, of projects or not, here and elsewhere, and who takes part in them."""

from dataclasses import dataclass
from typing import Final

from storage.audience import LISTED, MAY_SEE
from storage.records import ActorRecord, ObjectRecord, columns
from storage.statements import Statements

MOST_LISTED: Final = 5_000
LONGEST_MS: Final = 60 * 86_400_000
"""What began longer ago is over for lists, whatever its end."""


@dataclass(frozen=True, slots=True)
class EventRecord:
    """An event beside its object; `fields` is JSON of `objects.events.fields.Event`.

    Times in milliseconds. `status`: confirmed, tentative, cancelled; `joining`: free, restricted,
    external, invite, none. `sequence` counts the changes (RFC 5545 3.8.7.4), `uid` names it in
    calendars for ever.
    """

    object_id: int
    starts_at: int
    ends_at: int | None
    timezone: str
    all_day: int
    status: str
    joining: str
    external_url: str
    max_attendees: int | None
    attendees_count: int
    uid: str
    sequence: int
    fields: str


@dataclass(frozen=True, slots=True)
class AttendanceRecord:
    """How somebody stands to an event: requested, accepted, rejected or left.

    `url` is the Join behind it, `note` what the organiser noted, `present` was ticked.
    """

    object_id: int
    actor_id: int
    state: str
    url: str
    note: str
    present: int
    created_at: int
    updated_at: int


Happening = tuple[EventRecord, ObjectRecord]
"""An event with its object."""


class EventStatements(Statements):
    """Everything that is asked of `events` and `attendances`."""

    async def save(self, event: EventRecord) -> None:
        """Keep what an event says now; the name for calendars, once given, stays."""
        await self.insert(
            "events",
            event,
            rest="on conflict (object_id) do update set starts_at = excluded.starts_at, "
            "ends_at = excluded.ends_at, timezone = excluded.timezone, "
            "all_day = excluded.all_day, status = excluded.status, joining = excluded.joining, "
            "external_url = excluded.external_url, max_attendees = excluded.max_attendees, "
            "attendees_count = excluded.attendees_count, sequence = excluded.sequence, "
            "fields = excluded.fields",
        )

    async def forget(self, object_id: int) -> None:
        """Forget an event that was withdrawn, and who took part."""
        await self.connection.execute("delete from attendances where object_id = $1", object_id)
        await self.connection.execute("delete from events where object_id = $1", object_id)

    async def by_id(self, object_id: int) -> EventRecord | None:
        """The event that is this object."""
        return await self.one_of(EventRecord, "from events where object_id = $1", object_id)

    async def by_ids(self, ids: list[int]) -> dict[int, EventRecord]:
        """Those of these objects that are events, in one query."""
        if not ids:
            return {}
        found = await self.all_of(EventRecord, "from events where object_id = any($1)", ids)
        return {event.object_id: event for event in found}

    async def upcoming(
        self, viewer_id: int, since: int, *, limit: int, after: tuple[int, int] = (0, 0)
    ) -> list[Happening]:
        """The events that end after a moment and that a viewer may see, earliest first.

        Strangers (0) see what is for everybody, and comes from here or belongs to a project of
        this node. `after`: begin behind this (start, object).
        """
        start, number = max(after, (since - LONGEST_MS, 0))
        return await self._listed(
            "and h.starts_at >= $1 and (h.starts_at > $1 or h.object_id > $3) "
            "and coalesce(h.ends_at, h.starts_at) >= $5 "
            "order by h.starts_at, h.object_id limit $4",
            start,
            viewer_id,
            number,
            limit,
            since,
        )

    async def past(
        self, viewer_id: int, before: int, *, limit: int, after: tuple[int, int] | None = None
    ) -> list[Happening]:
        """The events that ended before a moment, latest first; otherwise as `upcoming`."""
        start, number = (before, 0) if after is None else min(after, (before, 0))
        return await self._listed(
            "and h.starts_at <= $1 and (h.starts_at < $1 or h.object_id < $3) "
            "and coalesce(h.ends_at, h.starts_at) < $5 "
            "order by h.starts_at desc, h.object_id desc limit $4",
            start,
            viewer_id,
            number,
            limit,
            before,
        )

    async def _listed(self, rest: str, *args: int) -> list[Happening]:
        return await self._happenings(
            "events h",
            f"o.deleted_at is null and {LISTED} and {MAY_SEE} and ($2 <> 0 or "
            "(o.visibility = 'public' and (o.local = 1 or exists (select 1 from project_entries e "
            "join actors g on g.id = e.project_id and g.local = 1 "
            f"where e.object_id = o.id and e.state <> 'refused')))) {rest}",
            *args,
        )

    async def of_project(
        self, project_id: int, viewer_id: int, since: int, until: int, *, limit: int = 1_000
    ) -> list[Happening]:
        """A project's events that begin in a period and that a viewer (0: a stranger) may see."""
        return await self._happenings(
            "project_entries e cross join events h",
            "h.object_id = e.object_id and e.project_id = $1 and e.kind = 'event' "
            "and e.state <> 'refused' and o.deleted_at is null "
            f"and {MAY_SEE} and h.starts_at >= $3 and h.starts_at < $4 "
            "order by h.starts_at, h.object_id limit $5",
            project_id,
            viewer_id,
            since,
            until,
            limit,
        )

    async def _happenings(self, first: str, rest: str, *args: int) -> list[Happening]:
        # SQLite keeps the order of cross joins: it begins with the events, however few it expects.
        rows = await self.connection.fetch_all(
            f"select {columns(EventRecord, 'h')}, {columns(ObjectRecord, 'o')} "
            f"from {first} cross join objects o cross join actors w "
            f"where o.id = h.object_id and w.id = o.actor_id and {rest}",
            *args,
        )
        width = len(EventRecord.__dataclass_fields__)
        return [(EventRecord(*row[:width]), ObjectRecord(*row[width:])) for row in rows]

    async def attendance(self, object_id: int, actor_id: int) -> AttendanceRecord | None:
        """How somebody stands to an event."""
        return await self.one_of(
            AttendanceRecord,
            "from attendances where object_id = $1 and actor_id = $2",
            object_id,
            actor_id,
        )

    async def attendance_by_url(self, url: str) -> AttendanceRecord | None:
        """The attendance behind a Join."""
        if not url:
            return None
        return await self.one_of(
            AttendanceRecord, "from attendances where url = $1 and url <> ''", url
        )

    async def save_attendance(self, attendance: AttendanceRecord) -> None:
        """Keep how somebody stands to an event."""
        await self.insert(
            "attendances",
            attendance,
            rest="on conflict (object_id, actor_id) do update set state = excluded.state, "
            "url = excluded.url, note = excluded.note, present = excluded.present, "
            "updated_at = excluded.updated_at",
        )

    async def forget_notes(self, actor_id: int) -> None:
        """Forget what was noted of somebody on attendance sheets."""
        await self.connection.execute(
            "update attendances set note = '' where actor_id = $1 and note <> ''", actor_id
        )

    async def attendees(
        self, object_id: int, states: list[str]
    ) -> list[tuple[AttendanceRecord, ActorRecord]]:
        """Who stands to an event in some ways, in the order in which they came."""
        rows = await self.connection.fetch_all(
            f"select {columns(AttendanceRecord, 't')}, {columns(ActorRecord, 'a')} "
            "from attendances t join actors a on a.id = t.actor_id "
            "where t.object_id = $1 and t.state = any($2) and a.state = 'active' "
            "order by t.created_at, t.actor_id limit $3",
            object_id,
            states,
            MOST_LISTED,
        )
        width = len(AttendanceRecord.__dataclass_fields__)
        return [(AttendanceRecord(*row[:width]), ActorRecord(*row[width:])) for row in rows]

    async def hold(self, object_id: int) -> None:
        """Let places of an event be given one after the other: until this transaction ends."""
        await self.connection.execute(
            "update events set attendees_count = attendees_count where object_id = $1", object_id
        )

    async def count_accepted(self, object_id: int) -> int:
        """How many people take part in an event."""
        return int(
            await self.connection.fetch_value(
                "select count(*) from attendances where object_id = $1 and state = 'accepted'",
                object_id,
            )
        )

    async def set_count(self, object_id: int, count: int) -> None:
        """Note how many people take part."""
        await self.connection.execute(
            "update events set attendees_count = $2 where object_id = $1", object_id, count
        )

    async def of_person(
        self, actor_id: int, states: list[str]
    ) -> list[tuple[AttendanceRecord, ObjectRecord]]:
        """The events to which somebody stands in some ways, latest registration first."""
        rows = await self.connection.fetch_all(
            f"select {columns(AttendanceRecord, 't')}, {columns(ObjectRecord, 'o')} "
            "from attendances t join objects o on o.id = t.object_id "
            "where t.actor_id = $1 and t.state = any($2) and o.deleted_at is null "
            "order by t.created_at desc, t.object_id desc",
            actor_id,
            states,
        )
        width = len(AttendanceRecord.__dataclass_fields__)
        return [(AttendanceRecord(*row[:width]), ObjectRecord(*row[width:])) for row in rows]
