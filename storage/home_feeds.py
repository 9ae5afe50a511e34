"""What home timelines gain and lose with the follows of their owners."""

from typing import Final

from storage.statements import Statements

BROUGHT_ALONG: Final = 40
"""How many posts, and how many shares, of somebody newly followed show at once."""

_COLUMNS: Final = (
    "insert into timeline (id, activity_id, object_id, actor_id, home, inbox, owner_id)"
)
_SHOW: Final = "on conflict (owner_id, id) do update set home = 1"
_BY_TAG: Final = (
    "exists (select 1 from object_tags x join followed_tags g on g.name = x.name "
    "join objects o on o.id = x.object_id where x.object_id = timeline.object_id "
    "and g.actor_id = timeline.owner_id and o.visibility = 'public')"
)
_FOLLOWED: Final = (
    "exists (select 1 from follows f where f.follower_id = timeline.owner_id "
    "and f.followee_id = timeline.actor_id and f.state = 'accepted')"
)


class HomeFeedStatements(Statements):
    """Everything that is written to home timelines besides what arrives."""

    async def show_tagged(self, object_id: int, author_id: int) -> int:
        """Show a public post to those who follow one of its hashtags; gives how many.

        Not that of an author who is limited, and none between whom there is a block.
        """
        return await self.connection.execute(
            f"{_COLUMNS} select distinct cast($1 as bigint), cast(null as bigint), "
            "cast($1 as bigint), cast($2 as bigint), 1, 0, g.actor_id from object_tags x "
            "join followed_tags g on g.name = x.name where x.object_id = $1 "
            "and exists (select 1 from actors w where w.id = $2 and w.state = 'active' "
            "and w.severity not in ('limit', 'suspend') and w.sanction <> 'limit') "
            "and not exists (select 1 from blocks b "
            "where (b.actor_id = $2 and b.target_id = g.actor_id) "
            f"or (b.actor_id = g.actor_id and b.target_id = $2)) {_SHOW}",
            object_id,
            author_id,
        )

    async def bring_along(self, owner_id: int, actor_id: int) -> None:
        """Show the latest of somebody whom the owner follows from now on.

        Who may see each of these posts is asked when they are shown.
        """
        await self.connection.execute(
            f"{_COLUMNS} select o.id, cast(null as bigint), o.id, o.actor_id, 1, 0, "
            "cast($1 as bigint) from (select id, actor_id from objects where actor_id = $2 "
            "and deleted_at is null and visibility <> 'direct' "
            f"order by id desc limit {BROUGHT_ALONG}) as o where true {_SHOW}",
            owner_id,
            actor_id,
        )
        await self.connection.execute(
            f"{_COLUMNS} select a.id, a.id, s.object_id, s.actor_id, 1, 0, cast($1 as bigint) "
            "from (select object_id, actor_id, url from shares where actor_id = $2 "
            f"order by id desc limit {BROUGHT_ALONG}) as s join activities a on a.url = s.url "
            "where not exists (select 1 from timeline t where t.object_id = s.object_id "
            f"and t.owner_id = $1 and t.home = 1) {_SHOW}",
            owner_id,
            actor_id,
        )

    async def leave(self, owner_id: int, actor_id: int) -> None:
        """Take somebody who is no longer followed out; what has a followed hashtag stays."""
        await self._hide(f"owner_id = $1 and actor_id = $2 and not {_BY_TAG}", owner_id, actor_id)

    async def leave_tag(self, owner_id: int, name: str) -> None:
        """Take out what a hashtag alone brought."""
        tagged = "object_id in (select x.object_id from object_tags x where x.name = $2)"
        await self._hide(
            f"owner_id = $1 and {tagged} and actor_id <> $1 and not {_FOLLOWED} and not {_BY_TAG}",
            owner_id,
            name,
        )

    async def _hide(self, which: str, owner_id: int, other: int | str) -> None:
        """The inbox of the owner keeps what came to it."""
        await self.connection.execute(
            f"delete from timeline where {which} and inbox = 0", owner_id, other
        )
        await self.connection.execute(
            f"update timeline set home = 0 where {which} and home = 1", owner_id, other
        )
