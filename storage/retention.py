"""What may be forgotten: remote posts, activities and actors that nobody here touched."""

from collections.abc import Sequence
from dataclasses import dataclass

from storage.objects import OPEN
from storage.statements import Statements

# An object stays while somebody here answered, liked, shared, bookmarked, pinned, voted in or
# reported it, is addressed by it, takes part in its conversation, quotes it or is quoted in it.
# Experiences stay until their authors withdraw them: the node is there to find them. What belongs
# to a project stays as long as the project lives here or somebody here is a member, and so does
# an event in which somebody here takes part.
_UNTOUCHED = (
    "not exists (select 1 from experiences e where e.object_id = o.id) and "
    "not exists (select 1 from project_entries e join actors g on g.id = e.project_id "
    "where e.object_id = o.id and ((g.local = 1 and g.state <> 'gone') "
    "or exists (select 1 from project_members m "
    "join actors a on a.id = m.actor_id where m.project_id = e.project_id "
    "and m.state = 'member' and a.local = 1))) and "
    "not exists (select 1 from attendances t join actors a on a.id = t.actor_id "
    "where t.object_id = o.id and a.local = 1) and "
    "not exists (select 1 from objects r where r.in_reply_to = o.url and r.local = 1) "
    "and not exists (select 1 from objects r where r.conversation = o.conversation "
    "and r.local = 1) "
    "and not exists (select 1 from likes l join actors a on a.id = l.actor_id "
    "where l.object_id = o.id and a.local = 1) "
    "and not exists (select 1 from shares s join actors a on a.id = s.actor_id "
    "where s.object_id = o.id and a.local = 1) "
    "and not exists (select 1 from audience u join actors a on a.id = u.actor_id "
    "where u.object_id = o.id and a.local = 1) "
    "and not exists (select 1 from votes v join actors a on a.id = v.actor_id "
    "where v.object_id = o.id and a.local = 1) "
    "and not exists (select 1 from featured t join actors a on a.id = t.actor_id "
    "where t.object_id = o.id and a.local = 1) "
    "and not exists (select 1 from bookmarks b where b.object_id = o.id) "
    "and not exists (select 1 from collection_items c where c.item = o.url) "
    "and not exists (select 1 from quotes q join objects r on r.id = q.object_id "
    "where q.quoted_id = o.id and r.local = 1) "
    "and not exists (select 1 from quotes q join objects r on r.id = q.quoted_id "
    "where q.object_id = o.id and r.local = 1)"
)
# An actor stays while there is a follow, a block, a mute, a note or a report about them, or
# anything of theirs, or a project that they are or belong to. Servers of the network and of members
# of projects read and fetch files as their Application: it stays as long as they may.
_STRANGER = (
    "not exists (select 1 from follows f where f.follower_id = a.id) "
    "and not exists (select 1 from follows f where f.followee_id = a.id) "
    "and not exists (select 1 from blocks b where b.actor_id = a.id) "
    "and not exists (select 1 from blocks b where b.target_id = a.id) "
    "and not exists (select 1 from mutes m where m.target_id = a.id) "
    "and not exists (select 1 from account_notes c where c.target_id = a.id) "
    "and not exists (select 1 from objects o where o.actor_id = a.id) "
    "and not exists (select 1 from activities v where v.actor_id = a.id) "
    "and not exists (select 1 from audience u where u.actor_id = a.id) "
    "and not exists (select 1 from likes l where l.actor_id = a.id) "
    "and not exists (select 1 from shares s where s.actor_id = a.id) "
    "and not exists (select 1 from votes v where v.actor_id = a.id) "
    "and not exists (select 1 from timeline t where t.actor_id = a.id) "
    "and not exists (select 1 from notifications n where n.actor_id = a.id) "
    "and not exists (select 1 from reports r where r.actor_id = a.id) "
    "and not exists (select 1 from reports r where r.target_id = a.id) "
    "and not exists (select 1 from projects p where p.actor_id = a.id) "
    "and not exists (select 1 from project_members m where m.actor_id = a.id) "
    "and not exists (select 1 from project_offers r where r.actor_id = a.id) "
    "and not exists (select 1 from attendances t where t.actor_id = a.id) "
    "and not (a.type = 'Application' and (a.host in (select n.host from network_servers n) "
    "or exists (select 1 from project_members m where m.host = a.host and m.state = 'member')))"
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a walk through old rows stands: after this time and id."""

    time: int = 0
    id: int = 0


class RetentionStatements(Statements):
    """Walks through old remote rows, oldest first, a few at a time."""

    async def old_objects(self, before: int, place: Place, limit: int) -> list[Place]:
        """The next remote objects that were stored before a moment, touched or not."""
        rows = await self.connection.fetch_all(
            "select created_at, id from objects where local = 0 and created_at < $1 "
            "and (created_at, id) > ($2, $3) order by created_at, id limit $4",
            before,
            place.time,
            place.id,
            limit,
        )
        return [Place(*row) for row in rows]

    async def remove_untouched_objects(self, ids: Sequence[int]) -> int:
        """Delete those of these remote objects that nobody here touched; gives how many."""
        rows = await self.connection.fetch_all(
            "select o.id, o.actor_id, o.visibility from objects o "
            f"where o.id = any($1) and {_UNTOUCHED}",
            ids,
        )
        if not rows:
            return 0
        removed = [row[0] for row in rows]
        await self.connection.execute_many(
            "update actors set posts_count = posts_count - 1 where id = $1 and posts_count > 0",
            [(row[1],) for row in rows if row[2] in OPEN],
        )
        await self.connection.execute("delete from objects where id = any($1)", removed)
        return len(removed)

    async def old_activities(self, before: int, place: Place, limit: int) -> list[Place]:
        """The next remote activities that came before a moment."""
        rows = await self.connection.fetch_all(
            "select created_at, id from activities where local = 0 and created_at < $1 "
            "and (created_at, id) > ($2, $3) order by created_at, id limit $4",
            before,
            place.time,
            place.id,
            limit,
        )
        return [Place(*row) for row in rows]

    async def remove_spent_activities(self, ids: Sequence[int]) -> int:
        """Delete those of these remote activities whose object is gone; gives how many."""
        return await self.connection.execute(
            "delete from activities where id = any($1) and not exists "
            "(select 1 from objects o where o.id = activities.object_id)",
            ids,
        )

    async def old_actors(self, before: int, place: Place, limit: int) -> list[Place]:
        """The next remote actors who were last fetched, in whatever way, before a moment.

        Whoever only signed something was never looked up: `fetched_at` is 0 then.
        """
        rows = await self.connection.fetch_all(
            "select fetched_at, id from actors where local = 0 and fetched_at < $1 "
            "and updated_at < $1 and (fetched_at, id) > ($2, $3) order by fetched_at, id limit $4",
            before,
            place.time,
            place.id,
            limit,
        )
        return [Place(*row) for row in rows]

    async def remove_strangers(self, ids: Sequence[int]) -> int:
        """Delete those of these remote actors who have nothing to do with us; gives how many."""
        return await self.connection.execute(
            "delete from actors where id in (select a.id from actors a "
            f"where a.id = any($1) and {_STRANGER})",
            ids,
        )
