"""The month of a project: what is on which day, for its page and its calendar file."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from objects.dates import written
from objects.events.times import local
from objects.projects.entries import from_json
from objects.text import plain_text
from storage.project_entries import EntryRecord
from storage.records import ObjectRecord
from web.events.view import EventView
from web.texts import mark, texts_of
from web.workspace.cards import page_for

DATED: Final = ["milestone", "call"]
FIRST_YEAR: Final = 1971
LAST_YEAR: Final = 2199
_NAMES: Final = {
    "milestone": mark("Milestone: %s"),
    "call": mark("Last day of the call: %s"),
}


@dataclass(frozen=True, slots=True)
class Item:
    """Something on a day of a project: an event, a milestone, a deadline."""

    day: date
    last: date
    hour: str
    kind: str
    title: str
    address: str
    view: EventView | None = None
    ended: bool = False
    spoken: str = ""

    def on(self, day: date) -> bool:
        """Whether it is on a day."""
        return self.day <= day <= self.last


@dataclass(frozen=True, slots=True)
class Month:
    """A month as a table of weeks, what is in it, and what comes after it."""

    first: date
    weeks: tuple[tuple[date, ...], ...]
    items: tuple[Item, ...]
    later: tuple[Item, ...]
    name: str
    weekdays: tuple[tuple[str, str], ...]

    @property
    def before(self) -> str:
        """The month before, as its address says it."""
        return f"{self.first - timedelta(days=1):%Y-%m}"

    @property
    def after(self) -> str:
        """The month after."""
        return f"{self.first + timedelta(days=32):%Y-%m}"


def day_of_entry(entry: EntryRecord) -> date | None:
    """The day of a milestone, or the last one of a call, if calendars reach it."""
    due = from_json(entry.fields).due
    try:
        found = date.fromisoformat(due) if due else None
    except ValueError:
        return None
    return found if found is not None and FIRST_YEAR <= found.year <= LAST_YEAR else None


def titled(entry: EntryRecord, record: ObjectRecord, language: str) -> str:
    """What a calendar says of a milestone or a call."""
    title = from_json(entry.fields).title or record.name or plain_text(record.content)[:80]
    return texts_of(language)(_NAMES[entry.kind]) % title


def items_of(
    views: Sequence[EventView],
    entries: Sequence[tuple[EntryRecord, ObjectRecord]],
    language: str,
    base: str,
) -> list[Item]:
    """Events, milestones and calls by day and hour; `base` is the address of their project."""
    found = []
    for view in views:
        begin = local(view.row.starts_at, view.row.timezone)
        end = local(view.row.ends_at or view.row.starts_at, view.row.timezone)
        hour = "" if view.event.all_day else f"{begin:%H:%M}"
        found.append(
            Item(
                begin.date(),
                max(begin, end).date(),
                hour,
                "event",
                view.title,
                page_for(view.record) if view.viewer is not None else view.record.url,
                view,
                view.event.status == "cancelled",
            )
        )
    for entry, record in entries:
        day = day_of_entry(entry)
        if day is not None:
            ended = entry.state in ("dropped", "withdrawn", "filled")
            title = titled(entry, record, language)
            found.append(
                Item(
                    day,
                    day,
                    "",
                    entry.kind,
                    title,
                    f"/calls/{record.id}"
                    if entry.kind == "call"
                    else f"{base}/milestones/{record.id}",
                    ended=ended,
                    spoken=_spoken(day, language),
                )
            )
    return sorted(found, key=lambda item: (item.day, item.hour, item.title))


def month_name(first: date, language: str) -> str:
    """`novembre 2026`."""
    from babel.dates import format_date

    return format_date(first, "LLLL y", locale=language)


def _spoken(day: date, language: str) -> str:
    return written(day, language, "full")


def weekdays(language: str) -> tuple[tuple[str, str], ...]:
    """The names of the days of a week, short and whole, Monday first."""
    from babel.dates import get_day_names

    short = get_day_names("abbreviated", "stand-alone", locale=language)
    whole = get_day_names("wide", "stand-alone", locale=language)
    return tuple((short[number], whole[number]) for number in range(7))
