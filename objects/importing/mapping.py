"""An item of another system as an experience: each value to its field, the rest kept as text."""

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, Final

from objects.experiences.fields import (
    LICENCES,
    MAX_CONCEPTS,
    MAX_LINE,
    MAX_MARKDOWN,
    MAX_ROWS,
    MAX_SUMMARY,
    MAX_TITLE,
    Experience,
    Indicator,
    Means,
    Partner,
    Tool,
)
from objects.importing import values as parse
from objects.importing.concepts import FIELDS, KnownConcepts
from objects.importing.headings import NAMES, field_of
from objects.importing.markup import sections
from objects.importing.report import MAX_PROBLEMS, Built, Item, Problem, problem
from objects.reading import web_address
from objects.tables import heading_key

MARKDOWN: Final = frozenset(
    [
        "context",
        "approach",
        "results",
        "caveats",
        "success_factors",
        "next_steps",
        "adaptations",
        "result_here",
    ]
)
LINES: Final = frozenset({"rhythm", "funder", "territory_name", "contact"})
DETAILS: Final = frozenset({"public_details", "transferability_conditions", "accessibility"})
MAX_DETAILS: Final = 5_000
MAX_NUMBER: Final = 10_000_000
_INSEE: Final = re.compile(r"(?:\d{2}|2[AB])\d{3}|\d{2,3}|2[AB]|R\d{2,3}")
_ROW: Final = re.compile(r"\s*[|→]\s*|\s*->\s*")
# Only told apart from `Experience` by the item, never fields of it.
_OF_THE_ITEM: Final = frozenset({"identity", "published", "author", "pictures"})


def build(item: Item, known: KnownConcepts, language: str) -> Built:
    """The experience that an item tells; what fits no field stands at the end of its context."""
    builder = _Builder(known, language)
    for heading, value in item.values.items():
        builder.take(heading, value)
    for heading, text in sections(item.body):
        builder.take_section(heading, text)
    if item.author:
        builder.leftover("author", item.author)
    return builder.built(item)


class _Builder:
    """Collects the fields of one experience, and what was not understood."""

    def __init__(self, known: KnownConcepts, language: str) -> None:
        self._known = known
        self._found: dict[str, Any] = {"language": language}
        self._left: list[tuple[str, str]] = []
        self._problems: list[Problem] = []
        self._doubtful = False
        self._published: int | None = None

    # what is taken in

    def take(self, heading: str, value: str) -> None:
        """A value under its heading."""
        text = value.strip()
        name = field_of(heading)
        if not text:
            return
        if name is None:
            self.leftover(heading, text, "unknown-column")
        elif name not in _OF_THE_ITEM:
            self._field(name, heading, text)
        elif name == "published":
            self._published = parse.moment(text)
            if self._published is None:
                self.leftover(heading, text, "bad-date")

    def take_section(self, heading: str, text: str) -> None:
        """A part of a text under its heading; unknown ones stay in the context with theirs."""
        name = field_of(heading) if heading else None
        if name is not None and name not in _OF_THE_ITEM:
            self._field(name, heading, text)
        elif text:
            self._append("context", f"**{heading}**\n\n{text}" if heading else text)

    def leftover(self, heading: str, text: str, code: str = "") -> None:
        """Keep a text that no field holds; with a code it is reported too."""
        self._left.append((heading, text))
        if code:
            self._report(heading, code, text)

    def _report(self, heading: str, code: str, text: str = "") -> None:
        if len(self._problems) < MAX_PROBLEMS:
            self._problems.append(problem(heading, code, text))

    def _field(self, name: str, heading: str, text: str) -> None:
        if name in MARKDOWN:
            self._markdown(name, text)
        elif name in ("title", "summary"):
            self._short(name, heading, text)
        elif name in LINES or name in DETAILS:
            self._line(name, heading, text)
        elif name in FIELDS:
            self._concepts(name, heading, text)
        else:
            self._special[name](self, name, heading, text)

    def _markdown(self, name: str, text: str) -> None:
        if name == "caveats" and parse.none_at_all(text):
            self._found["no_caveats"] = True
        else:
            self._append(name, text)

    def _append(self, name: str, text: str) -> None:
        before = self._found.get(name, "")
        self._found[name] = f"{before}\n\n{text}" if before else text

    def _short(self, name: str, heading: str, text: str) -> None:
        line, most = " ".join(text.split()), MAX_TITLE if name == "title" else MAX_SUMMARY
        if len(line) > most:
            self._report(heading, "shortened", line)
            self._append("context", line)
            line = line[: most - 1].rpartition(" ")[0][: most - 1] + "…"
        self._found.setdefault(name, line)

    def _line(self, name: str, heading: str, text: str) -> None:
        most = MAX_LINE if name in LINES else MAX_DETAILS
        if len(text) > most or name in self._found:
            self.leftover(heading, text, "too-long" if len(text) > most else "twice")
        else:
            self._found[name] = " ".join(text.split()) if name in LINES else text

    def _concepts(self, name: str, heading: str, text: str) -> None:
        single = name in ("maturity", "author_role")
        found: list[str] = [] if single else list(self._found.get(name, ()))
        for word in [text] if single else parse.parts(text, commas=True):
            uri = self._known.find(name, word)
            if uri and len(found) < MAX_CONCEPTS:
                found.append(uri)
            else:
                self.leftover(heading, word, "unknown-concept")
        if single and found:
            self._found[name] = found[0]
        elif not single:
            self._found[name] = tuple(dict.fromkeys(found))

    # fields with a form of their own

    def _number(self, name: str, heading: str, text: str) -> None:
        number = parse.whole(text)
        limits = (1, 4) if name == "transferability" else (0, MAX_NUMBER)
        if number is None or not limits[0] <= number <= limits[1]:
            self.leftover(heading, text, "bad-number")
            return
        self._found[name] = number
        if not text.strip().isdecimal():
            self.leftover(heading, text)

    def _date(self, name: str, heading: str, text: str) -> None:
        found = parse.day(text)
        if found is None:
            self.leftover(heading, text, "bad-date")
        else:
            self._found[name] = found.isoformat()

    def _duration(self, name: str, heading: str, text: str) -> None:
        found = parse.duration(text)
        if found:
            self._found[name] = found
        else:
            self._line("rhythm", heading, text)
            self._report(heading, "bad-duration", text)

    def _licence(self, name: str, heading: str, text: str) -> None:
        found = parse.licence(text)
        if found:
            self._found[name] = found
        else:
            self._doubtful = True
            self.leftover(heading, text, "unknown-licence")

    def _reach(self, name: str, heading: str, text: str) -> None:
        found = parse.reach(text)
        self._found[name] = found or "organisation"
        if found is None:
            self._doubtful = True
            self.leftover(heading, text, "unknown-reach")

    def _language(self, name: str, heading: str, text: str) -> None:
        names = {"francais": "fr", "french": "fr", "anglais": "en", "english": "en"}
        code = names.get(heading_key(text), text.strip().lower()[:3].partition("-")[0])
        if re.fullmatch(r"[a-z]{2}", code):
            self._found[name] = code
        else:
            self.leftover(heading, text, "bad-language")

    def _territory(self, name: str, heading: str, text: str) -> None:
        if _INSEE.fullmatch(text.upper()):
            self._found[name] = text.upper()
        else:
            self._line("territory_name", heading, text)

    def _address(self, name: str, heading: str, text: str) -> None:
        if web_address(text):
            self._found[name] = text
        else:
            self.leftover(heading, text, "bad-address")

    def _rows(self, name: str, heading: str, text: str) -> None:
        make = _ROWS[name]
        entries = parse.parts(text) if name != "indicators" else text.splitlines()
        rows: list[Any] = []
        for entry in filter(str.strip, entries):
            row = (
                make([cell.strip() for cell in _ROW.split(entry.strip())])
                if entry.strip()
                else None
            )
            if row is not None and len(rows) < MAX_ROWS:
                rows.append(row)
            else:
                self.leftover(heading, entry, "too-long")
        self._found[name] = (*self._found.get(name, ()), *rows)[:MAX_ROWS]

    _special: Final[dict[str, Callable[["_Builder", str, str, str], None]]] = {
        "public_number": _number, "cost_from": _number, "cost_to": _number,
        "transferability": _number, "starts": _date, "ends": _date, "duration": _duration,
        "licence": _licence, "reach": _reach, "language": _language, "territory": _territory,
        "adapted_from": _address, "objectives": _rows, "tools": _rows, "means": _rows,
        "indicators": _rows, "partners": _rows,
    }  # fmt: skip

    # what comes out

    def built(self, item: Item) -> Built:
        """The experience, with what was left over at the end of its context."""
        if self._left:
            lines = [f"- {_label(heading)} : {_one_line(text)}" for heading, text in self._left]
            self._append("context", "\n".join(lines))
        for name in MARKDOWN & self._found.keys():
            if len(self._found[name]) > MAX_MARKDOWN:
                self._report(name, "cut", self._found[name][MAX_MARKDOWN:])
                self._found[name] = self._found[name][:MAX_MARKDOWN]
                self._doubtful = True
        experience = replace(Experience(), **self._found)
        if experience.licence not in LICENCES:
            experience = replace(experience, licence=Experience().licence)
        return Built(
            experience,
            (*item.problems, *self._problems),
            item.published_at if item.published_at is not None else self._published,
            doubtful=self._doubtful or item.unfinished,
        )


def _label(heading: str) -> str:
    """How a leftover is introduced."""
    return "Auteur ou autrice d’origine" if heading == "author" else _one_line(heading)[:80]


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _objective(cells: list[str]) -> str | None:
    text = " | ".join(cells)
    return text if len(text) <= MAX_LINE else None


def _tool(cells: list[str]) -> Tool | None:
    url = next((cell for cell in cells if web_address(cell)), "")
    inside = re.search(r"https?://\S+", cells[0]) if not url else None
    name = " ".join(cell for cell in cells if cell != url)
    if inside and web_address(inside.group().rstrip(").,")):
        url = inside.group().rstrip(").,")
        name = name.replace(inside.group(), "").strip(" ()-:") or url
    return Tool((name or url), url) if len(name or url) <= MAX_LINE else None


def _means(cells: list[str]) -> Means | None:
    role, _, days = cells[0].rpartition(":") if len(cells) == 1 else (cells[0], "", cells[1])
    found = re.search(r"\d+(?:[.,]\d+)?", days) if role else None
    number = float(found.group().replace(",", ".")) if found else None
    name = role.strip() if role and found else " ".join(cells)
    return Means(name, number if number is None or number <= 10_000 else None) if (
        len(name) <= MAX_LINE) else None  # fmt: skip


def _indicator(cells: list[str]) -> Indicator | None:
    name, before, after, source = [*cells, "", "", ""][:4]
    rest = " ".join([source, *cells[4:]])
    fits = max(len(each) for each in (name, before, after, rest)) <= MAX_LINE
    return Indicator(name, before, after, rest.strip()) if fits and name else None


def _partner(cells: list[str]) -> Partner | None:
    tool = _tool(cells)
    return None if tool is None else Partner(tool.name, tool.url)


_ROWS: Final[dict[str, Callable[[list[str]], Any]]] = {
    "objectives": _objective, "tools": _tool, "means": _means, "indicators": _indicator,
    "partners": _partner,
}  # fmt: skip


def unknown_headings(headings: Iterable[str]) -> list[str]:
    """Those of a table's headings that mean no field."""
    return [heading for heading in headings if heading and field_of(heading) is None]


def template() -> bytes:
    """An empty table with every column and one line of explanations; for a spreadsheet."""
    heads = ";".join(names[0] for names in NAMES.values())
    return f"\ufeff{heads}\r\n".encode()
