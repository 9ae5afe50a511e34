"""Private conversations of members: the latest post of each, and whether it was read."""

from collections.abc import Sequence
from dataclasses import dataclass

from storage.hiding import unheard
from storage.ids import new_id
from storage.ports import Value
from storage.spans import Span
from storage.statements import Statements


@dataclass(frozen=True, slots=True)
class ConversationRecord:
    """A conversation of one member; `participants` are the ids of the others: ` 12 34 `."""

    id: int
    owner_id: int
    conversation: str
    participants: str
    last_object_id: int
    unread: int

    @property
    def others(self) -> tuple[int, ...]:
        """The ids of everybody but the owner."""
        return tuple(int(number) for number in self.participants.split())


@dataclass(frozen=True, slots=True)
class Said:
    """A private post for one member's list of conversations."""

    owner_id: int
    conversation: str
    participants: str
    object_id: int
    unread: bool


class ConversationStatements(Statements):
    """Everything that is asked of the table `conversations`."""

    async def listeners(self, owner_ids: list[int], author_id: int) -> list[int]:
        """Those of these members who want to hear an author; the author too."""
        rows = await self.connection.fetch_all(
            "select a.id from actors a where a.id = any($1) and a.local = 1 "
            f"and (a.id = $2 or not {unheard('a.id', '$2')}) order by a.id",
            owner_ids,
            author_id,
        )
        return [row[0] for row in rows]

    async def keep(self, said: Sequence[Said]) -> None:
        """Put posts into conversations; the latest post is the one with the highest id."""
        await self.connection.execute_many(
            "insert into conversations "
            "(id, owner_id, conversation, participants, last_object_id, unread) "
            "values ($1, $2, $3, $4, $5, $6) "
            "on conflict (owner_id, conversation, participants) do update set "
            "unread = excluded.unread, last_object_id = case "
            "when excluded.last_object_id > conversations.last_object_id "
            "then excluded.last_object_id else conversations.last_object_id end",
            [
                (
                    new_id(),
                    one.owner_id,
                    one.conversation,
                    one.participants,
                    one.object_id,
                    int(one.unread),
                )
                for one in said
            ],
        )

    async def page(self, owner_id: int, span: Span) -> list[ConversationRecord]:
        """A member's conversations, the one with the latest post first."""
        args: list[Value] = [owner_id]
        rest = f"from conversations where owner_id = $1{span.bounds('last_object_id', args)}"
        rest += span.order("last_object_id", args)
        return span.arranged(await self.all_of(ConversationRecord, rest, *args))

    async def one(self, owner_id: int, conversation_id: int) -> ConversationRecord | None:
        """A member's conversation."""
        return await self.one_of(
            ConversationRecord,
            "from conversations where owner_id = $1 and id = $2",
            owner_id,
            conversation_id,
        )

    async def mark(self, owner_id: int, conversation_id: int, *, unread: bool) -> bool:
        """Say whether a conversation was read; False when there is none."""
        changed = await self.connection.execute(
            "update conversations set unread = $3 where owner_id = $1 and id = $2",
            owner_id,
            conversation_id,
            int(unread),
        )
        return changed > 0

    async def remove(self, owner_id: int, conversation_id: int) -> bool:
        """Take a conversation off the list until somebody writes in it again."""
        removed = await self.connection.execute(
            "delete from conversations where owner_id = $1 and id = $2", owner_id, conversation_id
        )
        return removed > 0

    async def ending_with(self, object_id: int) -> list[ConversationRecord]:
        """The conversations whose latest post this is."""
        return await self.all_of(
            ConversationRecord, "from conversations where last_object_id = $1", object_id
        )

    async def private_posts(self, conversation: str, limit: int = 500) -> dict[int, set[int]]:
        """The latest living private posts of a conversation: id → author and addressed."""
        rows = await self.connection.fetch_all(
            "select o.id, o.actor_id from objects o where o.conversation = $1 "
            "and o.visibility = 'direct' and o.deleted_at is null order by o.id desc limit $2",
            conversation,
            limit,
        )
        found = {row[0]: {row[1]} for row in rows}
        if found:
            for row in await self.connection.fetch_all(
                "select object_id, actor_id from audience where object_id = any($1)", list(found)
            ):
                found[row[0]].add(row[1])
        return found

    async def fall_back(self, ids: dict[int, int | None]) -> None:
        """Give conversations another latest post; those that have none left go."""
        await self.connection.execute(
            "delete from conversations where id = any($1)",
            [number for number, last in ids.items() if last is None],
        )
        await self.connection.execute_many(
            "update conversations set last_object_id = $2 where id = $1",
            [(number, last) for number, last in ids.items() if last is not None],
        )
