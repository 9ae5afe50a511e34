"""What the API shows beside actors and objects; each statement serves a whole page."""

from dataclasses import dataclass

from storage.records import (
    ActorRecord,
    MediaRecord,
    PollRecord,
    columns,
)
from storage.statements import Statements


@dataclass(frozen=True, slots=True)
class Marks:
    """What one member did with an object."""

    favourited: bool = False
    reblogged: bool = False
    bookmarked: bool = False
    muted: bool = False
    pinned: bool = False


@dataclass(frozen=True, slots=True)
class CardRecord:
    """What a link leads to; `due_at` is None once it was fetched or given up."""

    id: int
    url: str
    title: str = ""
    description: str = ""
    type: str = "link"
    author_name: str = ""
    author_url: str = ""
    provider_name: str = ""
    provider_url: str = ""
    language: str = ""
    image: str = ""
    image_description: str = ""
    width: int = 0
    height: int = 0
    published_at: int | None = None
    state: str = "waiting"
    attempts: int = 0
    due_at: int | None = None
    fetched_at: int | None = None


@dataclass(frozen=True, slots=True)
class QuoteRecord:
    """What an object quotes; `state` is pending, accepted, rejected or revoked.

    `due_at` is None unless something about it is to be looked up elsewhere.
    """

    object_id: int
    quoted_url: str
    quoted_id: int | None
    state: str
    approval_url: str
    request_url: str
    created_at: int
    attempts: int = 0
    due_at: int | None = None


# The viewer $2 may know of the share `s`: it is for everybody, theirs, or for the followers.
_KNOWN_SHARE = (
    " and (s.visibility in ('public', 'unlisted') or s.actor_id = $2 or exists "
    "(select 1 from follows f where f.follower_id = $2 and f.followee_id = s.actor_id "
    "and f.state = 'accepted'))"
)


@dataclass(frozen=True, slots=True)
class SharedRecord:
    """That somebody shared an object; `at` in milliseconds."""

    object_id: int
    actor_id: int
    url: str
    at: int
    visibility: str


class AppReadingStatements(Statements):
    """Everything that entities need besides their own rows."""

    async def last_posts(self, actor_ids: list[int]) -> dict[int, int]:
        """When each actor last published for all, in milliseconds; those who never did are out."""
        if not actor_ids:
            return {}
        rows = await self.connection.fetch_all(
            "select a.id, (select o.published_at from objects o where o.actor_id = a.id "
            "and o.visibility in ('public', 'unlisted') and o.deleted_at is null "
            "order by o.id desc limit 1) as at from actors a where a.id = any($1)",
            actor_ids,
        )
        return {row[0]: row[1] for row in rows if row[1] is not None}

    async def roles(self, actor_ids: list[int]) -> dict[int, str]:
        """The roles of those of these actors who have an account here."""
        if not actor_ids:
            return {}
        rows = await self.connection.fetch_all(
            "select actor_id, role from members where actor_id = any($1) and disabled_at is null",
            actor_ids,
        )
        return {row[0]: row[1] for row in rows}

    async def mentioned(self, object_ids: list[int]) -> dict[int, list[ActorRecord]]:
        """Who is mentioned in each of these objects, as far as they are known here."""
        if not object_ids:
            return {}
        rows = await self.connection.fetch_all(
            f"select u.object_id, {columns(ActorRecord, 'a')} from audience u "
            "join actors a on a.id = u.actor_id "
            "where u.object_id = any($1) and u.mentioned = 1 order by u.object_id, a.id",
            object_ids,
        )
        found: dict[int, list[ActorRecord]] = {}
        for row in rows:
            values = tuple(row)
            found.setdefault(values[0], []).append(ActorRecord(*values[1:]))
        return found

    async def tags(self, object_ids: list[int]) -> dict[int, list[str]]:
        """The hashtags of each of these objects."""
        if not object_ids:
            return {}
        rows = await self.connection.fetch_all(
            "select object_id, name from object_tags where object_id = any($1) order by name",
            object_ids,
        )
        found: dict[int, list[str]] = {}
        for row in rows:
            found.setdefault(row[0], []).append(row[1])
        return found

    async def polls(self, object_ids: list[int]) -> dict[int, PollRecord]:
        """The polls of those of these objects that are Questions."""
        if not object_ids:
            return {}
        found = await self.all_of(PollRecord, "from polls where object_id = any($1)", object_ids)
        return {poll.object_id: poll for poll in found}

    async def votes(self, actor_id: int, object_ids: list[int]) -> dict[int, set[str]]:
        """What somebody voted in each of these polls."""
        if not object_ids:
            return {}
        rows = await self.connection.fetch_all(
            "select object_id, choice from votes where actor_id = $1 and object_id = any($2)",
            actor_id,
            object_ids,
        )
        found: dict[int, set[str]] = {}
        for row in rows:
            found.setdefault(row[0], set()).add(row[1])
        return found

    async def media_of(self, object_ids: list[int]) -> dict[int, list[MediaRecord]]:
        """The uploads that each of these objects shows."""
        if not object_ids:
            return {}
        found: dict[int, list[MediaRecord]] = {}
        for media in await self.all_of(
            MediaRecord, "from media where object_id = any($1) order by id", object_ids
        ):
            found.setdefault(media.object_id or 0, []).append(media)
        return found

    async def authors_of(self, object_ids: list[int]) -> dict[int, int]:
        """The author of each of these objects."""
        if not object_ids:
            return {}
        rows = await self.connection.fetch_all(
            "select id, actor_id from objects where id = any($1)", object_ids
        )
        return {row[0]: row[1] for row in rows}

    async def marks(self, actor_id: int, object_ids: list[int]) -> dict[int, Marks]:
        """What somebody did with each of these objects; the untouched are left out."""
        if not object_ids:
            return {}
        rows = await self.connection.fetch_all(
            "select object_id, 1 as mark from likes where actor_id = $1 and object_id = any($2) "
            "union all select object_id, 2 from shares "
            "where actor_id = $1 and object_id = any($2) "
            "union all select object_id, 3 from bookmarks "
            "where actor_id = $1 and object_id = any($2) "
            "union all select o.id, 4 from objects o join thread_mutes m on m.actor_id = $1 "
            "and m.conversation = o.conversation where o.id = any($2) "
            "union all select object_id, 5 from featured "
            "where actor_id = $1 and object_id = any($2)",
            actor_id,
            object_ids,
        )
        made: dict[int, set[int]] = {}
        for row in rows:
            made.setdefault(row[0], set()).add(row[1])
        return {
            number: Marks(1 in marks, 2 in marks, 3 in marks, 4 in marks, 5 in marks)
            for number, marks in made.items()
        }

    async def applications(self, object_ids: list[int]) -> dict[int, tuple[str, str]]:
        """Name and website of the app with which each of these objects was written."""
        if not object_ids:
            return {}
        rows = await self.connection.fetch_all(
            "select w.object_id, a.name, a.website from object_apps w "
            "join oauth_apps a on a.id = w.app_id where w.object_id = any($1)",
            object_ids,
        )
        return {row[0]: (row[1], row[2]) for row in rows}

    async def cards(self, object_ids: list[int]) -> dict[int, CardRecord]:
        """The finished previews of the links in these objects."""
        if not object_ids:
            return {}
        rows = await self.connection.fetch_all(
            f"select w.object_id, {columns(CardRecord, 'c')} from object_cards w "
            "join cards c on c.id = w.card_id "
            "where w.object_id = any($1) and c.state = 'ready'",
            object_ids,
        )
        return {row[0]: CardRecord(*tuple(row)[1:]) for row in rows}

    async def quotes(self, object_ids: list[int]) -> dict[int, QuoteRecord]:
        """What each of these objects quotes."""
        if not object_ids:
            return {}
        found = await self.all_of(QuoteRecord, "from quotes where object_id = any($1)", object_ids)
        return {quote.object_id: quote for quote in found}

    async def quote_counts(self, object_ids: list[int]) -> dict[int, int]:
        """How often each of these objects is quoted with leave, for all to see."""
        if not object_ids:
            return {}
        rows = await self.connection.fetch_all(
            "select q.quoted_id, count(*) from quotes q join objects o on o.id = q.object_id "
            "where q.quoted_id = any($1) and q.state = 'accepted' and o.deleted_at is null "
            "and o.visibility in ('public', 'unlisted') group by q.quoted_id",
            object_ids,
        )
        return {row[0]: row[1] for row in rows}

    async def quote_policies(self, object_ids: list[int]) -> dict[int, str]:
        """Who may quote each of these objects of ours, where its author said so."""
        if not object_ids:
            return {}
        rows = await self.connection.fetch_all(
            "select id, quote_policy from objects where id = any($1) and quote_policy <> ''",
            object_ids,
        )
        return {row[0]: row[1] for row in rows}

    async def shares_by_activity(
        self, activity_ids: list[int], viewer_id: int | None = None
    ) -> dict[int, SharedRecord]:
        """The shares behind these `Announce` activities, by the ids of these.

        With a viewer (0: a stranger) those alone of which they may know.
        """
        if not activity_ids:
            return {}
        known = "" if viewer_id is None else _KNOWN_SHARE
        rows = await self.connection.fetch_all(
            "select a.id, s.object_id, s.actor_id, a.url, s.created_at, s.visibility "
            "from activities a "
            f"join shares s on s.url = a.url where a.id = any($1) and a.type = 'Announce'{known}",
            *((activity_ids,) if viewer_id is None else (activity_ids, viewer_id)),
        )
        return {row[0]: SharedRecord(*tuple(row)[1:]) for row in rows}
