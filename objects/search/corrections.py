"""Typing errors forgiven: the words of the index that are nearest to one that it does not have."""

import math
from collections.abc import Sequence
from typing import Final

from objects.search.query import Parsed
from objects.search.words import both_stems
from storage.store import Tx

SHORTEST: Final = 4
LONG: Final = 7
"""Up to so many letters one error is forgiven; beyond it two, if the first letter is right."""


async def unknown_words(tx: Tx, parsed: Parsed, *, stranger: bool) -> list[str]:
    """The single words of a query that the index does not have in any form.

    To a stranger, a word of what is restricted is as unknown as any other: whether typing errors
    are corrected must not tell which words stand there.
    """
    single = [part.alone for part in parsed.wanted if part.alone]
    if not single:
        return []
    stems = [stem for word in single for stem in both_stems(word)]
    known = await tx.search.known_words(single, stems, open_only=stranger)
    return [word for word in single if not known.intersection((word, *both_stems(word)))]


async def nearest(tx: Tx, unknown: Sequence[str], *, stranger: bool) -> dict[str, str]:
    """Unknown word → the nearest word of the index, with its accents; one query."""
    candidates = [word for word in unknown if len(word) >= SHORTEST and not word.isdigit()]
    if not candidates:
        return {}
    lengths = [len(word) for word in candidates]
    vocabulary = await tx.search.words_of_length(
        max(min(lengths) - 2, 3), max(lengths) + 2, open_only=stranger
    )
    found = {word: _nearest(word, vocabulary) for word in candidates}
    return {word: other for word, other in found.items() if other}


def _nearest(word: str, vocabulary: Sequence[tuple[str, str, int]]) -> str:
    """The nearest word; among equally near ones, one that begins alike and is in much use."""
    from rapidfuzz.distance import OSA
    from rapidfuzz.process import extract

    allowed = 1 if len(word) <= LONG else 2
    near = extract(
        word,
        [folded for folded, _, _ in vocabulary],
        scorer=OSA.distance,
        score_cutoff=allowed,
        limit=20,
    )

    def badness(entry: tuple[str, float, int]) -> tuple[float, float]:
        folded, distance, place = entry
        other_start = 0.5 if folded[0] != word[0] else 0.0
        return distance + other_start, -math.log(1 + vocabulary[place][2])

    likely = [each for each in near if each[1] < 2 or each[0][0] == word[0]]
    best = min(likely, key=badness, default=None)
    return vocabulary[best[2]][1] if best is not None else ""
