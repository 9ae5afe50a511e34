"""What is written to the index of experiences: rows, words, facets, and which words are in use."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from storage.search_terms import FieldWords, tsvector
from storage.statements import Statements


@dataclass(frozen=True, slots=True)
class SearchableRecord:
    """What lists ask of an experience, in a short row; times in milliseconds."""

    id: int
    actor_id: int
    local: int
    visibility: str
    published_at: int
    happened_at: int


class SearchWriting(Statements):
    """Everything that is written to the search tables and to `experience_facets`."""

    async def put(
        self, record: SearchableRecord, fields: Sequence[FieldWords], facets: set[tuple[str, str]]
    ) -> None:
        """Index an experience anew: its row; words of title, names, summary, body; its facets."""
        await self.connection.execute(
            "insert into searchable (id, actor_id, local, visibility, published_at, happened_at) "
            "values ($1, $2, $3, $4, $5, $6) on conflict (id) do update set "
            "actor_id = excluded.actor_id, local = excluded.local, "
            "visibility = excluded.visibility, published_at = excluded.published_at, "
            "happened_at = excluded.happened_at",
            record.id,
            record.actor_id,
            record.local,
            record.visibility,
            record.published_at,
            record.happened_at,
        )
        await self._put_words(record.id, fields)
        await self.connection.execute(
            "delete from experience_facets where object_id = $1", record.id
        )
        await self.connection.execute_many(
            "insert into experience_facets (object_id, facet, value) values ($1, $2, $3)",
            [(record.id, facet, value) for facet, value in sorted(facets)],
        )

    async def _put_words(self, object_id: int, fields: Sequence[FieldWords]) -> None:
        if self.connection.engine == "postgres":
            await self.connection.execute(
                "insert into experience_words (rowid, words) "
                "values ($1, cast(cast($2 as text) as tsvector)) "
                "on conflict (rowid) do update set words = excluded.words",
                object_id,
                tsvector(fields),
            )
            return
        await self.connection.execute("delete from experience_words where rowid = $1", object_id)
        await self.connection.execute(
            "insert into experience_words (rowid, title, names, summary, body, exact) "
            "values ($1, $2, $3, $4, $5, $6)",
            object_id,
            *(field.stems for field in fields),
            " ".join(field.exact for field in fields),
        )

    async def remove(self, object_id: int) -> None:
        """Take an experience out of the index; words that nobody else uses go too."""
        await self.count_words(object_id, {}, open_to_all=False)
        for table, column in (
            ("experience_words", "rowid"),
            ("experience_facets", "object_id"),
            ("searchable", "id"),
        ):
            await self.connection.execute(f"delete from {table} where {column} = $1", object_id)

    async def count_words(
        self, object_id: int, used: Mapping[str, tuple[str, str]], *, open_to_all: bool
    ) -> None:
        """Say which words an experience uses: word → its stem, and how to show it."""
        row = await self.connection.fetch_one(
            "select words, open from counted_words where object_id = $1", object_id
        )
        before = set(row[0].split()) if row is not None else set()
        was_open = bool(row[1]) if row is not None else False
        await self._count_less(before, was_open)
        await self.connection.execute_many(
            "insert into search_words (word, stem, shown, uses, open_uses) "
            "values ($1, $2, $3, 1, $4) "
            "on conflict (word) do update set uses = search_words.uses + 1, "
            "open_uses = search_words.open_uses + excluded.open_uses",
            [(word, *both, int(open_to_all)) for word, both in sorted(used.items())],
        )
        if row is not None:
            await self.connection.execute(
                "delete from counted_words where object_id = $1", object_id
            )
        if used:
            await self.connection.execute(
                "insert into counted_words (object_id, words, open) values ($1, $2, $3)",
                object_id,
                " ".join(sorted(used)),
                int(open_to_all),
            )

    async def _count_less(self, words: set[str], was_open: bool) -> None:
        if not words:
            return
        known = sorted(words)
        await self.connection.execute(
            "update search_words set uses = uses - 1, open_uses = open_uses - $2 "
            "where word = any($1)",
            known,
            int(was_open),
        )
        await self.connection.execute(
            "delete from search_words where word = any($1) and uses <= 0", known
        )

    async def counted(self, after: int, limit: int) -> list[tuple[int, str]]:
        """Experiences after an id with their counted words, between spaces."""
        rows = await self.connection.fetch_all(
            "select object_id, words from counted_words where object_id > $1 "
            "order by object_id limit $2",
            after,
            limit,
        )
        return [(row[0], row[1]) for row in rows]

    async def forget_uncounted(self, counted: set[str]) -> int:
        """Forget words that no experience uses any more: theirs went with a whole account."""
        rows = await self.connection.fetch_all("select word from search_words")
        gone = [row[0] for row in rows if row[0] not in counted]
        await self.connection.execute("delete from search_words where word = any($1)", gone)
        return len(gone)
