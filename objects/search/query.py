"""What a visitor typed, understood: words, "phrases", -unwanted words, a beginning*."""

import re
from dataclasses import dataclass, replace
from typing import Final

from objects.search.words import both_stems, compounds, fold, is_stop_word, stem, words
from storage.search_terms import Term

LONGEST: Final = 200
MOST_TERMS: Final = 12
SHORTEST_BEGINNING: Final = 3
_QUOTES: Final = str.maketrans({"«": '"', "»": '"', "“": '"', "”": '"', "„": '"', "−": "-"})
_PART: Final = re.compile(r'(?P<minus>(?<!\S)-)?(?:"(?P<phrase>[^"]*)"|(?P<word>[^\s"]+))')


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that was asked for, as typed; `words` are folded and without stop words."""

    typed: str
    words: tuple[str, ...]
    phrase: bool = False
    unwanted: bool = False
    beginning: bool = False

    @property
    def alone(self) -> str:
        """The word, when the part is a single one and no phrase; else empty."""
        return self.words[0] if len(self.words) == 1 and not self.phrase else ""

    @property
    def term(self) -> Term:
        """What has to occur."""
        if self.phrase or len(self.words) > 1:
            spoken = {
                tuple(stem(word, language) for word in self.words) for language in ("fr", "en")
            }
            joined = () if self.phrase else tuple(compounds(self.typed))
            return Term(phrases=tuple(sorted(spoken)), exact=joined)
        word = self.words[0]
        beginning = word if self.beginning else ""
        joined = tuple(found for found in compounds(self.typed) if found != word)
        return Term(stems=both_stems(word), exact=(word, *joined), beginning=beginning)


@dataclass(frozen=True, slots=True)
class Parsed:
    """A query: its parts in order; `said` is False when nothing was typed at all."""

    parts: tuple[Part, ...]
    said: bool

    @property
    def wanted(self) -> tuple[Part, ...]:
        """What has to occur."""
        return tuple(part for part in self.parts if not part.unwanted)

    @property
    def unwanted(self) -> tuple[Term, ...]:
        """What must not occur."""
        return tuple(part.term for part in self.parts if part.unwanted)

    @property
    def terms(self) -> tuple[Term, ...]:
        """The terms of what has to occur."""
        return tuple(part.term for part in self.wanted)

    @property
    def marks(self) -> frozenset[str]:
        """The stems of all that has to occur: what a list highlights."""
        return frozenset(
            found for part in self.wanted for word in part.words for found in both_stems(word)
        )

    @property
    def text(self) -> str:
        """The query written again, with what was replaced."""
        return " ".join(_written(part) for part in self.parts)

    def replacing(self, others: dict[str, str]) -> "Parsed":
        """The query with single words replaced: folded word → the word to ask for."""
        changed = []
        for part in self.parts:
            other = others.get(part.alone)
            if other is not None and not part.unwanted:
                part = Part(other, tuple(words(other)))  # noqa: PLW2901
            changed.append(part)
        return Parsed(tuple(changed), self.said)

    def with_beginning(self, place: int) -> "Parsed":
        """The query in which one part may be the beginning of a word."""
        changed = list(self.parts)
        changed[place] = replace(changed[place], beginning=True)
        return Parsed(tuple(changed), self.said)


def parse_query(text: str) -> Parsed:
    """Understand what was typed; too long a text is cut, parts without a word are left out."""
    cut = text[:LONGEST].translate(_QUOTES)
    if cut.count('"') % 2:
        cut = cut.replace('"', " ")
    parts: list[Part] = []
    for match in _PART.finditer(cut):
        parts += _parts(match)
        if len(parts) >= MOST_TERMS:
            break
    return Parsed(tuple(parts[:MOST_TERMS]), bool(text.strip()))


def _parts(match: "re.Match[str]") -> list[Part]:
    unwanted = match["minus"] is not None
    typed = match["phrase"] if match["phrase"] is not None else match["word"]
    found = tuple(word for word in words(typed) if not is_stop_word(word))
    if not found:
        return []
    if match["phrase"] is not None:
        return [Part(typed, found, phrase=len(found) > 1, unwanted=unwanted)]
    if compounds(typed):
        return [Part(_bare(typed), found, unwanted=unwanted)]
    beginning = typed.endswith("*") and len(found[-1]) >= SHORTEST_BEGINNING
    parts = [Part(word, (word,), unwanted=unwanted) for word in found]
    if len(found) == 1:
        parts = [Part(_bare(typed), found, unwanted=unwanted)]
    return [*parts[:-1], replace(parts[-1], beginning=beginning)]


def _bare(typed: str) -> str:
    """A word as typed, without the punctuation and the article around it: `l’écrit,` → `écrit`."""
    bare = typed.strip("-*.,;:!?()[]{}'’\"").replace("’", "'")
    article, apostrophe, rest = bare.partition("'")
    return rest if apostrophe and rest and is_stop_word(fold(article)) else bare


def _written(part: Part) -> str:
    text = f'"{part.typed}"' if part.phrase else part.typed
    return f"{'-' if part.unwanted else ''}{text}{'*' if part.beginning else ''}"
