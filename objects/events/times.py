"""Moments and what clocks show: an event is meant in the time of a place."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from objects.dates import written

PLACE: Final = "Europe/Paris"
"""Where events are when nobody says where."""
LAST_MS: Final = 7_258_118_400_000
"""The year 2200: nothing later is an event."""


class NoSuchTime(ValueError):
    """What clocks never show: the hour that is left out in spring."""


def zone_named(name: str) -> ZoneInfo | None:
    """The zone with an IANA name; None when there is none."""
    try:
        return ZoneInfo(name) if name else None
    except (ValueError, LookupError, OSError):
        return None


def zone_of(name: str) -> ZoneInfo:
    """The zone with an IANA name, that of France when there is none."""
    return zone_named(name) or ZoneInfo(PLACE)


def local(ms: int, zone: str) -> datetime:
    """A moment as clocks of a zone show it."""
    return datetime.fromtimestamp(ms / 1000, UTC).astimezone(zone_of(zone))


def moment(day: date, hour: time, zone: str) -> int:
    """The moment at which clocks of a zone show this, the first one when they do so twice.

    Raises `NoSuchTime` for what they never show.
    """
    shown = datetime.combine(day, hour.replace(tzinfo=None, fold=0), zone_of(zone))
    found = shown.astimezone(UTC)
    if found.astimezone(shown.tzinfo).replace(tzinfo=None) != shown.replace(tzinfo=None):
        raise NoSuchTime(shown.isoformat())
    return int(found.timestamp() * 1000)


def midnight(day: date, zone: str) -> int:
    """The moment at which a day begins in a zone, also where clocks jump over midnight."""
    for hour in range(4):
        try:
            return moment(day, time(hour), zone)
        except NoSuchTime:
            continue
    return moment(day, time(12), zone)


def end_of_day(day: date, zone: str) -> int:
    """The last second of a day in a zone."""
    return midnight(day + timedelta(days=1), zone) - 1_000


def wire_moment(ms: int, zone: str) -> str:
    """A moment with the offset that its zone has then: `2026-10-25T09:00:00+01:00`."""
    if zone_named(zone) is None:
        return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return local(ms, zone).isoformat(timespec="seconds")


def read_moment(text: str, zone: str) -> int | None:
    """A moment in milliseconds; without an offset it is in the zone. None for what is none."""
    try:
        found = datetime.fromisoformat(text.strip())
        zoned = found if found.tzinfo else found.replace(tzinfo=zone_of(zone))
        ms = round(zoned.timestamp() * 1000)
    except (ValueError, OverflowError):
        return None
    return ms if 0 <= ms < LAST_MS else None


def spoken(starts_at: int, ends_at: int | None, zone: str, language: str, *, days: bool) -> str:
    """When something is, for people: `samedi 24 octobre 2026, 09:00–12:00 (Europe/Paris)`."""
    begin = local(starts_at, zone)
    end = local(ends_at, zone) if ends_at is not None else None
    first = written(begin.date(), language, "full")
    last = written(end.date(), language, "full") if end else first
    if days:
        return first if first == last else f"{first} – {last}"
    place = f" ({zone_of(zone).key})"
    if end is None:
        return f"{first}, {begin:%H:%M}{place}"
    if first == last and begin.utcoffset() == end.utcoffset():
        return f"{first}, {begin:%H:%M}–{end:%H:%M}{place}"
    return f"{first}, {begin:%H:%M} – {last}, {end:%H:%M}{place}"
