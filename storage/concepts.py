"""Concept schemes, their concepts, and the words by which concepts are found in a text."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from storage.ports import Row
from storage.records import values
from storage.statements import Statements

_COLUMNS = "uri, scheme, notation, labels, synonyms, definitions, broader, replaced_by, deprecated"
_SCHEME_COLUMNS = "name, uri, labels, version, source, licence, note, loaded_at"
_BATCH = 500


def in_language(texts: Mapping[str, str], language: str) -> str:
    """The text in a language, else in French, in English, in any; empty when there is none."""
    for wanted in (language, "fr", "en"):
        if texts.get(wanted):
            return texts[wanted]
    return next(iter(texts.values()), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheme:
    """A concept scheme: where it comes from, in which version, under which licence."""

    name: str
    uri: str
    labels: dict[str, str]
    version: str = ""
    source: str = ""
    licence: str = ""
    note: str = ""
    loaded_at: int = 0

    def label(self, language: str) -> str:
        """Its name for people."""
        return in_language(self.labels, language) or self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Concept:
    """One concept; texts by language, `broader` and `replaced_by` are URIs or empty."""

    uri: str
    scheme: str
    notation: str
    labels: dict[str, str]
    synonyms: dict[str, tuple[str, ...]] = field(default_factory=dict)
    definitions: dict[str, str] = field(default_factory=dict)
    broader: str = ""
    replaced_by: str = ""
    deprecated: bool = False

    def label(self, language: str) -> str:
        """Its name for people; the notation when no language has one."""
        return in_language(self.labels, language) or self.notation

    def definition(self, language: str) -> str:
        """What it means; empty when nobody said."""
        return in_language(self.definitions, language)


@dataclass(frozen=True, slots=True)
class Term:
    """The stems of a label or synonym of a concept, and the longest of them."""

    language: str
    longest: str
    term: str
    concept: str
    scheme: str
    weight: int


class ConceptStatements(Statements):
    """Everything that is asked of `schemes`, `concepts` and `concept_terms`."""

    async def schemes(self) -> list[Scheme]:
        """Every scheme, by name."""
        rows = await self.connection.fetch_all(
            f"select {_SCHEME_COLUMNS} from schemes order by name"
        )
        return [_scheme(row) for row in rows]

    async def scheme(self, name: str) -> Scheme | None:
        """One scheme."""
        row = await self.connection.fetch_one(
            f"select {_SCHEME_COLUMNS} from schemes where name = $1", name
        )
        return None if row is None else _scheme(row)

    async def counts(self) -> dict[str, int]:
        """Scheme → how many concepts are in use in it."""
        rows = await self.connection.fetch_all(
            "select scheme, count(*) from concepts where deprecated = 0 group by scheme"
        )
        return {row[0]: row[1] for row in rows}

    async def by_uris(self, uris: Iterable[str]) -> dict[str, Concept]:
        """The concepts with these URIs, those that are known; one query."""
        wanted = list(dict.fromkeys(uri for uri in uris if uri))
        if not wanted:
            return {}
        rows = await self.connection.fetch_all(
            f"select {_COLUMNS} from concepts where uri = any($1)", wanted
        )
        return {row["uri"]: _concept(row) for row in rows}

    async def by_notation(self, scheme: str, notation: str) -> Concept | None:
        """The concept with this notation in a scheme; one in use before one out of use."""
        row = await self.connection.fetch_one(
            f"select {_COLUMNS} from concepts where scheme = $1 and notation = $2 "
            "order by deprecated, uri limit 1",
            scheme,
            notation,
        )
        return None if row is None else _concept(row)

    async def of_scheme(
        self, name: str, *, offset: int = 0, limit: int = 100_000, deprecated: bool = False
    ) -> list[Concept]:
        """The concepts of a scheme in its order; those no longer in use only when asked for."""
        rows = await self.connection.fetch_all(
            f"select {_COLUMNS} from concepts where scheme = $1 and deprecated <= $2 "
            "order by position, uri limit $3 offset $4",
            name,
            int(deprecated),
            limit,
            offset,
        )
        return [_concept(row) for row in rows]

    async def of_schemes(
        self, names: Sequence[str], *, deprecated: bool = False
    ) -> dict[str, list[Concept]]:
        """The concepts of several schemes in their order, as `of_scheme` does; one query."""
        found: dict[str, list[Concept]] = {name: [] for name in names}
        rows = await self.connection.fetch_all(
            f"select {_COLUMNS} from concepts where scheme = any($1) and deprecated <= $2 "
            "order by scheme, position, uri",
            list(names),
            int(deprecated),
        )
        for row in rows:
            found[row["scheme"]].append(_concept(row))
        return found

    async def narrower(self, uri: str) -> list[Concept]:
        """The concepts right below one."""
        rows = await self.connection.fetch_all(
            f"select {_COLUMNS} from concepts where broader = $1 and broader <> '' "
            "and deprecated = 0 order by position, uri",
            uri,
        )
        return [_concept(row) for row in rows]

    async def top(self, scheme: str) -> list[Concept]:
        """The concepts of a scheme that stand below no other."""
        rows = await self.connection.fetch_all(
            f"select {_COLUMNS} from concepts where scheme = $1 and broader = '' "
            "and deprecated = 0 order by position, uri",
            scheme,
        )
        return [_concept(row) for row in rows]

    async def terms(self, language: str, words: Iterable[str]) -> list[Term]:
        """The terms whose longest stem is among these."""
        return await self.all_of(
            Term,
            "from concept_terms where language = $1 and longest = any($2)",
            language,
            list(words),
        )

    async def containing(
        self, language: str, stems: Sequence[str], schemes: Sequence[str], limit: int
    ) -> list[str]:
        """The URIs of concepts in which a label or synonym has all these stems; shortest first.

        The last stem may be the beginning of a word.
        """
        wanted = [f"% {_plain(stem)} %" for stem in stems[:-1]] + [f"% {_plain(stems[-1])}%"]
        conditions = " and ".join(
            f"(' ' || term || ' ') like ${number}" for number in range(4, 4 + len(wanted))
        )
        rows = await self.connection.fetch_all(
            "select concept, min(length(term)) from concept_terms where language = $1 "
            f"and scheme = any($2) and {conditions} "
            "group by concept order by 2, max(weight) desc, concept limit $3",
            language,
            list(schemes),
            limit,
            *wanted,
        )
        return [row[0] for row in rows]

    async def replace(
        self, scheme: Scheme, concepts: Sequence[Concept], terms: Iterable[Term]
    ) -> None:
        """Put a scheme in this state; concepts that it has no more stay, as deprecated."""
        await self._save_scheme(scheme)
        await self.connection.execute(
            "delete from concept_terms where concept in "
            "(select uri from concepts where scheme = $1)",
            scheme.name,
        )
        await self.connection.execute(
            "update concepts set deprecated = 1 where scheme = $1", scheme.name
        )
        for part in _parts(concepts):
            await self._save(scheme.name, part)
        await self.connection.execute_many(
            "insert into concept_terms (language, longest, term, concept, scheme, weight) "
            "values ($1, $2, $3, $4, $5, $6) on conflict do nothing",
            [values(term) for term in terms],
        )

    async def _save_scheme(self, scheme: Scheme) -> None:
        await self.connection.execute(
            f"insert into schemes ({_SCHEME_COLUMNS}) values ($1, $2, $3, $4, $5, $6, $7, $8) "
            "on conflict (name) do update set uri = excluded.uri, labels = excluded.labels, "
            "version = excluded.version, source = excluded.source, licence = excluded.licence, "
            "note = excluded.note, loaded_at = excluded.loaded_at",
            scheme.name,
            scheme.uri,
            _text(scheme.labels),
            scheme.version,
            scheme.source,
            scheme.licence,
            scheme.note,
            scheme.loaded_at,
        )

    async def _save(self, scheme: str, numbered: Sequence[tuple[int, Concept]]) -> None:
        await self.connection.execute_many(
            f"insert into concepts ({_COLUMNS}, position) "
            "values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) "
            "on conflict (uri) do update set scheme = excluded.scheme, "
            "notation = excluded.notation, labels = excluded.labels, "
            "synonyms = excluded.synonyms, definitions = excluded.definitions, "
            "broader = excluded.broader, replaced_by = excluded.replaced_by, "
            "deprecated = excluded.deprecated, position = excluded.position",
            [
                (
                    each.uri,
                    scheme,
                    each.notation,
                    _text(each.labels),
                    _text(each.synonyms),
                    _text(each.definitions),
                    each.broader,
                    each.replaced_by,
                    int(each.deprecated),
                    position,
                )
                for position, each in numbered
            ],
        )


def _parts(concepts: Sequence[Concept]) -> Iterator[list[tuple[int, Concept]]]:
    numbered = list(enumerate(concepts))
    for start in range(0, len(numbered), _BATCH):
        yield numbered[start : start + _BATCH]


def _plain(stem: str) -> str:
    """A stem without what `like` understands."""
    return stem.replace("%", "").replace("_", "")


def _text(value: Mapping[str, Any]) -> str:
    return orjson.dumps(value).decode()


def _scheme(row: Row) -> Scheme:
    name, uri, labels, version, source, licence, note, loaded_at = row
    return Scheme(
        name=name,
        uri=uri,
        labels=orjson.loads(labels),
        version=version,
        source=source,
        licence=licence,
        note=note,
        loaded_at=loaded_at,
    )


def _concept(row: Row) -> Concept:
    uri, scheme, notation, labels, synonyms, definitions, broader, replaced_by, deprecated = row
    return Concept(
        uri=uri,
        scheme=scheme,
        notation=notation,
        labels=orjson.loads(labels),
        synonyms={language: tuple(words) for language, words in orjson.loads(synonyms).items()},
        definitions=orjson.loads(definitions),
        broader=broader,
        replaced_by=replaced_by,
        deprecated=bool(deprecated),
    )
