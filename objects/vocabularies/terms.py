"""Labels as the words by which they are found: job titles in both genders, acronyms apart."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from objects.search.words import stems
from storage.concepts import Concept, Term

MAX_STEMS: Final = 8
LABEL: Final = 2
SYNONYM: Final = 1

_PAIR: Final = re.compile(r"\s+/\s+")
_BRACKETS: Final = re.compile(r"\s*[(\[][^)\]]*[)\]]|\s-\s?[^-]+?\s?-(?=\s|$)")
_ACRONYM: Final = re.compile(r"(?:[(\[]|\s-\s?)\s*([A-Z][A-Z0-9+.]{1,9})\s*(?:[)\]]|\s?-(?=\s|$))")


def terms_of(concepts: Iterable[Concept]) -> Iterator[Term]:
    """Every label and synonym of the concepts that are in use, as terms."""
    for concept in concepts:
        if not concept.deprecated and not concept.replaced_by:
            yield from _terms(concept)


def spellings(label: str) -> list[str]:
    """How a label may be said: `Conseiller / Conseillère en formation (CF)` in three ways."""
    plain = " ".join(_BRACKETS.sub(" ", label).split())
    found = [*_both_genders(plain), *_ACRONYM.findall(label)]
    return list(dict.fromkeys(each for each in found if each))


def _both_genders(label: str) -> list[str]:
    """Both halves of a pair whole: only the second says what follows the job's name."""
    halves = _PAIR.split(label)
    if len(halves) != 2:
        return [label] if len(halves) == 1 else halves
    first, second = (half.split() for half in halves)
    return [" ".join([*first, *second[len(first) :]]), " ".join(second)]


def _terms(concept: Concept) -> Iterator[Term]:
    seen: set[tuple[str, str]] = set()
    for language, text, weight in _texts(concept):
        for spelling in spellings(text):
            found = stems(spelling, language)
            key = (language, " ".join(found))
            repeats = len(set(found)) < len(found)
            if found and not repeats and len(found) <= MAX_STEMS and key not in seen:
                seen.add(key)
                longest = max(found, key=len)
                yield Term(language, longest, key[1], concept.uri, concept.scheme, weight)


def _texts(concept: Concept) -> Iterator[tuple[str, str, int]]:
    for language, label in concept.labels.items():
        yield language, label, LABEL
    for language, synonyms in concept.synonyms.items():
        for synonym in synonyms:
            yield language, synonym, SYNONYM
