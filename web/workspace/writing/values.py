"""Between the fields of an experience and those of forms; what cannot be read is kept as typed."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Final

from werkzeug.datastructures import MultiDict

from objects.experiences.fields import (
    REACHES,
    Contributor,
    Experience,
    Indicator,
    Means,
    Partner,
    Tool,
)
from objects.experiences.rows import joined, lines, tool_lines, tools_of

UNITS: Final[Mapping[str, str]] = {"H": "PT{}H", "D": "P{}D", "W": "P{}W", "M": "P{}M"}
_SIMPLE: Final = re.compile(r"P(?:T(?P<hours>\d+)H|(?P<number>\d+)(?P<unit>[DWM]))")
_NUMBERS: Final = ("public_number", "cost_from", "cost_to")
_LISTS: Final = ("publics", "modalities", "themes")
_ROWS: Final[Mapping[str, Callable[..., Any]]] = {
    "tools": Tool,
    "means": Means,
    "indicators": Indicator,
    "partners": Partner,
    "contributors": Contributor,
}
_BLANKS: Final = re.compile(r"[\s\u00a0\u202f]+")


@dataclass(frozen=True, slots=True)
class Told:
    """What a form says: the experience, and what was typed that no field can hold."""

    experience: Experience
    typed: dict[str, str]


def cleaned(form: "MultiDict[str, Any]") -> "MultiDict[str, Any]":
    """What was sent, without the zero bytes that a database refuses."""
    return MultiDict([(_clean(name), _clean(value)) for name, value in form.items(multi=True)])


def shown(
    experience: Experience, typed: Mapping[str, str], accounts: Mapping[str, str]
) -> dict[str, Any]:
    """The values of the form's fields; `accounts` gives `name@site` for the ids of actors."""
    e = experience
    values: dict[str, Any] = {field.name: getattr(e, field.name) for field in fields(Experience)}
    values |= {name: "" if values[name] is None else str(values[name]) for name in _NUMBERS}
    values |= {name: list(values[name]) for name in _LISTS}
    number, unit = _duration_parts(e.duration)
    values |= {
        "objectives": joined(e.objectives),
        "tool_lines": tool_lines(e.tools),
        "duration_number": number,
        "duration_unit": unit,
        "transferability": "" if e.transferability is None else str(e.transferability),
        "tools": [{"name": t.name, "url": t.url} for t in e.tools],
        "means": [
            {"role": m.role, "days": typed.get(f"means-{row}") or _plain(m.days)}
            for row, m in enumerate(e.means)
        ],
        "indicators": [
            {"name": i.name, "before": i.before, "after": i.after, "source": i.source}
            for i in e.indicators
        ],
        "partners": [{"name": p.name, "url": p.url} for p in e.partners],
        "contributors": [
            {"url": accounts.get(c.url, c.url), "role": c.role} for c in e.contributors
        ],
    }
    return values | {name: typed[name] for name in _NUMBERS if name in typed}


def told(
    form: Any, before: Experience, typed: Mapping[str, str], people: Mapping[str, str]
) -> Told:
    """The experience with what the form says; fields that the form lacks stay.

    `people` gives the ids of actors for addresses (`name@site`) that were looked up.
    """
    reader = _Reader(form, dict(typed))
    values: dict[str, Any] = {}
    for field in fields(Experience):
        name = field.name
        if name in form and name not in {"duration", *_ROWS}:
            values[name] = reader.value(name, getattr(before, name))
    if "tool_lines" in form:
        values["tools"] = tools_of(form.tool_lines.data or "")
    for name in _ROWS:
        if name in form:
            values[name] = reader.rows(name, people)
    if "duration_number" in form:
        values["duration"] = _duration(form.duration_number.data, form.duration_unit.data)
    return Told(replace(before, **values), reader.typed)


def addresses(form: Any) -> list[str]:
    """The addresses of co-authors in a form that are not ids of actors yet."""
    if "contributors" not in form:
        return []
    typed = [(entry.form.url.data or "").strip() for entry in form.contributors.entries]
    return [text for text in dict.fromkeys(typed) if text and "://" not in text]


def whole_number(text: str) -> int | None:
    """A number as people write it (`1 200`); None for anything else."""
    bare = _BLANKS.sub("", text)
    return int(bare) if bare.isascii() and bare.isdigit() and len(bare) < 10 else None


def decimal_number(text: str) -> float | None:
    """A number with a comma or a point; None for anything else."""
    bare = _BLANKS.sub("", text).replace(",", ".")
    if not re.fullmatch(r"\d{1,6}(\.\d{1,4})?", bare, re.ASCII):
        return None
    return float(bare)


class _Reader:
    """Reads one form; collects what cannot be read."""

    def __init__(self, form: Any, typed: dict[str, str]) -> None:
        self.form = form
        self.typed = typed

    def value(self, name: str, before: Any) -> Any:
        data = self.form[name].data
        if name in _NUMBERS:
            return self._number(name, data or "")
        if name in _LISTS:
            return tuple(dict.fromkeys(data or ()))
        if name == "objectives":
            return lines(data or "")
        if name == "reach":
            return self._reach(data or "", before)
        if name == "transferability":
            return int(data) if data in {"1", "2", "3", "4"} else None
        if isinstance(before, bool):
            return bool(data)
        return data or ""

    def rows(self, name: str, people: Mapping[str, str]) -> tuple[Any, ...]:
        """The rows in which something was typed."""
        self.typed = {
            key: text for key, text in self.typed.items() if not key.startswith(f"{name}-")
        }
        found: list[Any] = []
        for entry in self.form[name].entries:
            texts = {part.short_name: (part.data or "").strip() for part in entry.form}
            said = any(text for key, text in texts.items() if key != "role" or name == "means")
            if said:
                found.append(self._row(name, len(found), texts, people))
        return tuple(found)

    def _row(self, name: str, row: int, texts: dict[str, str], people: Mapping[str, str]) -> Any:
        if name == "contributors":
            texts["url"] = people.get(texts["url"], texts["url"])
        if name != "means":
            return _ROWS[name](**texts)
        days = decimal_number(texts["days"])
        if days is None and texts["days"]:
            self.typed[f"means-{row}"] = texts["days"]
        return Means(texts["role"], days)

    def _reach(self, text: str, before: Any) -> Any:
        self.typed.pop("reach", None)
        if text in REACHES:
            return text
        if text:
            self.typed["reach"] = text[:100]
        return before

    def _number(self, name: str, text: str) -> int | None:
        self.typed.pop(name, None)
        number = whole_number(text)
        if number is None and text.strip():
            self.typed[name] = text.strip()
        return number


def _clean(value: Any) -> Any:
    return value.replace("\0", "") if isinstance(value, str) else value


def _plain(days: float | None) -> str:
    return "" if days is None else f"{days:g}"


def _duration_parts(duration: str) -> tuple[str, str]:
    found = _SIMPLE.fullmatch(duration)
    if found is None:
        return duration, ""
    if found["hours"]:
        return found["hours"], "H"
    return found["number"], found["unit"]


def _duration(number: str | None, unit: str | None) -> str:
    """`PT21H` from 21 and hours; what was typed itself when that makes no duration."""
    text = (number or "").strip()
    bare = _BLANKS.sub("", text)
    if unit and unit in UNITS and bare.isascii() and bare.isdigit():
        return UNITS[unit].format(int(bare[:6]))
    return text.upper() if text[:1] in "pP" else text


def typed_problems(typed: Mapping[str, str]) -> list[tuple[str, int | None]]:
    """The fields, with their rows, for which something was typed that they cannot hold."""
    found: list[tuple[str, int | None]] = []
    for name in typed:
        field, _, row = name.partition("-")
        found.append((field, int(row) if row else None))
    return found


def account_map(actors: Sequence[Any]) -> dict[str, str]:
    """Ids of actors → `name@site`."""
    return {actor.url: actor.account for actor in actors}
