"""What lists ask of the index of experiences."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from storage.audience import LISTED, MAY_SEE
from storage.ports import Value
from storage.search_index import SearchWriting
from storage.search_terms import Term, fts5, tsquery

Sort = Literal["relevance", "newest", "reused"]
PERIOD_BIT: Final = 1
_FOR_STRANGERS: Final = f"o.local = 1 and o.visibility = 'public' and {LISTED}"
_BM25: Final = "bm25(experience_words, 10.0, 5.0, 4.0, 1.0, 2.5)"
_WEIGHTS: Final = "'{0.1, 0.35, 0.5, 1.0}'"
"""Of body, summary, names and title."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which experiences, for whom, in which order.

    `terms` must all occur, or any of them unless `together`; `unwanted` must not. A facet is met
    by any of its values. `period`: from (included) and until (not included), in milliseconds.
    `viewer_id` 0 is a stranger, who finds what this node published for everybody.
    """

    terms: tuple[Term, ...] = ()
    together: bool = True
    unwanted: tuple[Term, ...] = ()
    facets: Mapping[str, tuple[str, ...]]
    period: tuple[int | None, int | None] = (None, None)
    viewer_id: int = 0
    here_only: bool = True
    author: tuple[int, str] | None = None
    """The row id and the ActivityPub id of somebody who wrote or carries them."""
    sort: Sort = "newest"
    """Without terms, relevance is the same as newest."""


@dataclass(frozen=True, slots=True)
class Hit:
    """An experience that the words fit; `missed` has a bit for each filter that it fails.

    Bit 0 is the period, bit n the n-th facet of the selection, from 1.
    """

    id: int
    missed: int


class _Arguments:
    """The values of a statement, numbered as they are needed."""

    def __init__(self, *first: Value) -> None:
        self.values: list[Value] = list(first)

    def add(self, value: Value) -> str:
        """Its placeholder."""
        self.values.append(value)
        return f"${len(self.values)}"


class SearchStatements(SearchWriting):
    """Everything that is asked of the search tables and of `experience_facets`."""

    async def hits(self, selection: Selection) -> list[Hit]:
        """Every experience that the words fit and the viewer may see, in the wanted order."""
        arguments = _Arguments()
        source, rank, conditions = "searchable o", "0", [_may_see(selection, arguments)]
        if selection.terms:
            query = arguments.add(self._query(selection.terms, selection.together))
            source, rank = self._words_source(query)
            conditions.insert(0, self._fits(query))
        if selection.unwanted:
            conditions.append(self._without(selection.unwanted, arguments))
        if selection.author is not None:
            conditions.append(_written_by(selection.author, arguments))
        missed = _missed(selection, arguments)
        rows = await self.connection.fetch_all(
            f"select o.id, {missed} from {source} join actors w on w.id = o.actor_id "
            f"where {' and '.join(conditions)} {_order(selection, rank)}",
            *arguments.values,
        )
        return [Hit(row[0], row[1]) for row in rows]

    async def facet_counts(
        self, ids: list[int], nearly: Mapping[str, list[int]]
    ) -> list[tuple[str, str, int]]:
        """How many of the experiences have each value of each facet: (facet, value, number).

        `nearly`: for a facet that is filtered by, those that fail this filter alone.
        """
        arguments = _Arguments(ids)
        others = "".join(
            f" or (facet = {arguments.add(facet)} and object_id = any({arguments.add(more)}))"
            for facet, more in nearly.items()
        )
        rows = await self.connection.fetch_all(
            "select facet, value, count(*) from experience_facets "
            f"where object_id = any($1){others} group by facet, value",
            *arguments.values,
        )
        return [(row[0], row[1], row[2]) for row in rows]

    async def each_term(self, selection: Selection) -> list[int]:
        """How many experiences the viewer may see for each of the terms alone, in one query."""
        arguments = _Arguments()
        allowed = _may_see(selection, arguments)
        parts = []
        for place, term in enumerate(selection.terms):
            query = arguments.add(self._query((term,), together=True))
            source, _ = self._words_source(query)
            parts.append(
                f"select {place} as place, count(*) as found from {source} "
                f"join actors w on w.id = o.actor_id where {self._fits(query)} and {allowed}"
            )
        rows = await self.connection.fetch_all(
            " union all ".join(parts) + " order by place", *arguments.values
        )
        return [row[1] for row in rows]

    async def known_words(self, words: list[str], stems: list[str], *, open_only: bool) -> set[str]:
        """Which of these words and stems occur; `open_only`: in what everybody may read."""
        uses = "open_uses" if open_only else "uses"
        rows = await self.connection.fetch_all(
            f"select word, stem from search_words where word = any($1) and {uses} > 0 "
            f"union select word, stem from search_words where stem = any($2) and {uses} > 0",
            words,
            stems,
        )
        return {value for row in rows for value in (row[0], row[1])}

    async def words_of_length(
        self, shortest: int, longest: int, *, open_only: bool
    ) -> list[tuple[str, str, int]]:
        """The words of a length, how to show them, and how many experiences use each."""
        uses = "open_uses" if open_only else "uses"
        rows = await self.connection.fetch_all(
            f"select word, shown, {uses} from search_words where {uses} > 0 "
            "and length(word) between $1 and $2",
            shortest,
            longest,
        )
        return [(row[0], row[1], row[2]) for row in rows]

    async def for_engines(self, offset: int, limit: int) -> list[tuple[str, int]]:
        """What search engines may show: address and last change in milliseconds, oldest first."""
        rows = await self.connection.fetch_all(
            "select b.url, coalesce(b.edited_at, b.published_at) from searchable o "
            "join objects b on b.id = o.id "
            f"where {_FOR_STRANGERS} order by o.id limit $1 offset $2",
            limit,
            offset,
        )
        return [(row[0], row[1]) for row in rows]

    async def count_for_engines(self) -> int:
        """How many experiences search engines may show."""
        found = await self.connection.fetch_value(
            f"select count(*) from searchable o where {_FOR_STRANGERS}"
        )
        return int(found or 0)

    async def alike(self, object_id: int, viewer_id: int, limit: int) -> list[int]:
        """Experiences that share facet values with one, as far as the viewer may see them.

        Rare values weigh more than common ones; themes more than publics, publics more than
        modalities and places.
        """
        arguments = _Arguments(object_id, limit)
        allowed = _may_see(Selection(facets={}, viewer_id=viewer_id), arguments)
        rows = await self.connection.fetch_all(
            "with shared as (select facet, value, case facet when 'theme' then 6.0 "
            "when 'public' then 3.0 else 1.0 end as weight from experience_facets "
            "where object_id = $1 and facet in ('theme', 'public', 'modality', 'territory')), "
            "rarity as (select s.facet, s.value, s.weight / (4 + count(*)) as weight "
            "from shared s join experience_facets f on f.facet = s.facet and f.value = s.value "
            "group by s.facet, s.value, s.weight) "
            "select o.id from rarity r "
            "join experience_facets f on f.facet = r.facet and f.value = r.value "
            "join searchable o on o.id = f.object_id join actors w on w.id = o.actor_id "
            f"where o.id <> $1 and {allowed} "
            "group by o.id, o.published_at "
            "order by sum(r.weight) desc, o.published_at desc limit $2",
            *arguments.values,
        )
        return [row[0] for row in rows]

    def _query(self, terms: Sequence[Term], together: bool) -> str:
        write = tsquery if self.connection.engine == "postgres" else fts5
        return write(terms, together=together)

    def _words_source(self, query: str) -> tuple[str, str]:
        """The tables to read for the query in this placeholder, and the rank: less is better."""
        if self.connection.engine == "postgres":
            rank = f"-ts_rank({_WEIGHTS}, x.words, cast(cast({query} as text) as tsquery))"
            return "experience_words x join searchable o on o.id = x.rowid", rank
        return "experience_words join searchable o on o.id = experience_words.rowid", _BM25

    def _fits(self, placeholder: str) -> str:
        if self.connection.engine == "postgres":
            return f"x.words @@ cast(cast({placeholder} as text) as tsquery)"
        return f"experience_words match {placeholder}"

    def _without(self, unwanted: Sequence[Term], arguments: _Arguments) -> str:
        query = arguments.add(self._query(unwanted, together=False))
        alias = " x" if self.connection.engine == "postgres" else ""
        fits = self._fits(query)
        return f"o.id not in (select rowid from experience_words{alias} where {fits})"


def _may_see(selection: Selection, arguments: _Arguments) -> str:
    if selection.viewer_id == 0:
        return _FOR_STRANGERS
    here = " and o.local = 1" if selection.here_only else ""
    return MAY_SEE.replace("$2", arguments.add(selection.viewer_id)) + here


def _written_by(author: tuple[int, str], arguments: _Arguments) -> str:
    number, url = arguments.add(author[0]), arguments.add(author[1])
    return (
        f"(o.actor_id = {number} or o.id in "
        f"(select object_id from experience_authors where url = {url}) or o.id in "
        f"(select object_id from experiences where carried_by = {url} and carried_by <> ''))"
    )


def _missed(selection: Selection, arguments: _Arguments) -> str:
    """A sum of bits: 1 for the period, 2 for the first facet, 4 for the second…"""
    start, end = selection.period
    bits = []
    if start is not None:
        bits.append(f"o.happened_at < {arguments.add(start)}")
    if end is not None:
        bits.append(f"o.happened_at >= {arguments.add(end)}")
    parts = [f"case when {' or '.join(bits)} then {PERIOD_BIT} else 0 end"] if bits else ["0"]
    for place, (facet, values) in enumerate(selection.facets.items(), 1):
        name, wanted = arguments.add(facet), arguments.add(list(values))
        parts.append(
            "case when exists (select 1 from experience_facets f where f.object_id = o.id "
            f"and f.facet = {name} and f.value = any({wanted})) then 0 else {1 << place} end"
        )
    return " + ".join(parts) + " as missed"


def _order(selection: Selection, rank: str) -> str:
    newest = "o.published_at desc, o.id desc"
    if selection.sort == "relevance" and selection.terms:
        return f"order by {rank}, {newest}"
    if selection.sort == "reused":
        return (
            "order by (select count(*) from experiences d "
            "join searchable s on s.id = d.object_id and s.visibility = 'public' "
            "where d.adapted_from = (select url from objects where id = o.id) "
            "and d.adapted_from <> '') desc, " + newest
        )
    return f"order by {newest}"
