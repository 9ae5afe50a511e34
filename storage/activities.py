"""Activities, reactions, featured objects, timelines and notifications."""

from typing import Literal

from storage.records import ActivityRecord, NotificationRecord, ObjectRecord, ReactionRecord, columns
from storage.statements import Statements

Reaction = Literal["likes", "shares"]


class ActivityStatements(Statements):
    """Everything that is asked of `activities`, `likes`, `shares`, `featured` and `timeline`."""

    async def add(self, activity: ActivityRecord) -> bool:
        """Keep an activity; False when its URL is known already."""
        return 0 < await self.insert(
            "activities", activity, rest="on conflict (url) do nothing"
        )

    async def by_id(self, activity_id: int) -> ActivityRecord | None:
        """The activity with this id."""
        return await self.one_of(ActivityRecord, "from activities where id = $1", activity_id)

    async def by_url(self, url: str) -> ActivityRecord | None:
        """The activity with this ActivityPub id."""
        return await self.one_of(ActivityRecord, "from activities where url = $1", url)

    async def remove(self, activity_id: int) -> None:
        """Forget an activity that was undone, with what hangs on it."""
        await self.connection.execute("delete from activities where id = $1", activity_id)

    async def outbox(
        self, actor_id: int, *, before: int | None = None, limit: int = 20, public: bool = True
    ) -> list[ActivityRecord]:
        """What a local actor did, latest first; with `public`, only what all may see."""
        seen = " and visibility in ('public', 'unlisted')" if public else ""
        bound = " and id < $3" if before is not None else ""
        args = (actor_id, limit) if before is None else (actor_id, limit, before)
        return await self.all_of(
            ActivityRecord,
            f"from activities where actor_id = $1 and local = 1 "
            f"and type in ('Create', 'Announce'){seen}{bound} order by id desc limit $2",
            *args,
        )

    async def count_outbox(self, actor_id: int) -> int:
        """How many public Create and Announce activities a local actor has."""
        found = await self.connection.fetch_value(
            "select count(*) from activities where actor_id = $1 and local = 1 "
            "and type in ('Create', 'Announce') and visibility in ('public', 'unlisted')",
            actor_id,
        )
        return int(found or 0)

    async def about(self, object_id: int) -> list[ActivityRecord]:
        """Every activity about an object, oldest first."""
        return await self.all_of(
            ActivityRecord, "from activities where object_id = $1 order by id", object_id
        )

    async def react(
        self, kind: Reaction, reaction: ReactionRecord, visibility: str = "public"
    ) -> bool:
        """Record a like or a share; False when this actor had it already."""
        more_names, more_values = (", visibility", ", $6") if kind == "shares" else ("", "")
        args = [reaction.id, reaction.actor_id, reaction.object_id, reaction.url]
        extra = [visibility] if kind == "shares" else []
        inserted = await self.connection.execute(
            f"insert into {kind} (id, actor_id, object_id, url, created_at{more_names}) "
            f"values ($1, $2, $3, $4, $5{more_values}) on conflict (actor_id, object_id) do nothing",
            *args,
            reaction.created_at,
            *extra,
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
        return 0 < await self.connection.execute(
            "insert into featured (actor_id, object_id, created_at) values ($1, $2, $3) "
            "on conflict (actor_id, object_id) do nothing",
            actor_id,
            object_id,
            now,
        )

    async def unfeature(self, actor_id: int, object_id: int) -> bool:
        """Take a pin away; False when there was none."""
        return 0 < await self.connection.execute(
            "delete from featured where actor_id = $1 and object_id = $2", actor_id, object_id
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
        """Put an entry into the timelines of some local actors, once for each."""
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
            f"where t.owner_id = $1 and t.inbox = 1{bound} order by t.id desc limit $2",
            *args,
        )
        return [(row[0], ActivityRecord(*tuple(row)[1:])) for row in rows]

    async def count_inbox(self, owner_id: int) -> int:
        """How many activities a local actor's inbox holds."""
        found = await self.connection.fetch_value(
            "select count(*) from timeline where owner_id = $1 and inbox = 1", owner_id
        )
        return int(found or 0)

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

    async def notify(self, notification: NotificationRecord) -> None:
        """Tell a local actor about something."""
        await self.insert("notifications", notification)

    async def notifications(self, owner_id: int, limit: int = 40) -> list[NotificationRecord]:
        """What a local actor was told, latest first."""
        return await self.all_of(
            NotificationRecord,
            "from notifications where owner_id = $1 order by id desc limit $2",
            owner_id,
            limit,
        )
