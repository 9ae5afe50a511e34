"""Statements about events and attendances, on both engines."""

from dataclasses import replace

from storage.events import AttendanceRecord, EventRecord
from storage.project_entries import EntryRecord
from storage.records import ObjectRecord
from storage.store import Store
from tests.objects.people import arrive, person, post

NOW = 1_795_000_000_000
HOUR = 3_600_000


def event(record: ObjectRecord, start: int, hours: int | None = 2) -> EventRecord:
    """The event beside an object; it lasts so many hours."""
    end = None if hours is None else start + hours * HOUR
    return EventRecord(
        record.id, start, end, "Europe/Paris", 0, "confirmed", "free", "", None, 0, "u", 0, "{}"
    )


def attendance(record: ObjectRecord, actor_id: int, state: str = "accepted") -> AttendanceRecord:
    """How somebody stands to an event."""
    url = f"https://join/{record.id}/{actor_id}"
    return AttendanceRecord(record.id, actor_id, state, url, "", 0, NOW, NOW)


async def test_lists_go_by_time_and_show_what_may_be_seen(store: Store) -> None:
    amina, ada = person("amina"), person("ada", "ada.example")
    soon, later, running, over = (post(amina) for _ in range(4))
    private, elsewhere = post(amina, "direct"), post(ada)
    await arrive(store, amina, ada)
    rows = [
        event(soon, NOW + HOUR), event(later, NOW + 9 * HOUR), event(running, NOW - 5 * HOUR, 8),
        event(over, NOW - 5 * HOUR), event(private, NOW + 2 * HOUR),
        event(elsewhere, NOW + 3 * HOUR, None),
    ]  # fmt: skip
    async with store.transaction() as tx:
        for record in (soon, later, running, over, private, elsewhere):
            await tx.objects.add(replace(record, type="Event"))
        for row in rows:
            await tx.events.save(row)

        async def numbers(viewer: int, **more: tuple[int, int]) -> list[int]:
            found = await tx.events.upcoming(viewer, NOW, limit=10, **more)
            return [row.object_id for row, _ in found]

        assert await numbers(0) == [running.id, soon.id, later.id]
        assert await numbers(amina.id) == [running.id, soon.id, private.id, elsewhere.id, later.id]
        assert await numbers(0, after=(NOW + HOUR, soon.id)) == [later.id]
        assert [row.object_id for row, _ in await tx.events.past(0, NOW, limit=10)] == [over.id]
        assert await tx.events.past(0, NOW, limit=10, after=(NOW - 5 * HOUR, over.id)) == []
        await tx.objects.bury(soon, NOW)
        await tx.events.forget(soon.id)
        assert await numbers(0) == [running.id, later.id]
        assert await tx.events.by_ids([soon.id, later.id]) == {later.id: rows[1]}
        changed = replace(rows[1], sequence=3, uid="other", starts_at=NOW + 8 * HOUR)
        await tx.events.save(changed)
        kept = await tx.events.by_id(later.id)
        assert kept == replace(changed, uid="u")


async def test_a_project_has_its_events_of_a_period(store: Store) -> None:
    amina = person("amina")
    group = replace(person("projet"), type="Group")
    shown, refused = post(amina), post(amina)
    await arrive(store, amina, group)
    async with store.transaction() as tx:
        await tx.connection.execute(
            "insert into projects (actor_id, fields, created_at, updated_at) "
            "values ($1, '{}', 1, 1)",
            group.id,
        )
        for record, state in ((shown, ""), (refused, "refused")):
            await tx.objects.add(replace(record, type="Event"))
            await tx.events.save(event(record, NOW))
            await tx.project_entries.save(
                EntryRecord(record.id, group.id, "event", 1, "", state, None, "{}", "", NOW)
            )
        found = await tx.events.of_project(group.id, 0, NOW - 1, NOW + 1)
        assert [row.object_id for row, _ in found] == [shown.id]
        assert await tx.events.of_project(group.id, 0, NOW + 1, NOW + 9) == []


async def test_who_takes_part_is_kept_and_counted(store: Store) -> None:
    amina, ada, ben = person("amina"), person("ada", "ada.example"), person("ben")
    record = post(amina)
    await arrive(store, amina, ada, ben)
    async with store.transaction() as tx:
        await tx.objects.add(replace(record, type="Event"))
        await tx.events.save(event(record, NOW))
        await tx.events.save_attendance(attendance(record, ada.id))
        await tx.events.save_attendance(attendance(record, ben.id, "requested"))
        assert await tx.events.count_accepted(record.id) == 1
        await tx.events.set_count(record.id, 1)
        assert (await tx.events.by_id(record.id)).attendees_count == 1  # type: ignore[union-attr]
        both = await tx.events.attendees(record.id, ["accepted", "requested"])
        assert {person.id for _, person in both} == {ada.id, ben.id}
        one = await tx.events.attendance_by_url(f"https://join/{record.id}/{ada.id}")
        assert one is not None
        assert one.actor_id == ada.id
        assert await tx.events.attendance_by_url("") is None
        await tx.events.save_attendance(replace(one, present=1, note="à l’heure", state="left"))
        again = await tx.events.attendance(record.id, ada.id)
        assert again is not None
        assert (again.present, again.note, again.state) == (1, "à l’heure", "left")
        found = await tx.events.of_person(ben.id, ["requested"])
        assert [(a.state, o.id) for a, o in found] == [("requested", record.id)]
        assert set(await tx.objects.concerned(record.id)) == {ben.id}
        await tx.actors.erase(ben.id, NOW)
        assert await tx.events.attendance(record.id, ben.id) is None
