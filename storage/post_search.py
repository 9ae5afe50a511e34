"""The words of posts: written a moment after they are stored, searched by members.

Beside its stemmed words a post has marks: `p` (public), `a12` (by the actor 12), `m` (with
files), `q` (with a poll), `r` (an answer), `s` (behind a warning), `lfr` (in French).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from storage.audience import MAY_SEE
from storage.hiding import hides
from storage.ports import Value
from storage.search_terms import LAST_POSITION, Term
from storage.statements import Statements

Where = Literal["all", "public", "library"]

# What somebody wrote, liked, shared or bookmarked, and what is addressed to them by name.
_LIBRARY: Final = (
    "select m.id from objects m where m.actor_id = $2 "
    "union all select m.object_id from likes m where m.actor_id = $2 "
    "union all select m.object_id from shares m where m.actor_id = $2 "
    "union all select m.object_id from bookmarks m where m.actor_id = $2 "
    "union all select m.object_id from audience m where m.actor_id = $2 "
    "union all select m.object_id from project_members b "
    "join project_entries m on m.project_id = b.project_id "
    "where b.actor_id = $2 and b.state = 'member'"
)
_OFFERED: Final = "(w.indexable = 1 or exists (select 1 from searchable x where x.id = o.id))"
_FROM: Final = (
    "select o.id from post_words s join objects o on o.id = s.rowid "
    "join actors w on w.id = o.actor_id where {match} and o.deleted_at is null "
    f"and {MAY_SEE} and (o.actor_id = $2 or not {hides('$2', 'o.actor_id')})"
)


@dataclass(frozen=True, slots=True)
class PostWords:
    """What is indexed of a post: its stems in their order, and its marks."""

    object_id: int
    stems: Sequence[str]
    marks: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PostSelection:
    """Which posts: with all `terms` and `marks`, without `unwanted` and `unmarked`.

    Ids are between `after` and `before`; `where`: among all, what is public, or one's own things.
    """

    viewer_id: int
    terms: tuple[Term, ...] = ()
    marks: tuple[str, ...] = ()
    unwanted: tuple[Term, ...] = ()
    unmarked: tuple[str, ...] = ()
    after: int | None = None
    before: int | None = None
    where: Where = "all"
    limit: int = 20
    offset: int = 0

    @property
    def empty(self) -> bool:
        """Whether nothing says what to look for."""
        return not self.terms and not self.marks


@dataclass(slots=True)
class _Statement:
    """A statement as it grows, with its values."""

    args: list[Value] = field(default_factory=list)

    def add(self, value: Value) -> str:
        """The placeholder of a value."""
        self.args.append(value)
        return f"${len(self.args)}"


class PostSearchStatements(Statements):
    """Everything that is asked of `post_words` and `posts_to_index`."""

    async def waiting(self, limit: int) -> list[int]:
        """Posts that are new or changed since they were indexed."""
        rows = await self.connection.fetch_all(
            "select object_id from posts_to_index order by object_id limit $1", limit
        )
        return [row[0] for row in rows]

    async def put(self, ids: list[int], words: Iterable[PostWords]) -> None:
        """Index posts anew; those of `ids` that have no words are taken out."""
        await self.connection.execute("delete from post_words where rowid = any($1)", ids)
        if self.connection.engine == "postgres":
            await self.connection.execute_many(
                "insert into post_words (rowid, words) "
                "values ($1, cast(cast($2 as text) as tsvector))",
                [(one.object_id, _tsvector(one)) for one in words],
            )
        else:
            await self.connection.execute_many(
                "insert into post_words (rowid, words, marks) values ($1, $2, $3)",
                [(one.object_id, " ".join(one.stems), " ".join(one.marks)) for one in words],
            )
        await self.connection.execute("delete from posts_to_index where object_id = any($1)", ids)

    async def find(self, selection: PostSelection) -> list[int]:
        """The posts that fit and that the viewer may search, latest first.

        That is what they wrote, liked, shared, bookmarked or were addressed in, and what belongs
        to their projects; and what is public by authors who let everybody search their posts
        (FEP-268d), or an experience.
        """
        statement = _Statement()
        most = statement.add(selection.limit + selection.offset)
        statement.add(selection.viewer_id)  # the rule of visibility wants the viewer as $2
        parts: list[str] = []
        if selection.where != "public":
            words = statement.add(self._query(selection, ()))
            match = self._match(words, selection, statement)
            # Nothing before the oldest is looked at; a member without anything costs nothing.
            oldest = f"(select min(l.id) from ({_LIBRARY}) as l)"
            own = f"{_FROM.format(match=match)} and s.rowid >= {oldest}"
            own += f" and +s.rowid in ({_LIBRARY})"
            parts.append(f"select * from ({own} order by s.rowid desc limit {most}) as mine")
        if selection.where != "library":
            public = statement.add(self._query(selection, ("p",)))
            match = self._match(public, selection, statement)
            rest = f"and {_OFFERED} and w.severity <> 'limit' and w.sanction <> 'limit'"
            some = f"{_FROM.format(match=match)} {rest} order by s.rowid desc limit {most}"
            parts.append(f"select * from ({some}) as open")
        rows = await self.connection.fetch_all(
            f"select id from ({' union '.join(parts)}) as found order by id desc "
            f"limit {statement.add(selection.limit)} offset {statement.add(selection.offset)}",
            *statement.args,
        )
        return [row[0] for row in rows]

    def _match(self, query: str, selection: PostSelection, statement: _Statement) -> str:
        fits = f"s.post_words match {query}"
        if self.connection.engine == "postgres":
            fits = f"s.words @@ cast(cast({query} as text) as tsquery)"
        for bound, sign in ((selection.before, "<"), (selection.after, ">")):
            if bound is not None:
                fits += f" and s.rowid {sign} {statement.add(bound)}"
        return fits

    def _query(self, selection: PostSelection, marks: tuple[str, ...]) -> str:
        wanted = (*selection.marks, *marks)
        if self.connection.engine == "postgres":
            parts = [_tsquery_term(term) for term in selection.terms]
            parts += [f"'={mark}'" for mark in wanted]
            parts += [f"!{_tsquery_term(term)}" for term in selection.unwanted]
            parts += [f"!'={mark}'" for mark in selection.unmarked]
            return " & ".join(parts)
        parts = [_fts5_term(term) for term in selection.terms]
        parts += [f'marks : "{mark}"' for mark in wanted]
        without = [_fts5_term(term) for term in selection.unwanted]
        without += [f'marks : "{mark}"' for mark in selection.unmarked]
        found = f"({' AND '.join(parts)})"
        return f"{found} NOT ({' OR '.join(without)})" if without else found


def _forms(term: Term) -> list[tuple[str, ...]]:
    """Every way in which a term may occur: words one after the other."""
    single = dict.fromkeys((*term.stems, *term.exact))
    return [*((word,) for word in single), *term.phrases]


def _fts5_term(term: Term) -> str:
    forms = [f'words : "{" ".join(form)}"' for form in _forms(term)]
    if term.beginning:
        forms.append(f'words : "{term.beginning}" *')
    return f"({' OR '.join(forms)})"


def _tsquery_term(term: Term) -> str:
    forms = ["(" + " <-> ".join(f"'{word}'" for word in form) + ")" for form in _forms(term)]
    if term.beginning:
        forms.append(f"'{term.beginning}':*")
    return f"({' | '.join(forms)})"


def _tsvector(words: PostWords) -> str:
    parts = [f"'{stem}':{min(place, LAST_POSITION)}" for place, stem in enumerate(words.stems, 1)]
    return " ".join([*parts, *(f"'={mark}'" for mark in words.marks)])
