"""What apps page through: home, lists, public and tagged posts, what a member kept.

Every reading gives lines `(id, object id, who brought it)`; the first id is what pages go by.
Whoever hides somebody has full pages all the same: what is hidden is left out before the limit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from storage.audience import MAY_SEE
from storage.hiding import hidden_at_home, hides
from storage.ports import Row, Value
from storage.spans import Span
from storage.statements import Statements

FeedLine = tuple[int, int, int]
Kept = Literal["bookmarks", "likes"]

# Conditions stand in a `case … <> 1`: PostgreSQL then expects that most lines pass, and reads a
# page in the order of its index instead of sorting everything.
_KEEPS_APART: Final = (
    "(select case when exists (select 1 from lists where actor_id = $1 and exclusive = 1) "
    "then 1 else 0 end)"
)


def hides_somebody(owner: str) -> str:
    """1 when a member hides anybody, or somebody the member; asked once for a whole page.

    Most members hide nobody, and pay nothing for those who do.
    """
    return (
        f"(select case when exists (select 1 from mutes where actor_id = {owner}) "
        f"or exists (select 1 from blocks where actor_id = {owner}) "
        f"or exists (select 1 from blocks where target_id = {owner}) "
        f"or exists (select 1 from domain_blocks where actor_id = {owner}) "
        f"or exists (select 1 from follow_options where follower_id = {owner}) "
        "then 1 else 0 end)"
    )


def hidden_from_feeds(owner: str, bringer: str, record: str = "o") -> str:
    """Whether neither the home timeline of a member nor a list of theirs shows something.

    Beside what `hidden_at_home` says: an answer to somebody whom the member does not follow,
    unless it answers the member or its own author, or has a hashtag that the member follows.
    """
    hidden = hidden_at_home(owner, bringer, record)
    return f"({bringer} <> {owner} and ({hidden} or {answers_others(owner, bringer, record)}))"


def answers_others(owner: str, bringer: str, record: str = "o") -> str:
    """Whether somebody's post answers a person whom the member does not follow."""
    return (
        f"({record}.in_reply_to is not null and {bringer} = {record}.actor_id "
        f"and {record}.actor_id <> {owner} and not exists (select 1 from objects rp "
        f"where rp.id = {record}.in_reply_to_id and (rp.actor_id = {owner} "
        f"or rp.actor_id = {record}.actor_id or exists (select 1 from follows rf "
        f"where rf.follower_id = {owner} and rf.followee_id = rp.actor_id "
        f"and rf.state = 'accepted'))) and not {_has_followed_tag(owner, record)})"
    )


def kept_apart(owner: str, bringer: str) -> str:
    """Whether somebody is on an exclusive list of a member: they do not show at home."""
    return (
        "exists (select 1 from list_accounts ka join lists kl on kl.id = ka.list_id "
        f"where ka.actor_id = {bringer} and kl.actor_id = {owner} and kl.exclusive = 1)"
    )


def _has_followed_tag(owner: str, record: str) -> str:
    return (
        "exists (select 1 from object_tags rt join followed_tags rg on rg.name = rt.name "
        f"where rt.object_id = {record}.id and rg.actor_id = {owner})"
    )


_HIDDEN: Final = f"{hides_somebody('$1')} = 1 and {hidden_at_home('$1', 't.actor_id')}"
AT_HOME: Final = (
    f"and case when t.actor_id <> $1 and (({_HIDDEN}) "
    f"or ({_KEEPS_APART} = 1 and {kept_apart('$1', 't.actor_id')}) "
    f"or {answers_others('$1', 't.actor_id')}) then 1 else 0 end <> 1"
)
"""Of the timeline `t` of $1 with its objects `o`: what is not hidden."""
_HOME: Final = (
    "select t.id, t.object_id, t.actor_id from timeline t join objects o on o.id = t.object_id "
    f"where t.owner_id = $1 and t.home = 1 {AT_HOME}"
)
# A share that the home timeline left out, because the object stood there, may be news to a list.
_ON_LIST: Final = "select la.actor_id from list_accounts la where la.list_id = $2"
_LIST: Final = (
    "select t.id, t.object_id, t.actor_id from timeline t join objects o on o.id = t.object_id "
    f"where t.owner_id = $1 and t.actor_id in ({_ON_LIST}) "
    "and case when (t.home = 1 or (t.id = t.activity_id and exists (select 1 from activities a "
    "where a.id = t.activity_id and a.type = 'Announce') and not exists (select 1 from timeline s "
    "where s.object_id = t.object_id and s.owner_id = $1 and s.id < t.id "
    f"and s.actor_id in ({_ON_LIST})))) and (t.actor_id = $1 or not (({_HIDDEN}) "
    f"or {answers_others('$1', 't.actor_id')})){{answers}} then 0 else 1 end <> 1"
)
_ANSWERED: Final = (
    " and (o.in_reply_to is null or t.actor_id <> o.actor_id or exists (select 1 from objects p "
    "where p.id = o.in_reply_to_id and (p.actor_id in (o.actor_id, $1){more})))"
)
_SHOWN_ANSWERS: Final[dict[str, str]] = {
    "followed": "",
    "list": _ANSWERED.format(more=f" or p.actor_id in ({_ON_LIST})"),
    "none": _ANSWERED.format(more=""),
}
# As single values: PostgreSQL would rather read every author, and every object, once for a page.
_LISTED: Final = (
    "(select case when w.state = 'active' and w.severity not in ('limit', 'suspend') "
    "and w.sanction <> 'limit' then 1 else 0 end from actors w where w.id = o.actor_id) <> 0"
)
_PUBLIC: Final = f"o.visibility = 'public' and o.deleted_at is null and {_LISTED}"
_NO_ANSWER: Final = (
    " and (o.in_reply_to is null or o.actor_id = "
    "(select p.actor_id from objects p where p.id = o.in_reply_to_id))"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicFeed:
    """Which public posts: of here, of elsewhere, with files; for whom (0: a stranger)."""

    viewer_id: int = 0
    local: bool = False
    remote: bool = False
    only_media: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Tagged:
    """Posts with one of the hashtags `names`, all of `also` and none of `without`."""

    names: tuple[str, ...]
    also: tuple[str, ...] = ()
    without: tuple[str, ...] = ()


class FeedStatements(Statements):
    """Readings for the timelines of apps; each is one statement."""

    async def home(self, owner_id: int, span: Span) -> list[FeedLine]:
        """A home timeline."""
        return await self._page(_HOME, [owner_id], span, "t.id")

    async def of_list(self, owner_id: int, list_id: int, policy: str, span: Span) -> list[FeedLine]:
        """What those on a list wrote or shared; `policy` says whose answers are shown."""
        sql = _LIST.format(answers=_SHOWN_ANSWERS.get(policy, ""))
        return await self._page(sql, [owner_id, list_id], span, "t.id")

    async def public(self, feed: PublicFeed, span: Span) -> list[FeedLine]:
        """Public posts that answer nobody but their own author."""
        args: list[Value] = []
        sql = f"{_posts('objects o')} where {_PUBLIC}{_NO_ANSWER}{_narrowed(feed, args)}"
        return await self._page(sql, args, span, "o.id")

    async def tagged(self, tags: Tagged, feed: PublicFeed, span: Span) -> list[FeedLine]:
        """Public posts with hashtags, answers too."""
        args: list[Value] = []
        if len(tags.names) == 1:
            args.append(tags.names[0])
            source = "object_tags t join objects o on o.id = t.object_id"
            sql, column = f"{_posts(source)} where t.name = $1 and {_PUBLIC}", "t.object_id"
        else:
            args.append(list(tags.names))
            some = "select t.object_id from object_tags t where t.name = any($1)"
            sql, column = f"{_posts('objects o')} where o.id in ({some}) and {_PUBLIC}", "o.id"
        for name in tags.also:
            args.append(name)
            sql += f" and exists ({_with_tag(f'x.name = ${len(args)}', column)})"
        if tags.without:
            args.append(list(tags.without))
            sql += f" and not exists ({_with_tag(f'x.name = any(${len(args)})', column)})"
        return await self._page(sql + _narrowed(feed, args), args, span, column)

    async def linking(self, card_id: int, feed: PublicFeed, span: Span) -> list[FeedLine]:
        """Public posts with this preview of a link, by authors who want to be found."""
        args: list[Value] = [card_id]
        source = "object_cards c join objects o on o.id = c.object_id"
        sql = (
            f"{_posts(source)} where c.card_id = $1 and {_PUBLIC} and exists "
            "(select 1 from actors d where d.id = o.actor_id and d.discoverable = 1)"
        )
        return await self._page(sql + _narrowed(feed, args), args, span, "c.object_id")

    async def direct(self, owner_id: int, span: Span) -> list[FeedLine]:
        """The private posts by a member, and those that name them."""
        args: list[Value] = [owner_id]
        rest = "o.visibility = 'direct' and o.deleted_at is null"
        bounds = span.bounds("o.id", args)
        order = span.order("o.id", args)
        limit = f"${len(args)}"
        # by the column of the audience: its index has the order, and the limit ends the search
        named = (bounds + order).replace("o.id", "u.object_id")
        way = "asc" if span.min_id is not None else "desc"
        rows = await self.connection.fetch_all(
            "select id, id as object_id, actor_id from ("
            "select * from (select o.id, o.actor_id from objects o "
            f"where o.actor_id = $1 and {rest}{bounds}{order}) as own "
            "union select * from (select o.id, o.actor_id from audience u "
            "join objects o on o.id = u.object_id "
            f"where u.actor_id = $1 and {rest} "
            f"and not {hides('$1', 'o.actor_id')}{named}) as named"
            f") as found order by id {way} limit {limit}",
            *args,
        )
        return _lines(span, rows)

    async def kept(self, kind: Kept, owner_id: int, span: Span) -> list[FeedLine]:
        """What a member bookmarked or liked and may still see; pages go by when they did."""
        args: list[Value] = [owner_id]
        # the rule of visibility wants the viewer as $2
        args.append(owner_id)
        sql = (
            f"select k.id, k.object_id, o.actor_id from {kind} k "
            "join objects o on o.id = k.object_id join actors w on w.id = o.actor_id "
            f"where k.actor_id = $1 and o.deleted_at is null and {MAY_SEE}"
        )
        return await self._page(sql, args, span, "k.id")

    async def card_of(self, url: str) -> int | None:
        """The id of the finished preview of a link."""
        found = await self.connection.fetch_value(
            "select id from cards where url = $1 and state = 'ready'", url
        )
        return None if found is None else int(found)

    async def unhidden(self, ids: list[int], viewer_id: int) -> set[int]:
        """Those of these objects whose authors a member does not hide."""
        if not ids:
            return set()
        rows = await self.connection.fetch_all(
            f"select o.id from objects o where o.id = any($2) and not {hides('$1', 'o.actor_id')}",
            viewer_id,
            ids,
        )
        return {row[0] for row in rows}

    async def _page(self, sql: str, args: list[Value], span: Span, column: str) -> list[FeedLine]:
        text = sql + span.bounds(column, args) + span.order(column, args)
        return _lines(span, await self.connection.fetch_all(text, *args))


def _lines(span: Span, rows: Sequence[Row]) -> list[FeedLine]:
    return [(row[0], row[1], row[2]) for row in span.arranged(rows)]


def _posts(source: str) -> str:
    return f"select o.id, o.id as object_id, o.actor_id from {source}"


def _with_tag(condition: str, record: str) -> str:
    return f"select 1 from object_tags x where x.object_id = {record} and {condition}"


def _narrowed(feed: PublicFeed, args: list[Value]) -> str:
    text = ""
    if feed.local or feed.remote:
        text += f" and o.local = {int(feed.local)}"
    if feed.only_media:
        text += " and o.has_media = 1"
    if feed.viewer_id:
        args.append(feed.viewer_id)
        viewer = f"${len(args)}"
        hidden = f"{hides_somebody(viewer)} = 1 and {hides(viewer, 'o.actor_id')}"
        text += f" and case when {hidden} then 1 else 0 end <> 1"
    return text
