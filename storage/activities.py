"""Activities, reactions, featured objects, timelines and notifications."""

from dataclasses import dataclass
from typing import Literal

from storage.feeds import answers_others, kept_apart
from storage.notifying import notify, unnotify
from storage.ports import Value
from storage.records import (
    ActivityRecord,
    NotificationRecord,
    ObjectRecord,
    ReactionRecord,
    columns,
)
from storage.statements import Statements

Reaction = Literal["likes", "shares"]
PUBLISHED = " and type in ('Create', 'Announce') and visibility in ('public', 'unlisted')"


_UNBLOCKED = (
    "not exists (select 1 from blocks b where b.actor_id = {owner} and b.target_id in ($1, $2)) "
    "and not exists (select 1 from blocks b where b.actor_id in ($1, $2) and b.target_id = {owner})"
)
_INTO_TIMELINE = (
    "insert into timeline (id, activity_id, object_id, actor_id, home, inbox, owner_id) "
    "select cast($3 as bigint), cast($4 as bigint), cast($5 as bigint), cast($1 as bigint), "
)
_FOLLOWERS = (
    "1, f.follower_id from follows f where f.followee_id = $1 and f.follower_local = 1 "
    f"and f.state = 'accepted' and {_UNBLOCKED.format(owner='f.follower_id')} "
    "on conflict (owner_id, id) do nothing"
)
# $1 actor, $2 author, $3 entry, $4 activity, $5 object, $6 whether in home timelines, $7 owners
SHOW_TO_FOLLOWERS = f"{_INTO_TIMELINE} cast($6 as bigint), {_FOLLOWERS}"
# What a follower's home timeline shows already is not brought up again by a share.
SHARE_WITH_FOLLOWERS = (
    f"{_INTO_TIMELINE} case when exists (select 1 from timeline t "
    "join objects o on o.id = t.object_id where t.object_id = $5 "
    "and t.owner_id = f.follower_id and t.home = 1 "
    f"and not {answers_others('f.follower_id', 't.actor_id')} "
    f"and not {kept_apart('f.follower_id', 't.actor_id')}) then 0 else cast($6 as bigint) end, "
    f"{_FOLLOWERS}"
)
SHOW_TO = (
    f"{_INTO_TIMELINE} case when a.id = $1 or exists (select 1 from follows f "
    "where f.follower_id = a.id and f.followee_id = $1 and f.state = 'accepted') "
    "then cast($6 as bigint) else 0 end, case when a.id = $1 then 0 else 1 end, a.id "
    "from actors a where a.id = any($7) and a.local = 1 "
    f"and {_UNBLOCKED.format(owner='a.id')} on conflict (owner_id, id) do nothing"
)


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """What several local actors are shown at once; `id` sorts it, `home` says where it shows."""

    id: int
    activity_id: int | None
    object_id: int | None
    actor_id: int
    home: bool


class ActivityStatements(Statements):
    """Everything that is asked of `activities`, `likes`, `shares`, `featured` and `timeline`."""

    async def add(self, activity: ActivityRecord) -> bool:
        """Keep an activity; False when its URL is known already."""
        return await self.insert("activities", activity, rest="on conflict (url) do nothing") > 0

    async def by_id(self, activity_id: int) -> ActivityRecord | None:
        """The activity with this id."""
        return await self.one_of(ActivityRecord, "from activities where id = $1", activity_id)

    async def by_ids(self, ids: list[int]) -> dict[int, ActivityRecord]:
        """Several activities in one query."""
        found = await self.all_of(ActivityRecord, "from activities where id = any($1)", ids)
        return {activity.id: activity for activity in found}

    async def by_url(self, url: str) -> ActivityRecord | None:
        """The activity with this ActivityPub id."""
        return await self.one_of(ActivityRecord, "from activities where url = $1", url)

    async def remove(self, activity_id: int) -> None:
        """Forget an activity that was undone, with what hangs on it."""
        await self.connection.execute("delete from activities where id = $1", activity_id)

    async def outbox(
        self,
        actor_id: int,
        *,
        before: int | None = None,
        limit: int = 20,
        everything: bool = False,
    ) -> list[ActivityRecord]:
        """What a local actor did, latest first.

        For others that is what it published or shared for all; with `everything`, for the
        actor itself, every activity.
        """
        seen = "" if everything else PUBLISHED
        bound = " and id < $3" if before is not None else ""
        args = (actor_id, limit) if before is None else (actor_id, limit, before)
        return await self.all_of(
            ActivityRecord,
            f"from activities where actor_id = $1 and local = 1{seen}{bound} "
            "order by id desc limit $2",
            *args,
        )

    async def count_outbox(self, actor_id: int, *, everything: bool = False) -> int:
        """How many activities `outbox` gives in all."""
        seen = "" if everything else PUBLISHED
        found = await self.connection.fetch_value(
            f"select count(*) from activities where actor_id = $1 and local = 1{seen}", actor_id
        )
        return int(found or 0)

    async def came_with(self, object_id: int) -> str | None:
        """The id of the `Create` that brought an object."""
        url = await self.connection.fetch_value(
            "select url from activities where object_id = $1 and type = 'Create' "
            "order by id limit 1",
            object_id,
        )
        return None if url is None else str(url)

    async def about(self, object_id: int) -> list[ActivityRecord]:
        """Every activity about an object, oldest first."""
        return await self.all_of(
            ActivityRecord, "from activities where object_id = $1 order by id", object_id
        )

    async def latest(self, actor_id: int, kind: str, object_url: str) -> ActivityRecord | None:
        """The last activity of a type in which a local actor named this object."""
        return await self.one_of(
            ActivityRecord,
            "from activities where actor_id = $1 and local = 1 and type = $2 "
            "and object_url = $3 order by id desc limit 1",
            actor_id,
            kind,
            object_url,
        )

    async def react(
        self, kind: Reaction, reaction: ReactionRecord, visibility: str = "public"
    ) -> bool:
        """Record a like or a share; False when this actor had it already."""
        names, values = "id, actor_id, object_id, url, created_at", "$1, $2, $3, $4, $5"
        args: list[Value] = [
            reaction.id,
            reaction.actor_id,
            reaction.object_id,
            reaction.url,
            reaction.created_at,
        ]
        if kind == "shares":
            names, values = f"{names}, visibility", f"{values}, $6"
            args.append(visibility)
        inserted = await self.connection.execute(
            f"insert into {kind} ({names}) values ({values}) "
            "on conflict (actor_id, object_id) do nothing",
            *args,
        )
        if inserted:
            await self._count(kind, reaction.object_id, 1)
        return inserted > 0

    async def unreact(self, kind: Reaction, reaction: ReactionRecord) -> bool:
        """Take a like or a share back; False when it was gone already."""
        removed = await self.connection.execute(f"delete from {kind} where id = $1", reaction.id)
        if removed:
            await self._count(kind, reaction.object_id, -1)
        return removed > 0

    async def _count(self, kind: Reaction, object_id: int, change: int) -> None:
        await self.connection.execute(
            f"update objects set {kind}_count = {kind}_count + $2 where id = $1", object_id, change
        )

    async def reaction_by_url(self, kind: Reaction, url: str) -> ReactionRecord | None:
        """The like or share that this activity made."""
        return await self.one_of(ReactionRecord, f"from {kind} where url = $1", url)

    async def reaction(
        self, kind: Reaction, actor_id: int, object_id: int
    ) -> ReactionRecord | None:
        """The like or share of an object by an actor."""
        return await self.one_of(
            ReactionRecord,
            f"from {kind} where actor_id = $1 and object_id = $2",
            actor_id,
            object_id,
        )

    async def reactions(
        self, kind: Reaction, object_id: int, *, before: int | None = None, limit: int = 40
    ) -> list[ReactionRecord]:
        """The likes or shares of an object, latest first."""
        bound = " and id < $3" if before is not None else ""
        args = (object_id, limit) if before is None else (object_id, limit, before)
        return await self.all_of(
            ReactionRecord,
            f"from {kind} where object_id = $1{bound} order by id desc limit $2",
            *args,
        )

    async def feature(self, actor_id: int, object_id: int, now: int) -> bool:
        """Pin an object to a profile; False when it was pinned."""
        return (
            await self.connection.execute(
                "insert into featured (actor_id, object_id, created_at) values ($1, $2, $3) "
                "on conflict (actor_id, object_id) do nothing",
                actor_id,
                object_id,
                now,
            )
            > 0
        )

    async def unfeature(self, actor_id: int, object_id: int) -> bool:
        """Take a pin away; False when there was none."""
        return (
            await self.connection.execute(
                "delete from featured where actor_id = $1 and object_id = $2", actor_id, object_id
            )
            > 0
        )

    async def featured(self, actor_id: int) -> list[ObjectRecord]:
        """The pinned objects of an actor, latest pin first."""
        rows = await self.connection.fetch_all(
            f"select {columns(ObjectRecord, 'o')} from featured f "
            "join objects o on o.id = f.object_id where f.actor_id = $1 "
            "and o.deleted_at is null order by f.created_at desc",
            actor_id,
        )
        return [ObjectRecord(*row) for row in rows]

    async def show_to_followers(self, entry: TimelineEntry, author_id: int) -> int:
        """Put an entry into the timelines of the actor's local followers; gives how many.

        Whoever has a block with the actor, or with the author of what is shared, is left out.
        """
        return await self.connection.execute(
            SHOW_TO_FOLLOWERS if author_id == entry.actor_id else SHARE_WITH_FOLLOWERS,
            entry.actor_id,
            author_id,
            entry.id,
            entry.activity_id,
            entry.object_id,
            int(entry.home),
        )

    async def show_to(self, owners: list[int], entry: TimelineEntry, author_id: int) -> int:
        """Put an entry into the timelines of these local actors; gives how many.

        Their home timelines show it only when they follow the actor or are the actor; nobody
        finds their own doings in their inbox. Blocks count as in `show_to_followers`.
        """
        return await self.connection.execute(
            SHOW_TO,
            entry.actor_id,
            author_id,
            entry.id,
            entry.activity_id,
            entry.object_id,
            int(entry.home),
            owners,
        )

    async def show(
        self,
        owners: list[int],
        *,
        entry_id: int,
        activity_id: int | None,
        object_id: int | None,
        actor_id: int,
        home: bool,
        inbox: bool,
    ) -> None:
        """Put an entry into the timelines of exactly these actors, whoever blocks whom."""
        await self.connection.execute_many(
            "insert into timeline (owner_id, id, activity_id, object_id, actor_id, home, inbox) "
            "values ($1, $2, $3, $4, $5, $6, $7) on conflict (owner_id, id) do nothing",
            [
                (owner, entry_id, activity_id, object_id, actor_id, int(home), int(inbox))
                for owner in owners
            ],
        )

    async def home(
        self, owner_id: int, *, before: int | None = None, limit: int = 20
    ) -> list[tuple[int, int, int]]:
        """The home timeline, latest first: entry id, object id, id of who brought it."""
        bound = " and id < $3" if before is not None else ""
        args = (owner_id, limit) if before is None else (owner_id, limit, before)
        rows = await self.connection.fetch_all(
            "select id, object_id, actor_id from timeline "
            f"where owner_id = $1 and home = 1{bound} order by id desc limit $2",
            *args,
        )
        return [(row[0], row[1], row[2]) for row in rows]

    async def inbox(
        self, owner_id: int, *, before: int | None = None, limit: int = 20
    ) -> list[tuple[int, ActivityRecord]]:
        """What arrived for a local actor, latest first, with each entry's id."""
        bound = " and t.id < $3" if before is not None else ""
        args = (owner_id, limit) if before is None else (owner_id, limit, before)
        rows = await self.connection.fetch_all(
            f"select t.id as entry, {columns(ActivityRecord, 'a')} from timeline t "
            "join activities a on a.id = t.activity_id "
            "where t.owner_id = $1 and t.inbox = 1 and not exists (select 1 from actors s "
            f"where s.id = t.actor_id and s.severity = 'suspend'){bound} "
            "order by t.id desc limit $2",
            *args,
        )
        return [(row[0], ActivityRecord(*tuple(row)[1:])) for row in rows]

    async def count_inbox(self, owner_id: int) -> int:
        """How many activities a local actor's inbox holds."""
        found = await self.connection.fetch_value(
            "select count(*) from timeline where owner_id = $1 and inbox = 1", owner_id
        )
        return int(found or 0)

    async def came_to(self, owner_id: int, activity_id: int) -> bool:
        """Whether an activity arrived in a local actor's inbox."""
        found = await self.connection.fetch_value(
            "select 1 from timeline where activity_id = $2 and owner_id = $1 limit 1",
            owner_id,
            activity_id,
        )
        return found is not None

    async def unshow(self, object_id: int) -> None:
        """Take an object out of all timelines, where it is about to be shown anew."""
        await self.connection.execute("delete from timeline where object_id = $1", object_id)

    async def hide_actor(self, owner_id: int, actor_id: int) -> None:
        """Take everything of an actor out of somebody's timeline and notifications."""
        await self.connection.execute(
            "delete from timeline where owner_id = $1 and (actor_id = $2 or object_id in "
            "(select id from objects where actor_id = $2))",
            owner_id,
            actor_id,
        )
        await self.connection.execute(
            "delete from notifications where owner_id = $1 and actor_id = $2", owner_id, actor_id
        )

    async def notify(self, notification: NotificationRecord) -> bool:
        """Tell a local actor about something; False when they were told, or do not want to know."""
        return await notify(self.connection, notification)

    async def unnotify(
        self, owner_id: int, kind: str, actor_id: int, object_id: int | None
    ) -> None:
        """Take back what was told about something that was undone."""
        await unnotify(self.connection, owner_id, kind, actor_id, object_id)

    async def notifications(self, owner_id: int, limit: int = 40) -> list[NotificationRecord]:
        """What a local actor was told, latest first."""
        return await self.all_of(
            NotificationRecord,
            "from notifications n where owner_id = $1 and filtered = 0 and not exists (select 1 "
            "from actors s where s.id = n.actor_id and s.severity = 'suspend') "
            "order by id desc limit $2",
            owner_id,
            limit,
        )
