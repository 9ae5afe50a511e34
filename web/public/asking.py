"""What the address of a list of experiences asks for, and addresses that ask a little else."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict

from objects.search.find import FACETS, MOST_VALUES, Query, Scope
from objects.search.query import LONGEST
from objects.vocabularies.names import MATURITY, MODALITY, PUBLIC, THEME, concept_uri
from storage.records import ActorRecord
from storage.search import Sort

PATH: Final = "/experiences"
PAGE: Final = 20
MOST_PAGES: Final = 1_000
LONGEST_VALUE: Final = 300
SCHEMES: Final = {"theme": THEME, "public": PUBLIC, "modality": MODALITY, "maturity": MATURITY}
"""Facets whose values are concepts, and the scheme of ours that addresses name by notation."""
SORTS: Final[tuple[Sort, ...]] = ("relevance", "newest", "reused")
_MONTH: Final = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-\d{2})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request for experiences; concepts are URIs, months `2025-03`, pages count from 1."""

    text: str = ""
    facets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    start: str = ""
    end: str = ""
    sort: Sort | None = None
    scope: Scope = "here"
    page: int = 1

    @property
    def filtered(self) -> bool:
        """Whether anything narrows the list."""
        return bool(self.text or self.facets or self.start or self.end)

    @property
    def only_theme(self) -> str:
        """The theme, when one theme is all that is asked for; else empty."""
        themes = self.facets.get("theme", ())
        plain = not (self.text or self.start or self.end)
        return themes[0] if plain and len(themes) == 1 and len(self.facets) == 1 else ""

    def query(self, viewer: ActorRecord | None) -> Query:
        """As the search takes it."""
        return Query(
            text=self.text,
            facets=self.facets,
            period=(month_start(self.start), month_start(self.end, after=True)),
            scope=self.scope if viewer is not None else "here",
            viewer=viewer,
            sort=self.sort or ("relevance" if self.text else "newest"),
            offset=(self.page - 1) * PAGE,
            limit=PAGE,
        )

    def without(self, facet: str, value: str = "") -> "Asked":
        """The same without one value of a facet, or the whole facet; `period`, `text` too."""
        if facet == "period":
            return replace(self, start="", end="", page=1)
        if facet == "text":
            return replace(self, text="", page=1)
        kept = tuple(each for each in self.facets.get(facet, ()) if value and each != value)
        others = {name: values for name, values in self.facets.items() if name != facet}
        return replace(self, facets={**others, facet: kept} if kept else others, page=1)

    def address(self, suffix: str = "", **changes: object) -> str:
        """The address of this list with some fields changed; `suffix` .atom or .rss for feeds."""
        changed = replace(self, **{"page": 1, **changes})  # type: ignore[arg-type]
        pairs = changed.pairs(feed=bool(suffix))
        return f"{PATH}{suffix}?{urlencode(pairs)}" if pairs else f"{PATH}{suffix}"

    def pairs(self, *, feed: bool = False) -> list[tuple[str, str]]:
        """What stands in the address, in a fixed order; feeds have no order and no pages."""
        found = [("q", self.text)]
        for facet in FACETS:
            found += [(facet, short_value(facet, value)) for value in self.facets.get(facet, ())]
        found += [("from", self.start), ("until", self.end)]
        if not feed:
            found += [
                ("sort", self.sort or ""),
                ("scope", "" if self.scope == "here" else "network"),
            ]
            found.append(("page", str(self.page) if self.page > 1 else ""))
        return [(name, value) for name, value in found if value]


def read_request(arguments: "MultiDict[str, str]") -> Asked:
    """What an address asks for; what makes no sense in it is left out."""
    sort = arguments.get("sort", "")
    page = arguments.get("page", "")
    number = int(page) if page.isascii() and page.isdigit() and len(page) < 6 else 1
    return Asked(
        text=" ".join(arguments.get("q", "")[: 2 * LONGEST].split())[:LONGEST],
        facets={
            facet: values
            for facet in FACETS
            if (values := _values(facet, arguments.getlist(facet)))
        },
        start=_month(arguments.get("from", "")),
        end=_month(arguments.get("until", "")),
        sort=next((each for each in SORTS if each == sort), None),
        scope="network" if arguments.get("scope") == "network" else "here",
        page=min(max(number, 1), MOST_PAGES),
    )


def short_value(facet: str, value: str) -> str:
    """How an address names a value: our own concepts by their notation."""
    scheme = SCHEMES.get(facet)
    if scheme is not None and value.startswith(concept_uri(scheme, "")):
        return value.removeprefix(concept_uri(scheme, ""))
    return value


def month_start(month: str, *, after: bool = False) -> int | None:
    """The first moment of a month `2025-03` or year `2025`, or of the next one; milliseconds."""
    match = _MONTH.fullmatch(month)
    if match is None:
        return None
    year, number = int(match[1]), int(match[2] or 1)
    if after:
        year, number = (year + 1, 1) if match[2] is None or number == 12 else (year, number + 1)
    return int(datetime(year, number, 1, tzinfo=UTC).timestamp() * 1000)


def _month(text: str) -> str:
    match = _MONTH.fullmatch(text.strip()) if text.isascii() else None
    if match is None or not 1900 <= int(match[1]) <= 2200:
        return ""
    if match[2] is not None and not 1 <= int(match[2]) <= 12:
        return ""
    return f"{match[1]}-{match[2]}" if match[2] else match[1]


def _values(facet: str, values: list[str]) -> tuple[str, ...]:
    scheme = SCHEMES.get(facet)
    found = dict.fromkeys(
        concept_uri(scheme, value) if scheme is not None and ":" not in value else value
        for value in (each.strip() for each in values[: 10 * MOST_VALUES])
        if 0 < len(value) <= LONGEST_VALUE and value.isprintable()
    )
    return tuple(found)[:MOST_VALUES]
