"""Numbers over time, rankings and cohorts for administrators' apps."""

import platform
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from actors.policy import domain_name
from clients.admin.desk import administrator
from clients.door import Call, Door
from clients.entities.admin import (
    AdminCohort,
    AdminDimension,
    AdminDimensionData,
    AdminMeasure,
    AdminMeasureData,
    CohortData,
)
from clients.entities.base import moment
from clients.rendering.tags import tag_id
from federation.documents import parse_time
from federation.errors import Refused, Untrusted
from storage.measures import ABOUT, DAY_MS, DIMENSIONS, MEASURES
from storage.store import Tx

READ: Final = "admin:read"
MAX_DAYS: Final = 370
MAX_LINES: Final = 100
MAX_KEYS: Final = 30
# The cohorts of a year by days would be 68 000 numbers.
MAX_COHORTS: Final = 62
SPACE: Final = "space_usage"
VERSIONS: Final = "software_versions"


class Wanted(msgspec.Struct):
    """Which numbers, from when to when; what is asked of a hashtag or server stands beside."""

    keys: list[str] = []
    start_at: str = ""
    end_at: str = ""
    limit: int = 10
    frequency: str = "day"
    tag_accounts: dict[str, Any] = {}
    tag_uses: dict[str, Any] = {}
    tag_servers: dict[str, Any] = {}
    tag_languages: dict[str, Any] = {}
    instance_accounts: dict[str, Any] = {}
    instance_statuses: dict[str, Any] = {}
    instance_reports: dict[str, Any] = {}
    instance_follows: dict[str, Any] = {}
    instance_followers: dict[str, Any] = {}
    instance_languages: dict[str, Any] = {}


def add_measure_routes(door: Door) -> None:
    """Register the endpoints."""

    @door.post("/api/v1/admin/measures", READ)
    async def measures(call: Call) -> list[AdminMeasure]:
        administrator(call)
        wanted = await call.read(Wanted)
        start, end = _period(wanted, call.context.now())
        return await call.store.query(lambda tx: _measures(tx, wanted, start, end))

    @door.post("/api/v1/admin/dimensions", READ)
    async def dimensions(call: Call) -> list[AdminDimension]:
        administrator(call)
        wanted = await call.read(Wanted)
        start, end = _period(wanted, call.context.now())
        language, version = call.context.settings.language, call.context.version

        async def operation(tx: Tx) -> list[AdminDimension]:
            return await _dimensions(tx, wanted, start, end, language, version)

        return await call.store.query(operation)

    @door.post("/api/v1/admin/retention", READ)
    async def retention(call: Call) -> list[AdminCohort]:
        administrator(call)
        wanted = await call.read(Wanted)
        if wanted.frequency not in ("day", "month"):
            raise Refused(422, "no-frequency", "Validation failed: Frequency is day or month")
        start, end = _period(wanted, call.context.now())
        return await call.store.query(lambda tx: _cohorts(tx, wanted.frequency, start, end))


async def _measures(tx: Tx, wanted: Wanted, start: int, end: int) -> list[AdminMeasure]:
    """The measures that there are, in the order asked for; three queries for each."""
    found = []
    before = 2 * start - end
    subjects = await _subjects(tx, wanted)
    for key in dict.fromkeys(wanted.keys[:MAX_KEYS]):
        about = subjects.get(key, "")
        if key not in MEASURES or (key in ABOUT and not about):
            continue
        days = await tx.measures.by_day(key, start, end, about)
        data = [
            AdminMeasureData(date=moment(start + n * DAY_MS), value=str(days.get(n, 0)))
            for n in range((end - start) // DAY_MS)
        ]
        total = await tx.measures.whole(key, start, end, about)
        previous = await tx.measures.whole(key, before, start, about)
        found.append(
            AdminMeasure(
                key=key, unit=None, total=str(total), previous_total=str(previous), data=data
            )
        )
    return found


async def _dimensions(
    tx: Tx, wanted: Wanted, start: int, end: int, language: str, version: str
) -> list[AdminDimension]:
    """The rankings that there are, in the order asked for."""
    found = []
    limit = min(max(wanted.limit, 1), MAX_LINES)
    subjects = await _subjects(tx, wanted)
    for key in dict.fromkeys(wanted.keys[:MAX_KEYS]):
        about = subjects.get(key, "")
        if key == SPACE:
            found.append(AdminDimension(key=key, data=await _space(tx)))
        elif key == VERSIONS:
            found.append(AdminDimension(key=key, data=await _versions(tx, version)))
        elif key in DIMENSIONS and (key not in ABOUT or about):
            lines = await tx.measures.ranking(key, start, end, limit, about)
            named = _namer(key, language)
            data = [
                AdminDimensionData(
                    key=named(name), human_key=named(name), value=str(count), human_value=str(count)
                )
                for name, count in lines
            ]
            found.append(AdminDimension(key=key, data=data))
    return found


async def _space(tx: Tx) -> list[AdminDimensionData]:
    space = await tx.measures.space()
    sizes = ((tx.connection.engine, space.database), ("media", space.media))
    return [
        AdminDimensionData(
            key=name, human_key=name, value=str(size), unit="bytes", human_value=_bytes(size)
        )
        for name, size in sizes
    ]


async def _versions(tx: Tx, version: str) -> list[AdminDimensionData]:
    known = {
        "communotic": version,
        "python": platform.python_version(),
        tx.connection.engine: await tx.measures.engine_version(),
    }
    return [
        AdminDimensionData(key=name, human_key=name, value=said, human_value=said)
        for name, said in known.items()
    ]


async def _cohorts(tx: Tx, frequency: str, start: int, end: int) -> list[AdminCohort]:
    """Those who joined in one day or month, and how many were active in it and the next ones."""
    joined = await tx.measures.joined(start, end)
    active = await tx.measures.active_days(start, end)
    periods = list(dict.fromkeys(_begins(frequency, ms) for ms in range(start, end, DAY_MS)))
    if len(periods) > MAX_COHORTS:
        detail = f"Validation failed: At most {MAX_COHORTS} periods are compared"
        raise Refused(422, "too-long", detail)
    members: dict[int, set[int]] = {}
    for actor_id, ms in joined.items():
        members.setdefault(_begins(frequency, ms), set()).add(actor_id)
    seen: dict[int, set[int]] = {}
    for actor_id, number in active:
        seen.setdefault(_begins(frequency, start + number * DAY_MS), set()).add(actor_id)
    return [
        AdminCohort(
            period=moment(period),
            frequency=frequency,
            data=[
                _kept(later, members.get(period, set()), seen.get(later, set()))
                for later in periods[place:]
            ],
        )
        for place, period in enumerate(periods)
    ]


def _kept(period: int, members: set[int], seen: set[int]) -> CohortData:
    count = len(members & seen)
    rate = count / len(members) if members else 0.0
    return CohortData(date=moment(period), rate=round(rate, 4), value=str(count))


def _begins(frequency: str, ms: int) -> int:
    """The first moment of the day or month of a moment, in UTC."""
    at = datetime.fromtimestamp(ms / 1000, UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    if frequency == "month":
        at = at.replace(day=1)
    return int(at.timestamp() * 1000)


def _period(wanted: Wanted, now: int) -> tuple[int, int]:
    """Whole days of UTC, both ends included; the last month when nothing is said.

    Raises `Refused` 422 for what is no moment.
    """
    end = _day(wanted.end_at, now) + DAY_MS
    start = _day(wanted.start_at, end - 30 * DAY_MS)
    if not start < end <= start + MAX_DAYS * DAY_MS:
        detail = f"Validation failed: The period is of 1 to {MAX_DAYS} days"
        raise Refused(422, "no-period", detail)
    return start, end


def _day(text: str, otherwise: int) -> int:
    ms = parse_time(text) if text else otherwise
    if ms is None or not 0 <= ms < 2**45:
        raise Refused(422, "no-moment", "Validation failed: start_at and end_at are moments")
    return ms - ms % DAY_MS


async def _subjects(tx: Tx, wanted: Wanted) -> dict[str, str]:
    """The hashtag or the server that each key is about, of those that are about one."""
    found = {}
    for key in ABOUT & set(wanted.keys):
        given: dict[str, Any] = getattr(wanted, key)
        text = str(given.get("id") or given.get("domain") or "").strip()
        found[key] = text.lstrip("#").lower() if key.startswith("tag_") else _domain(text)
    numbers = {text for key, text in found.items() if key.startswith("tag_") and text.isdigit()}
    if numbers:
        names = {tag_id(name): name for name in await tx.measures.hashtags()}
        found = {key: names.get(text, text) for key, text in found.items()}
    return found


def _domain(text: str) -> str:
    try:
        return domain_name(text) if text else ""
    except Untrusted:
        return ""


def _namer(key: str, language: str) -> Callable[[str], str]:
    """How the lines of a ranking are called; what is empty in the database has a name, too."""
    empty = {"languages": language, "sources": "web"}.get(key, "und")
    return lambda name: name or empty


def _bytes(size: float) -> str:
    for unit in ("bytes", "KB", "MB"):
        if size < 1024:
            return f"{size:.0f} {unit}"
        size /= 1024
    return f"{size:.1f} GB"
