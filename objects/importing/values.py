"""Dates, durations, numbers, licences as people write them in tables."""

import re
from datetime import UTC, date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from objects.experiences.fields import LICENCES, Reach
from objects.tables import heading_key

_PLACE: Final = ZoneInfo("Europe/Paris")
_NUMERIC: Final = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?!\d)")
_WRITTEN: Final = re.compile(r"(\d{1,2})(?:er)?\s+([a-z]+)\.?\s+(\d{4})")
_TIME: Final = re.compile(r"[T\s](\d{1,2})[:h](\d{2})(?::(\d{2}))?")
_AMOUNT: Final = re.compile(r"\d{1,3}(?:[\s\u00a0\u202f.]\d{3})+|\d+")
_ISO_DURATION: Final = re.compile(r"P(?=.)(?:\d+[YMWD])*(?:T(?:\d+[HMS])+)?")
_PART: Final = re.compile(
    r"(\d+(?:[.,]\d+)?)\s*(ans?|annees?|years?|mois|months?|semaines?|weeks?|jours?|days?|j|"
    r"heures?|hours?|h|minutes?|min|mn)(?![a-z])\s*(\d{1,2})?"
)

_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            "janvier janv jan january", "fevrier fevr fev february feb", "mars march mar",
            "avril avr april apr", "mai may", "juin june jun", "juillet juil july jul",
            "aout august aug", "septembre sept september sep", "octobre oct october",
            "novembre nov november", "decembre dec december",
        ),
        1,
    )
    for name in names.split()
}  # fmt: skip
_NONE_AT_ALL: Final = frozenset(
    [
        "sans objet",
        "aucune",
        "aucun",
        "neant",
        "non",
        "rien",
        "aucune difficulte",
        "none",
        "no",
        "nothing",
        "n a",
        "s o",
    ]
)
_REACHES: Final[dict[str, Reach]] = {
    "public": "public", "publique": "public", "tous": "public", "everybody": "public",
    "reseau": "network", "network": "network", "membres du reseau": "network",
    "organisme": "organisation", "organisation": "organisation", "interne": "organisation",
    "prive": "organisation", "privee": "organisation", "private": "organisation",
}  # fmt: skip


def day(text: str) -> date | None:
    """A day: `2019-03-12`, `12/03/2019` (day first), `12 mars 2019`; None when it is none."""
    found = _NUMERIC.match(text.strip())
    try:
        if found:
            return date(int(found[3]), int(found[2]), int(found[1]))
        written = _WRITTEN.match(heading_key(text))
        if written and written[2] in _MONTHS:
            return date(int(written[3]), _MONTHS[written[2]], int(written[1]))
        return date.fromisoformat(text.strip()[:10])
    except ValueError:
        return None


def moment(text: str, *, utc: bool = False) -> int | None:
    """A date, with or without a time, in milliseconds; French time unless it says otherwise."""
    stripped = text.strip()
    try:
        whole = datetime.fromisoformat(stripped)
        if whole.tzinfo is not None:
            return _ms(whole)
    except ValueError:
        pass
    found = day(stripped)
    if found is None or not 1970 <= found.year <= 2200:
        return None
    time = _TIME.search(stripped)
    hour, minute, second = (int(part or 0) for part in time.groups()) if time else (12, 0, 0)
    if hour > 23 or minute > 59 or second > 59:
        hour = minute = second = 0
    zone = UTC if utc else _PLACE
    return _ms(datetime(found.year, found.month, found.day, hour, minute, second, tzinfo=zone))


def _ms(found: datetime) -> int | None:
    stamp = int(found.timestamp() * 1000)
    return stamp if stamp >= 0 else None


def whole(text: str) -> int | None:
    """The first whole number in a text: `1 200 €`, `12 personnes`."""
    found = _AMOUNT.search(text)
    return int(re.sub(r"\D", "", found.group())[:12]) if found else None


def duration(text: str) -> str:
    """ISO 8601 from `3 jours`, `21 h`, `2 h 30`, `P3D`; empty when it is none of these."""
    stripped = text.strip().upper()
    if _ISO_DURATION.fullmatch(stripped):
        return stripped
    plain = heading_key(text.replace(",", "·").replace(".", "·")).replace("·", ".")
    found = _PART.fullmatch(plain)
    if found is None or "." in found[1]:
        return ""
    unit, rest = found[2], found[3]
    if rest and not unit.startswith("h"):
        return ""
    letter = {"a": "Y", "y": "Y", "s": "W", "w": "W", "j": "D", "d": "D", "h": "H"}.get(unit[0])
    if unit[0] == "m":
        letter = "M"
    number = str(int(found[1]))
    if unit[0] == "h" or unit.startswith(("min", "mn")):
        return f"PT{number}{letter}" + (f"{int(rest)}M" if rest and int(rest) else "")
    return f"P{number}{letter}"


def licence(text: str) -> str:
    """The SPDX name of a licence as people write it; empty when it is unknown."""
    for spdx, address in LICENCES.items():
        if text.strip().rstrip("/") in (spdx, address.rstrip("/")):
            return spdx
    key = re.sub(r"[^a-z0-9]", "", heading_key(text.replace("creative commons", "cc")))
    key = key.replace("creativecommons", "cc").replace("40", "").replace("10", "").replace("20", "")
    known = {re.sub(r"[^a-z]", "", name.lower()): name for name in LICENCES if "BY" in name}
    words = {"licenceouverte": "etalab-2.0", "etalab": "etalab-2.0", "domainepublic": "CC0-1.0",
             "cc0": "CC0-1.0"}  # fmt: skip
    return words.get(key) or known.get(key, "")


def reach(text: str) -> Reach | None:
    """Who may read, as people say it."""
    return _REACHES.get(heading_key(text))


def none_at_all(text: str) -> bool:
    """Whether somebody wrote that there were no difficulties."""
    return heading_key(text.strip(" .")) in _NONE_AT_ALL


def parts(text: str, *, commas: bool = False) -> list[str]:
    """The entries of a cell: one a line, or between `;` or `|`; `commas` separate them too."""
    separators = r"[\n;|,]" if commas else r"[\n;|]"
    found = [re.sub(r"^\s*(?:[-*•]|\d+[.)])\s+", "", each).strip() for each in
             re.split(separators, text)]  # fmt: skip
    return list(dict.fromkeys(each for each in found if each))
