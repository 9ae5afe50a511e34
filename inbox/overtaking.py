"""What waits for a third server must not take effect after what its actor has said since."""

from collections.abc import Callable
from typing import Final

import orjson

from federation.documents import Document
from inbox.context import HandlerContext, Ignored

OVERTAKEN: Final = "its actor has said something else since"


async def overtake(context: HandlerContext, kind: str, is_about: Callable[[Document], bool]) -> int:
    """Drop what the actor did before, of a type and about the same, and waits; gives how many."""
    tx, row = context.tx, context.incoming.row
    dropped = [
        (number, context.now, OVERTAKEN)
        for number, body in await tx.received.put_aside(row.actor, kind, row.id)
        if is_about(Document(orjson.loads(body)))
    ]
    await tx.received.finish(dropped)
    return len(dropped)


async def refuse_if_overtaken(context: HandlerContext) -> None:
    """Raise `Ignored` for what was dropped by `overtake` while it was being looked up."""
    row = await context.tx.received.by_id(context.incoming.row.id)
    if row is not None and row.state == "done":
        raise Ignored(OVERTAKEN)
