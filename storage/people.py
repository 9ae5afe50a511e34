"""Lists of people, page by page: followers, blocks, requests, the directory, suggestions."""

from typing import Any, Literal

from storage.hiding import hides
from storage.ports import Value
from storage.projects import closed_project
from storage.records import ActorRecord, columns
from storage.spans import Span
from storage.statements import Statements

# Whom lists of strangers show: living people who want to be found, of no limited domain.
_FOUND = (
    "a.state = 'active' and a.discoverable = 1 and a.type <> 'Application' and a.moved_to = '' "
    "and a.severity not in ('limit', 'suspend') and a.sanction = ''"
)
Page = list[tuple[int, ActorRecord]]
"""Actors, each with the number that the page is sorted by."""


class PeopleStatements(Statements):
    """Readings of `actors` by how others stand to them."""

    async def followers(self, actor_id: int, viewer_id: int, span: Span) -> Page:
        """Those who follow an actor, latest first, but whom the viewer (0: nobody) hides."""
        rest = (
            "from follows f join actors a on a.id = f.follower_id "
            f"where f.followee_id = $1 and f.state = 'accepted' and {_shown(viewer_id)} "
            f"and not {closed_project('$1')}"
        )
        return await self._page(rest, "f.id", [actor_id, viewer_id], span)

    async def following(
        self, actor_id: int, viewer_id: int, span: Span, *, everything: bool = False
    ) -> Page:
        """Those whom an actor follows, latest first, but whom the viewer (0: nobody) hides.

        Projects for their members alone only with `everything`: for the follower.
        """
        quiet = "" if everything else f" and not {closed_project('a.id')}"
        rest = (
            "from follows f join actors a on a.id = f.followee_id "
            f"where f.follower_id = $1 and f.state = 'accepted' and {_shown(viewer_id)}{quiet}"
        )
        return await self._page(rest, "f.id", [actor_id, viewer_id], span)

    async def requests(self, actor_id: int, span: Span) -> Page:
        """Those who wait for an answer to their Follow, latest first."""
        rest = (
            "from follows f join actors a on a.id = f.follower_id "
            "where f.followee_id = $1 and f.state = 'pending' and a.state = 'active'"
        )
        return await self._page(rest, "f.id", [actor_id], span)

    async def blocked(self, actor_id: int, span: Span) -> Page:
        """Those whom an actor blocks, latest block first."""
        rest = (
            "from blocks b join actors a on a.id = b.target_id "
            "where b.actor_id = $1 and a.state <> 'gone'"
        )
        return await self._page(rest, "b.id", [actor_id], span)

    async def endorsed(self, actor_id: int, span: Span) -> Page:
        """Those whom an actor recommends, latest first."""
        rest = (
            "from endorsements e join actors a on a.id = e.target_id "
            "where e.actor_id = $1 and a.state = 'active' and a.severity <> 'suspend'"
        )
        return await self._page(rest, "e.id", [actor_id], span)

    async def muted(self, actor_id: int, span: Span) -> list[tuple[int, ActorRecord, int | None]]:
        """Those whom an actor mutes, latest first, each with when that ends."""
        args: list[Value] = [actor_id]
        bounds = span.bounds("m.id", args)
        rows = await self.connection.fetch_all(
            f"select m.id as number, m.expires_at, {columns(ActorRecord, 'a')} from mutes m "
            "join actors a on a.id = m.target_id where m.actor_id = $1 and a.state <> 'gone'"
            f"{bounds}{span.order('m.id', args)}",
            *args,
        )
        found = [(row[0], ActorRecord(*tuple(row)[2:]), row[1]) for row in rows]
        return span.arranged(found)

    async def _page(self, rest: str, number: str, args: list[Value], span: Span) -> Page:
        bounds = span.bounds(number, args)
        rows = await self.connection.fetch_all(
            f"select {number} as number, {columns(ActorRecord, 'a')} {rest}{bounds}"
            f"{span.order(number, args)}",
            *args,
        )
        return span.arranged([(row[0], ActorRecord(*tuple(row)[1:])) for row in rows])

    async def familiar(
        self, viewer_id: int, ids: list[int], limit: int = 100
    ) -> dict[int, list[ActorRecord]]:
        """Those who follow each of these and whom the viewer follows, if they show whom."""
        if not ids:
            return {}
        rows = await self.connection.fetch_all(
            f"select g.followee_id as whom, {columns(ActorRecord, 'a')} from follows f "
            "join follows g on g.follower_id = f.followee_id "
            "join actors a on a.id = f.followee_id "
            "where f.follower_id = $1 and f.state = 'accepted' and g.followee_id = any($2) "
            "and g.state = 'accepted' and a.hides_network = 0 and a.state = 'active' "
            "and a.severity <> 'suspend' order by g.followee_id, g.id desc",
            viewer_id,
            ids,
        )
        found: dict[int, list[ActorRecord]] = {}
        for row in rows:
            values: tuple[Any, ...] = tuple(row)
            some = found.setdefault(values[0], [])
            if len(some) < limit:
                some.append(ActorRecord(*values[1:]))
        return found

    async def matching(
        self,
        text: str,
        viewer_id: int,
        *,
        following: bool = False,
        limit: int = 40,
        offset: int = 0,
    ) -> list[ActorRecord]:
        """Living actors whose name or address contains a text.

        Who does not want to be found is found by whoever follows them, or by the whole address.
        First come exact names, then those whom the viewer follows, then those here.
        """
        typed = text.strip().lstrip("@")
        # SQLite's lower() leaves É as it is: a name is tried with its capitals too.
        patterns = ["%" + _escaped(form) + "%" for form in (typed.lower(), typed.title())]
        followed = (
            "exists (select 1 from follows f where f.follower_id = $2 and f.followee_id = a.id "
            "and f.state = 'accepted')"
        )
        exact = "lower(a.username) = $4 or lower(a.username || '@' || a.host) = $4"
        only = f" and {followed}" if following else ""
        return await self.all_of(
            ActorRecord,
            "from actors a where (lower(a.name) like $1 escape '!' or a.name like $3 escape '!' "
            "or lower(a.username || '@' || a.host) like $1 escape '!') "
            "and a.state = 'active' and a.type <> 'Application' "
            f"and (a.severity not in ('limit', 'suspend') or (a.severity = 'limit' and ({exact}))) "
            f"and (a.discoverable = 1 or a.id = $2 or {followed} or {exact}) "
            "and not exists (select 1 from blocks b where b.actor_id = a.id and b.target_id = $2)"
            f"{only} order by case when {exact} then 0 when {followed} then 1 else 2 end, "
            "a.local desc, a.followers_count desc, a.id limit $5 offset $6",
            patterns[0],
            viewer_id,
            patterns[1],
            typed.lower(),
            limit,
            offset,
        )

    async def directory(
        self,
        viewer_id: int,
        *,
        order: Literal["active", "new"] = "active",
        local: bool = False,
        limit: int = 40,
        offset: int = 0,
    ) -> list[ActorRecord]:
        """People who want to be found: those who wrote last first, or the newest."""
        by = "a.last_post_id desc, a.id desc" if order == "active" else "a.id desc"
        here = " and a.local = 1" if local else ""
        return await self.all_of(
            ActorRecord,
            f"from actors a where {_FOUND} and a.id <> $1 and not {hides('$1', 'a.id')}{here} "
            f"order by {by} limit $2 offset $3",
            viewer_id,
            limit,
            offset,
        )

    async def suggested(
        self, viewer_id: int, source: Literal["friends_of_friends", "most_followed"], limit: int
    ) -> list[ActorRecord]:
        """Whom a member might follow, most likely first.

        Those whom many follow whom the member follows, or those here whom many follow. Never who
        is followed, asked, hidden or was dismissed.
        """
        fresh = (
            f"{_FOUND} and a.id <> $1 and not {hides('$1', 'a.id')} "
            "and not exists (select 1 from follows k "
            "where k.follower_id = $1 and k.followee_id = a.id) "
            "and not exists (select 1 from dismissed_suggestions s "
            "where s.actor_id = $1 and s.target_id = a.id)"
        )
        if source == "most_followed":
            return await self.all_of(
                ActorRecord,
                f"from actors a where a.local = 1 and {fresh} "
                "order by a.followers_count desc, a.posts_count desc, a.id limit $2",
                viewer_id,
                limit,
            )
        rows = await self.connection.fetch_all(
            f"select {columns(ActorRecord, 'a')} from actors a join "
            "(select g.followee_id as whom, count(*) as friends from follows f "
            "join follows g on g.follower_id = f.followee_id and g.state = 'accepted' "
            "join actors w on w.id = f.followee_id and w.hides_network = 0 "
            "where f.follower_id = $1 and f.state = 'accepted' group by g.followee_id) as known "
            f"on known.whom = a.id where {fresh} "
            "order by known.friends desc, a.followers_count desc, a.id limit $2",
            viewer_id,
            limit,
        )
        return [ActorRecord(*row) for row in rows]


def _shown(viewer_id: int) -> str:
    """A living actor whom the viewer $2 does not hide."""
    living = "a.state = 'active' and a.severity <> 'suspend' and cast($2 as bigint) >= 0"
    return f"{living} and not {hides('$2', 'a.id')}" if viewer_id else living


def _escaped(text: str) -> str:
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_")
