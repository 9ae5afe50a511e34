"""What apps do with posts beside what federates: bookmarks, muted threads, keys, threads."""

from dataclasses import dataclass
from typing import Literal

from storage.ports import Value
from storage.records import ActorRecord, columns
from storage.spans import Span
from storage.statements import Statements

Reactors = Literal["likes", "shares"]

# $1 the post, $2 how deep, $3 how many: those nearest come first, and nothing is sorted, so that
# a long thread is left after the first so many.
_ANCESTORS = (
    "with recursive above (id, parent, depth) as ("
    "select id, in_reply_to_id, 0 from objects where id = $1 "
    "union all select o.id, o.in_reply_to_id, t.depth + 1 from above t "
    "join objects o on o.id = t.parent where t.depth < $2) "
    "select id from above where depth > 0 order by depth desc"
)
_DESCENDANTS = (
    "with recursive below (id, url, parent, author, depth) as ("
    "select id, url, cast(0 as bigint), actor_id, 0 from objects where id = $1 "
    "union all select o.id, o.url, t.id, o.actor_id, t.depth + 1 from below t "
    "join objects o on o.in_reply_to = t.url and o.id <> t.id where t.depth < $2) "
    "select id, parent, author from below where depth > 0 limit $3"
)
# Whom the viewer $1 does not want to meet in a thread; who is limited is met by followers alone.
_AVOIDED = (
    "select a.id from actors a where a.id = any($2) and a.id <> $1 and ("
    "exists (select 1 from mutes m where m.actor_id = $1 and m.target_id = a.id "
    "and (m.expires_at is null or m.expires_at > $3)) "
    "or exists (select 1 from domain_blocks d where d.actor_id = $1 and d.domain = a.host) "
    "or ((a.severity = 'limit' or a.sanction = 'limit') and not exists (select 1 from follows f "
    "where f.follower_id = $1 and f.followee_id = a.id and f.state = 'accepted')))"
)


@dataclass(frozen=True, slots=True)
class Answer:
    """A post in a thread: what it answers, and who wrote it."""

    id: int
    parent_id: int
    author_id: int


class StatusStatements(Statements):
    """Everything that is asked of `bookmarks`, `thread_mutes`, `idempotency_keys` and threads."""

    async def bookmark(self, number: int, actor_id: int, object_id: int, now: int) -> bool:
        """Keep an object for later; False when it was kept already."""
        added = await self.connection.execute(
            "insert into bookmarks (id, actor_id, object_id, created_at) values ($1, $2, $3, $4) "
            "on conflict (actor_id, object_id) do nothing",
            number,
            actor_id,
            object_id,
            now,
        )
        return added > 0

    async def unbookmark(self, actor_id: int, object_id: int) -> bool:
        """Keep an object no more; False when it was not kept."""
        removed = await self.connection.execute(
            "delete from bookmarks where actor_id = $1 and object_id = $2", actor_id, object_id
        )
        return removed > 0

    async def mute_thread(self, actor_id: int, conversation: str, now: int) -> None:
        """Tell a member nothing more of a conversation."""
        await self.connection.execute(
            "insert into thread_mutes (actor_id, conversation, created_at) values ($1, $2, $3) "
            "on conflict (actor_id, conversation) do nothing",
            actor_id,
            conversation,
            now,
        )

    async def unmute_thread(self, actor_id: int, conversation: str) -> None:
        """Tell a member of a conversation again."""
        await self.connection.execute(
            "delete from thread_mutes where actor_id = $1 and conversation = $2",
            actor_id,
            conversation,
        )

    async def note_app(self, object_id: int, app_id: int) -> None:
        """Remember with which app an object of ours was written."""
        await self.connection.execute(
            "insert into object_apps (object_id, app_id) select cast($1 as bigint), a.id "
            "from oauth_apps a where a.id = $2 on conflict (object_id) do nothing",
            object_id,
            app_id,
        )

    async def keyed(self, actor_id: int, key: str, after: int) -> int | None:
        """What a request of this member with this key made, if that was after a moment."""
        value = await self.connection.fetch_value(
            "select result_id from idempotency_keys "
            "where actor_id = $1 and key = $2 and created_at > $3",
            actor_id,
            key,
            after,
        )
        return None if value is None else int(value)

    async def take_key(self, actor_id: int, key: str, result_id: int, now: int, after: int) -> bool:
        """Note what a request makes; False when another one with its key was there first."""
        taken = await self.connection.execute(
            "insert into idempotency_keys (actor_id, key, result_id, created_at) "
            "values ($1, $2, $3, $4) on conflict (actor_id, key) do update "
            "set result_id = excluded.result_id, created_at = excluded.created_at "
            "where idempotency_keys.created_at <= $5",
            actor_id,
            key,
            result_id,
            now,
            after,
        )
        return taken > 0

    async def forget_keys(self, before: int) -> int:
        """Forget the keys of requests from before a moment; gives how many."""
        return await self.connection.execute(
            "delete from idempotency_keys where created_at < $1", before
        )

    async def reactors(
        self, kind: Reactors, object_id: int, viewer_id: int, span: Span
    ) -> list[tuple[int, ActorRecord]]:
        """A page of those who liked or shared an object, each with the id of that.

        Whoever has a block with the viewer is left out, and who is suspended or gone; what was
        shared with followers alone shows to the followers.
        """
        args: list[Value] = [object_id, viewer_id]
        bounds = span.bounds("r.id", args)
        open_share = (
            "and (r.visibility in ('public', 'unlisted') or r.actor_id = $2 or exists "
            "(select 1 from follows f where f.follower_id = $2 and f.followee_id = r.actor_id "
            "and f.state = 'accepted')) "
        )
        rows = await self.connection.fetch_all(
            f"select r.id, {columns(ActorRecord, 'a')} from {kind} r "
            "join actors a on a.id = r.actor_id where r.object_id = $1 "
            f"{open_share if kind == 'shares' else ''}"
            "and a.state = 'active' and a.severity <> 'suspend' and not exists (select 1 from "
            "blocks b where (b.actor_id = $2 and b.target_id = a.id) "
            f"or (b.actor_id = a.id and b.target_id = $2)){bounds}{span.order('r.id', args)}",
            *args,
        )
        return span.arranged([(row[0], ActorRecord(*tuple(row)[1:])) for row in rows])

    async def local_sharers(self, object_id: int) -> list[int]:
        """The people of this node who shared an object."""
        rows = await self.connection.fetch_all(
            "select r.actor_id from shares r join actors a on a.id = r.actor_id "
            "where r.object_id = $1 and a.local = 1 order by r.actor_id",
            object_id,
        )
        return [row[0] for row in rows]

    async def ancestors(self, object_id: int, limit: int) -> list[int]:
        """The ids of what stands above an object, the first post of the thread first."""
        rows = await self.connection.fetch_all(_ANCESTORS, object_id, limit)
        return [row[0] for row in rows]

    async def descendants(self, object_id: int, depth: int, limit: int) -> list[Answer]:
        """What answers an object, and what answers that: the nearest first."""
        rows = await self.connection.fetch_all(_DESCENDANTS, object_id, depth, limit)
        return [Answer(*row) for row in rows]

    async def avoided(self, viewer_id: int, actor_ids: list[int], now: int) -> set[int]:
        """Those of these actors whom the viewer (0: a stranger) is not shown in threads."""
        if not actor_ids:
            return set()
        rows = await self.connection.fetch_all(_AVOIDED, viewer_id, actor_ids, now)
        return {row[0] for row in rows}
