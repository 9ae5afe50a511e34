"""What open streams are told, written in the transaction that does it.

Nothing is written while no process has a stream open: `stream_hubs` has a row for each that has.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, get_args

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
KINDS: Final[frozenset[str]] = frozenset(get_args(EventKind))
CHANNEL: Final = "streams"


@dataclass(frozen=True, slots=True)
class StreamEvent:
    """One thing that happened; which of the ids are 0 depends on `kind`.

    `owner_id` 0 stands for everybody who may see it. `actor_id` brought or removed the entry
    `entry_id` of timelines, which shows the object.
    """

    id: int
    kind: str
    owner_id: int
    actor_id: int
    object_id: int
    entry_id: int
    detail: str


class StreamStatements(Statements):
    """Everything that is asked of `stream_events` and `stream_hubs`, but who gets what."""

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

    async def filters_changed(self, owner_id: int) -> None:
        """A member added, changed or removed a filter."""
        await self.note("filters_changed", owner_id=owner_id)

    async def notification(self, owner_id: int, notification_id: int) -> None:
        """A member has a notification (none that waits for their leave)."""
        await self.note("notification", owner_id=owner_id, entry_id=notification_id)

    async def conversation(self, owner_id: int, conversation_id: int) -> None:
        """A private conversation of a member changed."""
        await self.note("conversation", owner_id=owner_id, entry_id=conversation_id)

    async def announcement(self, number: int) -> None:
        """An announcement was published or changed."""
        await self.note("announcement", entry_id=number)

    async def announcement_gone(self, number: int) -> None:
        """An announcement was removed, or is no longer published."""
        await self.note("announcement.delete", entry_id=number)

    async def announcement_reaction(self, number: int, name: str) -> None:
        """Somebody answered an announcement with a sign, or took it back."""
        await self.note("announcement.reaction", entry_id=number, detail=name)
