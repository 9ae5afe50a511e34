"""Finding experiences: words and facets in, a page of ids with counts and help out."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from objects.search.corrections import nearest, unknown_words
from objects.search.query import SHORTEST_BEGINNING, Parsed, parse_query
from objects.search.suggestions import Suggestion, suggestions_for
from storage.records import ActorRecord
from storage.search import Hit, Selection, Sort
from storage.store import Tx

FACETS: Final = (
    "theme", "public", "modality", "territory", "maturity", "licence", "language", "year",
)  # fmt: skip
Scope = Literal["here", "network"]
MOST_VALUES: Final = 20
FEW: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What is asked for. An experience fits a facet with any of its values.

    `period`: from (included) until (not included), in milliseconds. `scope` "network" adds what
    was received; a stranger (no `viewer`) finds what this node published for everybody.
    `author` wrote it, alone or with others, or carries it.
    `counted`: whether facets are counted, and help is offered when nothing fits.
    """

    text: str = ""
    facets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    period: tuple[int | None, int | None] = (None, None)
    scope: Scope = "here"
    viewer: ActorRecord | None = None
    author: ActorRecord | None = None
    sort: Sort = "relevance"
    offset: int = 0
    limit: int = 20
    counted: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One page of what fits.

    `facets`: facet → (value, number), most first, each as if its own filter were not set.
    `corrected`: the query that was searched for instead. `did_you_mean`: one that finds more.
    `partial`: nothing has all the words; these have some. `marks`: stems to highlight.
    """

    total: int
    ids: tuple[int, ...]
    facets: dict[str, list[tuple[str, int]]] = field(default_factory=dict)
    corrected: str = ""
    did_you_mean: str = ""
    partial: bool = False
    marks: frozenset[str] = frozenset()
    suggestions: tuple[Suggestion, ...] = ()


@dataclass(frozen=True, slots=True)
class _Search:
    """One try: what was asked, and everything that the words fit."""

    parsed: Parsed
    selection: Selection
    hits: list[Hit]
    corrected: str = ""
    did_you_mean: str = ""

    @property
    def fitting(self) -> list[int]:
        """What meets every filter too."""
        return [hit.id for hit in self.hits if hit.missed == 0]


async def find(tx: Tx, query: Query) -> Found:
    """The experiences that fit a query, a constant number of statements whatever it is."""
    search = await _search(tx, query)
    fitting = search.fitting
    facets: dict[str, list[tuple[str, int]]] = {}
    suggestions: tuple[Suggestion, ...] = ()
    if query.counted:
        facets = await _counts(tx, search, fitting)
        if not fitting:
            suggestions = await suggestions_for(tx, search.parsed, search.selection, search.hits)
    return Found(
        total=len(fitting),
        ids=tuple(fitting[query.offset : query.offset + query.limit]),
        facets=facets,
        corrected=search.corrected,
        did_you_mean=search.did_you_mean,
        partial=bool(fitting) and not search.selection.together,
        marks=search.parsed.marks,
        suggestions=suggestions,
    )


async def _search(tx: Tx, query: Query) -> _Search:
    """As typed; else with typing errors corrected; else with some of the words only."""
    parsed = parse_query(query.text)
    if parsed.said and not parsed.parts:
        return _Search(parsed, _selection(query, parsed), [])
    unknown = await unknown_words(tx, parsed, stranger=query.viewer is None)
    parsed = _finished(parsed, unknown)
    selection = _selection(query, parsed)
    search = _Search(parsed, selection, await tx.search.hits(selection))
    if unknown and len(search.hits) < FEW:
        search = await _corrected(tx, query, search, unknown)
    if not search.hits and len(search.selection.terms) > 1:
        some = replace(search.selection, together=False)
        search = replace(search, selection=some, hits=await tx.search.hits(some))
    return search


async def _corrected(tx: Tx, query: Query, search: _Search, unknown: list[str]) -> _Search:
    others = await nearest(tx, unknown, stranger=query.viewer is None)
    if not others:
        return search
    parsed = search.parsed.replacing(others)
    selection = _selection(query, parsed)
    hits = await tx.search.hits(selection)
    if not hits:
        return search
    if search.hits:
        return replace(search, did_you_mean=parsed.text)
    return _Search(parsed, selection, hits, corrected=parsed.text)


def _finished(parsed: Parsed, unknown: list[str]) -> Parsed:
    """The last word may be the beginning of a longer one, unless it is a word itself."""
    if not parsed.parts:
        return parsed
    last = parsed.parts[-1]
    if not last.unwanted and last.alone in unknown and len(last.alone) >= SHORTEST_BEGINNING:
        return parsed.with_beginning(len(parsed.parts) - 1)
    return parsed


def _selection(query: Query, parsed: Parsed) -> Selection:
    facets = {
        facet: tuple(dict.fromkeys(query.facets[facet]))[:MOST_VALUES]
        for facet in FACETS
        if query.facets.get(facet)
    }
    return Selection(
        terms=parsed.terms,
        unwanted=parsed.unwanted,
        facets=facets,
        period=query.period,
        viewer_id=query.viewer.id if query.viewer is not None else 0,
        here_only=query.viewer is None or query.scope == "here",
        author=(query.author.id, query.author.url) if query.author is not None else None,
        sort=query.sort,
    )


async def _counts(tx: Tx, search: _Search, fitting: list[int]) -> dict[str, list[tuple[str, int]]]:
    nearly = {
        facet: [hit.id for hit in search.hits if hit.missed == 1 << place]
        for place, facet in enumerate(search.selection.facets, 1)
    }
    found: dict[str, list[tuple[str, int]]] = {facet: [] for facet in FACETS}
    for facet, value, number in await tx.search.facet_counts(fitting, nearly):
        found.setdefault(facet, []).append((value, number))
    for values in found.values():
        values.sort(key=lambda each: (-each[1], each[0]))
    return found
