"""What to offer when nothing fits: filters to drop, words alone, broader and popular themes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from objects.search.query import Parsed
from storage.search import PERIOD_BIT, Hit, Selection
from storage.store import Tx

Kind = Literal["without", "without_filters", "network", "word", "broader", "popular"]
POPULAR: Final = 6


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One way on, and how many experiences it leads to.

    `value` is a facet to drop (or `period`) for "without", a word for "word", the URI of a theme
    for "broader" and "popular"; else empty.
    """

    kind: Kind
    value: str
    number: int


async def suggestions_for(
    tx: Tx, parsed: Parsed, selection: Selection, hits: Sequence[Hit]
) -> tuple[Suggestion, ...]:
    """Ways on from a search that found nothing; each leads to something the viewer may see."""
    found = _without(selection, hits)
    found += await _elsewhere(tx, selection)
    found += await _words(tx, parsed, selection)
    found += await _themes(tx, selection)
    return tuple(found)


def _without(selection: Selection, hits: Sequence[Hit]) -> list[Suggestion]:
    """What each filter alone keeps away; when no single one does, what all of them do."""
    names = {PERIOD_BIT: "period"}
    names |= {1 << place: facet for place, facet in enumerate(selection.facets, 1)}
    found = [
        Suggestion("without", name, number)
        for bit, name in names.items()
        if (number := sum(hit.missed == bit for hit in hits))
    ]
    if not found and hits:
        found.append(Suggestion("without_filters", "", len(hits)))
    return found


async def _elsewhere(tx: Tx, selection: Selection) -> list[Suggestion]:
    """What the rest of the network has, for somebody who may look there."""
    if not selection.viewer_id or not selection.here_only:
        return []
    hits = await tx.search.hits(replace(selection, here_only=False))
    number = sum(hit.missed == 0 for hit in hits)
    return [Suggestion("network", "", number)] if number else []


async def _words(tx: Tx, parsed: Parsed, selection: Selection) -> list[Suggestion]:
    """What each of several words finds alone."""
    if len(parsed.wanted) < 2:
        return []
    numbers = await tx.search.each_term(selection)
    return [
        Suggestion("word", part.typed, number)
        for part, number in zip(parsed.wanted, numbers, strict=True)
        if number
    ]


async def _themes(tx: Tx, selection: Selection) -> list[Suggestion]:
    """Themes above those that were chosen; and the themes of most experiences."""
    chosen = selection.facets.get("theme", ())
    above = {concept.broader for concept in (await tx.concepts.by_uris(chosen)).values()} - {""}
    everything = await tx.search.hits(replace(selection, terms=(), unwanted=(), facets={}))
    counts = await tx.search.facet_counts([hit.id for hit in everything], {})
    themes = sorted(
        ((value, number) for facet, value, number in counts if facet == "theme"),
        key=lambda each: (-each[1], each[0]),
    )
    broader = [Suggestion("broader", value, number) for value, number in themes if value in above]
    others = [each for each in themes if each[0] not in (*above, *chosen)]
    return broader + [Suggestion("popular", value, number) for value, number in others[:POPULAR]]
