"""Private conversations: a line for each, with its latest post."""

from collections.abc import Sequence

from clients.door import Call, Door, missing
from clients.entities.timelines import Conversation
from clients.paging import Paged
from clients.rendering.accounts import accounts
from clients.rendering.pages import Entry, page_of
from storage.conversations import ConversationRecord
from storage.store import Tx


def add_conversation_routes(door: Door) -> None:
    """Register the endpoints."""

    @door.get("/api/v1/conversations", "read:statuses")
    async def conversations(call: Call) -> Paged:
        span = call.span()

        async def operation(tx: Tx) -> Paged:
            rows = await tx.conversations.page(call.me.id, span)
            items = await _rendered(tx, call, rows)
            return Paged.of(items, [row.last_object_id for row in rows], span)

        return await call.store.query(operation)

    @door.delete("/api/v1/conversations/<int:conversation_id>", "write:conversations")
    async def remove(call: Call, conversation_id: int) -> dict[str, str]:
        removed = await call.store.write(
            lambda tx: tx.conversations.remove(call.me.id, conversation_id)
        )
        if not removed:
            raise missing()
        return {}

    @door.post("/api/v1/conversations/<int:conversation_id>/read", "write:conversations")
    async def read(call: Call, conversation_id: int) -> Conversation:
        return await _marked(call, conversation_id, unread=False)

    @door.post("/api/v1/conversations/<int:conversation_id>/unread", "write:conversations")
    async def unread(call: Call, conversation_id: int) -> Conversation:
        return await _marked(call, conversation_id, unread=True)


async def _marked(call: Call, conversation_id: int, *, unread: bool) -> Conversation:
    owner = call.me.id
    await call.store.write(lambda tx: tx.conversations.mark(owner, conversation_id, unread=unread))

    async def operation(tx: Tx) -> list[Conversation]:
        row = await tx.conversations.one(owner, conversation_id)
        return await _rendered(tx, call, [] if row is None else [row])

    made = await call.store.query(operation)
    if not made:
        raise missing()
    return made[0]


async def _rendered(tx: Tx, call: Call, rows: Sequence[ConversationRecord]) -> list[Conversation]:
    """The conversations with everybody's account; one with nobody else has one's own."""
    people = {number for row in rows for number in row.others or (row.owner_id,)}
    actors = await tx.actors.by_ids(sorted(people))
    made = await accounts(tx, call.context.identifiers, actors.values())
    entries = [Entry(row.last_object_id, row.last_object_id, row.owner_id) for row in rows]
    last = {status.id: status for status in await page_of(tx, call.context, call.viewer, entries)}
    return [
        Conversation(
            id=str(row.id),
            unread=bool(row.unread),
            accounts=[made[n] for n in row.others or (row.owner_id,) if n in made],
            last_status=last.get(str(row.last_object_id)),
        )
        for row in rows
    ]
