"""Concepts that a text speaks of, found by the words of their labels, without any network."""

import math
import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from objects.search.words import fold, is_stop_word, stem
from objects.search.words import stems as stems_of
from objects.vocabularies.names import (
    DIGCOMP,
    ESCO,
    FORMACODE,
    MATURITY,
    MODALITY,
    PUBLIC,
    ROLE,
    ROME,
    THEME,
)
from objects.vocabularies.terms import LABEL
from storage.concepts import Concept, Term
from storage.store import Tx

MAX_TEXT: Final = 40_000
LANGUAGES: Final = ("fr", "en")
MAX_REASONS: Final = 3
MAX_QUERY: Final = 200
MAX_QUERY_WORDS: Final = 6
CANDIDATES: Final = 60

_WORD: Final = re.compile(r"[^\W_]+")
# Words may stand between those of a term, and in another order, within so many.
_WINDOW: Final = 4

_FACTORS: Final[Mapping[str, float]] = {
    THEME: 1.5, DIGCOMP: 1.2, ROME: 0.75, FORMACODE: 0.8, ESCO: 0.6
}  # fmt: skip
_OTHER_SCHEME: Final = 0.8
_SCATTERED: Final = 0.35
_COMMON: Final = 0.35
_JOBS: Final = frozenset({ROME, ESCO})
_NOT_SUBJECTS: Final = frozenset({MODALITY, PUBLIC, MATURITY, ROLE})
_AT_MOST: Final[Mapping[str, int]] = {THEME: 4, ROME: 2, DIGCOMP: 2, FORMACODE: 2, ESCO: 2}
_OTHER_AT_MOST: Final = 2

# Every account of a training speaks of these: alone they tell little of its subject.
_WORDS_OF_THE_TRADE: Final = (
    "abandon", "accompagnement", "agent", "alternance", "animateur", "assistant", "audio",
    "campagne", "collaboration", "conseiller", "consultant", "coopération", "coordinateur",
    "directeur", "diversité", "engagement", "enseignant", "environnement", "examen", "film",
    "formateur", "formation", "insertion", "mentor", "mobilité", "motivation", "orientation",
    "plateforme", "professeur", "qualité", "quiz", "radio", "responsable", "simulation",
    "stage", "stagiaire", "technicien", "théâtre", "tutorat", "tuteur", "vidéo", "égalité",
    "évaluation",
)  # fmt: skip
_IN_ENGLISH: Final = (
    "adviser", "assessment", "assistant", "audio", "coach", "coordinator", "diversity",
    "environment",
    "equality", "guidance", "integration", "manager", "mentor", "mobility", "motivation",
    "placement",
    "platform", "quality", "quiz", "simulation", "teacher", "trainer", "tutor", "video",
)  # fmt: skip
_EVERYWHERE: Final = frozenset(stem(fold(word), "fr") for word in _WORDS_OF_THE_TRADE) | frozenset(
    stem(word, "en") for word in _IN_ENGLISH
)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A concept, and the words of the text that call for it, as they stand there."""

    concept: Concept
    reasons: tuple[str, ...]
    score: float

    @property
    def reason(self) -> str:
        """Those words in one line."""
        return ", ".join(self.reasons)


async def suggest(
    tx: Tx, text: str, language: str, limit: int = 8, *, among: Collection[str] = ()
) -> list[Suggestion]:
    """What the text speaks of, best first, from several schemes; two or three queries.

    `among` names the schemes to choose from; without it all that say what a text is about, not
    how or for whom. Without network, and for texts of up to `MAX_TEXT` characters.
    """
    words = _Words(text[:MAX_TEXT], language if language in LANGUAGES else LANGUAGES[0])
    matches = _Matches(words, among)
    for term in await tx.concepts.terms(words.language, words.places):
        matches.add(term)
    best = matches.best()[:CANDIDATES]
    known = await tx.concepts.by_uris([found.uri for found in best])
    ranked = [
        Suggestion(known[found.uri], tuple(found.reasons()), found.score)
        for found in best
        if found.uri in known and not known[found.uri].deprecated
    ]
    return _diverse(ranked, limit, among)


async def named(
    tx: Tx, query: str, language: str, among: Collection[str], limit: int = 20
) -> list[Concept]:
    """Concepts whose label or synonym has all words of a query, to choose from; two queries."""
    language = language if language in LANGUAGES else LANGUAGES[0]
    found = stems_of(query[:MAX_QUERY], language)[:MAX_QUERY_WORDS]
    if not found:
        return []
    uris = await tx.concepts.containing(language, found, list(among), limit)
    known = await tx.concepts.by_uris(uris)
    return [known[uri] for uri in uris if uri in known]


class _Words:
    """The words of a text: their stems, and where each stands."""

    def __init__(self, text: str, language: str) -> None:
        self.language = language
        self.text = text
        self.spans: list[tuple[int, int]] = []
        self.places: dict[str, list[int]] = defaultdict(list)
        for found in _WORD.finditer(text):
            word = fold(found.group())
            if not is_stop_word(word):
                self.places[stem(word, language)].append(len(self.spans))
                self.spans.append(found.span())

    def occurrences(self, stems: Sequence[str]) -> list[tuple[int, int, bool]]:
        """First and last place of the term wherever it stands; whether word for word."""
        if len(stems) == 1:
            return [(place, place, True) for place in self.places.get(stems[0], ())]
        rarest = min(stems, key=lambda each: len(self.places.get(each, ())))
        found = []
        for place in self.places.get(rarest, ())[:50]:
            whole = self._whole(stems, place - stems.index(rarest))
            around = whole or self._around(stems, place)
            if around:
                found.append((*around, whole is not None))
        return found

    def _whole(self, stems: Sequence[str], start: int) -> tuple[int, int] | None:
        for number, each in enumerate(stems):
            if start + number not in self.places.get(each, ()):
                return None
        return start, start + len(stems) - 1

    def _around(self, stems: Sequence[str], place: int) -> tuple[int, int] | None:
        """All words of the term near one of them, in any order."""
        reach = len(stems) + _WINDOW
        places = [place]
        for each in stems:
            near = [p for p in self.places.get(each, ()) if abs(p - place) < reach]
            if not near:
                return None
            places.append(min(near, key=lambda p: abs(p - place)))
        first, last = min(places), max(places)
        return (first, last) if last - first < reach else None

    def said(self, first: int, last: int) -> str:
        """The text between two places."""
        return " ".join(self.text[self.spans[first][0] : self.spans[last][1]].split())


@dataclass(slots=True)
class _Found:
    """What speaks for one concept."""

    uri: str
    scheme: str
    score: float = 0.0
    said: dict[str, float] = field(default_factory=dict)

    def reasons(self) -> list[str]:
        """The words that count most, each once."""
        ranked = sorted(self.said, key=lambda words: -self.said[words])
        return ranked[:MAX_REASONS]


class _Matches:
    """Adds up what speaks for each concept."""

    def __init__(self, words: _Words, among: Collection[str]) -> None:
        self._words = words
        self._among = frozenset(among)
        self._found: dict[str, _Found] = {}

    def add(self, term: Term) -> None:
        """Count a term, if the text has all its words near each other."""
        if not self._counts(term.scheme):
            return
        stems = term.term.split()
        if any(each not in self._words.places for each in stems) or _vague(term, stems):
            return
        places = self._words.occurrences(stems)
        if not places:
            return
        found = self._found.setdefault(term.concept, _Found(term.concept, term.scheme))
        weight = self._weight(term, stems, places)
        found.score += weight
        first, last, _ = next((place for place in places if place[2]), places[0])
        said = self._words.said(first, last)
        found.said[said.lower()] = max(weight, found.said.get(said.lower(), 0))

    def best(self) -> list[_Found]:
        """The best supported first."""
        return sorted(self._found.values(), key=lambda found: (-found.score, found.uri))

    def _counts(self, scheme: str) -> bool:
        return scheme in self._among if self._among else scheme not in _NOT_SUBJECTS

    def _weight(
        self, term: Term, stems: Sequence[str], places: Sequence[tuple[int, int, bool]]
    ) -> float:
        """More for longer terms, labels, words in their order, and when said often."""
        strength = 1.0 if any(place[2] for place in places) else _SCATTERED
        common = _COMMON if len(stems) == 1 and stems[0] in _EVERYWHERE else 1.0
        length = 1 + 0.7 * (len(stems) - 1)
        often = 1 + math.log(len(places))
        kind = 1.25 if term.weight == LABEL else 1.0
        return strength * common * length * often * kind * _FACTORS.get(term.scheme, _OTHER_SCHEME)


def _vague(term: Term, stems: Sequence[str]) -> bool:
    """Whether one word alone says too little: `cuisine` speaks of no kitchen fitter."""
    if len(stems) > 1 or term.scheme == THEME:
        return False
    return stems[0] in _EVERYWHERE or (term.scheme in _JOBS and term.weight < LABEL)


def _diverse(ranked: list[Suggestion], limit: int, among: Collection[str]) -> list[Suggestion]:
    """The best, but only some of each scheme while others have something to say."""
    if len(frozenset(among)) == 1:
        return ranked[:limit]
    chosen: list[Suggestion] = []
    counts: dict[str, int] = defaultdict(int)
    for each in ranked:
        scheme = each.concept.scheme
        if counts[scheme] < _AT_MOST.get(scheme, _OTHER_AT_MOST) and len(chosen) < limit:
            counts[scheme] += 1
            chosen.append(each)
    return chosen
