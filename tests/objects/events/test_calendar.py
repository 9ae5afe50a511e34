"""Calendars keep to RFC 5545 and show the right hour on both sides of a clock change."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import icalendar
import pytest

from objects.events.calendar import MAX_ZONES, Deadline, calendar
from objects.events.fields import Event, to_json
from objects.events.times import NoSuchTime, end_of_day, midnight, moment
from storage.events import EventRecord
from storage.project_entries import EntryRecord
from storage.records import ObjectRecord

PARIS = "Europe/Paris"
PUBLISHED = 1_790_000_000_000


def record_of(number: int = 1, **changes: Any) -> ObjectRecord:
    """The object of an event."""
    values: dict[str, Any] = {
        "id": number, "url": f"https://node.example/objects/{number}", "type": "Event",
        "actor_id": 1, "local": 1, "visibility": "public", "in_reply_to": None,
        "in_reply_to_id": None, "conversation": None, "name": "Atelier", "summary": "",
        "content": "<p>Venez, c’est ouvert; apportez : stylo</p>", "language": "fr",
        "sensitive": 0, "html_url": f"https://node.example/objects/{number}", "document": "{}",
        "published_at": PUBLISHED, "created_at": PUBLISHED,
    } | changes  # fmt: skip
    return ObjectRecord(**values)


def happening(
    starts_at: int, ends_at: int | None = None, zone: str = PARIS, number: int = 1, **changes: Any
) -> tuple[EventRecord, ObjectRecord]:
    """An event with its object."""
    event = Event(
        title=changes.pop("title", "Atelier"), starts_at=starts_at, ends_at=ends_at, timezone=zone,
        all_day=bool(changes.get("all_day")), place=changes.pop("place", ""),
    )  # fmt: skip
    values: dict[str, Any] = {
        "object_id": number, "starts_at": starts_at, "ends_at": ends_at, "timezone": zone,
        "all_day": 0, "status": "confirmed", "joining": "free", "external_url": "",
        "max_attendees": None, "attendees_count": 0, "uid": f"u{number}", "sequence": 0,
        "fields": to_json(event),
    } | changes  # fmt: skip
    return EventRecord(**values), record_of(number)


def read(made: bytes) -> list[Any]:
    """The events of a calendar, read back after the rules of its lines were checked."""
    assert all(len(line) <= 75 for line in made.split(b"\r\n"))
    assert b"\n" not in made.replace(b"\r\n", b"")
    parsed: Any = icalendar.Calendar.from_ical(made)
    assert parsed["version"] == "2.0"
    assert parsed["prodid"]
    events = list(parsed.walk("VEVENT"))
    zones = {str(zone["tzid"]) for zone in parsed.walk("VTIMEZONE")}
    named = {
        str(event[name].params["TZID"])
        for event in events
        for name in ("DTSTART", "DTEND")
        if name in event and "TZID" in event[name].params
    }
    assert named == zones
    uids = [str(event["uid"]) for event in events]
    assert len(set(uids)) == len(uids)
    for event in events:
        for name in ("UID", "DTSTAMP", "DTSTART", "SUMMARY", "SEQUENCE", "STATUS"):
            assert name in event, name
        assert event["DTSTAMP"].dt.tzinfo is not None
        if "DTEND" in event:
            assert type(event["DTEND"].dt) is type(event["DTSTART"].dt)
            assert event["DTEND"].dt > event["DTSTART"].dt
    return events


def at(day: str, hour: str, zone: str = PARIS) -> int:
    """A moment as clocks show it."""
    return moment(date.fromisoformat(day), time.fromisoformat(hour), zone)


def test_nine_o_clock_is_nine_on_both_sides_of_the_change() -> None:
    before, after = at("2026-10-24", "09:00"), at("2026-10-26", "09:00")
    assert after - before == (2 * 24 + 1) * 3_600_000
    made = calendar("Agenda", [happening(before), happening(after, number=2)])
    assert made.count(b"DTSTART;TZID=Europe/Paris:20261024T090000") == 1
    assert made.count(b"DTSTART;TZID=Europe/Paris:20261026T090000") == 1
    first, second = read(made)
    assert first["DTSTART"].dt.astimezone(UTC).hour == 7
    assert second["DTSTART"].dt.astimezone(UTC).hour == 8


def test_a_calendar_brings_the_rules_of_its_zone() -> None:
    made = calendar("Agenda", [happening(at("2026-10-24", "09:00"))])
    parsed: Any = icalendar.Calendar.from_ical(made)
    (zone,) = parsed.walk("VTIMEZONE")
    rules = zone.to_tz(lookup_tzid=False)
    for day in ("2026-03-28", "2026-03-30", "2026-10-24", "2026-10-26"):
        shown = datetime.combine(date.fromisoformat(day), time(9))
        real = shown.replace(tzinfo=ZoneInfo(PARIS)).utcoffset()
        assert shown.replace(tzinfo=rules).utcoffset() == real, day


def test_the_hour_that_comes_twice_is_the_one_that_was_meant() -> None:
    first = at("2026-10-25", "02:30")
    second = first + 3_600_000
    early, late = read(calendar("Agenda", [happening(first), happening(second, number=2)]))
    assert early["DTSTART"].to_ical() == b"20261025T023000"
    assert late["DTSTART"].to_ical() == b"20261025T013000Z"
    assert late["DTSTART"].dt - early["DTSTART"].dt.astimezone(UTC) == timedelta(hours=1)


def test_the_hour_that_is_left_out_is_no_time() -> None:
    with pytest.raises(NoSuchTime):
        at("2026-03-29", "02:30")


def test_another_zone_keeps_its_own_time() -> None:
    start = at("2026-11-30", "18:00", "America/Montreal")
    (event,) = read(calendar("Agenda", [happening(start, zone="America/Montreal")]))
    assert event["DTSTART"].params["TZID"] == "America/Montreal"
    assert event["DTSTART"].dt.hour == 18
    assert event["DTSTART"].dt.astimezone(UTC).hour == 23


def test_without_a_zone_times_are_universal() -> None:
    (event,) = read(calendar("Agenda", [happening(at("2026-10-24", "09:00"), zone="")]))
    assert event["DTSTART"].to_ical() == b"20261024T070000Z"


def test_whole_days_end_with_their_last_day() -> None:
    start, end = (
        midnight(date(2026, 10, 24), PARIS),
        end_of_day(date(2026, 10, 25), PARIS),
    )
    (event,) = read(calendar("Agenda", [happening(start, end, all_day=1)]))
    assert event["DTSTART"].dt == date(2026, 10, 24)
    assert event["DTEND"].dt == date(2026, 10, 26)


def test_a_name_stays_and_changes_are_counted() -> None:
    start = at("2026-10-24", "09:00")
    before = read(calendar("Agenda", [happening(start)]))[0]
    after = read(calendar("Agenda", [happening(start + 3_600_000, sequence=1)]))[0]
    assert before["UID"] == after["UID"] == "u1@node.example"
    assert (before["SEQUENCE"], after["SEQUENCE"]) == (0, 1)


def test_what_is_called_off_says_so() -> None:
    made = calendar("Agenda", [happening(at("2026-10-24", "09:00"), status="cancelled")])
    assert read(made)[0]["STATUS"] == "CANCELLED"


@pytest.mark.parametrize(
    "text", ["Un; deux, trois\\quatre", "fin\r\nEND:VEVENT\r\nBEGIN:VEVENT", "é" * 200, "\x00\x0b"]
)
def test_what_people_write_breaks_no_line(text: str) -> None:
    made = calendar(text, [happening(at("2026-10-24", "09:00"), title=text, place=text)])
    (event,) = read(made)
    said = text.replace("\x00", " ").replace("\x0b", " ").replace("\r\n", "\n")
    assert str(event["SUMMARY"]).strip() == said.strip()


def test_milestones_and_deadlines_are_days() -> None:
    record = record_of(7, type="Note", edited_at=PUBLISHED + 60_000)
    entry = EntryRecord(
        object_id=7, project_id=1, kind="milestone", position=1, milestone="", state="dropped",
        due_at=None, fields="{}", activity_url="", created_at=PUBLISHED,
    )  # fmt: skip
    made = calendar("Projet", [], [Deadline(entry, record, date(2026, 12, 1), "Jalon : essai")])
    (event,) = read(made)
    assert event["DTSTART"].dt == date(2026, 12, 1)
    assert event["DTEND"].dt == date(2026, 12, 2)
    assert (event["STATUS"], event["SEQUENCE"]) == ("CANCELLED", 60)


def test_events_of_every_zone_of_the_world_make_no_calendar_without_end() -> None:
    zones = sorted(available_timezones())[:60]
    happenings = [happening(PUBLISHED, None, zone, number) for number, zone in enumerate(zones)]
    made = calendar("Partout", [*happenings, *(happening(PUBLISHED, number=n) for n in (90, 91))])
    events = read(made)
    assert len(events) == len(zones) + 2
    assert {event["dtstart"].dt.timestamp() for event in events} == {PUBLISHED / 1_000}
    assert made.count(b"BEGIN:VTIMEZONE") <= MAX_ZONES
    assert b"TZID:Europe/Paris" in made


def test_programs_are_told_how_often_to_look_again() -> None:
    lines = calendar("Projet", []).split(b"\r\n")
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT1H" in lines
    assert b"X-PUBLISHED-TTL:PT1H" in lines
