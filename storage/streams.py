"""What open streams are told, written in the transaction that does it.

Nothing is written while no process has a stream open: `stream_hubs` has a row for each that has.
"""

import json
import time
from dataclasses import dataclass
from typing import Any, Final, Literal

from storage.ids import first_id_at, new_id
from storage.statements import Statements

EventKind = Literal[
    "update",
    "edit",
    "delete",
    "notification",
    "conversation",
    "filters_changed",
    "announcement",
    "announcement.delete",
    "announcement.reaction",
]
CHANNEL: Final = "streams"
KEPT_MS: Final = 300_000


@dataclass(frozen=True, slots=True)
class StreamEvent:
    """One thing that happened; which of the ids are 0 depends on `kind`.

    `owner_id` 0 stands for everybody who may see it. `actor_id` brought or removed the entry
    `entry_id` of timelines, which shows the object.
    """

    id: int
    kind: EventKind
    owner_id: int
    actor_id: int
    object_id: int
    entry_id: int
    detail: str

    @property
    def gone(self) -> "Gone":
        """What `detail` says of something deleted."""
        found = json.loads(self.detail)
        return Gone(tuple(found["owners"]), tuple(found["tags"]))


@dataclass(frozen=True, slots=True)
class Gone:
    """Where something was shown before it was deleted: whose homes, which hashtags."""

    owners: tuple[int, ...] = ()
    tags: tuple[str, ...] = ()


class StreamStatements(Statements):
    """Everything that is asked of `stream_events` and `stream_hubs`."""

    async def note(
        self,
        kind: EventKind,
        *,
        owner_id: int = 0,
        actor_id: int = 0,
        object_id: int = 0,
        entry_id: int = 0,
        detail: str = "",
    ) -> None:
        """Tell open streams, of whichever process, once this is committed."""
        written = await self.connection.execute(
            "insert into stream_events (id, kind, owner_id, actor_id, object_id, entry_id, detail) "
            "select cast($1 as bigint), cast($2 as text), cast($3 as bigint), "
            "cast($4 as bigint), cast($5 as bigint), cast($6 as bigint), cast($7 as text) "
            "where exists (select 1 from stream_hubs)",
            new_id(),
            kind,
            owner_id,
            actor_id,
            object_id,
            entry_id,
            detail,
        )
        if written:
            self.connection.notify_on_commit(CHANNEL)

    async def shown(self, object_id: int, entry_id: int, actor_id: int) -> None:
        """An entry came into timelines: the object itself, or (another id) a share of it."""
        await self.note("update", object_id=object_id, entry_id=entry_id, actor_id=actor_id)

    async def edited(self, object_id: int) -> None:
        """An object looks different."""
        await self.note("edit", object_id=object_id)

    async def deleted(self, object_id: int, author_id: int) -> None:
        """An object is about to be taken out of all timelines, with every share of it."""
        if not await self._heard():
            return
        rows = await self.connection.fetch_all(
            "select id, actor_id, owner_id from timeline where object_id = $1 and (home = 1 "
            "or id = $1 or id in (select a.id from activities a "
            "where a.object_id = $1 and a.type = 'Announce'))",
            object_id,
        )
        tags = await self.connection.fetch_all(
            "select name from object_tags where object_id = $1", object_id
        )
        entries: dict[tuple[int, int], list[int]] = {(object_id, author_id): []}
        for row in rows:
            by = author_id if row[0] == object_id else row[1]
            entries.setdefault((row[0], by), []).append(row[2])
        for (entry_id, by), owners in entries.items():
            await self.note(
                "delete",
                actor_id=by,
                object_id=object_id,
                entry_id=entry_id,
                detail=_detail(owners, [row[0] for row in tags] if entry_id == object_id else []),
            )

    async def unshared(self, url: str) -> None:
        """A share, made by the activity with this id, is about to leave timelines."""
        if not await self._heard():
            return
        rows = await self.connection.fetch_all(
            "select a.id, a.actor_id, t.owner_id from activities a join timeline t "
            "on t.activity_id = a.id and t.id = a.id where a.url = $1",
            url,
        )
        if rows:
            await self.note(
                "delete",
                actor_id=rows[0][1],
                entry_id=rows[0][0],
                detail=_detail([row[2] for row in rows], []),
            )

    async def filters_changed(self, owner_id: int) -> None:
        """A member added, changed or removed a filter."""
        await self.note("filters_changed", owner_id=owner_id)

    async def notification(self, owner_id: int, notification_id: int) -> None:
        """A member has a notification (none that waits for their leave)."""
        await self.note("notification", owner_id=owner_id, entry_id=notification_id)

    async def conversation(self, owner_id: int, conversation_id: int) -> None:
        """A private conversation of a member changed."""
        await self.note("conversation", owner_id=owner_id, entry_id=conversation_id)

    async def said(self, owner_ids: list[int], object_id: int) -> None:
        """A private post became the latest of a conversation of each of these members."""
        for owner_id in owner_ids:
            await self.note("conversation", owner_id=owner_id, object_id=object_id)

    async def announcement(self, number: int) -> None:
        """An announcement was published or changed."""
        await self.note("announcement", entry_id=number)

    async def announcement_gone(self, number: int) -> None:
        """An announcement was removed, or is no longer published."""
        await self.note("announcement.delete", entry_id=number)

    async def announcement_reaction(self, number: int, name: str) -> None:
        """Somebody answered an announcement with a sign, or took it back."""
        await self.note("announcement.reaction", entry_id=number, detail=name)

    async def since(self, first_id: int, limit: int = 10_000) -> list[StreamEvent]:
        """The events from this id on, oldest first."""
        return await self.all_of(
            StreamEvent, "from stream_events where id >= $1 order by id limit $2", first_id, limit
        )

    async def listen(self, hub_id: int, until: int) -> None:
        """A process has streams open; events are written at least until a time."""
        await self.connection.execute(
            "insert into stream_hubs (id, until) values ($1, $2) "
            "on conflict (id) do update set until = excluded.until",
            hub_id,
            until,
        )

    async def leave(self, hub_id: int) -> None:
        """A process has no stream open any more."""
        await self.connection.execute("delete from stream_hubs where id = $1", hub_id)

    async def prune(self) -> int:
        """Forget old events, and processes that ended without a word; gives how many events.

        The time is that by which ids are given.
        """
        now = int(time.time() * 1000)
        await self.connection.execute("delete from stream_hubs where until < $1", now)
        return await self.connection.execute(
            "delete from stream_events where id < $1", first_id_at(now - KEPT_MS)
        )

    async def _heard(self) -> bool:
        found: Any = await self.connection.fetch_value("select 1 from stream_hubs limit 1")
        return found is not None


def _detail(owners: list[int], tags: list[str]) -> str:
    return json.dumps({"owners": owners, "tags": tags}, separators=(",", ":"))
