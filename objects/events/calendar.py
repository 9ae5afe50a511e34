"""Events, milestones and deadlines as iCalendar (RFC 5545)."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

import icalendar

from objects.events.fields import from_json
from objects.events.times import local, zone_named
from objects.text import plain_text
from storage.events import EventRecord
from storage.project_entries import EntryRecord
from storage.records import ObjectRecord

PRODUCT: Final = "-//Communotic//Communotic//FR"
CONTENT_TYPE: Final = "text/calendar; charset=utf-8"
REFRESH: Final = timedelta(hours=1)
MAX_ZONES: Final = 10
"""So many zones are described, those of the most events; each of them takes a while."""
ENDED: Final = frozenset({"dropped", "withdrawn", "filled"})
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Deadline:
    """A milestone or the last day of a call: `title` says which, in the reader's language."""

    entry: EntryRecord
    record: ObjectRecord
    day: date
    title: str


def calendar(
    name: str,
    happenings: Sequence[tuple[EventRecord, ObjectRecord]],
    deadlines: Sequence[Deadline] = (),
) -> bytes:
    """A calendar with its time zones, for one event or for many."""
    made = icalendar.Calendar()
    made.add("prodid", PRODUCT)
    made.add("version", "2.0")
    made.add("calscale", "GREGORIAN")
    # the library knows none of these names: it would not escape them, and write no duration
    for known in ("name", "x-wr-calname"):
        made.add(known, icalendar.vText(_clean(" ".join(name.split()))))
    made.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    made.add("x-published-ttl", icalendar.vDuration(REFRESH))
    common = Counter(event.timezone for event, _ in happenings).most_common(MAX_ZONES)
    described = {zone for zone, _ in common}
    for event, record in happenings:
        made.add_component(_event(event, record, in_utc=event.timezone not in described))
    for deadline in deadlines:
        made.add_component(_deadline(deadline))
    years = [local(event.starts_at, event.timezone).year for event, _ in happenings]
    if years:
        made.add_missing_timezones(
            first_date=date(min(years) - 1, 1, 1), last_date=date(max(years) + 2, 1, 1)
        )
    return bytes(made.to_ical())


def uid_of(uid: str, record: ObjectRecord) -> str:
    """The name of something in every calendar, for ever: with the host of its address."""
    return f"{uid}@{urlsplit(record.url).hostname or 'localhost'}"


def _event(event: EventRecord, record: ObjectRecord, *, in_utc: bool) -> icalendar.Event:
    fields = from_json(event.fields)
    page = record.html_url or record.url
    made = _component(uid_of(event.uid, record), fields.title or record.name, record)
    made.add("sequence", event.sequence)
    made.add("status", event.status.upper())
    if event.all_day:
        begin = local(event.starts_at, event.timezone).date()
        end = event.ends_at if event.ends_at is not None else event.starts_at
        made.add("dtstart", begin)
        made.add("dtend", local(end, event.timezone).date() + timedelta(days=1))
    else:
        for name, moment in zip(("dtstart", "dtend"), _moments(event, in_utc), strict=False):
            made.add(name, moment)
    text = [plain_text(record.content), fields.online_url, page]
    made.add("description", _clean("\n\n".join(part for part in text if part)))
    if fields.where or fields.online_url:
        made.add("location", _clean(fields.where or fields.online_url))
    if fields.latitude is not None and fields.longitude is not None:
        made.add("geo", (fields.latitude, fields.longitude))
    if fields.category:
        made.add("categories", [_clean(fields.category)])
    return made


def _moments(event: EventRecord, in_utc: bool) -> list[datetime]:
    """Begin and end in the event's zone; in UTC without one, and where clocks show a time twice.

    A calendar takes such a time for the first of the two (RFC 5545 3.3.5). `in_utc`: always.
    """
    found = [event.starts_at, *([event.ends_at] if event.ends_at is not None else [])]
    shown = [local(ms, event.timezone) for ms in found]
    known = zone_named(event.timezone) is not None and event.timezone not in ("UTC", "Etc/UTC")
    if known and not in_utc and not any(moment.fold for moment in shown):
        return shown
    return [datetime.fromtimestamp(ms / 1000, UTC) for ms in found]


def _deadline(deadline: Deadline) -> icalendar.Event:
    record = deadline.record
    made = _component(uid_of(f"entry-{record.id}", record), deadline.title, record)
    edited = record.edited_at or record.published_at
    made.add("sequence", max(0, edited - record.published_at) // 1_000)
    made.add("status", "CANCELLED" if deadline.entry.state in ENDED else "CONFIRMED")
    made.add("dtstart", deadline.day)
    made.add("dtend", deadline.day + timedelta(days=1))
    made.add("transp", "TRANSPARENT")
    text = [plain_text(record.content), record.html_url or record.url]
    made.add("description", _clean("\n\n".join(part for part in text if part)))
    return made


def _component(uid: str, title: str, record: ObjectRecord) -> icalendar.Event:
    changed = datetime.fromtimestamp((record.edited_at or record.published_at) // 1_000, UTC)
    made = icalendar.Event()
    made.add("uid", uid)
    made.add("dtstamp", changed)
    made.add("last-modified", changed)
    made.add("created", datetime.fromtimestamp(record.published_at // 1_000, UTC))
    made.add("summary", _clean(title))
    made.add("url", record.html_url or record.url)
    return made


def _clean(text: str) -> str:
    return _CONTROL.sub(" ", text.replace("\r\n", "\n"))
