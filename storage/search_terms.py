"""What is searched for, written for the index of each engine.

Nothing that a visitor types reaches an engine but folded letters and digits between quotes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

STEMMED: Final = "{title names summary body}"


@dataclass(frozen=True, slots=True)
class Term:
    """Something that has to occur: any one of these forms of it.

    `stems`: stemmed words. `exact`: words as written. `beginning`: how a written word begins.
    `phrases`: stemmed words one after the other.
    """

    stems: tuple[str, ...] = ()
    exact: tuple[str, ...] = ()
    beginning: str = ""
    phrases: tuple[tuple[str, ...], ...] = ()


def fts5(terms: Iterable[Term], *, together: bool = True) -> str:
    """The terms as a query of SQLite's FTS5; all of them, or any of them."""
    return (" AND " if together else " OR ").join(_fts5_term(term) for term in terms)


def _fts5_term(term: Term) -> str:
    forms = [f'{STEMMED} : "{stem}"' for stem in term.stems]
    forms += [f'exact : "{word}"' for word in term.exact]
    if term.beginning:
        forms.append(f'exact : "{term.beginning}" *')
    forms += [f'{STEMMED} : "{" ".join(phrase)}"' for phrase in term.phrases]
    return f"({' OR '.join(forms)})"


def tsquery(terms: Iterable[Term], *, together: bool = True) -> str:
    """The terms as a query of PostgreSQL's text search; words as written begin with `=`."""
    return (" & " if together else " | ").join(_tsquery_term(term) for term in terms)


def _tsquery_term(term: Term) -> str:
    forms = [f"'{stem}'" for stem in term.stems]
    forms += [f"'={word}'" for word in term.exact]
    if term.beginning:
        forms.append(f"'={term.beginning}':*")
    forms += ["(" + " <-> ".join(f"'{stem}'" for stem in phrase) + ")" for phrase in term.phrases]
    return f"({' | '.join(forms)})"


@dataclass(frozen=True, slots=True)
class FieldWords:
    """The words of one field in their order: each with its stem; and joined compounds."""

    words: Sequence[tuple[str, str]] = ()
    joined: Sequence[str] = ()

    @property
    def stems(self) -> str:
        """The stems between spaces."""
        return " ".join(stem for stem, _ in self.words)

    @property
    def exact(self) -> str:
        """The words as written, and the joined ones, between spaces."""
        return " ".join([*(word for _, word in self.words), *self.joined])


GAP: Final = 20
LAST_POSITION: Final = 16_000


def tsvector(fields: Sequence[FieldWords]) -> str:
    """Fields in the order of the weights A to D, as the text of a PostgreSQL tsvector."""
    parts: list[str] = []
    position = 1
    for weight, field in zip("ABCD", fields, strict=True):
        for stem, word in field.words:
            parts.append(f"'{stem}':{position}{weight} '={word}':{position}{weight}")
            position = min(position + 1, LAST_POSITION)
        parts += [f"'={word}':{position}{weight}" for word in field.joined]
        position = min(position + GAP, LAST_POSITION)
    return " ".join(parts)
